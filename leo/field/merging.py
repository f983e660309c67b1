"""Merging packed layers, and packing a plain one: fewer layers to look through.

Where layers become one, Leo also forgets: what he only thought to himself, and not often
enough to make one hearing, fades. The same bound holds for every order of n-gram, and one
never stands more often than the shorter ones in it; so what is left is whole.
"""

import heapq
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from leo.field.counting import units_by_word
from leo.field.forms import Forms
from leo.field.layer import FORMS, Layer
from leo.field.packed import Cells, Packed, Rows, narrow, sources_in, units_in, width
from leo.field.parts import Told, parts_by_word
from leo.field.rows import COUNT_SHIFT, UNITS, Row
from leo.field.shelf import Shelf
from leo.field.view import KINDS, Kind
from leo.field.words import Words
from leo.pace import Pace
from leo.records import Growth

__all__ = ["Merged", "merged_packs", "packed"]

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_PAIR_SHIFT = 32

FADES_BELOW = UNITS
"""Units below which what layers counted fades when they are merged; a text heard has as many."""

BLOCK = 1 << 18
"""Cells merged at a time."""

PACKED_PER_BREATH = 4096
"""Cells packed between two yields to the event loop."""


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """A layer made of several, and whether anything faded."""

    pack: Packed
    faded: bool


def merged_packs(packs: Sequence[Packed], shelf: Shelf, below: Sequence[Packed]) -> Merged:
    """Make one layer of several that lie directly on one another, without what fades.

    Rows are merged block by block, so that what is at hand besides them stays small.

    Parameters
    ----------
    packs
        The layers, lowest first.
    shelf
        Where the new one goes.
    below
        All layers under them.
    """
    sink, size = shelf.begin(), packs[-1].size
    faded = _Faded(np.zeros(size, np.int64))
    for kind in KINDS:
        lower = [one.rows[kind] for one in below]
        for block in _merged_rows([one.rows[kind] for one in packs], kind, lower, faded):
            for part in Rows.__slots__:
                sink.put(f"{kind}-{part}", getattr(block, part))
    small = Packed(
        first=packs[0].first,
        words=Words.joined([pack.words for pack in packs]),
        seen=_summed([one.seen for one in packs], size),
        starts=_summed([one.starts for one in packs], size),
        company=_summed([one.company for one in packs], size) - faded.company,
        rows=dict.fromkeys(KINDS, Rows.empty()),
        forms=Forms.pack(_merged_forms([one.forms for one in packs])),
        units=sum(one.units for one in packs),
        grown=faded.left(sum((one.grown for one in packs), Growth())),
    )
    for part, array in parts_by_word(small).items():
        sink.put(part, array)
    return Merged(sink.finish(Told(small.first, small.units, small.grown)), faded.any)


@dataclass(slots=True)
class _Faded:
    """What fades in a merging.

    Attributes
    ----------
    company
        Units of the words that stood near each word.
    bigrams, trigrams, pairs
        What there is less of, over all layers.
    any
        Whether anything fades.
    """

    company: Ints
    bigrams: int = 0
    trigrams: int = 0
    pairs: int = 0
    any: bool = False

    def left(self, grown: Growth) -> Growth:
        """Give what is left of what several layers added."""
        return replace(
            grown,
            bigrams=grown.bigrams - self.bigrams,
            trigrams=grown.trigrams - self.trigrams,
            pairs=grown.pairs - self.pairs,
        )

    def take(self, kind: Kind, keys: Ints, words: Ints, units: Ints, new: Bools) -> None:
        """Note cells that go; ``new`` are those that no lower layer has."""
        self.any = True
        if kind == "near":
            np.add.at(self.company, keys, units)
            self.pairs += int((new & (keys <= words)).sum())
        elif kind == "next":
            single = keys < 1 << _PAIR_SHIFT
            self.bigrams += int((new & single).sum())
            self.trigrams += int((new & ~single).sum())


def _summed(many: Sequence[Ints], size: int) -> Ints:
    total = np.zeros(size, np.int64)
    for one in many:
        total[: len(one)] += one
    return total


def _merged_forms(many: Sequence[Forms]) -> Iterator[tuple[int, dict[str, int]]]:
    by_word = heapq.merge(*many, key=itemgetter(0))
    for word, same in itertools.groupby(by_word, key=itemgetter(0)):
        own: dict[str, int] = {}
        for _, counts in same:
            for form, count in counts.items():
                if form in own or len(own) < FORMS:
                    own[form] = own.get(form, 0) + count
        yield word, own


def _merged_rows(
    many: Sequence[Rows], kind: Kind, below: Sequence[Rows], faded: _Faded
) -> Iterator[Rows]:
    """Merge rows; each block has the same types."""
    filled = [one for one in many if len(one.keys)]
    if not filled:
        yield Rows.empty()
        return
    keys = np.unique(np.concatenate([one.keys for one in filled]))
    room = np.zeros(len(keys), np.int64)
    for one in filled:
        room[np.searchsorted(keys, one.keys)] += sizes(one.ends)
    blocks = np.unique((np.cumsum(room) - 1) // BLOCK, return_index=True)[1].tolist()
    far: type[np.unsignedinteger] = width(int(room.sum()))
    wide: type[np.unsignedinteger] = width(sum(int(one.cells.max()) for one in filled))
    before = 0
    for begin, end in itertools.pairwise([*blocks, len(keys)]):
        block = _block(filled, keys[begin:end], kind, below, faded)
        ends: Cells = (block.ends.astype(np.int64) + before).astype(far)
        yield replace(block, ends=ends, cells=block.cells.astype(wide))
        before += len(block.ids)


def sizes(ends: Cells, begin: int = 0) -> Ints:
    """Give how many cells each row has, of where they end."""
    before = np.concatenate([[begin], ends[:-1]])
    return ends.astype(np.int64) - before.astype(np.int64)


def _block(
    many: Sequence[Rows], keys: Ints, kind: Kind, below: Sequence[Rows], faded: _Faded
) -> Rows:
    """Merge the rows of some neighbouring keys."""
    fresh = np.zeros(len(keys), np.uint32)
    pairs: list[Ints] = []
    units: list[Ints] = []
    masks: list[Ints] = []
    for one in many:
        own = slice(*np.searchsorted(one.keys, [keys[0], keys[-1] + 1]))
        if own.start == own.stop:
            continue
        place = np.searchsorted(keys, one.keys[own])
        fresh[place] += one.fresh[own]
        begin = int(one.ends[own.start - 1]) if own.start else 0
        end = int(one.ends[own.stop - 1])
        lengths = sizes(one.ends[own], begin)
        pairs.append(np.repeat(place, lengths) << _PAIR_SHIFT | one.ids[begin:end])
        units.append(units_in(one.cells[begin:end]))
        masks.append(sources_in(one.cells[begin:end]))
    both = np.concatenate(pairs)
    order = np.argsort(both, kind="stable")
    both = both[order]
    begins = np.flatnonzero(np.diff(both, prepend=both[:1] - 1))
    total = np.add.reduceat(np.concatenate(units)[order], begins)
    sources = np.bitwise_or.reduceat(np.concatenate(masks)[order], begins)
    place, ids = both[begins] >> _PAIR_SHIFT, both[begins] & (1 << _PAIR_SHIFT) - 1
    stays = total >= FADES_BELOW
    if not stays.all():
        gone = ~stays
        old = _known(below, keys[place[gone]], ids[gone])
        faded.take(kind, keys[place[gone]], ids[gone], total[gone], ~old)
        fresh -= np.bincount(place[gone][~old], minlength=len(keys)).astype(np.uint32)
        place, ids, total, sources = place[stays], ids[stays], total[stays], sources[stays]
        rows, place = np.unique(place, return_inverse=True)  # some have nothing left
        keys, fresh = keys[rows], fresh[rows]
    ends = narrow(np.searchsorted(place, np.arange(len(keys)), side="right"))
    return Rows(keys, ends, fresh, ids.astype(np.uint32), narrow(total << COUNT_SHIFT | sources))


def _known(below: Sequence[Rows], keys: Ints, words: Ints) -> Bools:
    found = np.zeros(len(keys), bool)
    for rows in below:
        found |= rows.knows(keys, words)
    return found


# ------------------------------------------------------------ packing


async def packed(layer: Layer) -> Packed:
    """Pack a plain layer; the event loop is free again and again.

    Parameters
    ----------
    layer
        The layer; it is not changed.
    """
    pace = Pace(PACKED_PER_BREATH)
    rows: dict[Kind, Rows] = {
        kind: await _packed_rows(layer.table(kind), layer.kinds[kind], pace) for kind in KINDS
    }
    return Packed(
        first=layer.first,
        words=Words.of(layer.words),
        seen=_dense(layer.seen, layer.size),
        starts=_dense(layer.starts, layer.size),
        company=units_by_word(rows["near"], layer.size),
        rows=rows,
        forms=Forms.pack(sorted(layer.forms.items())),
        units=layer.units,
        grown=layer.grown,
    )


def _dense(table: Mapping[int, int], size: int) -> Ints:
    values = np.zeros(size, np.int64)
    values[np.fromiter(table.keys(), np.int64, len(table))] = np.fromiter(
        table.values(), np.int64, len(table)
    )
    return values


async def _packed_rows(table: Mapping[int, Row], kinds: Mapping[int, int], pace: Pace) -> Rows:
    if not table:
        return Rows.empty()
    keys = sorted(table)
    ids: list[int] = []
    cells: list[int] = []
    ends: list[int] = []
    for key in keys:
        row = table[key].cells
        order = sorted(row)
        ids += order
        cells += [row[word] for word in order]
        ends.append(len(ids))
        await pace.spend(len(order))
    return Rows(
        np.array(keys, np.int64),
        narrow(np.array(ends, np.int64)),
        np.array([kinds.get(key, 0) for key in keys], np.uint32),
        np.array(ids, np.uint32),
        narrow(np.array(cells, np.int64)),
    )
