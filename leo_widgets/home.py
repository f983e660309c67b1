"""Opening a Leo for a widget: on the notebook's loop, or sharing the one that lives here."""

import itertools
import os
import re
import weakref
from pathlib import Path

from leo import ASYNC_DB_PATH, AsyncLeoField, living

__all__ = ["Guest", "free_path"]


_waiting: "weakref.WeakValueDictionary[Path, AsyncLeoField]" = weakref.WeakValueDictionary()
"""Leos that a widget made and that may not be open yet: two widgets on one path share one."""


_opening: dict[Path, AsyncLeoField] = {}
"""Leos that are being opened: a cell that is run again at once must not open its Leo twice."""


_NUMBERED = re.compile(r"(.+)-(\d+)$")


def free_path(path: Path) -> Path:
    """Find a file beside a Leo's that is not there yet: ``leo.db``, ``leo-2.db``, ``leo-3.db``.

    Parameters
    ----------
    path
        His file.
    """
    named = _NUMBERED.match(path.stem)
    stem, first = (named[1], int(named[2]) + 1) if named else (path.stem, 2)
    names = (path.with_name(f"{stem}-{n}{path.suffix}") for n in itertools.count(first))
    return next(one for one in names if not one.exists() and living(one) is None)


class Guest:
    """A widget's Leo: given, shared with this kernel, or opened by the widget itself.

    Parameters
    ----------
    leo
        An open or unopened Leo.
    path
        Where he lives, if no Leo is given; ``ASYNC_DB_PATH`` by default.
    """

    def __init__(
        self, leo: AsyncLeoField | None = None, path: str | os.PathLike[str] | None = None
    ) -> None:
        if leo is not None and path is not None:
            raise TypeError("give a Leo or a path, not both")
        self._made = False
        if leo is None:
            made = AsyncLeoField(ASYNC_DB_PATH if path is None else path)
            leo = living(made.path) or _waiting.setdefault(made.path, made)
            self._made = leo is made
        self.leo = leo

    async def enter(self) -> AsyncLeoField:
        """Open him if nobody has, or is about to."""
        if self.leo.closed:
            path = self.leo.path
            found = living(path) or _opening.setdefault(path, self.leo)
            try:
                await found.async_init()
            finally:
                _opening.pop(path, None)
            if found is not self.leo:  # somebody else's, who is not the widget's to close
                self.leo, self._made = found, False
        return self.leo

    async def leave(self) -> None:
        """Close him if this widget made him."""
        if self._made:
            await self.leo.aclose()
