"""Looks: the rows of one context in several layers, seen as one and kept at hand.

What is seen is two short arrays in ascending word order, so that nothing depends on the
history of a dictionary and a step of a walk is a few sums over them. The same contexts come
again and again: a look is kept until a row under it grows.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from leo.field.rows import COUNT_SHIFT, MASK, UNITS, Part, summed_up

__all__ = ["NOTHING", "Look", "Looks", "RowView", "Shown", "places"]

Ints = NDArray[np.int64]

AT_HAND: Final = 250_000
"""Cells that the looks of a layer show in all, some ten megabytes; those asked for last stay."""

FEW: Final = 32
"""Cells up to which rows are added up one by one."""

LOOKED_UP: Final = 24
"""Cells that a look of any size counts for, besides its own."""


class Shown(Protocol):
    """A row, as far as a look is concerned."""

    @property
    def total(self) -> int:
        """Units of all cells."""
        ...

    @property
    def top(self) -> object:
        """The strongest words if not all are considered, else ``None``."""
        ...

    def strongest(self) -> Part:
        """Give the words that are considered, ascending, and their cells."""
        ...

    @property
    def cells(self) -> Mapping[int, int]:
        """The cells by word."""
        ...

    def __len__(self) -> int: ...

    def many(self, words: Ints) -> Ints:
        """Give the cells of words, 0 for those that are not here."""
        ...


class RowView:
    """A bounded look at one context over all layers.

    Parameters
    ----------
    total
        What was counted, in hearings, also of what is not shown.
    kinds
        How many different words follow, also those that are not shown.
    ids, held
        The words that are shown, ascending, and their cells.
    """

    __slots__ = ("_cells", "_units", "held", "ids", "kinds", "total")

    def __init__(self, total: float, kinds: int, ids: Ints, held: Ints) -> None:
        self.total, self.kinds, self.ids, self.held = total, kinds, ids, held
        self._units: Ints | None = None
        self._cells: dict[int, int] | None = None

    @staticmethod
    def of(total: float, kinds: int, cells: Mapping[int, int]) -> "RowView":
        """Make a look of cells by word."""
        words = sorted(cells)
        held = [cells[word] for word in words]
        return RowView(total, kinds, np.array(words, np.int64), np.array(held, np.int64))

    @property
    def units(self) -> Ints:
        """The units of the cells."""
        if self._units is None:
            self._units = self.held >> COUNT_SHIFT
        return self._units

    @property
    def cells(self) -> dict[int, int]:
        """The cells by word, in ascending order."""
        if self._cells is None:
            self._cells = dict(zip(self.ids.tolist(), self.held.tolist(), strict=True))
        return self._cells

    def cell(self, word: int) -> int:
        """Give a word's cell, 0 if it is not shown."""
        i = int(self.ids.searchsorted(word))
        return int(self.held[i]) if i < len(self.ids) and self.ids[i] == word else 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RowView):
            return NotImplemented
        mine, theirs = (self.total, self.kinds), (other.total, other.kinds)
        return mine == theirs and self.cells == other.cells

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"RowView({self.total}, {self.kinds}, {self.cells})"


def places(ids: Ints, words: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Find words in ascending ids: the places of those found, and which were found."""
    at = ids.searchsorted(words)
    at[at == len(ids)] = 0
    found = ids[at] == words if len(ids) else np.zeros(len(words), bool)
    return at[found], found


@lru_cache(maxsize=16)
def _ascending(words: frozenset[int]) -> Ints:
    return np.array(sorted(words), np.int64)


def _few(rows: Sequence[Shown]) -> Part:
    """Add up short rows; with so few cells, plain numbers are quicker than arrays."""
    first, *others = rows
    found = dict(first.cells)
    for row in others:
        for word, cell in row.cells.items():
            old = found.get(word, 0)
            found[word] = old + (cell & ~MASK) | cell & MASK
    words = sorted(found)
    return np.array(words, np.int64), np.array([found[word] for word in words], np.int64)


class Look:
    """The rows of one context in several layers, as one.

    Parameters
    ----------
    rows
        The rows, topmost layer first.
    kinds
        Different words over all of them.
    """

    __slots__ = ("_all", "_wanted", "_wider", "rows", "view")

    def __init__(self, rows: Sequence[Shown], kinds: int) -> None:
        self.rows = rows
        self._all, total, size = True, 0, 0
        for row in rows:
            self._all &= row.top is None
            total += row.total
            size += len(row)
        if len(rows) == 1:
            ids, held = rows[0].strongest()
        elif size <= FEW:
            ids, held = _few(rows)
        else:
            ids, held = summed_up([row.strongest() for row in rows])
            if not self._all:  # what is strong in one row counts in all
                held = self._sums(ids)
        self.view = RowView(total / UNITS, kinds, ids, held)
        self._wanted: frozenset[int] = frozenset()
        self._wider = self.view

    @property
    def room(self) -> int:
        """How much room it takes, in cells."""
        return LOOKED_UP + len(self.view.ids)

    def wider(self, wanted: frozenset[int]) -> RowView:
        """Look at the same with some words that need not be among the strongest."""
        if self._all or not wanted:
            return self.view
        if wanted is not self._wanted:  # the same words are wanted all through an utterance
            self._wanted, self._wider = wanted, self._with(wanted)
        return self._wider

    def _with(self, wanted: frozenset[int]) -> RowView:
        view = self.view
        asked = _ascending(wanted)
        asked = asked[~places(view.ids, asked)[1]]
        held = self._sums(asked)
        there = held > 0
        if not there.any():
            return view
        ids = np.concatenate([view.ids, asked[there]])
        order = ids.argsort()
        cells = np.concatenate([view.held, held[there]])
        return RowView(view.total, view.kinds, ids[order], cells[order])

    def _sums(self, words: Ints) -> Ints:
        if len(self.rows) == 1:
            return self.rows[0].many(words)
        cells = [row.many(words) for row in self.rows]
        units = sum((one >> COUNT_SHIFT for one in cells[1:]), cells[0] >> COUNT_SHIFT)
        masks: Ints = np.bitwise_or.reduce(cells) & MASK
        return units << COUNT_SHIFT | masks


class _Nothing(Look):
    __slots__ = ()

    def __init__(self) -> None:
        none = np.zeros(0, np.int64)
        self.rows = ()
        self._all, self._wanted = True, frozenset()
        self.view = self._wider = RowView(0, 0, none, none)


NOTHING: Final[Look] = _Nothing()
"""The look at a context that nobody counted."""


class Looks:
    """The looks at hand, each with how much its topmost row had counted."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], tuple[int, Look]] = OrderedDict()
        self._room = AT_HAND

    def get(self, of: tuple[str, int], total: int) -> Look | None:
        """Give a look at a context whose topmost row has counted so much; ``None`` for none."""
        found = self._kept.get(of)
        if found is None or found[0] != total:
            return None
        self._kept.move_to_end(of)
        return found[1]

    def put(self, of: tuple[str, int], total: int, look: Look) -> None:
        """Keep a look, and let go of those asked for longest ago."""
        old = self._kept.pop(of, None)
        if old is not None:
            self._room += old[1].room
        self._kept[of] = total, look
        self._room -= look.room
        while self._room < 0 and len(self._kept) > 1:
            self._room += self._kept.popitem(last=False)[1][1].room

    def clear(self) -> None:
        """Let go of all."""
        self._kept.clear()
        self._room = AT_HAND
