"""Opening a Leo for a widget: on the notebook's loop, or sharing the one that lives here."""

import os
import weakref
from pathlib import Path

from leo import ASYNC_DB_PATH, AsyncLeoField, living

__all__ = ["Guest"]


_waiting: "weakref.WeakValueDictionary[Path, AsyncLeoField]" = weakref.WeakValueDictionary()
"""Leos that a widget made and that may not be open yet: two widgets on one path share one."""


def _shared(path: str | os.PathLike[str]) -> AsyncLeoField:
    leo = living(path)
    if leo is None:
        made = AsyncLeoField(path)
        leo = _waiting.setdefault(made.path, made)
    return leo


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
        self.leo = leo or _shared(ASYNC_DB_PATH if path is None else path)
        self._opened = False

    async def enter(self) -> AsyncLeoField:
        """Open him if nobody has."""
        if self.leo.closed:
            self.leo = living(self.leo.path) or self.leo
            self._opened = self.leo.closed
            await self.leo.async_init()
        return self.leo

    async def leave(self) -> None:
        """Close him if this widget opened him."""
        if self._opened:
            self._opened = False
            await self.leo.aclose()
