"""A run of Turns, and the small records that Leo answers questions about himself with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, overload

from leo.records import Totals, Turn
from leo.records.shown import turns_html

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Forgotten", "ReadReport", "Stats", "Turns"]


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

        return pd.DataFrame([_row(turn) for turn in self._turns]).set_index("id")


def _row(turn: Turn) -> dict[str, object]:
    pulse, chambers = turn.percept.pulse, turn.percept.impression.chambers
    return {
        "id": turn.id,
        "at": turn.at,
        "prompt": turn.prompt,
        "reply": turn.reply,
        "novelty": pulse.novelty,
        "arousal": pulse.arousal,
        "expected_entropy": pulse.expected_entropy,
        "pulse": pulse.pulse,
        **dict(zip(chambers.NAMES, chambers.values(), strict=True)),
        **{f"expert_{one.expert}": one.weight for one in turn.blend.weights},
        "temperature": turn.blend.temperature,
        "entropy": turn.utterance.entropy,
        "quality": turn.quality.overall,
        "external_vocab": turn.external_vocab,
        "words": turn.totals.words,
        "bigrams": turn.totals.bigrams,
        "trigrams": turn.totals.trigrams,
        "pairs": turn.totals.pairs,
        "faults": len(turn.faults),
    }


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
