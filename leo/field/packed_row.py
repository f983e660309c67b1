"""A row over all packed layers: short ones put together, long ones left where they lie.

A frequent word may be followed by more words than are worth copying: of such a row only the
strongest are found out, without adding up the others.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from leo.field.arrays import distinct
from leo.field.packed import Cells, sources_in, units_in
from leo.field.rows import COUNT_SHIFT, TOP, WORD, Part, cells_of, summed_up

__all__ = ["PackedRow", "Piece"]

Ints = NDArray[np.int64]
Words = NDArray[np.uint32]
Piece = tuple[Words, Cells] | Part
"""A row's words, ascending, and their cells, mostly as they lie in one packed layer."""

LONG: Final = 2 * TOP
"""Cells from which a row of several layers is not put together, but stays where it lies."""

SURELY: Final = 4 * TOP
"""Words of each layer that are looked at first for the strongest of all."""


class PackedRow:
    """A row over all packed layers: what `leo.field.rows.Row` is for a row that grows."""

    __slots__ = ("_part", "_pieces", "_settled", "_size", "_strong", "_top", "_total")

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces: Sequence[Piece] = pieces
        self._size = sum([len(ids) for ids, _ in pieces])
        self._part: Part | None = None
        self._settled = False

    def _settle(self) -> None:
        if self._settled:
            return
        self._settled = True
        if self._size <= LONG:
            parts = [(ids.astype(np.int64), cells.astype(np.int64)) for ids, cells in self._pieces]
            self._part = parts[0] if len(parts) == 1 else summed_up(parts)
        lying = self._lying()
        self._total = sum([int((cells >> COUNT_SHIFT).sum()) for _, cells in lying])
        self._top = _strongest(lying) if sum(len(ids) for ids, _ in lying) > TOP else None
        self._strong = None if self._top is None else (self._top, self.many(self._top))

    @property
    def total(self) -> int:
        """Units of all cells."""
        self._settle()
        return self._total

    @property
    def top(self) -> Ints | None:
        """The strongest words if not all are considered, else ``None``."""
        self._settle()
        return self._top

    def __len__(self) -> int:
        """Give how many cells there are, or in several pieces at most are."""
        return self._size

    def _lying(self) -> Sequence[Piece]:
        return self._pieces if self._part is None else (self._part,)

    @property
    def cells(self) -> Mapping[int, int]:
        """The cells by word."""
        return PackedCells(self)

    def each(self) -> Iterator[tuple[int, int]]:
        """Go through the words and their cells; a word comes once for each layer that has it."""
        for ids, cells in self._pieces:
            yield from zip(ids.tolist(), cells.tolist(), strict=True)

    @property
    def room(self) -> int:
        """How much room it may take, in cells: what stays in a file takes none."""
        return self._size if self._size <= LONG else TOP

    def words(self) -> Ints:
        """Give all words, ascending."""
        each: list[NDArray[Any]] = [ids for ids, _ in self._lying()]
        return distinct(each).astype(np.int64)

    def strongest(self) -> Part:
        """Give the words that are considered, ascending, and their cells."""
        self._settle()
        if self._strong is not None:
            return self._strong
        if self._part is not None:
            return self._part
        words = self.words()
        return words, self.many(words)

    def many(self, words: Ints) -> Ints:
        """Give the cells of words, 0 for those that are not here."""
        self._settle()
        if self._part is not None:
            return cells_of(self._part, words)
        if len(self._pieces) == 1:
            return _cells_in(self._pieces[0], words)
        found = [_cells_in(piece, words) for piece in self._pieces]
        units = sum((one >> COUNT_SHIFT for one in found[1:]), found[0] >> COUNT_SHIFT)
        return units << COUNT_SHIFT | sources_in(np.bitwise_or.reduce(found))

    def knows(self, word: int) -> bool:
        """Tell whether a word is here."""
        return any(_has(ids, word) for ids, _ in self._pieces)


def _has(ids: Words | Ints, word: int) -> bool:
    wanted = ids.dtype.type(word)  # of the same type, or the whole row would be converted
    at = int(ids.searchsorted(wanted))
    return at < len(ids) and bool(ids[at] == wanted)


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
    found: NDArray[np.integer[Any]] = cells_of((ids, cells), wanted)
    return found.astype(np.int64)


def _strongest(pieces: Sequence[Piece]) -> Ints | None:
    """Give the `TOP` strongest words, ascending, or ``None`` if there are no more.

    Only words that are strong in some layer can be strong in all of them together: whoever
    is not looked at has at most the sum of what the weakest looked at has in each.
    """
    if len(pieces) == 1:
        return _strongest_of(pieces[0])
    most, longest = SURELY, max(len(ids) for ids, _ in pieces)
    while True:
        kept = [_foremost(piece, most) for piece in pieces]
        found: list[NDArray[Any]] = [words for words, _ in kept]
        ids = distinct(found).astype(np.int64)
        each = [units_in(_cells_in(piece, ids)) for piece in pieces]
        units = sum(each[1:], each[0])
        if len(ids) <= TOP and most >= longest:
            return None
        order = np.lexsort((ids, -units))[:TOP]
        if most >= longest or units[order[-1]] > sum(least for _, least in kept):
            return np.sort(ids[order])
        most *= SURELY


def _strongest_of(piece: Piece) -> Ints | None:
    ids, cells = piece
    if len(ids) <= TOP:
        return None
    # one number to rank by: the less the stronger, of equals the older word
    ranked = ids.astype(np.int64) - (units_in(cells) << WORD)
    ranked.partition(TOP - 1)
    return np.sort(ranked[:TOP] & (1 << WORD) - 1)


def _foremost(piece: Piece, most: int) -> tuple[Words | Ints, int]:
    """Give a layer's strongest words, and the units that no other has more of."""
    ids, units = piece[0], units_in(piece[1])
    if len(ids) <= most:
        return ids, 0
    order = np.argpartition(-units, most)
    return ids[order[:most]], int(units[order[most]])
