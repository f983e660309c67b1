"""How words are written, packed: a few forms for each word, found by its id."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from leo.field.arrays import stretches
from leo.pace import after_you

__all__ = ["Forms", "few_of_each"]

Ints = NDArray[np.int64]


def few_of_each(words: Ints, first: Ints, most: int) -> Ints:
    """Choose the first few forms of each word, in order of the words.

    Parameters
    ----------
    words
        The word of each form.
    first
        Where each form was met first.
    most
        Forms of a word that are kept.
    """
    order = np.lexsort((first, words))
    begins = np.flatnonzero(np.diff(words[order], prepend=-1))
    sizes = np.diff(begins, append=len(order))
    return order[np.arange(len(order)) - np.repeat(begins, sizes) < most]


def _sums(numbers: Ints, begins: Ints) -> Ints:
    return np.add.reduceat(numbers, begins) if len(begins) else numbers


def _hashes(text: NDArray[np.uint8], begins: Ints, lengths: Ints) -> NDArray[np.uint64]:
    """Give a hash of 64 bits of each stretch of bytes, none of them empty.

    It has to tell apart the few forms of one word, and does so in one go for all words.
    """
    longest = int(lengths.max()) if len(lengths) else 0
    factors = np.frombuffer(hashlib.shake_128(b"forms").digest(8 * longest), "<u8")
    within = np.arange(len(text)) - np.repeat(begins, lengths)
    each = (text.astype(np.uint64) + np.uint64(1)) * factors[within]
    return np.add.reduceat(each, begins) if len(begins) else each


class Forms:
    """Written forms of words, with counts.

    Parameters
    ----------
    of
        For each form the id of its word, ascending.
    counts
        How often each was written.
    text
        All forms, one after the other, in UTF-8.
    ends
        Where each ends.
    """

    def __init__(
        self,
        of: NDArray[np.uint32],
        counts: NDArray[np.uint32],
        text: NDArray[np.uint8],
        ends: NDArray[np.unsignedinteger],
    ) -> None:
        self.of, self.counts, self.text, self.ends = of, counts, text, ends

    @staticmethod
    def pack(words: Iterable[tuple[int, Mapping[str, int]]]) -> "Forms":
        """Pack the forms of words that come in order of their ids."""
        of: list[int] = []
        counts: list[int] = []
        texts: list[str] = []
        for word, forms in words:
            of += [word] * len(forms)
            counts += forms.values()
            texts += forms
        return Forms.of_each(np.array(of, np.int64), np.array(counts, np.int64), texts)

    @staticmethod
    def of_each(of: Ints, counts: Ints, texts: Iterable[str]) -> "Forms":
        """Pack forms that come in order of the ids of their words."""
        after_you()
        listed = [text.encode() for text in texts]
        lengths = np.fromiter(map(len, listed), np.int64, len(listed))
        return Forms(
            of.astype(np.uint32),
            counts.astype(np.uint32),
            np.frombuffer(b"".join(listed), np.uint8),
            np.cumsum(lengths).astype(np.uint32),
        )

    @staticmethod
    def joined(many: "Sequence[Forms]", most: int) -> "Forms":
        """Put packed forms together; the first few of each word are kept.

        Parameters
        ----------
        many
            At least one; words may be in several.
        most
            Forms of a word that are kept.
        """
        of = np.concatenate([one.of for one in many]).astype(np.int64)
        counts = np.concatenate([one.counts for one in many]).astype(np.int64)
        text = np.concatenate([one.text for one in many])
        lengths = np.concatenate([np.diff(one.ends, prepend=0) for one in many]).astype(np.int64)
        begins = np.cumsum(lengths) - lengths
        hashes = _hashes(text, begins, lengths)
        order = np.lexsort((hashes, of))
        of, hashes = of[order], hashes[order]
        new = np.ones(len(order), bool)
        new[1:] = (of[1:] != of[:-1]) | (hashes[1:] != hashes[:-1])
        each = np.flatnonzero(new)
        counts, first, of = _sums(counts[order], each), order[each], of[each]
        kept = few_of_each(of, first, most)
        at = first[kept]
        return Forms(
            of[kept].astype(np.uint32),
            counts[kept].astype(np.uint32),
            text[stretches(begins[at], lengths[at])],
            np.cumsum(lengths[at]).astype(np.uint32),
        )

    def get(self, word: int) -> dict[str, int]:
        """Give a word's forms and how often each was written."""
        both = np.array([word, word + 1], np.uint32)  # of another type, all would be copied
        begin, end = np.searchsorted(self.of, both).tolist()
        return {self._form(i): int(self.counts[i]) for i in range(begin, end)}

    def __iter__(self) -> Iterator[tuple[int, dict[str, int]]]:
        each = zip(self.of.tolist(), range(len(self.of)), self.counts.tolist(), strict=True)
        for word, same in itertools.groupby(each, key=itemgetter(0)):
            yield word, {self._form(i): count for _, i, count in same}

    def _form(self, place: int) -> str:
        begin = int(self.ends[place - 1]) if place else 0
        return self.text[begin : int(self.ends[place])].tobytes().decode()
