"""Packing a plain layer: what lies in dictionaries becomes a few sorted arrays.

Dictionaries are gone through in slices, so that the event loop is free again and again; the
arrays are put in order outside its thread.
"""

import asyncio
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leo.field.counting import units_by_word
from leo.field.forms import Forms
from leo.field.layer import Layer
from leo.field.packed import Packed, Rows, narrow
from leo.field.rows import RowTable
from leo.field.view import KINDS, Kind
from leo.field.words import Words
from leo.pace import ROWS_PER_BREATH, Pace

__all__ = ["Flat", "laid_out", "packed"]

Ints = NDArray[np.int64]

_PAIR_SHIFT: Final = 32

CELLS: Final = 4096
"""Cells from which rows are packed by themselves, some fractions of a millisecond."""


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """Rows as they come: their keys, sizes, and new cells; the words and cells of all."""

    keys: Ints
    sizes: Ints
    fresh: Ints
    words: Ints
    cells: Ints


async def packed(layer: Layer) -> Packed:
    """Pack a plain layer; the event loop is free again and again.

    Parameters
    ----------
    layer
        The layer; it is not changed.
    """
    pace = Pace(ROWS_PER_BREATH)
    found = {kind: await laid_out(layer.table(kind), layer.kinds[kind], pace) for kind in KINDS}
    return await asyncio.to_thread(_put_together, layer, found)


async def laid_out(table: RowTable, kinds: Mapping[int, int], pace: Pace) -> Flat:
    """Lay rows out as arrays, in the order in which they came.

    Parameters
    ----------
    table, kinds
        The rows, and how many cells of each no lower layer has.
    pace
        Told the rows of each slice.
    """
    keys, rows = list(table), list(table.cells.values())
    parts: list[tuple[Ints, ...]] = [(np.zeros(0, np.int64),) * 5]
    for begin, end in _stretches(rows):
        some = keys[begin:end]
        held = rows[begin:end]
        size = sum(map(len, held))
        parts.append(
            (
                np.array(some, np.int64),
                np.fromiter(map(len, held), np.int64, len(held)),
                np.array([kinds.get(key, 0) for key in some], np.int64),
                np.fromiter(itertools.chain.from_iterable(held), np.int64, size),
                np.fromiter(
                    itertools.chain.from_iterable(one.values() for one in held), np.int64, size
                ),
            )
        )
        await pace.spend(len(held))
    return Flat(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _stretches(rows: Sequence[Mapping[int, int]]) -> Iterator[tuple[int, int]]:
    """Divide rows into stretches that are short in rows and in cells."""
    begin = size = 0
    for end, row in enumerate(rows, start=1):
        size += len(row)
        if size >= CELLS or end - begin == ROWS_PER_BREATH or end == len(rows):
            yield begin, end
            begin, size = end, 0


def _put_together(layer: Layer, flats: Mapping[Kind, Flat]) -> Packed:
    rows: dict[Kind, Rows] = {kind: _in_order(flats[kind]) for kind in KINDS}
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


def _in_order(flat: Flat) -> Rows:
    order = np.argsort(flat.keys)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    both = np.repeat(place, flat.sizes) << _PAIR_SHIFT | flat.words
    cells = np.argsort(both)
    return Rows(
        flat.keys[order],
        narrow(np.cumsum(flat.sizes[order])),
        flat.fresh[order].astype(np.uint32),
        flat.words[cells].astype(np.uint32),
        narrow(flat.cells[cells]),
    )


def _dense(table: Mapping[int, int], size: int) -> Ints:
    values = np.zeros(size, np.int64)
    values[np.fromiter(table.keys(), np.int64, len(table))] = np.fromiter(
        table.values(), np.int64, len(table)
    )
    return values
