"""Rows: what was counted behind one context, bounded where it must be.

A cell is one integer, ``units << 8 | sources``: how often, and who from (one bit per
source). Packing keeps a learned n-gram at one dictionary entry. A unit is a quarter of a
hearing, because a private thought weighs less than a text that was heard.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leo.records import SOURCES, Source
from leo.text.sources import THOUGHTS

if TYPE_CHECKING:
    from leo.field.base import PackedRow

__all__ = [
    "COUNT_SHIFT",
    "TOP",
    "UNITS",
    "Row",
    "RowView",
    "bit",
    "cell_of",
    "count_of",
    "merged",
    "sources_of",
    "summed",
    "units_of",
]

COUNT_SHIFT = 8
"""Bits below the count; one per source."""

UNITS = 4
"""Units of a hearing. A private thought counts one of them."""

MASK = (1 << COUNT_SHIFT) - 1

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
    return tuple(source for i, source in enumerate(SOURCES) if cell >> i & 1)


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

    __slots__ = ("cells", "floor", "shown", "top", "total")

    def __init__(self) -> None:
        self.cells: dict[int, int] = {}
        self.total = 0
        self.top: list[int] | None = None
        self.floor = 0
        """Units that the weakest of the strongest has at least; spares looking for it."""
        self.shown: dict[int, int] | None = None
        """The strongest in ascending order, once somebody looked; never changed, only replaced."""

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

    def add(self, word: int, units: int, mask: int) -> None:
        """Count a continuation."""
        self.cells[word] = (self.cells.get(word, 0) + (units << COUNT_SHIFT)) | mask
        self.total += units
        self.shown = None
        if len(self.cells) > TOP:
            self._rank(word)

    def _rank(self, word: int) -> None:
        if self.top is None:
            self.top = sorted(self.cells, key=self._strength)[:TOP]
            return
        if self.cells[word] >> COUNT_SHIFT < self.floor or word in self.top:
            return
        weakest = max(self.top, key=self._strength)
        self.floor = self.cells[weakest] >> COUNT_SHIFT
        if self._strength(word) < self._strength(weakest):
            self.top[self.top.index(weakest)] = word

    def _strength(self, word: int) -> tuple[int, int]:
        return (-(self.cells[word] >> COUNT_SHIFT), word)

    def strongest(self) -> Iterable[int]:
        """Give the words that are considered."""
        return self.cells if self.top is None else self.top

    def known(self, words: Set[int]) -> set[int]:
        """Give those of some words that are here."""
        return {word for word in words if word in self.cells}

    def many(self, words: Iterable[int]) -> list[int]:
        """Give the cells of words, 0 for those that are not here."""
        return [self.cells.get(word, 0) for word in words]


@dataclass(frozen=True, slots=True)
class RowView:
    """A bounded look at one context over all layers.

    ``cells`` are in ascending word order, so that nothing depends on the history of a
    dictionary. ``total`` (in hearings) and ``kinds`` count everything, also what is not shown.
    """

    total: float
    kinds: int
    cells: dict[int, int]


EMPTY = RowView(0, 0, {})


def _alone(row: "Row | PackedRow", wanted: Set[int]) -> dict[int, int]:
    """Look at a row that stands in one layer only; what it shows is kept until it grows."""
    if row.shown is None:
        first = sorted(row.strongest())
        row.shown = dict(zip(first, row.many(first), strict=True))
    if row.top is None:
        return row.shown
    more = row.known(wanted - row.shown.keys())
    if not more:
        return row.shown
    return {word: row.cells[word] for word in sorted(more.union(row.shown))}


def merged(
    rows: "Sequence[Row | PackedRow]", kinds: int, wanted: Set[int] = frozenset()
) -> RowView:
    """Look at the rows of one context in several layers as one.

    Parameters
    ----------
    rows
        The layers' rows.
    kinds
        Distinct continuations over all of them.
    wanted
        Words to include although they are not among the strongest.
    """
    if not rows:
        return EMPTY
    if len(rows) == 1:
        return RowView(rows[0].total / UNITS, kinds, _alone(rows[0], wanted))
    return Together(rows).view(kinds, wanted)


class Together:
    """The rows of one context in several layers, looked at as one.

    Parameters
    ----------
    rows
        Two or more rows, topmost layer first.
    """

    __slots__ = ("_cells", "_rows", "_total")

    def __init__(self, rows: "Sequence[Row | PackedRow]") -> None:
        self._rows = rows
        self._total = sum(row.total for row in rows)
        shown = set[int]().union(*(row.strongest() for row in rows))
        self._cells = self._sums(sorted(shown))

    def still(self, rows: "Sequence[Row | PackedRow]") -> bool:
        """Tell whether these are the same rows, and none has grown."""
        return rows == self._rows and sum(row.total for row in rows) == self._total

    def view(self, kinds: int, wanted: Set[int]) -> RowView:
        """Look at them; see `merged`."""
        cells = self._cells
        if any(row.top is not None for row in self._rows):  # else everything is shown already
            asked = wanted - cells.keys()
            more = set[int]().union(*(row.known(asked) for row in self._rows)) if asked else None
            if more:
                cells = cells | self._sums(sorted(more))
                cells = {word: cells[word] for word in sorted(cells)}
        return RowView(self._total / UNITS, kinds, cells)

    def _sums(self, words: Sequence[int]) -> dict[int, int]:
        columns = zip(*(row.many(words) for row in self._rows), strict=True)
        return dict(zip(words, map(summed, columns), strict=True))
