"""Tables by word: what is asked of many words at once, over a layer and all below it."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leo.field.packed import dense
from leo.text.function_words import is_content

__all__ = ["Tally"]

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SPARE: Final = 1024
"""Words for which room is made at a time."""

UNKNOWN: Final = -1


class Tally:
    """Units of every word, and which words carry content, as far as somebody asked.

    Parameters
    ----------
    units
        Units by word id.
    word
        Gives the word of an id.
    """

    def __init__(self, units: Ints, word: Callable[[int], str]) -> None:
        self._units, self._word = units, word
        self._content = np.full(len(units), UNKNOWN, np.int8)

    def units(self, ids: Ints) -> Ints:
        """Give the units of words, 0 for those beyond the table."""
        if ids.max(initial=0) < len(self._units):
            return np.asarray(self._units[ids])
        return dense(self._units, ids)

    def all(self) -> Ints:
        """Give the units of all words."""
        return self._units

    def content(self, ids: Ints) -> Bools:
        """Tell which words of the table carry content."""
        known = self._content[ids]
        if known.min(initial=0) == UNKNOWN:
            for id_ in ids[known == UNKNOWN].tolist():
                self._content[id_] = is_content(self._word(id_))
            known = self._content[ids]
        return np.asarray(known == 1)

    def add(self, more: Mapping[int, int], size: int) -> None:
        """Count words once more; so many are known now."""
        lacking = size - len(self._units)
        if lacking > 0:
            spare = max(lacking, SPARE)
            self._units = np.concatenate([self._units, np.zeros(spare, np.int64)])
            self._content = np.concatenate([self._content, np.full(spare, UNKNOWN, np.int8)])
        for id_, units in more.items():
            self._units[id_] += units
