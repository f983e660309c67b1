"""Looks: the rows of one context in several layers, seen as one and kept at hand.

What is seen is two short arrays in ascending word order, so that nothing depends on the
history of a dictionary and a step of a walk is a few sums over them. The same contexts come
again and again: a look is kept until a row under it grows.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leo.field.arrays import changes
from leo.field.rows import COUNT_SHIFT, FEW, MASK, UNITS, Part, add_up, summed_up

__all__ = ["NOTHING", "Looks", "RowView", "Seen", "Shown", "places", "seen", "strongest", "unkept"]

Ints = NDArray[np.int64]

AT_HAND: Final = 250_000
"""Cells that the looks of a layer show in all, some ten megabytes; those asked for last stay."""

LOOKED_UP: Final = 24
"""Cells that a look of any size counts for, besides its own."""


Seen: TypeAlias = tuple[float, int, Ints, Ints, bool]
"""A look: what a `RowView` is made of, and whether all words are shown."""

_Of: TypeAlias = tuple[str, int]
"""What is looked at: a kind, and a context."""


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

    def __len__(self) -> int: ...

    def each(self) -> Iterable[tuple[int, int]]:
        """Go through the words and their cells; a word may come several times."""
        ...

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


def _few(rows: Sequence[Shown]) -> dict[int, int]:
    """Add up short rows; with so few cells, plain numbers are quicker than arrays."""
    found: dict[int, int] = {}
    for row in rows:
        add_up(found, row.each())
    return found


NOTHING: Final = RowView(0, 0, np.zeros(0, np.int64), np.zeros(0, np.int64))
"""The look at a context that nobody counted."""


def seen(rows: Sequence[Shown], kinds: int) -> Seen:
    """Look at the rows of one context in several layers, as one.

    Parameters
    ----------
    rows
        The rows, topmost layer first.
    kinds
        Different words over all of them.
    """
    if sum([len(row) for row in rows]) <= FEW:
        cells = _few(rows)
        words = sorted(cells)
        few = [cells[word] for word in words]
        total = sum([cell >> COUNT_SHIFT for cell in few])
        return total / UNITS, kinds, np.array(words, np.int64), np.array(few, np.int64), True
    total = sum([row.total for row in rows])
    whole = all(row.top is None for row in rows)
    if len(rows) == 1:
        ids, held = rows[0].strongest()
    elif whole:
        ids, held = summed_up([row.strongest() for row in rows])
    else:  # what is strong in one row counts in all
        ids = np.concatenate([row.strongest()[0] for row in rows])
        ids.sort()
        ids = ids[changes(ids)]
        held = _sums(rows, ids)
    return total / UNITS, kinds, ids, held, whole


def _wider(look: Seen, rows: Sequence[Shown], wanted: frozenset[int]) -> Part:
    """Show some more words, as far as they are there."""
    ids, held = look[2:4]
    asked = _ascending(wanted)
    asked = asked[~places(ids, asked)[1]]
    cells = _sums(rows, asked)
    there = cells > 0
    if not there.any():
        return ids, held
    ids = np.concatenate([ids, asked[there]])
    order = ids.argsort()
    return ids[order], np.concatenate([held, cells[there]])[order]


def _sums(rows: Sequence[Shown], words: Ints) -> Ints:
    if len(rows) == 1:
        return rows[0].many(words)
    cells = [row.many(words) for row in rows]
    units = sum((one >> COUNT_SHIFT for one in cells[1:]), cells[0] >> COUNT_SHIFT)
    masks: Ints = np.bitwise_or.reduce(cells) & MASK
    return units << COUNT_SHIFT | masks


def unkept(rows: Sequence[Shown], kinds: int) -> RowView:
    """Look at rows as `seen` does, to keep nothing of it."""
    total, kinds, ids, held, _ = seen(rows, kinds)
    return RowView(total, kinds, ids, held)


def strongest(look: Seen) -> int:
    """Give the word that a look shows most often; of equals the older."""
    return int(look[2][(look[3] >> COUNT_SHIFT).argmax()])


class Looks:
    """The looks at hand, each with how much its topmost row had counted.

    There are thousands, and Python's collector goes through all objects that hold others, now
    and then while Leo speaks. Tuples of numbers and arrays it leaves alone, so that is what a
    look is kept as.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[_Of, Seen] = OrderedDict()
        self._grown: dict[_Of, int] = {}
        self._room = AT_HAND
        self._wanted: frozenset[int] = frozenset()
        self._widened: dict[_Of, Part] = {}
        """Looks with the words that are wanted: the same all through an utterance."""

    def get(self, of: _Of, grown: int) -> Seen | None:
        """Give a look at a context whose topmost row has counted so much; ``None`` for none."""
        found = self._kept.get(of)
        if found is None or self._grown[of] != grown:
            return None
        self._kept.move_to_end(of)
        return found

    def put(self, of: _Of, grown: int, look: Seen) -> None:
        """Keep a look, and let go of those asked for longest ago."""
        old = self._kept.pop(of, None)
        if old is not None:
            self._room += _room(old)
            self._widened.pop(of, None)
        self._kept[of], self._grown[of] = look, grown
        self._room -= _room(look)
        while self._room < 0 and len(self._kept) > 1:
            gone, old = self._kept.popitem(last=False)
            del self._grown[gone]
            self._widened.pop(gone, None)
            self._room += _room(old)

    def view(
        self, of: _Of, look: Seen, wanted: frozenset[int], rows: Callable[[], Sequence[Shown]]
    ) -> RowView:
        """Show a look at hand, with some words that need not be among the strongest.

        Parameters
        ----------
        of, look
            The context, and the look at it.
        wanted
            The words.
        rows
            Gives the rows that were looked at.
        """
        total, kinds, ids, held, whole = look
        if not whole and wanted:
            if wanted is not self._wanted:
                self._wanted, self._widened = wanted, {}
            wider = self._widened.get(of)
            if wider is None:
                wider = self._widened[of] = _wider(look, rows(), wanted)
            ids, held = wider
        return RowView(total, kinds, ids, held)

    def clear(self) -> None:
        """Let go of all."""
        self._kept.clear()
        self._grown.clear()
        self._widened.clear()
        self._room = AT_HAND


def _room(look: Seen) -> int:
    """Give how much room a look takes, in cells."""
    return LOOKED_UP + len(look[2])
