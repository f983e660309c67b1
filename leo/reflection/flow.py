"""FlowTracker: how the themes of a talk rise and fall, and what becomes of them.

A theme keeps its number when the field is clustered anew, so it can be followed. How strong
it is in a turn is the share of the prompt's words that touch it; turns that do not touch it
count as zero and are not written down. A line through the last turns tells whether it rises
or falls, and its standard error whether that is more than chance. A rising theme draws its
words and calls the semantic expert, falling ones call the creative one.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leo.module import Gone, Judged, Kept, Lean, Module, Reader, SoFar, SqlValue, Voice, Write
from leo.notes import Trends
from leo.records import Influence, Note, Percept, Pull, Weight
from leo.reflection.currents import Activation, Current, Life, Stream, Tick, heir
from leo.text.tokens import is_word

__all__ = ["FlowNote", "FlowTracker"]

FULL: Final = 0.05
"""Summed slope, in shares of the prompt per turn, at which rising counts about three quarters."""

DRAWN: Final = 0.6
"""Weight with which the words of the strongest rising theme are drawn at most."""

CALLED: Final = 0.3
"""Weight that an expert gains when themes rise or fall as fast as can be."""

NOTED: Final = 8
"""Themes that a note names."""

KEPT_TURNS: Final = 1000
"""Turns whose activations stay in the table."""


@dataclass(frozen=True, slots=True)
class FlowNote(Note):
    """How the themes flow.

    Attributes
    ----------
    currents
        Themes of the last turns with their trends, the steepest first, at most eight.
    window
        Turns over which trends were measured.
    themes
        How many themes there are.
    born, merged, died
        Themes that changed since the turn before: their numbers; merged ones with their heirs.
    drawn
        The rising theme whose words were drawn, ``None`` if none rises.
    """

    currents: tuple[Current, ...]
    window: int
    themes: int
    born: tuple[int, ...]
    merged: tuple[tuple[int, int], ...]
    died: tuple[int, ...]
    drawn: int | None


class FlowTracker(Module[Stream]):
    """Follows themes over the turns."""

    name = "flow"
    migrations = (
        "CREATE TABLE flow_lives (theme INTEGER PRIMARY KEY, words TEXT NOT NULL, "
        "born INTEGER NOT NULL, last INTEGER NOT NULL, touched INTEGER NOT NULL, "
        "fate TEXT NOT NULL, heir INTEGER) STRICT",
        "CREATE TABLE flow_active (turn INTEGER NOT NULL, theme INTEGER NOT NULL, "
        "at REAL NOT NULL, strength REAL NOT NULL, PRIMARY KEY (turn, theme)) "
        "STRICT, WITHOUT ROWID",
        "CREATE TABLE flow_window (id INTEGER PRIMARY KEY CHECK (id = 1), seen INTEGER NOT NULL, "
        "ticks TEXT NOT NULL) STRICT",
    )

    def __init__(self) -> None:
        self.state = Stream()

    async def load(self, reader: Reader) -> Stream:
        """Read the lives and the last turns."""
        rows = await reader.fetch(
            "SELECT theme, words, born, last, touched, fate, heir FROM flow_lives ORDER BY theme"
        )
        lives = {
            int(str(id_)): Life(id_, tuple(json.loads(str(words))), *rest)  # type: ignore[arg-type]
            for id_, words, *rest in rows
        }
        found = await reader.fetch("SELECT seen, ticks FROM flow_window")
        if not found:
            return Stream(lives)
        ticks = tuple(Tick(turn, at) for turn, at in json.loads(str(found[0][1])))
        active = await reader.fetch(
            "SELECT turn, theme, strength FROM flow_active WHERE turn >= ? ORDER BY turn, theme",
            (ticks[0].turn,),
        )
        recent = tuple(
            Activation(turn, heir(lives, theme), strength)  # type: ignore[arg-type]
            for turn, theme, strength in active
        )
        return Stream(lives, ticks, recent, int(str(found[0][0])))

    async def before(self, percept: Percept, so_far: SoFar) -> Lean[Stream]:
        """Take in what changed and what is touched, and draw what rises."""
        moment = so_far.moment
        stream = self.state.took_in(moment.landscape.changes, moment.turn)
        words = sum(is_word(token) for token in percept.tokens)
        stream = stream.touched(percept.themes, words, Tick(moment.turn, moment.at))
        currents = stream.currents()
        rising = [one for one in currents if one.trend == "emerging"]
        falling = [one for one in currents if one.trend == "fading"]
        trends = Trends(_full(rising), _full(falling))
        pulls = _drawn(rising[0], percept.tokens) if rising else ()
        return Lean(Influence(experts=_called(trends), pulls=pulls), trends, stream)

    async def after(self, judged: Judged, voice: Voice) -> Kept[Stream]:
        """Tell how the themes flow."""
        stream, new = self.state, self.state.news
        currents = stream.currents()
        rising = [one.theme for one in currents if one.trend == "emerging"]
        note = FlowNote(
            currents=currents[:NOTED],
            window=len(stream.ticks),
            themes=judged.moment.landscape.total,
            born=tuple(one.id for one in new if one.what == "born"),
            merged=tuple((one.id, one.into) for one in new if one.into is not None),
            died=tuple(one.id for one in new if one.what == "died"),
            drawn=rising[0] if rising else None,
        )
        return Kept(note)

    def rows(self, note: Note | None, state: Stream) -> Sequence[Write]:
        """Write the touched themes, never the others, and let go of old turns."""
        now = state.ticks[-1]
        changed = [state.lives[id_] for id_ in state.changed]
        active = [life.id for life in changed if life.last == now.turn and life.touched]
        ticks = json.dumps([[tick.turn, tick.at] for tick in state.ticks])
        return (
            Write(
                "INSERT OR REPLACE INTO flow_lives VALUES (?, ?, ?, ?, ?, ?, ?)",
                tuple(_row(life) for life in changed),
            ),
            Write("DELETE FROM flow_lives WHERE theme = ?", tuple((id_,) for id_ in state.gone)),
            Write(
                "INSERT INTO flow_active VALUES (?, ?, ?, ?)",
                tuple(
                    (one.turn, one.theme, now.at, one.strength)
                    for one in state.recent
                    if one.turn == now.turn and one.theme in active
                ),
            ),
            Write("DELETE FROM flow_active WHERE turn <= ?", ((now.turn - KEPT_TURNS,),)),
            Write("INSERT OR REPLACE INTO flow_window VALUES (1, ?, ?)", ((state.seen, ticks),)),
        )

    async def forget(self, reader: Reader, gone: Gone) -> Sequence[Write]:
        """Begin anew: the field is counted again, and its themes get new numbers."""
        return [Write(f"DELETE FROM flow_{table}") for table in ("lives", "active", "window")]

    # ------------------------------------------------------------ questions

    def trends(self, n: int = 10) -> tuple[Current, ...]:
        """List the themes of the last turns with their trends, the steepest first."""
        return self.state.currents()[:n]

    def trajectory(self, theme: int) -> tuple[tuple[int, float], ...]:
        """Give a theme's strength in each of the last turns, zeros included."""
        theme = heir(self.state.lives, theme)
        of: dict[int, float] = {}
        for one in self.state.recent:
            if one.theme == theme:
                of[one.turn] = min(1.0, of.get(one.turn, 0.0) + one.strength)
        return tuple((tick.turn, of.get(tick.turn, 0.0)) for tick in self.state.ticks)

    def lives(self) -> tuple[Life, ...]:
        """List the lives of all themes seen, by number."""
        return tuple(self.state.lives[id_] for id_ in sorted(self.state.lives))


def _row(life: Life) -> tuple[SqlValue, ...]:
    words = json.dumps(life.words)
    return (life.id, words, life.born, life.last, life.touched, life.fate, life.into)


def _called(trends: Trends) -> tuple[Weight, ...]:
    """Speak by meaning while themes rise, and look for something new while they fade."""
    leans = (("semantic", trends.emerging), ("creative", trends.fading))
    return tuple(Weight(name, round(CALLED * trend, 4)) for name, trend in leans if trend)


def _drawn(rising: Current, heard: Sequence[str]) -> tuple[Pull, ...]:
    weight = round(DRAWN * _full([rising]), 4)
    words = [word for word in rising.words if word not in heard]
    return tuple(Pull(word, weight, "gravity", FlowTracker.name) for word in words)


def _full(currents: Sequence[Current]) -> float:
    """Bring slopes into [0, 1]."""
    return round(math.tanh(sum(abs(one.slope) for one in currents) / FULL), 4)
