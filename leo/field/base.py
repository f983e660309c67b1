"""What a life stands on: its packed layers, looked at as one.

A row is found in the layers when it is asked for, and kept at hand: the layers never
change, so it stays true until the life stands on others.
"""

import functools
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leo.field.arrays import distinct
from leo.field.packed import Packed, dense
from leo.field.packed_row import PackedRow, Piece
from leo.field.rows import COUNT_SHIFT, FEW, add_up
from leo.field.view import KINDS, Kind
from leo.records import Growth

__all__ = ["Base", "Table"]

Ints = NDArray[np.int64]

ROWS_AT_HAND: Final = 4096
"""Rows of a kind of which it is known what is in them or where they lie, those asked for last."""

CELLS_AT_HAND: Final = 120_000
"""Cells of a kind in rows kept at hand, some two megabytes; rows asked for last."""

LOOKED_UP: Final = 64
"""Cells that a kept row of any size counts for, besides its own."""

WORDS_AT_HAND: Final = 4096
"""Words whose text, number and written forms are kept at hand."""

_Span: TypeAlias = tuple[int, int, int]
"""Where a long row lies: in which layer, and where its cells begin and end."""

_Found: TypeAlias = tuple[int, tuple[int, ...], tuple[int, ...], tuple[_Span, ...]]
"""How many cells of a row nothing below has; of a short row the words, ascending, and their
cells, so that its pages are not needed again; of a long one the places where it lies."""


class Table:
    """The rows of one kind over all packed layers; those asked for lately stay at hand."""

    def __init__(self, packs: Sequence[Packed], kind: Kind) -> None:
        self._rows = [pack.rows[kind] for pack in packs if len(pack.rows[kind].keys)]
        self._found = functools.lru_cache(maxsize=ROWS_AT_HAND)(self._find)
        self._at_hand: OrderedDict[int, PackedRow] = OrderedDict()
        self._room = CELLS_AT_HAND

    def _find(self, key: int) -> _Found:
        fresh = size = 0
        spans: list[_Span] = []
        for i, rows in enumerate(self._rows):
            span = rows.span(key)
            if span is not None:
                place, begin, end = span
                spans.append((i, begin, end))
                fresh, size = fresh + int(rows.fresh[place]), size + end - begin
        if size > FEW:
            return fresh, (), (), tuple(spans)
        pieces = self._pieces(spans)
        if len(pieces) == 1:
            ((words, held),) = pieces
            return fresh, tuple(words.tolist()), tuple(held.tolist()), ()
        cells: dict[int, int] = {}
        for words, held in pieces:
            add_up(cells, zip(words.tolist(), held.tolist(), strict=True))
        told = sorted(cells)
        return fresh, tuple(told), tuple([cells[word] for word in told]), ()

    def _pieces(self, spans: Sequence[_Span]) -> list[Piece]:
        pieces: list[Piece] = []
        for i, begin, end in spans:
            rows = self._rows[i]
            rows.pages.look()
            pieces.append((rows.ids[begin:end], rows.cells[begin:end]))
        return pieces

    def get(self, key: int) -> PackedRow | None:
        """Give a row, ``None`` if there is none."""
        if key in self._at_hand:
            self._at_hand.move_to_end(key)
            return self._at_hand[key]
        _, words, cells, spans = self._found(key)
        if words:
            return PackedRow([(np.array(words, np.int64), np.array(cells, np.int64))])
        if not spans:
            return None
        row = self._at_hand[key] = PackedRow(self._pieces(spans))
        self._room -= LOOKED_UP + row.room
        while self._room < 0:
            self._room += LOOKED_UP + self._at_hand.popitem(last=False)[1].room
        return row

    def size(self, key: int) -> int:
        """Give how many cells a row has; of a long one at most."""
        _, words, _, spans = self._found(key)
        return len(words) + sum([end - begin for _, begin, end in spans])

    def each(self, key: int) -> Iterable[tuple[int, int]]:
        """Go through the words and cells of a row; in a long one a word may come again."""
        _, words, cells, spans = self._found(key)
        row = self.get(key) if spans else None
        return zip(words, cells, strict=True) if row is None else row.each()

    def knows(self, key: int, word: int) -> bool:
        """Tell whether a word is in a row."""
        _, words, _, spans = self._found(key)
        row = self.get(key) if spans else None
        return word in words if row is None else row.knows(word)

    def strongest(self, key: int) -> int:
        """Give the word that a row has most often, of equals the older; it must be there."""
        _, words, cells, spans = self._found(key)
        if words:
            units = [cell >> COUNT_SHIFT for cell in cells]
            return words[units.index(max(units))]
        pieces = self._pieces(spans)
        ids, held = pieces[0] if len(pieces) == 1 else PackedRow(pieces).strongest()
        return int(ids[(held >> COUNT_SHIFT).argmax()])

    def __contains__(self, key: object) -> bool:
        _, words, _, spans = self._found(key)
        return bool(words or spans)

    def __iter__(self) -> Iterator[int]:
        """Go through the keys of all rows, each once."""
        keys = [rows.keys for rows in self._rows]
        yield from distinct([np.zeros(0, np.int64), *keys]).tolist()

    def fresh(self, key: int) -> int:
        """Give how many cells of a row nothing below has."""
        return self._found(key)[0]


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
        self._known = functools.lru_cache(maxsize=WORDS_AT_HAND)(self._find)

    def get(self, word: str) -> int | None:
        """Give a word's id, ``None`` if none of them brought it."""
        return self._known(word)

    def _find(self, word: str) -> int | None:
        found = (pack.id(word) for pack in self._packs)
        return next((one for one in found if one is not None), None)


class Names:
    """The words that packed layers brought, by how many they brought before."""

    def __init__(self, packs: Sequence[Packed]) -> None:
        self._packs, self._first = tuple(reversed(packs)), packs[0].first
        self._known = functools.lru_cache(maxsize=WORDS_AT_HAND)(self._find)

    def __getitem__(self, place: int) -> str:
        return self._known(place)

    def _find(self, place: int) -> str:
        id_ = place + self._first
        pack = next(pack for pack in self._packs if id_ >= pack.first)
        return pack.words[id_ - pack.first]


class Written:
    """The written forms of words over packed layers."""

    def __init__(self, packs: Sequence[Packed]) -> None:
        self._forms = [pack.forms for pack in packs if len(pack.forms.of)]
        self._known = functools.lru_cache(maxsize=WORDS_AT_HAND)(self._find)

    def get(self, id: int, default: Mapping[str, int]) -> Mapping[str, int]:  # noqa: A002
        """Give a word's written forms, with counts."""
        return self._known(id) or default

    def _find(self, id_: int) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for forms in self._forms:
            for form, count in forms.get(id_).items():
                found[form] = found.get(form, 0) + count
        return found


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

    @functools.cached_property
    def seen(self) -> Ints:
        """Units of each word, by id; added up when it is first asked for."""
        total = np.zeros(self.size, np.int64)
        for pack in self.packs:
            total[: len(pack.seen)] += pack.seen
        return total


def _fresh(pack: Packed, ids: Ints) -> Ints:
    rows = pack.rows["next"]
    if not len(rows.keys):
        return np.zeros(len(ids), np.int64)
    i = np.minimum(np.searchsorted(rows.keys, ids), len(rows.keys) - 1)
    return np.where(rows.keys[i] == ids, rows.fresh[i], 0).astype(np.int64)
