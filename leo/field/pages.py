"""Pages of mapped files: what was read of them stays in memory only for a while.

Looking for a row touches a few places that are far apart, and the system brings in what lies
around each. All of it could be had again from the file, and is given back before it comes to
much: what a Leo takes follows what he says, not how long he talks with a large field.
"""

import mmap
import sys
from collections.abc import Sequence
from typing import Final

__all__ = ["NO_PAGES", "Pages"]

LOOKS: Final = 48
"""Rows looked for in a layer between two times that its pages are given back. Each may bring in
some 400 kB where the system fetches 64 kB around a place."""


KEPT: Final = 16 << 20
"""Bytes up to which a layer's files may stay in memory whole: bringing pages in anew takes time."""


class Pages:
    """What is in memory of some mapped files.

    Parameters
    ----------
    files
        The files.
    """

    def __init__(self, files: Sequence[mmap.mmap]) -> None:
        self._files = files if sum(len(file) for file in files) > KEPT else ()
        self._looks = 0

    def look(self) -> None:
        """Note that a row is looked for."""
        self._looks += 1
        if self._looks > LOOKS:
            self.give_back()

    def give_back(self) -> None:
        """Let the system have what is in memory; who needs it again gets it from the files."""
        self._looks = 0
        if sys.platform != "win32":
            for file in self._files:
                file.madvise(mmap.MADV_DONTNEED)


NO_PAGES: Final = Pages(())
"""Of what lies in no file."""
