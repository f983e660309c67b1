"""How words are written, packed: a few forms for each word, found by its id."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

__all__ = ["Forms"]


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
        texts: list[bytes] = []
        for word, forms in words:
            of += [word] * len(forms)
            counts += forms.values()
            texts += (form.encode() for form in forms)
        return Forms(
            np.array(of, np.uint32),
            np.array(counts, np.uint32),
            np.frombuffer(b"".join(texts), np.uint8),
            np.cumsum([len(one) for one in texts], dtype=np.int64).astype(np.uint32),
        )

    def get(self, word: int) -> dict[str, int]:
        """Give a word's forms and how often each was written."""
        begin, end = np.searchsorted(self.of, [word, word + 1]).tolist()
        return {self._form(i): int(self.counts[i]) for i in range(begin, end)}

    def __iter__(self) -> Iterator[tuple[int, dict[str, int]]]:
        each = zip(self.of.tolist(), range(len(self.of)), self.counts.tolist(), strict=True)
        for word, same in itertools.groupby(each, key=itemgetter(0)):
            yield word, {self._form(i): count for _, i, count in same}

    def _form(self, place: int) -> str:
        begin = int(self.ends[place - 1]) if place else 0
        return self.text[begin : int(self.ends[place])].tobytes().decode()
