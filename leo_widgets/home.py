"""Opening a Leo for a widget: on the notebook's loop, or sharing the one that lives here."""

import os

from leo import ASYNC_DB_PATH, AsyncLeoField, living

__all__ = ["Guest"]


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
        where = ASYNC_DB_PATH if path is None else path
        self.leo = leo or living(where) or AsyncLeoField(where)
        self._opened = False

    async def enter(self) -> AsyncLeoField:
        """Open him if nobody has."""
        if self.leo.closed:
            shared = living(self.leo.path)
            if shared is not None:
                self.leo = shared
            else:
                await self.leo.async_init()
                self._opened = True
        return self.leo

    async def leave(self) -> None:
        """Close him if this widget opened him."""
        if self._opened:
            self._opened = False
            await self.leo.aclose()
