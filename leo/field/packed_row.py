"""A row over all packed layers: short ones put together, long ones left where they lie.

A frequent word may be followed by more words than are worth copying: of such a row only the
strongest are found out, without adding up the others.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leo.field.packed import Cells, sources_in, units_in
from leo.field.rows import COUNT_SHIFT, TOP, Part, cells_of, summed_up

__all__ = ["PackedRow"]

Ints = NDArray[np.int64]
Words = NDArray[np.uint32]
Piece = tuple[Words, Cells] | Part
"""A row's words, ascending, and their cells, mostly as they lie in one packed layer."""

LONG: Final = 2048
"""Cells from which a row of several layers is not put together, but stays where it lies."""

SURELY: Final = 4 * TOP
"""Words of each layer that are looked at first for the strongest of all."""


class PackedRow:
    """A row over all packed layers: what `leo.field.rows.Row` is for a row that grows."""

    __slots__ = ("_members", "_part", "_pieces", "_top", "top", "total")

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces, self._part = pieces, None
        self._members: frozenset[int] | None = None
        self.top: Ints | None = None
        if len(self) <= LONG:
            parts = [(ids.astype(np.int64), cells.astype(np.int64)) for ids, cells in pieces]
            self._part = parts[0] if len(parts) == 1 else summed_up(parts)
            self._pieces = ()
        self.total = sum(int(units_in(cells).sum()) for _, cells in self._lying())
        if len(self) > TOP:
            self.top = _strongest(self._lying())
        if self.top is not None:
            self._top = self.top, self.many(self.top)

    def __len__(self) -> int:
        """Give how many cells there are, or in several long pieces at most are."""
        return sum(len(ids) for ids, _ in self._lying())

    def _lying(self) -> Sequence[Piece]:
        return self._pieces if self._part is None else (self._part,)

    @property
    def cells(self) -> "PackedCells":
        """The cells by word."""
        return PackedCells(self)

    @property
    def room(self) -> int:
        """How much room it takes, in cells: what lies in a file takes none."""
        return 0 if self._part is None else len(self._part[0])

    def words(self) -> Ints:
        """Give all words, ascending."""
        each = [ids for ids, _ in self._lying()]
        return functools.reduce(np.union1d, each).astype(np.int64)

    def strongest(self) -> Part:
        """Give the words that are considered, ascending, and their cells."""
        if self.top is not None:
            return self._top
        if self._part is not None:
            return self._part
        words = self.words()
        return words, self.many(words)

    def many(self, words: Ints) -> Ints:
        """Give the cells of words, 0 for those that are not here."""
        if self._part is not None:
            return cells_of(self._part, words)
        found = [_cells_in(piece, words) for piece in self._pieces]
        units = sum((one >> COUNT_SHIFT for one in found[1:]), found[0] >> COUNT_SHIFT)
        return units << COUNT_SHIFT | sources_in(np.bitwise_or.reduce(found))

    def knows(self, word: int) -> bool:
        """Tell whether a word is here."""
        if self._part is None:
            return bool(self.many(np.array([word], np.int64))[0])
        if self._members is None:
            self._members = frozenset(self._part[0].tolist())
        return word in self._members


class PackedCells(Mapping[int, int]):
    """The cells of a packed row, looked up where they lie."""

    __slots__ = ("_row",)

    def __init__(self, row: PackedRow) -> None:
        self._row = row

    def __getitem__(self, word: int) -> int:
        cell = int(self._row.many(np.array([word], np.int64))[0])
        if not cell:
            raise KeyError(word)
        return cell

    def __contains__(self, word: object) -> bool:
        return self._row.knows(word)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[int]:
        return iter(self._row.words().tolist())

    def __len__(self) -> int:
        return len(self._row.words())


def _cells_in(piece: Piece, words: Ints) -> Ints:
    ids, cells = piece
    wanted = words.astype(ids.dtype)  # of the same type, or the whole row would be converted
    at = np.minimum(ids.searchsorted(wanted), len(ids) - 1)
    return np.where(ids[at] == wanted, cells[at], 0).astype(np.int64)


def _strongest(pieces: Sequence[Piece]) -> Ints | None:
    """Give the `TOP` strongest words, ascending, or ``None`` if there are no more.

    Only words that are strong in some layer can be strong in all of them together: whoever
    is not looked at has at most the sum of what the weakest looked at has in each.
    """
    most, longest = SURELY, max(len(ids) for ids, _ in pieces)
    while True:
        kept = [_foremost(piece, most) for piece in pieces]
        ids = np.unique(np.concatenate([words for words, _ in kept])).astype(np.int64)
        each = [units_in(_cells_in(piece, ids)) for piece in pieces]
        units = sum(each[1:], each[0])
        if len(ids) <= TOP and most >= longest:
            return None
        order = np.lexsort((ids, -units))[:TOP]
        if most >= longest or units[order[-1]] > sum(least for _, least in kept):
            return np.sort(ids[order])
        most *= SURELY


def _foremost(piece: Piece, most: int) -> tuple[Words | Ints, int]:
    """Give a layer's strongest words, and the units that no other has more of."""
    ids, units = piece[0], units_in(piece[1])
    if len(ids) <= most:
        return ids, 0
    order = np.argpartition(-units, most)
    return ids[order[:most]], int(units[order[most]])
