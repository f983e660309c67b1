"""Words in a row of bytes: their text by place, and their place by text."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from leo.pace import after_you

__all__ = ["Words", "hashes_of"]

HASH_BYTES = 8

HASHED = 256
"""Words that are hashed before others may go first, some fractions of a millisecond."""


def hashed(word: str) -> int:
    """Give a word's hash, the same in every process."""
    return hashed_bytes(word.encode())


def hashed_bytes(word: bytes) -> int:
    """Give the hash of a word in UTF-8."""
    return int.from_bytes(hashlib.blake2b(word, digest_size=HASH_BYTES).digest(), "little")


def hashes_of(words: Sequence[str]) -> NDArray[np.uint64]:
    """Give many words' hashes; other threads get their turn meanwhile."""
    return _hashes([word.encode() for word in words])


def _hashes(words: Sequence[bytes]) -> NDArray[np.uint64]:
    found = np.empty(len(words), np.uint64)
    for begin in range(0, len(words), HASHED):
        some = slice(begin, begin + HASHED)
        found[some] = [hashed_bytes(word) for word in words[some]]
        after_you()
    return found


class Words:
    """A list of distinct words that may lie in a file.

    Parameters
    ----------
    text
        All words, one after the other, in UTF-8.
    ends
        Where each ends.
    hashes, order
        Hashes of the words, ascending, and whose they are.
    """

    def __init__(
        self,
        text: NDArray[np.uint8],
        ends: NDArray[np.int64],
        hashes: NDArray[np.uint64],
        order: NDArray[np.uint32],
    ) -> None:
        self.text, self.ends, self.hashes, self.order = text, ends, hashes, order
        self._index = lru_cache(maxsize=1 << 14)(self._find)

    @staticmethod
    def of(words: Iterable[str]) -> "Words":
        """Pack words."""
        after_you()
        listed = [word.encode() for word in words]
        text = np.frombuffer(b"".join(listed), np.uint8)
        ends = np.cumsum(np.array([len(one) for one in listed], np.int64), dtype=np.int64)
        hashes = _hashes(listed)
        order = np.argsort(hashes, kind="stable").astype(np.uint32)
        return Words(text, ends, hashes[order], order)

    @staticmethod
    def joined(lists: "Sequence[Words]") -> "Words":
        """Put lists one after the other; no word is in two of them."""
        ends = np.cumsum([0, *(len(one.text) for one in lists)])
        firsts = np.cumsum([0, *(len(one) for one in lists)])
        hashes = np.concatenate([one.hashes for one in lists])
        order = [one.order.astype(np.int64) + at for one, at in zip(lists, firsts, strict=False)]
        sort = np.argsort(hashes, kind="stable")
        return Words(
            np.concatenate([one.text for one in lists]),
            np.concatenate([one.ends + at for one, at in zip(lists, ends, strict=False)]),
            hashes[sort],
            np.concatenate(order)[sort].astype(np.uint32),
        )

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, place: int) -> str:
        begin = int(self.ends[place - 1]) if place else 0
        return self.text[begin : int(self.ends[place])].tobytes().decode()

    def all(self) -> list[str]:
        """List all words."""
        return [self[place] for place in range(len(self))]

    def index(self, word: str) -> int | None:
        """Find a word's place, ``None`` if it is not there."""
        return self._index(word)

    def places(self, words: Sequence[str], hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Find many words' places, -1 for those that are not there; ``hashes`` are theirs."""
        found = np.full(len(words), -1, np.int64)
        if not len(self.hashes):
            return found
        near = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        there = np.flatnonzero(self.hashes[near] == hashes)
        for i, place in zip(there.tolist(), self.order[near[there]].tolist(), strict=True):
            found[i] = place if self[place] == words[i] else self._sought(words[i])
            after_you()
        return found

    def _sought(self, word: str) -> int:
        place = self._find(word)
        return -1 if place is None else place

    def _find(self, word: str) -> int | None:
        wanted = np.uint64(hashed(word))
        i = int(np.searchsorted(self.hashes, wanted))
        while i < len(self.hashes) and self.hashes[i] == wanted:
            place = int(self.order[i])
            if self[place] == word:
                return place
            i += 1
        return None
