"""A few things to do with arrays that everything packed is made of."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["changes", "distinct", "stretches"]

Ints = NDArray[np.int64]


def changes(numbers: Ints) -> NDArray[np.bool_]:
    """Tell which of some numbers are others than the one before; the first one is."""
    new = np.empty(len(numbers), bool)
    new[:1] = True
    np.not_equal(numbers[1:], numbers[:-1], out=new[1:])
    return new


def distinct(many: Sequence[Ints]) -> Ints:
    """Give the different numbers of some arrays, ascending."""
    # np.unique and np.union1d do the same, and import a large part of numpy for it
    ordered = np.sort(np.concatenate(many))
    return ordered[changes(ordered)]


def stretches(begins: Ints, lengths: Ints) -> Ints:
    """Give the places of many stretches, one after the other."""
    after = np.cumsum(lengths)
    total = int(after[-1]) if len(after) else 0
    return np.repeat(begins - after + lengths, lengths) + np.arange(total)
