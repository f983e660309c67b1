"""Counting a long text at once: the same counts as hearing it token by token, with arrays.

Every n-gram becomes a pair of integers, a context and a word; sorting brings equal ones
together, and runs are added up. What is new is told by bisection in the layers below.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leo.field.forms import Forms
from leo.field.layer import FORMS, NEW_PAIR_BONUS, OPENING, WINDOW
from leo.field.packed import Packed, Rows, narrow, units_in
from leo.field.rows import COUNT_SHIFT, bit, units_of
from leo.field.view import Kind
from leo.field.words import Words, hashes_of
from leo.records import Growth, Source
from leo.text.heard import Heard

__all__ = ["Ids", "counted", "units_by_word"]

Ints = NDArray[np.int64]

KEPT_IDS = 200_000
"""Words whose ids are kept at hand."""

_PAIR_SHIFT = 32
_LOW = (1 << _PAIR_SHIFT) - 1


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Distinct cells in order of context and word: how often, and whether nobody had them."""

    keys: Ints
    words: Ints
    times: Ints
    fresh: NDArray[np.bool_]


class Ids:
    """Ids of words that were asked for lately; a word keeps its id for ever."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def find(self, words: Sequence[str], layers: Sequence[Packed]) -> Ints:
        """Give words' ids in layers, -1 for those that none of them has."""
        ids = np.array([self._known.get(word, -1) for word in words], np.int64)
        left = np.flatnonzero(ids < 0)
        hashes = hashes_of(words[i] for i in left.tolist())
        for layer in layers:
            places = layer.words.places([words[i] for i in left.tolist()], hashes)
            there = places >= 0
            ids[left[there]] = places[there] + layer.first
            left, hashes = left[~there], hashes[~there]
        return ids

    def keep(self, words: Iterable[str], ids: Iterable[int]) -> None:
        """Keep ids at hand, once the words are known for good."""
        if len(self._known) > KEPT_IDS:
            self._known.clear()
        self._known.update(zip(words, ids, strict=True))


def counted(
    text: Heard, source: Source, below: Sequence[Packed], known: int, lately: Ids | None = None
) -> Packed:
    """Count one text into a layer of its own.

    Parameters
    ----------
    text
        The text.
    source
        Who it came from.
    below
        All layers below, of which it tells what is new.
    known
        Words known so far: the first new word gets this id.
    lately
        Words that need not be looked up.
    """
    ids, new = _named(text, below, known, lately or Ids())
    size, units, mask = known + len(new), units_of(source), bit(source)
    tokens = ids[text.word]
    one = _found("next", _packed(tokens[:-1], tokens[1:]), below)
    two = _after_two(tokens, below)
    opening = _openings(tokens, text.opens, below)
    near = _company(tokens[~text.marks], below, known)
    rows: dict[Kind, Rows] = {
        "next": _rows(_joined(one, two), units, mask),
        "opening": _rows(opening, units, mask),
        "near": _rows(near, units, mask),
    }
    growth = Growth(
        tokens=len(tokens),
        words=len(new),
        bigrams=int(one.fresh.sum()),
        trigrams=int(two.fresh.sum()),
        pairs=_pairs(near),
    )
    return Packed(
        first=known,
        words=Words.of(new),
        seen=np.bincount(tokens, minlength=size) * units,
        starts=np.bincount(tokens[text.opens], minlength=size) * units,
        company=units_by_word(rows["near"], size),
        rows=rows,
        forms=Forms.pack(sorted(_forms(text, tokens).items())),
        units=len(tokens) * units,
        grown=growth,
    )


def _named(text: Heard, below: Sequence[Packed], known: int, lately: Ids) -> tuple[Ints, list[str]]:
    """Give the id of each distinct word, and the words that are new."""
    ids = lately.find(text.words, below)
    new = np.flatnonzero(ids < 0)
    ids[new] = known + np.arange(len(new))
    return ids, [text.words[i] for i in new]


def _forms(text: Heard, tokens: Ints) -> dict[int, dict[str, int]]:
    """Count how words are written inside sentences; the first few forms of each are kept."""
    inside = ~text.marks & ~text.opens
    pairs = tokens[inside] << _PAIR_SHIFT | text.form[inside]
    distinct, first, times = np.unique(pairs, return_index=True, return_counts=True)
    found: dict[int, dict[str, int]] = {}
    for i in np.argsort(first, kind="stable").tolist():
        word, form = int(distinct[i]) >> _PAIR_SHIFT, int(distinct[i]) & (1 << _PAIR_SHIFT) - 1
        own = found.setdefault(word, {})
        if len(own) < FORMS:
            own[text.forms[form]] = int(times[i])
    return found


# ------------------------------------------------------------ what follows


def _packed(one: Ints, other: Ints) -> Ints:
    return one << _PAIR_SHIFT | other


def _distinct(pairs: Ints) -> tuple[Ints, Ints]:
    """Give distinct numbers in order, and how often each is there."""
    ordered = np.sort(pairs)
    first = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    return ordered[first], np.diff(first, append=len(ordered))


def _found(kind: Kind, pairs: Ints, below: Sequence[Packed]) -> _Found:
    """Count contexts of one word, packed with what follows."""
    pairs, times = _distinct(pairs)
    return _compared(kind, pairs >> _PAIR_SHIFT, pairs & _LOW, times, below)


def _compared(kind: Kind, keys: Ints, words: Ints, times: Ints, below: Sequence[Packed]) -> _Found:
    fresh = np.ones(len(keys), bool)
    for layer in below:
        left = np.flatnonzero(fresh)
        fresh[left] = ~layer.rows[kind].knows(keys[left], words[left])
    return _Found(keys, words, times, fresh)


def _after_two(tokens: Ints, below: Sequence[Packed]) -> _Found:
    return _by_two("next", tokens[:-2], tokens[1:-1], tokens[2:], below)


def _by_two(kind: Kind, one: Ints, two: Ints, word: Ints, below: Sequence[Packed]) -> _Found:
    """Count contexts of two words: they are numbered, so that a context and a word fit a number."""
    contexts, _ = _distinct(_packed(one + 1, two))  # the key of `leo.field.layer.context_key`
    place = np.searchsorted(contexts, _packed(one + 1, two))
    pairs, times = _distinct(_packed(place, word))
    return _compared(kind, contexts[pairs >> _PAIR_SHIFT], pairs & _LOW, times, below)


def _openings(tokens: Ints, opens: NDArray[np.bool_], below: Sequence[Packed]) -> _Found:
    first = np.flatnonzero(opens[:-1])
    second = np.flatnonzero(opens[:-OPENING] & ~opens[1 : 1 - OPENING])
    one = _found("opening", _packed(tokens[first], tokens[first + 1]), below)
    words = (tokens[second], tokens[second + 1], tokens[second + 2])
    return _joined(one, _by_two("opening", *words, below))


def _joined(one: _Found, two: _Found) -> _Found:
    """Put contexts of one word before those of two: their keys are smaller."""
    parts = zip((one.keys, one.words, one.times), (two.keys, two.words, two.times), strict=True)
    keys, words, times = (np.concatenate(both) for both in parts)
    return _Found(keys, words, times, np.concatenate([one.fresh, two.fresh]))


def _rows(found: _Found, units: int, mask: int) -> Rows:
    """Put cells that are in order into rows."""
    if not len(found.keys):
        return Rows.empty()
    begins = np.flatnonzero(np.diff(found.keys, prepend=found.keys[0] - 1))
    ends = narrow(np.append(begins[1:], len(found.keys)))
    fresh = np.add.reduceat(found.fresh.astype(np.int64), begins).astype(np.uint32)
    cells = narrow(found.times * units << COUNT_SHIFT | mask)
    return Rows(found.keys[begins], ends, fresh, found.words.astype(np.uint32), cells)


def units_by_word(near: Rows, size: int) -> Ints:
    """Give how many units stood near each word, by id."""
    before = np.concatenate([[0], np.cumsum(units_in(near.cells))])
    company = np.zeros(size, np.int64)
    company[near.keys] = np.diff(before[near.ends], prepend=0)
    return company


# ------------------------------------------------------------ what stands near


def _company(words: Ints, below: Sequence[Packed], known: int) -> _Found:
    """Count who stands within a few words of whom, both ways."""
    pairs = [(words[:-d], words[d:]) for d in range(1, WINDOW + 1)]
    met = [_packed(np.minimum(one, other), np.maximum(one, other)) for one, other in pairs]
    both, times = _distinct(np.concatenate(met))
    found = _compared("near", both >> _PAIR_SHIFT, both & _LOW, times, below)
    one, other, alone = found.keys, found.words, found.keys == found.words
    newcomer = found.fresh & ((one >= known) | (other >= known))
    # a word beside itself counts both ways in one cell, and its bonus once
    times = times * np.where(alone, 2, 1) + newcomer * NEW_PAIR_BONUS
    apart = ~alone
    keys, words = np.append(one, other[apart]), np.append(other, one[apart])
    order = np.argsort(_packed(keys, words))
    times, fresh = np.append(times, times[apart]), np.append(found.fresh, found.fresh[apart])
    return _Found(keys[order], words[order], times[order], fresh[order])


def _pairs(near: _Found) -> int:
    """Count those who met for the first time; each meeting stands there twice, a lone one once."""
    fresh = int(near.fresh.sum())
    return (fresh + int((near.fresh & (near.keys == near.words)).sum())) // 2
