"""Rows: what was counted behind one context, bounded where it must be.

A cell is one integer, ``units << 8 | sources``: how often, and who from (one bit per
source). Packing keeps a learned n-gram at one dictionary entry. A unit is a quarter of a
hearing, because a private thought weighs less than a text that was heard.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from leo.records import SOURCES, Source
from leo.text.sources import THOUGHTS

__all__ = [
    "COUNT_SHIFT",
    "MASK",
    "TOP",
    "UNITS",
    "Part",
    "Row",
    "bit",
    "cell_of",
    "cells_of",
    "count_of",
    "sources_of",
    "summed",
    "summed_up",
    "units_of",
]

Ints = NDArray[np.int64]
Part = tuple[Ints, Ints]
"""Words, ascending, and their cells."""

COUNT_SHIFT = 8
"""Bits below the count; one per source."""

UNITS = 4
"""Units of a hearing. A private thought counts one of them."""

MASK = (1 << COUNT_SHIFT) - 1

_WORD = 32
"""Bits of a word's id, where a count stands above it."""

TOP = 64
"""Continuations of a context that are considered; rarer ones are found when asked for by name."""


def bit(source: Source) -> int:
    """Give a source's bit."""
    return 1 << SOURCES.index(source)


def units_of(source: Source) -> int:
    """Give what one occurrence counts, in units: all for a text heard, one for a thought."""
    return 1 if source in THOUGHTS else UNITS


def cell_of(count: float, *sources: Source) -> int:
    """Make a cell of a number of hearings and who they came from."""
    mask = 0
    for source in sources:
        mask |= bit(source)
    return round(count * UNITS) << COUNT_SHIFT | mask


def count_of(cell: int) -> float:
    """Give how often, in hearings."""
    return (cell >> COUNT_SHIFT) / UNITS


def sources_of(cell: int) -> tuple[Source, ...]:
    """Give who it came from."""
    return _sources(cell & MASK)


@lru_cache(maxsize=MASK + 1)
def _sources(mask: int) -> tuple[Source, ...]:
    return tuple(source for i, source in enumerate(SOURCES) if mask >> i & 1)


def summed(cells: Iterable[int]) -> int:
    """Give one cell for several of the same n-gram: all that was heard, from all it came from."""
    units = mask = 0
    for cell in cells:
        units += cell >> COUNT_SHIFT
        mask |= cell
    return units << COUNT_SHIFT | mask & MASK


class Row:
    """The continuations of one context in one layer.

    ``top`` holds the `TOP` strongest continuations once there are more, exactly and in
    every history the same: strongest count first, then the older word. Counts only grow
    between two folds, so a word outside can enter only in the moment it is counted.
    """

    __slots__ = ("_part", "cells", "floor", "top", "total")

    def __init__(self) -> None:
        self.cells: dict[int, int] = {}
        self.total = 0
        self.top: list[int] | None = None
        self.floor: int | None = None
        """What the weakest of the strongest was when it was looked for: it has grown since, if
        anything, so whoever is weaker than that need not be held against it."""
        self._part: Part | None = None
        """What is considered, once somebody looked, until the row grows."""

    @staticmethod
    def of(cells: dict[int, int], top: list[int] | None = None) -> "Row":
        """Make a row of its cells; ``top`` names the strongest if there are more than `TOP`."""
        row = Row()
        row.cells, row.top = cells, top
        row.total = sum(cell >> COUNT_SHIFT for cell in cells.values())
        return row

    @staticmethod
    def whole(cells: dict[int, int]) -> "Row":
        """Make a row of its cells, and look for the strongest."""
        row = Row.of(cells)
        if len(cells) > TOP:
            row.top = sorted(cells, key=row._strength)[:TOP]
        return row

    def add(self, word: int, units: int, mask: int) -> bool:
        """Count a continuation, and tell whether it is the first of this word here."""
        cells = self.cells
        old = cells.get(word, 0)
        cells[word] = (old + (units << COUNT_SHIFT)) | mask
        self.total += units
        self._part = None
        if len(cells) > TOP:
            self._rank(word)
        return not old

    def _rank(self, word: int) -> None:
        cells = self.cells
        if self.top is None:
            self.top = sorted(cells, key=self._strength)[:TOP]
            return
        mine = word - (cells[word] >> COUNT_SHIFT << _WORD)
        if (self.floor is not None and mine > self.floor) or word in self.top:
            return
        self.floor = max([one - (cells[one] >> COUNT_SHIFT << _WORD) for one in self.top])
        if mine < self.floor:
            self.top[self.top.index(self.floor & (1 << _WORD) - 1)] = word

    def _strength(self, word: int) -> int:
        """Give a number by which to rank: the less the stronger; of equals the older word."""
        return word - (self.cells[word] >> COUNT_SHIFT << _WORD)

    def __len__(self) -> int:
        return len(self.cells)

    def knows(self, word: int) -> bool:
        """Tell whether a word is here."""
        return word in self.cells

    def strongest(self) -> Part:
        """Give the words that are considered, ascending, and their cells."""
        if self._part is None:
            words = sorted(self.cells if self.top is None else self.top)
            cells = [self.cells[word] for word in words]
            self._part = np.array(words, np.int64), np.array(cells, np.int64)
        return self._part

    def many(self, words: Ints) -> Ints:
        """Give the cells of words, 0 for those that are not here."""
        if self._part is not None and self.top is None:
            return cells_of(self._part, words)
        cells = self.cells
        return np.array([cells.get(word, 0) for word in words.tolist()], np.int64)


def cells_of(part: Part, words: Ints) -> Ints:
    """Give the cells of words in a row that has at least one, 0 for those that are not in it."""
    ids, cells = part
    at = ids.searchsorted(words)
    at[at == len(ids)] = 0
    found = cells[at]
    found[ids[at] != words] = 0
    return found


def summed_up(parts: Sequence[Part]) -> Part:
    """Add up the cells of rows of one context."""
    ids = np.concatenate([words for words, _ in parts])
    order = ids.argsort(kind="stable")
    ids, cells = ids[order], np.concatenate([cells for _, cells in parts])[order]
    new = np.empty(len(ids), np.bool_)
    new[0] = True
    np.not_equal(ids[1:], ids[:-1], out=new[1:])
    begins = new.nonzero()[0]
    units = np.add.reduceat(cells >> COUNT_SHIFT, begins)
    return ids[begins], units << COUNT_SHIFT | np.bitwise_or.reduceat(cells & MASK, begins)
