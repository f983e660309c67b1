"""What a module is: a name, a memory, and up to three moments in which it acts.

A student's first module is four lines::

    class Shout(Module[None]):
        name = "shout"

        async def before(self, percept, so_far):
            return Lean(Influence(temperature=1.5))

A module never sees the field, the store or another module. It gets records and a `Voice`,
and what it gives back is a value: a lean, a revised utterance, a note, a new state. Nothing
of it counts before the turn is committed. During a turn the hooks run on a copy whose
``state`` is the turn's own; after the commit that state becomes the module's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, Generic, Protocol, TypeVar, cast

from leo.records import (
    Blend,
    Growth,
    Influence,
    Landscape,
    Note,
    Percept,
    Quality,
    Settings,
    Source,
    Unsaid,
    Utterance,
)
from leo.text.traces import Traces

__all__ = [
    "KEEP",
    "Gone",
    "Judged",
    "Keep",
    "Kept",
    "Lean",
    "Module",
    "Moment",
    "Reader",
    "Revision",
    "Said",
    "SoFar",
    "SqlValue",
    "Voice",
    "Write",
]

StateT = TypeVar("StateT")
NoteT = TypeVar("NoteT", bound=Note)

SqlValue = str | bytes | int | float | None
"""What SQLite keeps."""


class Keep:
    """The state stays as it is."""

    def __repr__(self) -> str:
        return "KEEP"


KEEP: Final = Keep()
"""Returned as ``state`` by a hook that changes none."""


# ---------------------------------------------------------------- what a hook is given


@dataclass(frozen=True, slots=True)
class Moment:
    """Which turn this is.

    Attributes
    ----------
    turn
        Its number.
    at
        Its time, in seconds.
    seed
        Of its luck: a module that draws opens a stream of its own name (`leo.luck.stream`).
    prompt
        What the observer said, as written; nothing of it may become Leo's own speech.
    settings
        What the caller chose.
    landscape
        The themes there are, and how they changed.
    """

    turn: int
    at: float
    seed: int
    prompt: str
    settings: Settings
    landscape: Landscape


@dataclass(frozen=True, slots=True)
class _Noted:
    moment: Moment
    notes: tuple[Note, ...]

    def note(self, kind: type[NoteT]) -> NoteT | None:
        """Find the note of a kind that was made so far in this turn."""
        return next((note for note in self.notes if isinstance(note, kind)), None)


@dataclass(frozen=True, slots=True)
class SoFar(_Noted):
    """Before speaking: how the modules standing earlier lean."""

    influence: Influence


@dataclass(frozen=True, slots=True)
class Said(_Noted):
    """After speaking, before anything is kept: what is about to be said, and how it came."""

    influence: Influence
    blend: Blend
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Judged(_Noted):
    """When the words stand: everything about them."""

    percept: Percept
    influence: Influence
    blend: Blend
    utterance: Utterance
    quality: Quality
    external_vocab: float


class Voice(Protocol):
    """Leo's voice as a module hears it: it speaks from the field, and changes nothing.

    Called, it speaks: words that may become the reply, each with its reasons. With `think`
    it comes to the same words and keeps no reasons: for what nobody is to hear.
    """

    async def __call__(
        self,
        *,
        seed: str = "",
        temperature: float = 1.0,
        semantic: float = 0.4,
        max_tokens: int = 40,
        top_k: int | None = None,
    ) -> Utterance:
        """Speak privately.

        Parameters
        ----------
        seed
            Text whose words draw the thought; it is never where the thought starts.
        temperature
            In (0, 10].
        semantic
            Weight of meaning against grammar, [0, 1].
        max_tokens
            Upper bound of the thought's length, 1..400; it aims at a quarter of it.
        top_k
            Continuations that are considered at each step, the strongest; all by default. Few
            make a thought cheaper and more usual.
        """
        ...

    async def think(
        self,
        *,
        seed: str = "",
        temperature: float = 1.0,
        semantic: float = 0.4,
        max_tokens: int = 40,
        top_k: int | None = None,
    ) -> Unsaid:
        """Think what speaking in this manner would say; cheaper, since no word tells its reasons.

        The same luck is taken as by speaking.
        """
        ...

    async def judge(self, said: Utterance | Unsaid) -> Quality:
        """Tell how good a reply to this turn's prompt these words would be."""
        ...

    async def keep(self, text: str, source: Source) -> Growth:
        """Keep a private thought: later utterances of this turn hear it, the commit learns it."""
        ...


class Reader(Protocol):
    """What a module can look at when it is loaded: the birth texts, and its own tables."""

    @property
    def birth(self) -> Sequence[tuple[Source, str]]:
        """The texts this Leo was born with, in order, each with its source."""
        ...

    async def fetch(
        self, sql: str, parameters: Sequence[SqlValue] = ()
    ) -> list[tuple[SqlValue, ...]]:
        """Run one SELECT and give its rows."""
        ...


# ---------------------------------------------------------------- what a hook gives back


@dataclass(frozen=True, slots=True)
class Lean(Generic[StateT]):
    """What ``before`` gives: a lean, perhaps a note, perhaps a new state."""

    influence: Influence = field(default_factory=Influence)
    note: Note | None = None
    state: StateT | Keep = KEEP


@dataclass(frozen=True, slots=True)
class Revision(Generic[StateT]):
    """What ``revise`` gives: other words (``None`` leaves them), a note, a new state."""

    utterance: Utterance | None = None
    note: Note | None = None
    state: StateT | Keep = KEEP


@dataclass(frozen=True, slots=True)
class Kept(Generic[StateT]):
    """What ``after`` gives: a note and a new state."""

    note: Note | None = None
    state: StateT | Keep = KEEP


@dataclass(frozen=True, slots=True)
class Write:
    """One statement of the turn's transaction, run once per row of parameters."""

    sql: str
    rows: tuple[tuple[SqlValue, ...], ...] = ((),)


@dataclass(frozen=True, slots=True)
class Gone:
    """What is being forgotten: turns with their times in seconds, and what no text may hold."""

    turns: Mapping[int, float]
    traces: Traces


# ---------------------------------------------------------------- the contract


class Module(Generic[StateT]):
    """The contract; every hook is a no-op until a module overrides it.

    Attributes
    ----------
    name
        One word, unique; used by ``without=``, faults and timings.
    migrations
        SQL statements that make the module's own tables, one each, in order; each runs once
        per file, together with the record that it ran.
    spared
        Columns (``table.column``) that forgetting need not look at: they hold the program's own
        words, or sum up many turns. Of everything else a row goes when its ``turn`` is
        forgotten, or a text in it quotes what is.
    state
        The module's memory as a value; set after ``load`` and after each commit. What it is
        before the first ``load`` it is again while its Leo sleeps.
    """

    name: ClassVar[str]
    migrations: ClassVar[tuple[str, ...]] = ()
    spared: ClassVar[tuple[str, ...]] = ()
    state: StateT = cast(StateT, None)

    async def load(self, reader: Reader) -> StateT:
        """Read the state from the module's own tables; the default has no memory."""
        return cast(StateT, None)

    async def before(self, percept: Percept, so_far: SoFar) -> Lean[StateT] | None:
        """Lean on the coming reply."""
        return None

    async def revise(self, percept: Percept, said: Said, voice: Voice) -> Revision[StateT] | None:
        """Think about what is about to be said, and perhaps change it."""
        return None

    async def after(self, judged: Judged, voice: Voice) -> Kept[StateT] | None:
        """Learn from what was said."""
        return None

    def mirror(self, state: StateT) -> str | None:
        """Write the state as JSON for human eyes; ``None`` (the default) for no mirror.

        It is kept beside the Leo's file, renewed now and then and at closing. The tables stay
        the truth, so that a failure here is logged, and strict mode raises it at the next call.
        """
        return None

    def rows(self, note: Note | None, state: StateT) -> Sequence[Write]:
        """Say what to write in the turn's transaction.

        Parameters
        ----------
        note
            The note that this module made in the turn, ``None`` if it made none.
        state
            The module's state as the turn leaves it.
        """
        return ()

    async def forget(self, reader: Reader, gone: Gone) -> Sequence[Write]:
        """Say what else is to be erased from the module's own tables; see `spared`.

        It is written before those rows go, in the same transaction; then the module is loaded
        anew.

        Parameters
        ----------
        reader
            Reads the tables as they are.
        gone
            What is forgotten.
        """
        return ()
