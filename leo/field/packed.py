"""Packed counts: a layer that is only read, as a few sorted arrays instead of dictionaries.

A book's counts and a folded life are kept this way: a continuation takes eight bytes, rows
are found by bisection, and the arrays may be mapped from files, so that what is never asked
for is never in memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leo.field.arrays import changes, stretches
from leo.field.forms import Forms
from leo.field.pages import NO_PAGES, Pages
from leo.field.rows import COUNT_SHIFT, MASK
from leo.field.view import Kind
from leo.field.words import Words
from leo.pace import after_you
from leo.records import Growth

__all__ = [
    "PARTS",
    "Cells",
    "Packed",
    "Rows",
    "dense",
    "narrow",
    "sources_in",
    "units_in",
    "width",
]

ASKED: Final = 1 << 14
"""Cells looked for at a time: what is at hand for them stays near the processor."""

Ints = NDArray[np.int64]
Cells = NDArray[np.unsignedinteger]

WIDE: Final = 1 << 32
"""Numbers below this are kept in four bytes."""


PARTS: Final = ("keys", "ends", "fresh", "ids", "cells")
"""The arrays of rows, by the names of `Rows`' attributes."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows of one kind.

    Attributes
    ----------
    keys
        `leo.field.layer.context_key` of each row, ascending.
    ends
        Where each row's cells end.
    fresh
        Cells of each row that no lower layer has.
    ids, cells
        The words of all rows, ascending within each, and their cells.
    pages
        What is in memory of the files they lie in.
    """

    keys: Ints
    ends: Cells
    fresh: NDArray[np.uint32]
    ids: NDArray[np.uint32]
    cells: Cells
    pages: Pages = NO_PAGES

    @staticmethod
    def empty() -> "Rows":
        """Give no rows."""
        none = np.zeros(0, np.int64)
        words = none.astype(np.uint32)
        return Rows(none, words, words, words, words)

    def span(self, key: int) -> tuple[int, int, int] | None:
        """Find a row: its place, and where its cells begin and end."""
        self.pages.look()
        i = int(self.keys.searchsorted(key))
        if i == len(self.keys) or self.keys[i] != key:
            return None
        return i, int(self.ends[i - 1]) if i else 0, int(self.ends[i])

    def places(self, keys: Ints) -> tuple[Ints, Ints]:
        """Give where the cells of many rows begin and end; an empty span for a missing row."""
        if not len(self.keys):
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
        i = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        there = self.keys[i] == keys
        begin = np.where(i > 0, self.ends[i - 1], 0).astype(np.int64)
        return np.where(there, begin, 0), np.where(there, self.ends[i], 0).astype(np.int64)

    def fresh_of(self, keys: Ints) -> Ints:
        """Give how many cells of many rows no lower layer has."""
        if not len(self.keys):
            return np.zeros(len(keys), np.int64)
        i = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[i] == keys, self.fresh[i], 0).astype(np.int64)

    def knows(self, keys: Ints, words: Ints) -> NDArray[np.bool_]:
        """Tell which of many cells there are: a bisection of all at once, each in its row.

        Cells of one row stand together in ``keys``.
        """
        found = np.zeros(len(keys), bool)
        begins = np.flatnonzero(changes(keys))
        low, end = self.places(keys[begins])
        rows = np.flatnonzero(low < end)
        times = np.diff(begins, append=len(keys))[rows]
        low, room = low[rows], (end - low)[rows]
        low, room = np.repeat(low, times), np.repeat(room, times)
        asked = stretches(begins[rows], times)
        for i in range(0, len(asked), ASKED):
            some = slice(i, i + ASKED)
            own = asked[some]
            found[own] = _are_there(self.ids, low[some], room[some], words[own])
            after_you()
        return found


def _are_there(ids: NDArray[np.uint32], low: Ints, room: Ints, words: Ints) -> NDArray[np.bool_]:
    """Bisect for words, each in a stretch of ids that begins at ``low``."""
    wanted = words.astype(np.uint32)
    for _ in range((int(room.max()) - 1).bit_length()):
        half = room >> 1
        middle = low + half
        low = np.where(ids[middle - 1] < wanted, middle, low)
        room = room - half
    return np.equal(ids[low], wanted)


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A layer of packed counts.

    Attributes
    ----------
    first
        Id of the first word that this layer brought.
    words
        Those words, in order.
    seen, starts, company
        Units of every word known so far, of those that opened a sentence, and of the words
        that stood near it, by id.
    rows
        Rows by kind.
    forms
        How words are written.
    units, grown
        Units counted in all, and what this layer added to those below.
    name
        Of the folder it lies in; ``None`` while it is in memory only.
    pages
        What is in memory of its files.
    """

    first: int
    words: Words
    seen: Ints
    starts: Ints
    company: Ints
    rows: Mapping[Kind, Rows]
    forms: Forms
    units: int
    grown: Growth
    name: str | None = None
    pages: Pages = NO_PAGES

    @property
    def size(self) -> int:
        """Words known, lower layers included."""
        return self.first + len(self.words)

    def id(self, word: str) -> int | None:
        """Give a word's id, ``None`` if this layer did not bring it."""
        place = self.words.index(word)
        return None if place is None else self.first + place


def dense(values: Ints, ids: Ints) -> Ints:
    """Give many words' numbers from a table by id; 0 for those beyond it."""
    found = np.zeros(len(ids), np.int64)
    known = ids < len(values)
    found[known] = values[ids[known]]
    return found


def narrow(numbers: Ints) -> Cells:
    """Keep numbers in four bytes where all of them fit."""
    return numbers.astype(width(int(numbers.max()) if len(numbers) else 0))


def width(largest: int) -> "type[np.uint32 | np.uint64]":
    """Give the type that holds numbers up to one."""
    return np.uint32 if largest < WIDE else np.uint64


def units_in(cells: Cells | Ints) -> Ints:
    """Give the units of cells."""
    return cells.astype(np.int64) >> COUNT_SHIFT


def sources_in(cells: Cells | Ints) -> Ints:
    """Give the sources of cells, one bit each."""
    return cells.astype(np.int64) & MASK
