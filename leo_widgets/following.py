"""Following a Leo: his latest Turns, up to date, whoever talks with him."""

from collections.abc import Callable

from leo import AsyncLeoField, Turn

__all__ = ["KEPT_TURNS", "Following"]

KEPT_TURNS = 500
"""Turns that are at hand."""

BEFORE = 100
"""Turns before an older one that are fetched with it."""


class Following:
    """The Turns of a living Leo.

    Parameters
    ----------
    told
        Called with each new turn, after it was added.

    Attributes
    ----------
    turns
        The latest turns, oldest first.
    """

    def __init__(self, told: Callable[[Turn], None]) -> None:
        self._told = told
        self._unwatch: Callable[[], None] | None = None
        self._leo: AsyncLeoField | None = None
        self.turns: list[Turn] = []

    @property
    def begun(self) -> bool:
        """Whether a Leo is followed."""
        return self._unwatch is not None

    async def begin(self, leo: AsyncLeoField) -> None:
        """Follow a Leo from now on, with what his journal holds."""
        if self._unwatch is not None:
            return
        self._unwatch = leo.watch(self._happened)
        self._leo = leo
        last = (leo.turns[-1].id or 0) if len(leo.turns) else 0
        self.turns = list(await leo.journal(max(1, last - KEPT_TURNS + 1)))

    def _happened(self, turn: Turn) -> None:
        self.turns = [*self.turns, turn][-KEPT_TURNS:]
        self._told(turn)

    def find(self, turn: int) -> Turn | None:
        """Find a turn by its number."""
        return next((one for one in self.turns if one.id == turn), None)

    async def life(self, turn: int) -> list[Turn]:
        """Give the life around a turn: what is at hand, or for an older one the turns before it."""
        if self._leo is None or self.find(turn) is not None:
            return self.turns
        return list(await self._leo.journal(max(1, turn - BEFORE + 1), turn + 1))

    def end(self) -> None:
        """Follow no longer."""
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None
