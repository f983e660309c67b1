"""A run of Turns, and the small records that Leo answers questions about himself with."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, overload

from leo.records import EXPERT_NAMES, Chambers, Totals, Turn
from leo.records.shown import turns_html

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "TURN_COLUMNS",
    "Cell",
    "Column",
    "Compacted",
    "Forgotten",
    "ReadReport",
    "Stats",
    "Turns",
]


Cell: TypeAlias = str | int | float | None
"""A value of a table."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table of turns: its name, its kind, and how to find it in a Turn."""

    name: str
    kind: type[str] | type[int] | type[float]
    of: Callable[[Turn], Cell]


def _weight(expert: str) -> Callable[[Turn], Cell]:
    return lambda turn: sum(one.weight for one in turn.blend.weights if one.expert == expert)


def _chamber(name: str) -> Callable[[Turn], Cell]:
    i = Chambers.NAMES.index(name)
    return lambda turn: turn.percept.impression.chambers.values()[i]


TURN_COLUMNS: Final = (
    Column("id", int, lambda turn: turn.id),
    Column("at", float, lambda turn: turn.at),
    Column("prompt", str, lambda turn: turn.prompt),
    Column("reply", str, lambda turn: turn.reply),
    Column("novelty", float, lambda turn: turn.percept.pulse.novelty),
    Column("arousal", float, lambda turn: turn.percept.pulse.arousal),
    Column("expected_entropy", float, lambda turn: turn.percept.pulse.expected_entropy),
    Column("pulse", float, lambda turn: turn.percept.pulse.pulse),
    *(Column(name, float, _chamber(name)) for name in Chambers.NAMES),
    Column("dominant", str, lambda turn: turn.percept.impression.dominant),
    Column("wound", float, lambda turn: turn.influence.wound),
    Column("leaned", str, lambda turn: ", ".join(one.module for one in turn.leanings)),
    *(Column(f"expert_{name}", float, _weight(name)) for name in EXPERT_NAMES),
    Column("temperature", float, lambda turn: turn.blend.temperature),
    Column("by", str, lambda turn: turn.utterance.by),
    Column("reply_words", int, lambda turn: len(turn.utterance.words)),
    Column("entropy", float, lambda turn: turn.utterance.entropy),
    Column("quality", float, lambda turn: turn.quality.overall),
    Column("external_vocab", float, lambda turn: turn.external_vocab),
    Column("words", int, lambda turn: turn.totals.words),
    Column("bigrams", int, lambda turn: turn.totals.bigrams),
    Column("trigrams", int, lambda turn: turn.totals.trigrams),
    Column("pairs", int, lambda turn: turn.totals.pairs),
    Column("faults", int, lambda turn: len(turn.faults)),
)
"""One tidy row per turn: what `Turns.to_frame` and an export tell of it.

``leaned`` names the modules that leaned on the reply, ``by`` who spoke; ``words``,
``bigrams``, ``trigrams`` and ``pairs`` are the size of the field after the turn.
"""


class Turns(Sequence[Turn]):
    """Turns in the order in which they happened.

    Parameters
    ----------
    turns
        The turns.
    """

    def __init__(self, turns: Sequence[Turn] = ()) -> None:
        self._turns = tuple(turns)

    @overload
    def __getitem__(self, index: int) -> Turn: ...

    @overload
    def __getitem__(self, index: slice) -> "Turns": ...

    def __getitem__(self, index: int | slice) -> "Turn | Turns":
        """Give a turn by its place, or a part of the run."""
        if isinstance(index, slice):
            return Turns(self._turns[index])
        return self._turns[index]

    def __len__(self) -> int:
        """Count the turns."""
        return len(self._turns)

    def __iter__(self) -> Iterator[Turn]:
        """Go through the turns."""
        return iter(self._turns)

    def __eq__(self, other: object) -> bool:
        """Compare turn by turn."""
        return isinstance(other, Turns) and self._turns == other._turns

    def __hash__(self) -> int:
        """Hash by the turns' numbers and seeds."""
        return hash(tuple((turn.id, turn.seed) for turn in self._turns))

    def __repr__(self) -> str:
        if not self._turns:
            return "Turns()"
        return f"Turns({len(self)}, ids {self._turns[0].id} to {self._turns[-1].id})"

    def _repr_html_(self) -> str:
        """Show the turns in a notebook, as a table."""
        return turns_html(self)

    def to_frame(self) -> "pd.DataFrame":
        """Give one row per turn with its main numbers, indexed by turn id.

        Raises
        ------
        ImportError
            If pandas is not installed (``pip install 'leo-organism[frames]'``).
        """
        import pandas as pd  # noqa: PLC0415  an extra; the core does without

        told = {column.name: [column.of(turn) for turn in self] for column in TURN_COLUMNS}
        return pd.DataFrame(told).set_index("id")


@dataclass(frozen=True, slots=True)
class Stats:
    """What a Leo amounts to.

    ``turns`` and ``entries`` are counted with the forgotten ones. ``centers`` are the words he
    starts from, strongest first; ``born`` is in seconds of his clock.
    """

    path: Path
    seed: int
    born: float
    turns: int
    entries: int
    totals: Totals
    centers: tuple[str, ...]
    themes: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What forgetting came to; nothing in it tells what was forgotten.

    Attributes
    ----------
    turns
        Turns that are gaps now.
    entries
        Journal entries outside turns (observed texts, batches of books) that lost texts.
    echoes
        Other turns, in which Leo had quoted what was forgotten: there it was cut out.
    words
        How many words he no longer knows.
    """

    turns: tuple[int, ...] = ()
    entries: tuple[int, ...] = ()
    echoes: tuple[int, ...] = ()
    words: int = 0


@dataclass(frozen=True, slots=True)
class Compacted:
    """What making a file smaller came to.

    Attributes
    ----------
    before, after
        Bytes of the file.
    plain
        Turns of which only the texts were kept, those of earlier times not counted.
    """

    before: int
    after: int
    plain: int


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What reading a book came to.

    ``digest`` is the BLAKE2b of the text; ``skipped`` says that it was read before and
    nothing was learned.
    """

    path: Path
    digest: str
    tokens: int
    batches: int
    skipped: bool
