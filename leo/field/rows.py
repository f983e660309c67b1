"""Rows: what was counted behind one context, bounded where it must be.

A cell is one integer, ``units << 8 | sources``: how often, and who from (one bit per
source). Packing keeps a learned n-gram at one dictionary entry. A unit is a quarter of a
hearing, because a private thought weighs less than a text that was heard.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from leo.field.arrays import changes
from leo.records import SOURCES, Source
from leo.text.sources import THOUGHTS

__all__ = [
    "COUNT_SHIFT",
    "FEW",
    "MASK",
    "TOP",
    "UNITS",
    "WORD",
    "Part",
    "Row",
    "RowTable",
    "add_up",
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
Cell = TypeVar("Cell", bound=np.integer[Any])
Part = tuple[Ints, Ints]
"""Words, ascending, and their cells."""

COUNT_SHIFT = 8
"""Bits below the count; one per source."""

UNITS = 4
"""Units of a hearing. A private thought counts one of them."""

MASK = (1 << COUNT_SHIFT) - 1

WORD = 32
"""Bits of a word's id, where a count stands above it."""

FEW = 32
"""Cells up to which rows of one context are added up one by one."""

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


def add_up(found: dict[int, int], cells: Iterable[tuple[int, int]]) -> None:
    """Add cells to those of the same words: all that was heard, from all it came from."""
    for word, cell in cells:
        old = found.get(word)
        found[word] = cell if old is None else old + (cell & ~MASK) | cell & MASK


class Row:
    """The continuations of one context in one layer, as they are now.

    Attributes
    ----------
    cells
        The cells by word.
    total
        Units of all of them.
    top
        The strongest words if there are more than `TOP`, in no order, else ``None``.
    """

    __slots__ = ("_key", "_parts", "cells", "top", "total")

    def __init__(
        self,
        cells: dict[int, int],
        total: int,
        top: list[int] | None,
        parts: dict[int, Part],
        key: int,
    ) -> None:
        self.cells, self.total, self.top = cells, total, top
        self._parts, self._key = parts, key

    def __len__(self) -> int:
        return len(self.cells)

    def strongest(self) -> Part:
        """Give the words that are considered, ascending, and their cells."""
        part = self._parts.get(self._key)
        if part is None:
            words = sorted(self.cells if self.top is None else self.top)
            cells = [self.cells[word] for word in words]
            part = np.array(words, np.int64), np.array(cells, np.int64)
            self._parts[self._key] = part
        return part

    def each(self) -> Iterable[tuple[int, int]]:
        """Go through the words and their cells."""
        return self.cells.items()

    def many(self, words: Ints) -> Ints:
        """Give the cells of words, 0 for those that are not here."""
        part = self._parts.get(self._key)
        if part is not None and self.top is None:
            return cells_of(part, words)
        cells = self.cells
        return np.array([cells.get(word, 0) for word in words.tolist()], np.int64)


NO_CELLS: Mapping[int, int] = {}


class RowTable:
    """The rows of one kind in a layer that counts.

    A life has tens of thousands of rows, and Python's collector goes through all objects that
    hold others, now and then while Leo speaks; dictionaries of numbers it leaves alone. So a row
    is no object: its cells are such a dictionary, its total stands beside them, and a `Row` is
    made when somebody looks.

    The `TOP` strongest continuations of a row are known when it is looked at and there are
    more, exactly and in every history the same: strongest count first, then the older word.
    Counts only grow between two folds, so only words that were counted since can have entered.
    """

    def __init__(self) -> None:
        self.cells: dict[int, dict[int, int]] = {}
        """The cells by word, by context."""
        self._totals: dict[int, int] = {}
        self._tops: dict[int, list[int]] = {}
        self._since: dict[int, set[int]] = {}
        """Words counted since the strongest were last found."""
        self._parts: dict[int, Part] = {}
        """What is considered, once somebody looked, until the row grows."""

    def __len__(self) -> int:
        return len(self.cells)

    def __iter__(self) -> Iterator[int]:
        return iter(self.cells)

    def __contains__(self, key: object) -> bool:
        return key in self.cells

    def get(self, key: int) -> Row | None:
        """Give a row, ``None`` if there is none."""
        cells = self.cells.get(key)
        if cells is None:
            return None
        return Row(cells, self._totals[key], self._top(key, cells), self._parts, key)

    def items(self) -> Iterator[tuple[int, Row]]:
        """Go through all rows, with their contexts."""
        for key, cells in self.cells.items():
            yield key, Row(cells, self._totals[key], self._top(key, cells), self._parts, key)

    def _top(self, key: int, cells: Mapping[int, int]) -> list[int] | None:
        if len(cells) <= TOP:
            return None
        known, since = self._tops.get(key), self._since.pop(key, None)
        if known is None or since:
            among = cells if known is None or since is None else since.union(known)
            known = sorted(among, key=lambda word: word - (cells[word] >> COUNT_SHIFT << WORD))
            known = self._tops[key] = known[:TOP]
        return known

    def total(self, key: int) -> int:
        """Give the units of a row."""
        return self._totals.get(key, 0)

    def size(self, key: int) -> int:
        """Give how many cells a row has."""
        return len(self.cells.get(key, NO_CELLS))

    def each(self, key: int) -> Iterable[tuple[int, int]]:
        """Go through the words and cells of a row."""
        return self.cells.get(key, NO_CELLS).items()

    def knows(self, key: int, word: int) -> bool:
        """Tell whether a word is in a row."""
        cells = self.cells.get(key)
        return cells is not None and word in cells

    def put(self, key: int, cells: dict[int, int], total: int) -> None:
        """Put a row that was counted before in its place."""
        self.cells[key], self._totals[key] = cells, total

    def add(self, key: int, word: int, units: int, mask: int) -> bool:
        """Count a continuation, and tell whether it is the first of this word here."""
        cells = self.cells.get(key)
        if cells is None:
            cells = self.cells[key] = {}
        old = cells.get(word, 0)
        cells[word] = (old + (units << COUNT_SHIFT)) | mask
        self._totals[key] = self._totals.get(key, 0) + units
        if key in self._parts:
            del self._parts[key]
        if key in self._tops:
            self._since.setdefault(key, set()).add(word)
        return not old

    def take_over(self, key: int, other: "RowTable") -> None:
        """Count everything in a row of another table; it may become this one's."""
        cells, mine = other.cells[key], self.cells.get(key)
        if mine is None:
            self.put(key, cells, other._totals[key])
            return
        for word, cell in cells.items():
            mine[word] = mine.get(word, 0) + (cell & ~MASK) | cell & MASK
        self._totals[key] += other._totals[key]
        self._parts.pop(key, None)
        if key in self._tops:
            self._since.setdefault(key, set()).update(cells)


def cells_of(part: tuple[NDArray[Any], NDArray[Cell]], words: NDArray[Any]) -> NDArray[Cell]:
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
    begins = changes(ids).nonzero()[0]
    units = np.add.reduceat(cells >> COUNT_SHIFT, begins)
    return ids[begins], units << COUNT_SHIFT | np.bitwise_or.reduceat(cells & MASK, begins)
