"""Check sums of arrays in files: that what is read is what was written."""

import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_SUMS", "Sums", "bytes_of"]

HEAD: Final = 1 << 16
"""Bytes at the beginning of an array that are checked always."""

SMALL: Final = 1 << 20
"""Bytes of an array that is checked whole always."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums (CRC-32) of an array.

    Attributes
    ----------
    head, whole
        Of its first `HEAD` bytes, and of all.
    size
        Its bytes, as far as they were counted here.
    """

    head: int
    whole: int
    size: int = 0

    def with_more(self, piece: memoryview) -> "Sums":
        """Give the sums with something appended."""
        begin = piece[: max(0, HEAD - self.size)]
        return Sums(
            zlib.crc32(begin, self.head), zlib.crc32(piece, self.whole), self.size + len(piece)
        )

    def fit(self, array: memoryview, *, whole: bool) -> bool:
        """Tell whether an array has these sums; of a large one the head, or the ``whole``."""
        if whole or len(array) <= SMALL:
            return zlib.crc32(array) == self.whole
        return zlib.crc32(array[:HEAD]) == self.head


NO_SUMS: Final = Sums(0, 0)
"""Of nothing."""


def bytes_of(array: NDArray[np.generic]) -> memoryview:
    """Give an array's bytes, without copying where they lie in a row."""
    return np.ascontiguousarray(array).view(np.uint8).data
