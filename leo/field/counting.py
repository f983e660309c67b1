"""Counting a long text at once: the same counts as hearing it token by token, with arrays.

Every n-gram becomes a pair of integers, a context and a word; sorting brings equal ones
together, and runs are added up. What is new is told by bisection in the layers below.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leo.field.arrays import changes
from leo.field.forms import Forms, few_of_each
from leo.field.layer import FORMS, NEW_PAIR_BONUS, OPENING, WINDOW
from leo.field.packed import Packed, Rows, narrow, units_in
from leo.field.rows import COUNT_SHIFT, bit, units_of
from leo.field.view import Kind
from leo.field.words import Words, hashes_of
from leo.pace import after_you
from leo.records import Growth, Source
from leo.text.heard import Heard

__all__ = ["Ids", "counted", "units_by_word"]

Ints = NDArray[np.int64]

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
    """Ids of the words of texts that were read lately; a word keeps its id for ever."""

    def __init__(self) -> None:
        self._words: Sequence[str] = ()
        self._known = self._found = np.zeros(0, np.int64)

    def find(self, text: Heard, layers: Sequence[Packed], known: int) -> tuple[Ints, Ints]:
        """Give words' ids, and the places of those that no layer has.

        Parameters
        ----------
        text
            The text.
        layers
            All there are.
        known
            The first new word gets this id; words are new in the order in which they come.
        """
        if text.words is not self._words:
            self._words, self._known = text.words, np.zeros(0, np.int64)
        ids = np.full(len(text.words), -1, np.int64)
        ids[: len(self._known)] = self._known
        asked = _as_they_come(text.word[ids[text.word] < 0], len(ids))
        ids[asked] = _looked_up([text.words[i] for i in asked.tolist()], layers)
        self._known = ids.copy()
        new = asked[ids[asked] < 0]
        ids[new] = known + np.arange(len(new))
        self._found = ids
        return ids, new

    def keep(self) -> None:
        """Keep the ids that new words were given last, now that they have them for good."""
        self._known = self._found


def _as_they_come(places: Ints, size: int) -> Ints:
    """Give distinct places below a size, in the order in which they come."""
    first = _first(places, size)
    distinct = np.flatnonzero(first >= 0)
    return distinct[np.argsort(first[distinct])]


def _first(places: Ints, size: int) -> Ints:
    """Give for each place below a size where it comes first, -1 if it does not."""
    first = np.full(size, -1, np.int64)
    first[places[::-1]] = np.arange(len(places))[::-1]  # of many, the last one stays
    return first


def _looked_up(words: Sequence[str], layers: Sequence[Packed]) -> Ints:
    """Give words' ids in layers, -1 for those that none of them has."""
    ids = np.full(len(words), -1, np.int64)
    left, hashes = np.arange(len(words)), hashes_of(words)
    for layer in layers:
        after_you()
        places = layer.words.places([words[i] for i in left.tolist()], hashes)
        there = places >= 0
        ids[left[there]] = places[there] + layer.first
        left, hashes = left[~there], hashes[~there]
    return ids


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
    ids, new = (lately or Ids()).find(text, below, known)
    size, units, mask = known + len(new), units_of(source), bit(source)
    tokens = ids[text.word]
    one, two = _following(tokens, below)
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
        words=Words.of([text.words[i] for i in new.tolist()]),
        seen=np.bincount(tokens, minlength=size) * units,
        starts=np.bincount(tokens[text.opens], minlength=size) * units,
        company=units_by_word(rows["near"], size),
        rows=rows,
        forms=_forms(text, ids),
        units=len(tokens) * units,
        grown=growth,
    )


def _forms(text: Heard, ids: Ints) -> Forms:
    """Count how words are written inside sentences; the first few forms of each are kept."""
    after_you()
    inside = text.form[~text.marks & ~text.opens]
    first = _first(inside, len(text.forms))
    distinct = np.flatnonzero(first >= 0)
    words, times = ids[text.word_of[distinct]], np.bincount(inside, minlength=len(text.forms))
    kept = few_of_each(words, first[distinct], FORMS)
    forms = distinct[kept]
    return Forms.of_each(words[kept], times[forms], [text.forms[i] for i in forms.tolist()])


# ------------------------------------------------------------ what follows


def _packed(one: Ints, other: Ints) -> Ints:
    return one << _PAIR_SHIFT | other


def _distinct(pairs: Ints) -> tuple[Ints, Ints]:
    """Give distinct numbers in order, and how often each is there."""
    ordered = np.sort(pairs)
    first = np.flatnonzero(changes(ordered))
    return ordered[first], np.diff(first, append=len(ordered))


def _following(tokens: Ints, below: Sequence[Packed]) -> tuple[_Found, _Found]:
    """Count what follows one word, and what follows two."""
    pairs = _packed(tokens[:-1], tokens[1:])
    order = np.argsort(pairs)
    pairs = pairs[order]
    new = changes(pairs)
    first = np.flatnonzero(new)
    distinct, times = pairs[first], np.diff(first, append=len(pairs))
    place = np.empty_like(pairs)
    place[order] = np.cumsum(new) - 1
    one = _compared("next", distinct >> _PAIR_SHIFT, distinct & _LOW, times, below)
    contexts = _packed(one.keys + 1, one.words)  # the key of `leo.field.layer.context_key`
    return one, _by_two("next", contexts, place[:-1], tokens[2:], below)


def _found(kind: Kind, pairs: Ints, below: Sequence[Packed]) -> _Found:
    """Count contexts of one word, packed with what follows."""
    pairs, times = _distinct(pairs)
    return _compared(kind, pairs >> _PAIR_SHIFT, pairs & _LOW, times, below)


def _by_two(
    kind: Kind, contexts: Ints, place: Ints, words: Ints, below: Sequence[Packed]
) -> _Found:
    """Count contexts of two words: by their places, so that a context and a word fit a number."""
    pairs, times = _distinct(_packed(place, words))
    return _compared(kind, contexts[pairs >> _PAIR_SHIFT], pairs & _LOW, times, below)


def _compared(kind: Kind, keys: Ints, words: Ints, times: Ints, below: Sequence[Packed]) -> _Found:
    fresh = np.ones(len(keys), bool)
    for layer in sorted(below, key=lambda one: -one.units):  # the largest knows most of it
        after_you()
        left = np.flatnonzero(fresh & (words < layer.size))
        fresh[left] = ~layer.rows[kind].knows(keys[left], words[left])
    return _Found(keys, words, times, fresh)


def _openings(tokens: Ints, opens: NDArray[np.bool_], below: Sequence[Packed]) -> _Found:
    first = np.flatnonzero(opens[:-1])
    second = np.flatnonzero(opens[:-OPENING] & ~opens[1 : 1 - OPENING])
    one = _found("opening", _packed(tokens[first], tokens[first + 1]), below)
    keys = _packed(tokens[second] + 1, tokens[second + 1])
    contexts, _ = _distinct(keys)
    place = np.searchsorted(contexts, keys)
    return _joined(one, _by_two("opening", contexts, place, tokens[second + 2], below))


def _joined(one: _Found, two: _Found) -> _Found:
    """Put contexts of one word before those of two: their keys are smaller."""
    parts = zip((one.keys, one.words, one.times), (two.keys, two.words, two.times), strict=True)
    keys, words, times = (np.concatenate(both) for both in parts)
    return _Found(keys, words, times, np.concatenate([one.fresh, two.fresh]))


def _rows(found: _Found, units: int, mask: int) -> Rows:
    """Put cells that are in order into rows."""
    if not len(found.keys):
        return Rows.empty()
    begins = np.flatnonzero(changes(found.keys))
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
    high = words << _PAIR_SHIFT
    met = [
        np.minimum(high[:-d] | words[d:], high[d:] | words[:-d])  # the smaller id comes first
        for d in range(1, WINDOW + 1)
    ]
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
