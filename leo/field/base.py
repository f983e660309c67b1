"""What a life stands on: its packed layers, looked at as one.

A row is put together from the layers when it is asked for, and kept at hand: the layers
never change, so it stays true until the life stands on others.
"""

import functools
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leo.field.packed import Cells, Packed, dense, narrow, sources_in, units_in
from leo.field.rows import COUNT_SHIFT, TOP, Row
from leo.field.view import KINDS, Kind
from leo.records import Growth

__all__ = ["Base", "PackedRow", "Table"]

Ints = NDArray[np.int64]

CELLS_AT_HAND: Final = 200_000
"""Cells of a kind kept at hand, some twenty megabytes; rows asked for last."""

LOOKED_UP: Final = 64
"""Cells that a missing row or a row of any size counts for, besides its own."""

LONG: Final = 2048
"""Cells from which a row stays packed."""


class PackedCells(Mapping[int, int]):
    """The cells of a long row, looked up where they lie."""

    __slots__ = ("cells", "ids")

    def __init__(self, ids: NDArray[np.uint32], cells: Cells) -> None:
        self.ids, self.cells = ids, cells

    def __getitem__(self, word: int) -> int:
        i = int(np.searchsorted(self.ids, word))
        if i == len(self.ids) or self.ids[i] != word:
            raise KeyError(word)
        return int(self.cells[i])

    def __contains__(self, word: object) -> bool:
        i = int(np.searchsorted(self.ids, word))  # type: ignore[call-overload]
        return bool(i < len(self.ids) and self.ids[i] == word)

    def __iter__(self) -> Iterator[int]:
        return iter(self.ids.tolist())

    def __len__(self) -> int:
        return len(self.ids)


class PackedRow:
    """A long row: what `leo.field.rows.Row` is for a short one, without a dictionary."""

    __slots__ = ("cells", "shown", "top", "total")

    def __init__(self, ids: NDArray[np.uint32], cells: Cells) -> None:
        units = units_in(cells)
        self.cells = PackedCells(ids, cells)
        self.total = int(units.sum())
        self.top: list[int] = ids[_strongest(units)].tolist()
        self.shown: dict[int, int] | None = None

    def strongest(self) -> Sequence[int]:
        """Give the words that are considered."""
        return self.top

    def known(self, words: Set[int]) -> set[int]:
        """Give those of some words that are here."""
        return {word for word, cell in zip(words, self.many(words), strict=True) if cell}

    def many(self, words: Iterable[int]) -> list[int]:
        """Give the cells of words, 0 for those that are not here."""
        ids, cells = self.cells.ids, self.cells.cells
        wanted = np.fromiter(words, np.uint32)
        i = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
        return np.where(ids[i] == wanted, cells[i], 0).tolist()  # type: ignore[no-any-return]


def _strongest(units: Ints) -> Ints:
    """Give the places of the strongest; among equals the older word."""
    weakest = -np.partition(-units, TOP - 1)[TOP - 1]
    above, equal = np.flatnonzero(units > weakest), np.flatnonzero(units == weakest)
    return np.concatenate([above, equal[: TOP - len(above)]])


class Table:
    """The rows of one kind over all packed layers; those asked for lately stay at hand."""

    def __init__(self, packs: Sequence[Packed], kind: Kind) -> None:
        self._rows = [pack.rows[kind] for pack in packs if len(pack.rows[kind].keys)]
        self._at_hand: OrderedDict[int, Row | PackedRow | None] = OrderedDict()
        self._room = CELLS_AT_HAND

    def get(self, key: int) -> Row | PackedRow | None:
        """Give a row, ``None`` if there is none."""
        if key in self._at_hand:
            self._at_hand.move_to_end(key)
            return self._at_hand[key]
        found = self._at_hand[key] = self._made(key)
        self._room -= _room(found)
        while self._room < 0:
            self._room += _room(self._at_hand.popitem(last=False)[1])
        return found

    def __contains__(self, key: object) -> bool:
        return any(rows.span(key) for rows in self._rows)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[int]:
        """Go through the keys of all rows, each once."""
        keys = (rows.keys for rows in self._rows)
        yield from functools.reduce(np.union1d, keys, np.zeros(0, np.int64)).tolist()

    def fresh(self, key: int) -> int:
        """Give how many cells of a row nothing below has."""
        spans = ((rows, rows.span(key)) for rows in self._rows)
        return sum(int(rows.fresh[span[0]]) for rows, span in spans if span is not None)

    def _made(self, key: int) -> Row | PackedRow | None:
        found = [(rows, span) for rows in self._rows if (span := rows.span(key)) is not None]
        if not found:
            return None
        ids = [rows.ids[begin:end] for rows, (_, begin, end) in found]
        cells = [rows.cells[begin:end] for rows, (_, begin, end) in found]
        return _row(*(added(ids, cells) if len(found) > 1 else (ids[0], cells[0])))


def added(
    many_ids: "Sequence[NDArray[np.uint32]]", many: Sequence[Cells]
) -> "tuple[NDArray[np.uint32], Cells]":
    """Add up the cells of one row in several layers."""
    ids, units = np.concatenate(many_ids), np.concatenate([units_in(one) for one in many])
    sources = np.concatenate([sources_in(one) for one in many])
    order = np.argsort(ids, kind="stable")
    ids = ids[order]
    begins = np.flatnonzero(np.diff(ids.astype(np.int64), prepend=-1))
    total = np.add.reduceat(units[order], begins)
    mask = np.bitwise_or.reduceat(sources[order], begins)
    return ids[begins], narrow(total << COUNT_SHIFT | mask)


def _row(ids: "NDArray[np.uint32]", cells: Cells) -> Row | PackedRow:
    if len(ids) > LONG:
        return PackedRow(ids, cells)
    top = ids[_strongest(units_in(cells))].tolist() if len(ids) > TOP else None
    return Row.of(dict(zip(ids.tolist(), cells.tolist(), strict=True)), top)


def _room(row: Row | PackedRow | None) -> int:
    return LOOKED_UP + (len(row.cells) if isinstance(row, Row) else 0)


class Fresh:
    """How many cells of each row no lower layer has."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, key: int, default: int = 0) -> int:
        """Give a row's number."""
        return self._table.fresh(key) or default


class Ids:
    """The ids of words that packed layers brought."""

    def __init__(self, packs: Sequence[Packed]) -> None:
        self._packs = tuple(reversed(packs))

    def get(self, word: str) -> int | None:
        """Give a word's id, ``None`` if none of them brought it."""
        found = (pack.id(word) for pack in self._packs)
        return next((one for one in found if one is not None), None)


class Names:
    """The words that packed layers brought, by how many they brought before."""

    def __init__(self, packs: Sequence[Packed]) -> None:
        self._packs, self._first = tuple(reversed(packs)), packs[0].first

    def __getitem__(self, place: int) -> str:
        id_ = place + self._first
        pack = next(pack for pack in self._packs if id_ >= pack.first)
        return pack.words[id_ - pack.first]


class Written:
    """The written forms of words over packed layers."""

    def __init__(self, packs: Sequence[Packed]) -> None:
        self._forms = [pack.forms for pack in packs if len(pack.forms.of)]

    def get(self, id: int, default: Mapping[str, int]) -> Mapping[str, int]:  # noqa: A002
        """Give a word's written forms, with counts."""
        found: dict[str, int] = {}
        for forms in self._forms:
            for form, count in forms.get(id).items():
                found[form] = found.get(form, 0) + count
        return found or default


class Starts:
    """The units in which words opened a sentence over packed layers."""

    def __init__(self, packs: Sequence[Packed]) -> None:
        self._packs = packs

    def get(self, id: int, default: int = 0) -> int:  # noqa: A002
        """Give a word's units."""
        units = (int(pack.starts[id]) for pack in self._packs if id < len(pack.starts))
        return sum(units) or default


class Base:
    """Packed layers as one, to look through to.

    Parameters
    ----------
    packs
        The layers, lowest first; at least one.
    """

    def __init__(self, packs: Sequence[Packed]) -> None:
        self.packs = tuple(packs)
        self.first, self.size = packs[0].first, packs[-1].size
        self._tables: dict[Kind, Table] = {kind: Table(packs, kind) for kind in KINDS}
        self.kinds: dict[Kind, Fresh] = {kind: Fresh(self._tables[kind]) for kind in KINDS}
        self.ids, self.words = Ids(packs), Names(packs)
        self.forms, self.starts = Written(packs), Starts(packs)
        self.units = sum(pack.units for pack in packs)
        self.grown = sum((pack.grown for pack in packs), Growth())

    def table(self, kind: Kind) -> Table:
        """Give the rows of a kind."""
        return self._tables[kind]

    def starts_of(self, ids: Ints) -> Ints:
        """Give the units in which words opened a sentence."""
        return sum((dense(pack.starts, ids) for pack in self.packs), np.zeros(len(ids), np.int64))

    def company_of(self, ids: Ints) -> Ints:
        """Give the units of other words that stood near words."""
        return sum((dense(pack.company, ids) for pack in self.packs), np.zeros(len(ids), np.int64))

    def branches_of(self, ids: Ints) -> Ints:
        """Give how many words followed each word that follow it in no lower layer."""
        return sum((_fresh(pack, ids) for pack in self.packs), np.zeros(len(ids), np.int64))

    def add_seen(self, units: list[int], ids: Sequence[int]) -> list[int]:
        """Add these layers' units of words to those of the layers above."""
        asked = np.fromiter(ids, np.int64, len(ids))
        own = sum((dense(pack.seen, asked) for pack in self.packs), np.array(units, np.int64))
        return own.tolist()  # type: ignore[no-any-return]


def _fresh(pack: Packed, ids: Ints) -> Ints:
    rows = pack.rows["next"]
    if not len(rows.keys):
        return np.zeros(len(ids), np.int64)
    i = np.minimum(np.searchsorted(rows.keys, ids), len(rows.keys) - 1)
    return np.where(rows.keys[i] == ids, rows.fresh[i], 0).astype(np.int64)
