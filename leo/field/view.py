"""The one seam through which counts are asked for, always in batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from leo.field.looks import RowView

__all__ = ["KINDS", "Ask", "Kind", "View"]

Kind = Literal["next", "opening", "near"]
"""``next``: what follows one or two words. ``opening``: what follows the first word
or two of a sentence. ``near``: what stands around a word."""

KINDS: tuple[Kind, ...] = ("next", "opening", "near")


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to the field.

    Attributes
    ----------
    kind
        What is asked for.
    words
        Word ids of the context.
    wanted
        Ids to include although they are not among the strongest.
    """

    kind: Kind
    words: tuple[int, ...]
    wanted: frozenset[int] = frozenset()


class View(Protocol):
    """What speaking and perceiving may know of a field."""

    @property
    def heard(self) -> float:
        """Tokens counted so far, private thoughts at their weight."""
        ...

    def id(self, word: str) -> int | None:
        """Give a known word's id."""
        ...

    def word(self, id: int) -> str:  # noqa: A002
        """Give the canonical word of an id."""
        ...

    def form(self, id: int) -> str:  # noqa: A002
        """Give how the word is usually written inside a sentence."""
        ...

    def count(self, id: int) -> float:  # noqa: A002
        """Give how often the word was heard, private thoughts at their weight."""
        ...

    def counts(self, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give how often each word was heard, as `count` does."""
        ...

    def content(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which words carry content."""
        ...

    async def look(self, asks: Sequence[Ask]) -> tuple[RowView, ...]:
        """Answer a batch of questions, in order."""
        ...

    def strongest(self, pair: tuple[int, int]) -> int | None:
        """Give the word that follows two words most often; of equals the older."""
        ...

    async def knows_runs(self, runs: Sequence[tuple[int, int, int]]) -> list[bool]:
        """Tell of each run of three words whether it was heard."""
        ...
