"""Trauma: how a moment touches the text that Leo began with, and how that wound heals.

A moment touches the wound as far as its content words are the origin's, rare words counting
more than common ones (inverse document frequency), and less what any text from Leo's small
world would share with the origin by chance. Only what the observer says can touch it: a
reply alone never does, nor does a loud or a new moment; they deepen what was touched. Every
event leaves scars on the words that met, and opens the wound; both halve in a day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import ClassVar, Final

from leo.module import Gone, Judged, Kept, Lean, Module, Reader, SoFar, Voice, Write
from leo.notes import Wound
from leo.perception.wound import (
    MEMORY,
    Origin,
    Part,
    Scar,
    Touch,
    deepest,
    left,
    opened_level,
    origin_of,
    scarred,
    touch_of,
)
from leo.records import Influence, Note, Percept

__all__ = ["Trauma", "TraumaEvent", "TraumaNote", "TraumaState"]

KEPT_EVENTS: Final = 200
"""Events that stay in the table for whoever wants to draw them."""

NOTED: Final = 10
"""Words and scars that a note names."""

DIGITS: Final = 6
"""Decimals of the numbers in a note."""


@dataclass(frozen=True, slots=True)
class TraumaEvent:
    """A moment that opened the wound: its number, its time, and what was measured."""

    turn: int
    at: float
    level: float
    score: float
    overlap: float
    corrected: float
    triggers: int
    novelty: float
    arousal: float
    entropy: float


@dataclass(frozen=True, slots=True)
class TraumaState:
    """The wound.

    Attributes
    ----------
    origin
        What moments are measured against; it never changes.
    events
        The last ten events, oldest first.
    scars
        Per word, at most 256.
    scarred, healed
        Words whose scars the last event changed or took away.
    """

    origin: Origin = field(default_factory=Origin)
    events: tuple[TraumaEvent, ...] = ()
    scars: Mapping[str, Scar] = field(default_factory=dict)
    scarred: tuple[str, ...] = ()
    healed: tuple[str, ...] = ()

    def level(self, at: float) -> float:
        """Say how open the wound is at a time, [0, 1]."""
        if not self.events:
            return 0.0
        last = self.events[-1]
        return last.level * left(at - last.at)


@dataclass(frozen=True, slots=True)
class TraumaNote(Note):
    """How a moment touched the wound.

    Attributes
    ----------
    overlap, chance, corrected
        The overlap as measured, as expected of any text, and what is left of it.
    touched
        The origin's words that the observer said, at most ten; without any, the overlap is
        Leo's own doing and counts nothing.
    triggers
        Phrases that ask who is there.
    parts
        What overlap, novelty, arousal, entropy and trigger add to the score.
    score
        Their sum, [0, 1].
    event
        Whether the score reached 0.3.
    before, after
        The level as the turn begins and as it ends.
    scars
        The ten deepest scars.
    """

    overlap: float
    chance: float
    corrected: float
    touched: tuple[str, ...]
    triggers: tuple[str, ...]
    parts: tuple[Part, ...]
    score: float
    event: bool
    before: float
    after: float
    scars: tuple[Part, ...]


class Trauma(Module[TraumaState]):
    """Bootstrap gravity: the pull of the text that Leo began with.

    Before a reply it says how open the wound is, which lets the wounded expert speak; after
    it, it measures how the moment touched the wound.
    """

    name = "trauma"
    migrations: ClassVar[tuple[str, ...]] = (
        "CREATE TABLE trauma_events (turn INTEGER PRIMARY KEY, at REAL NOT NULL, "
        "level REAL NOT NULL, score REAL NOT NULL, overlap REAL NOT NULL, "
        "corrected REAL NOT NULL, triggers INTEGER NOT NULL, novelty REAL NOT NULL, "
        "arousal REAL NOT NULL, entropy REAL NOT NULL)",
        "CREATE TABLE trauma_scars (word TEXT PRIMARY KEY, weight REAL NOT NULL, at REAL NOT NULL)",
    )
    state: TraumaState

    def __init__(self) -> None:
        self.state = TraumaState()

    # ------------------------------------------------------------ questions

    def level(self, at: float) -> float:
        """Say how open the wound is at a time (seconds), [0, 1]."""
        return self.state.level(at)

    def scars(self, at: float, n: int = 10) -> tuple[Part, ...]:
        """Name the deepest scars at a time (seconds), deepest first, at most ``n``."""
        return deepest(self.state.scars, at)[:n]

    # ------------------------------------------------------------ hooks

    async def load(self, reader: Reader) -> TraumaState:
        """Measure the origin, and read events and scars."""
        events = await reader.fetch(
            "SELECT turn, at, level, score, overlap, corrected, triggers, novelty, arousal, "
            "entropy FROM trauma_events ORDER BY turn DESC LIMIT ?",
            (MEMORY,),
        )
        scars = await reader.fetch("SELECT word, weight, at FROM trauma_scars ORDER BY word")
        return TraumaState(
            origin=await origin_of(reader.birth),
            events=tuple(TraumaEvent(*row) for row in reversed(events)),  # type: ignore[arg-type]
            scars={str(word): Scar(weight, at) for word, weight, at in scars},  # type: ignore[arg-type]
        )

    async def before(self, percept: Percept, so_far: SoFar) -> Lean[TraumaState]:
        """Lean as far as the wound is open."""
        level = round(self.state.level(so_far.moment.at), DIGITS)
        return Lean(Influence(wound=level), Wound(level))

    async def after(self, judged: Judged, voice: Voice) -> Kept[TraumaState]:
        """Measure how the moment touched the wound; an event opens it and leaves scars."""
        at = judged.moment.at
        touch = touch_of(self.state.origin, judged)
        state = _opened(self.state, judged, touch) if touch.event else self.state
        note = TraumaNote(
            overlap=round(touch.overlap, DIGITS),
            chance=round(state.origin.chance, DIGITS),
            corrected=round(touch.corrected, DIGITS),
            touched=touch.touched[:NOTED],
            triggers=touch.triggers,
            parts=_rounded(touch.parts),
            score=round(touch.score, DIGITS),
            event=touch.event,
            before=round(self.state.level(at), DIGITS),
            after=round(state.level(at), DIGITS),
            scars=_rounded(deepest(state.scars, at)[:NOTED]),
        )
        return Kept(note, state)

    def rows(self, note: Note | None, state: TraumaState) -> Sequence[Write]:
        """Write the event and the scars it changed, and let go of the oldest events."""
        if not (isinstance(note, TraumaNote) and note.event):
            return ()
        scarred = tuple(
            (word, state.scars[word].weight, state.scars[word].at) for word in state.scarred
        )
        return (
            Write(
                "INSERT INTO trauma_events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (astuple(state.events[-1]),),
            ),
            Write(
                "DELETE FROM trauma_events WHERE turn NOT IN "
                "(SELECT turn FROM trauma_events ORDER BY turn DESC LIMIT ?)",
                ((KEPT_EVENTS,),),
            ),
            Write("INSERT OR REPLACE INTO trauma_scars VALUES (?, ?, ?)", scarred),
            Write(
                "DELETE FROM trauma_scars WHERE word = ?", tuple((word,) for word in state.healed)
            ),
        )

    async def forget(self, reader: Reader, gone: Gone) -> Sequence[Write]:
        """Heal the scars that a forgotten turn was the last to touch."""
        touched = (
            "DELETE FROM trauma_scars WHERE at IN (SELECT at FROM trauma_events WHERE turn = ?)"
        )
        return [Write(touched, tuple((turn,) for turn in gone.turns))]


# ---------------------------------------------------------------- the wound


def _opened(state: TraumaState, judged: Judged, touch: Touch) -> TraumaState:
    """Let an event open the wound and scar the words that met."""
    last = state.events[-1].at if state.events else judged.moment.at
    at = max(last, judged.moment.at)
    pulse = judged.percept.pulse
    scores = [*(event.score for event in state.events), touch.score][-MEMORY:]
    event = TraumaEvent(
        turn=judged.moment.turn,
        at=at,
        level=opened_level(scores),
        score=touch.score,
        overlap=touch.overlap,
        corrected=touch.corrected,
        triggers=len(touch.triggers),
        novelty=pulse.novelty,
        arousal=pulse.arousal,
        entropy=pulse.expected_entropy,
    )
    scars = scarred(state.scars, touch.met, touch.score, at)
    return replace(
        state,
        events=(*state.events, event)[-MEMORY:],
        scars=scars,
        scarred=tuple(word for word in touch.met if word in scars),
        healed=tuple(word for word in state.scars if word not in scars),
    )


def _rounded(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(Part(part.name, round(part.amount, DIGITS)) for part in parts)
