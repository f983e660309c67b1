"""Merging packed layers: fewer of them to look through.

Where layers become one, Leo also forgets: what he only thought to himself, and not often
enough to make one hearing, fades. The same bound holds for every order of n-gram, and one
never stands more often than the shorter ones in it; so what is left is whole.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leo.field.arrays import changes, distinct
from leo.field.forms import Forms
from leo.field.layer import FORMS
from leo.field.packed import PARTS, Cells, Packed, Rows, narrow, units_in, width
from leo.field.parts import Told, parts_by_word
from leo.field.rows import COUNT_SHIFT, MASK, UNITS
from leo.field.shelf import Shelf
from leo.field.view import KINDS, Kind
from leo.field.words import Words
from leo.pace import after_you
from leo.records import Growth

__all__ = ["Merged", "merged_packs"]

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_PAIR_SHIFT = 32

FADES_BELOW = UNITS
"""Units below which what layers counted fades when they are merged; a text heard has as many."""

BLOCK = 1 << 18
"""Cells merged at a time."""


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
            for part in PARTS:
                sink.put(f"{kind}-{part}", getattr(block, part))
    small = Packed(
        first=packs[0].first,
        words=Words.joined([pack.words for pack in packs]),
        seen=_summed([one.seen for one in packs], size),
        starts=_summed([one.starts for one in packs], size),
        company=_summed([one.company for one in packs], size) - faded.company,
        rows=dict.fromkeys(KINDS, Rows.empty()),
        forms=Forms.joined([one.forms for one in packs], FORMS),
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


def _merged_rows(
    many: Sequence[Rows], kind: Kind, below: Sequence[Rows], faded: _Faded
) -> Iterator[Rows]:
    """Merge rows; each block has the same types."""
    filled = [one for one in many if len(one.keys)]
    if not filled:
        yield Rows.empty()
        return
    far: type[np.unsignedinteger] = width(sum(len(one.ids) for one in filled))
    wide: type[np.unsignedinteger] = width(sum(int(one.cells.max()) for one in filled))
    before = 0
    for first, beyond in itertools.pairwise(_cuts(filled)):
        some = [part for one in filled if len((part := _between(one, first, beyond)).keys)]
        if not some:
            continue
        block = _block(some, kind, below, faded)
        ends: Cells = (block.ends.astype(np.int64) + before).astype(far)
        yield replace(block, ends=ends, cells=block.cells.astype(wide))
        before += len(block.ids)


def _cuts(many: Sequence[Rows]) -> list[int]:
    """Give keys at which to cut; in between, each layer has at most a block of cells and a row."""
    last = max(int(one.keys[-1]) for one in many)
    cuts = [np.array([0, last + 1])]
    for one in many:
        ends = np.arange(BLOCK, len(one.ids), BLOCK).astype(one.ends.dtype)  # else all is copied
        cuts.append(one.keys[np.searchsorted(one.ends, ends)])
    return distinct(cuts).tolist()  # type: ignore[no-any-return]


def _between(rows: Rows, first: int, beyond: int) -> Rows:
    """Give the rows of some keys."""
    own = slice(*np.searchsorted(rows.keys, [first, beyond]).tolist())
    before = int(rows.ends[own.start - 1]) if own.start else 0
    ends = rows.ends[own].astype(np.int64) - before
    cells = slice(before, before + int(ends[-1]) if len(ends) else before)
    return Rows(rows.keys[own], ends, rows.fresh[own], rows.ids[cells], rows.cells[cells])  # type: ignore[arg-type]


def sizes(ends: Cells) -> Ints:
    """Give how many cells each row has, of where they end."""
    before = np.concatenate([[0], ends[:-1]])
    return ends.astype(np.int64) - before.astype(np.int64)


def _block(many: Sequence[Rows], kind: Kind, below: Sequence[Rows], faded: _Faded) -> Rows:
    """Merge the rows of some layers."""
    keys = distinct([one.keys for one in many])
    fresh = np.zeros(len(keys), np.uint32)
    pairs: list[Ints] = []
    for one in many:
        after_you()
        place = np.searchsorted(keys, one.keys)
        fresh[place] += one.fresh
        pairs.append(np.repeat(place, sizes(one.ends)) << _PAIR_SHIFT | one.ids)
    both, cells = _added(np.concatenate(pairs), np.concatenate([one.cells for one in many]))
    place, ids = both >> _PAIR_SHIFT, both & (1 << _PAIR_SHIFT) - 1
    stays = cells >= FADES_BELOW << COUNT_SHIFT
    if not stays.all():
        gone = ~stays
        old = _known(below, keys[place[gone]], ids[gone])
        faded.take(kind, keys[place[gone]], ids[gone], units_in(cells[gone]), ~old)
        fresh -= np.bincount(place[gone][~old], minlength=len(keys)).astype(np.uint32)
        place, ids, cells = place[stays], ids[stays], cells[stays]
        rows, place = np.unique(place, return_inverse=True)  # some have nothing left
        keys, fresh = keys[rows], fresh[rows]
    ends = narrow(np.cumsum(np.bincount(place, minlength=len(keys))))
    return Rows(keys, ends, fresh, ids.astype(np.uint32), cells)


def _added(both: Ints, cells: Cells) -> tuple[Ints, Cells]:
    """Bring cells into order, each with its number, and add up those of one number."""
    order = np.argsort(both, kind="stable")  # what is in order by stretches is quickly in order
    both, cells = both[order], cells[order]
    begins = np.flatnonzero(changes(both))
    total, times = cells[begins].astype(np.uint64), np.diff(begins, append=len(both))
    for more in range(1, int(times.max())):  # few layers have the same cell
        again = np.flatnonzero(times > more)
        one, other = total[again], cells[begins[again] + more].astype(np.uint64)
        total[again] = (one - (one & MASK)) + (other - (other & MASK)) | (one | other) & MASK
    return both[begins], total


def _known(below: Sequence[Rows], keys: Ints, words: Ints) -> Bools:
    found = np.zeros(len(keys), bool)
    for rows in below:
        found |= rows.knows(keys, words)
    return found
