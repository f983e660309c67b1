"""GameEngine, the rhythm of a talk: which turn of Leo's comes after his last and the human's.

Before he speaks he knows his own last turn and what kind of turn he has just heard. From what
followed such pairs he expects a kind of turn of himself, and leans into it: the expert he
mostly speaks with then, how long he gets, how tense. Afterwards it is counted how well he
knew himself, against always expecting his commonest turn.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from leo.module import Judged, Kept, Lean, Module, Reader, SoFar, Voice, Write
from leo.notes import Wound
from leo.records import EXPERT_NAMES, Influence, Label, Note, Percept, Weight
from leo.reflection.expecting import GameHint, best_of, hint_of, marginal
from leo.reflection.rhythm import (
    Cell,
    Counts,
    TurnKind,
    bucket,
    chances,
    contexts,
    finest,
    mode_of,
)
from leo.text.tokens import tokens

__all__ = ["GameEngine", "GameHint", "GamePlayed", "GameState", "Score"]

EXPERT_GAIN: Final = 0.15
"""Weight that the expected expert gains when it is certain."""

CELLS: Final = 4000
"""Counts that are kept."""

FORGOTTEN: Final = 400
"""Counts that are forgotten at once when there are too many."""

NO_THEME: Final = -1


@dataclass(frozen=True, slots=True)
class Score:
    """How well turns were expected so far, against always expecting the commonest.

    Counts of predictions, of exact hits and of right modes, and summed log-losses in nats;
    ``baseline_`` are those of the unigram (what is commonest, whatever came before).
    """

    turns: int = 0
    hits: int = 0
    mode_hits: int = 0
    baseline_hits: int = 0
    loss: float = 0.0
    baseline_loss: float = 0.0


@dataclass(frozen=True, slots=True)
class GamePlayed(Note):
    """What kind of turn it was, and whether it was expected.

    Attributes
    ----------
    kind
        Leo's turn.
    hit, mode_hit, baseline_hit
        Whether it, its mode, or the commonest turn of all was expected; ``None`` if nothing was.
    loss, baseline_loss
        Surprise in nats, with and without the context.
    score
        All predictions so far.
    """

    kind: Label
    hit: bool | None
    mode_hit: bool | None
    baseline_hit: bool | None
    loss: float | None
    baseline_loss: float | None
    score: Score


@dataclass(frozen=True, slots=True)
class GameState:
    """The rhythm so far.

    Attributes
    ----------
    counts
        What followed what.
    last_human, last_leo
        The two turns before this one.
    score
        How well turns were expected.
    heard
        The human's turn of the moment.
    changed, forgotten
        Cells to write and to delete after this turn.
    """

    counts: Counts = field(default_factory=Counts)
    last_human: TurnKind | None = None
    last_leo: TurnKind | None = None
    score: Score = field(default_factory=Score)
    heard: TurnKind | None = None
    changed: tuple[tuple[str, str], ...] = ()
    forgotten: tuple[tuple[str, str], ...] = ()


class GameEngine(Module[GameState]):
    """Expects a kind of turn of himself, and leans into it."""

    name = "game"
    migrations = (
        "CREATE TABLE game_transitions (context TEXT NOT NULL, kind TEXT NOT NULL, "
        "count INTEGER NOT NULL, turn INTEGER NOT NULL, PRIMARY KEY (context, kind)) "
        "STRICT, WITHOUT ROWID",
        "CREATE TABLE game_table (id INTEGER PRIMARY KEY CHECK (id = 1), last_human TEXT, "
        "last_leo TEXT, turns INTEGER NOT NULL, hits INTEGER NOT NULL, mode_hits INTEGER NOT NULL, "
        "baseline_hits INTEGER NOT NULL, loss REAL NOT NULL, baseline_loss REAL NOT NULL) STRICT",
    )
    spared = (  # kinds of turns, in the program's own words, and counts over many turns
        "game_transitions.context",
        "game_transitions.kind",
        "game_transitions.turn",
        "game_table.last_human",
        "game_table.last_leo",
    )

    def __init__(self) -> None:
        self.state = GameState()

    async def load(self, reader: Reader) -> GameState:
        """Read the counts, the last two turns and the score."""
        rows: dict[str, dict[str, Cell]] = {}
        stored = await reader.fetch("SELECT context, kind, count, turn FROM game_transitions")
        for context, kind, count, turn in stored:
            rows.setdefault(str(context), {})[str(kind)] = Cell(count, turn)  # type: ignore[arg-type]
        found = await reader.fetch(
            "SELECT last_human, last_leo, turns, hits, mode_hits, baseline_hits, loss, "
            "baseline_loss FROM game_table"
        )
        if not found:
            return GameState(Counts(rows))
        human, leo, *score = found[0]
        return GameState(Counts(rows), _kind(human), _kind(leo), Score(*score))  # type: ignore[arg-type]

    async def before(self, percept: Percept, so_far: SoFar) -> Lean[GameState]:
        """Expect a turn, and lean into it."""
        wound = so_far.note(Wound)
        heard = TurnKind(
            "human",
            mode_of(percept.tokens, len(so_far.moment.prompt)),
            bucket(percept.pulse.arousal),
            bucket(wound.level if wound else 0.0),
            bucket(percept.pulse.expected_entropy),
            percept.themes[0].id if percept.themes else NO_THEME,
            "none",
            "mid",
        )
        old = self.state
        keys = contexts(old.last_leo, heard, "leo")
        note = hint_of(heard, chances(old.counts, keys), finest(old.counts, keys))
        state = GameState(old.counts, old.last_human, old.last_leo, old.score, heard)
        return Lean(_lean(note), note, state)

    async def after(self, judged: Judged, voice: Voice) -> Kept[GameState] | None:
        """Count what came, and how well it was expected."""
        old, turn = self.state, judged.moment.turn
        if old.heard is None:
            return None
        spoken = _spoken(judged, old.heard)
        keys = contexts(old.last_leo, old.heard, "leo")
        played = _played(old, keys, spoken.blurred().key())
        learned = [(key, spoken.blurred().key()) for key in keys]
        counts = old.counts.learned(keys, spoken.blurred().key(), turn)
        if old.last_leo is not None:
            before = contexts(old.last_human, old.last_leo, "human")
            learned += [(key, old.heard.blurred().key()) for key in before]
            counts = counts.learned(before, old.heard.blurred().key(), turn)
        forgotten = counts.weakest(CELLS, FORGOTTEN)
        state = GameState(
            counts.without(forgotten) if forgotten else counts,
            old.heard,
            spoken,
            played.score,
            None,
            tuple(cell for cell in learned if cell not in forgotten),
            forgotten,
        )
        return Kept(played, state)

    def rows(self, note: Note | None, state: GameState) -> Sequence[Write]:
        """Write the cells that changed, the last two turns and the score."""
        if not isinstance(note, GamePlayed) or state.last_human is None or state.last_leo is None:
            return ()
        cells = [(*key, state.counts.rows[key[0]][key[1]]) for key in state.changed]
        score = state.score
        return (
            Write(
                "INSERT OR REPLACE INTO game_transitions VALUES (?, ?, ?, ?)",
                tuple((context, kind, cell.count, cell.turn) for context, kind, cell in cells),
            ),
            Write("DELETE FROM game_transitions WHERE context = ? AND kind = ?", state.forgotten),
            Write(
                "INSERT OR REPLACE INTO game_table VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        state.last_human.key(),
                        state.last_leo.key(),
                        score.turns,
                        score.hits,
                        score.mode_hits,
                        score.baseline_hits,
                        score.loss,
                        score.baseline_loss,
                    ),
                ),
            ),
        )

    # ------------------------------------------------------------ questions

    def suggest(self, prompt: str) -> GameHint:
        """Tell what turn of Leo's would follow a prompt now, said calmly."""
        mode = mode_of([one.word for one in tokens(prompt)], len(prompt))
        heard = TurnKind("human", mode, "low", "low", "mid", NO_THEME, "none", "mid")
        keys = contexts(self.state.last_leo, heard, "leo")
        return hint_of(heard, chances(self.state.counts, keys), finest(self.state.counts, keys))

    def transitions(self, n: int = 20) -> tuple[tuple[str, str, int], ...]:
        """List the commonest steps from one coarse kind of turn to the next, with their counts."""
        found = [
            (context[1:], "/".join(kind.split("/")[:4]), cell.count)
            for context, row in self.state.counts.rows.items()
            if context.startswith(">")
            for kind, cell in row.items()
        ]
        summed: dict[tuple[str, str], int] = {}
        for before, kind, count in found:
            summed[before, kind] = summed.get((before, kind), 0) + count
        order = sorted(summed.items(), key=lambda one: (-one[1], one[0]))
        return tuple((before, kind, count) for (before, kind), count in order[:n])

    def stats(self) -> Score:
        """Tell how well turns were expected so far."""
        return self.state.score


def _kind(key: object) -> TurnKind | None:
    return None if key is None else TurnKind.from_key(str(key))


def _spoken(judged: Judged, heard: TurnKind) -> TurnKind:
    said, themes = judged.utterance.own, judged.percept.themes
    met = bool(themes) and bool(set(themes[0].words).intersection(said.tokens))
    return TurnKind(
        "leo",
        mode_of(said.tokens, len(said.text), "leo"),
        heard.arousal,
        heard.wound,
        bucket(said.entropy),
        heard.theme if met else NO_THEME,
        judged.blend.dominant,
        bucket(judged.quality.overall),
    )


def _lean(note: GameHint) -> Influence:
    experts: tuple[Weight, ...] = ()
    if note.expert is not None and note.expert.value in EXPERT_NAMES:
        experts = (Weight(note.expert.value, round(EXPERT_GAIN * note.expert.probability, 4)),)
    return Influence(note.temperature_factor, note.length_factor, experts=experts)


def _played(state: GameState, keys: Sequence[str], came: str) -> GamePlayed:
    expected, plain = chances(state.counts, keys), chances(state.counts, keys[-1:])
    if not expected.known:
        return GamePlayed(came, None, None, None, None, None, state.score)
    top, commonest = expected.ordered()[0][0], plain.ordered()[0][0]
    modes = marginal((key.split("/")[1], p) for key, p in expected.known.items())
    mode = best_of(modes)
    hit, baseline_hit = top == came, commonest == came
    mode_hit = mode is not None and mode.value == came.split("/")[1]
    loss, baseline = -math.log(expected.of(came)), -math.log(plain.of(came))
    old = state.score
    score = Score(
        old.turns + 1,
        old.hits + hit,
        old.mode_hits + mode_hit,
        old.baseline_hits + baseline_hit,
        round(old.loss + loss, 6),
        round(old.baseline_loss + baseline, 6),
    )
    return GamePlayed(came, hit, mode_hit, baseline_hit, round(loss, 4), round(baseline, 4), score)
