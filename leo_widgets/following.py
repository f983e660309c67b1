"""Following a Leo: his latest Turns, up to date, whoever talks with him."""

from collections.abc import Callable

from leo import AsyncLeoField, Forgotten, Turn

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
    forgot
        Called when turns were forgotten, which are gone then; `renew` fetches what is left.

    Attributes
    ----------
    turns
        The latest turns, oldest first.
    """

    def __init__(self, told: Callable[[Turn], None], forgot: Callable[[], None]) -> None:
        self._told, self._forgot = told, forgot
        self._unwatch: list[Callable[[], None]] = []
        self._leo: AsyncLeoField | None = None
        self.turns: list[Turn] = []

    @property
    def begun(self) -> bool:
        """Whether a Leo is followed."""
        return bool(self._unwatch)

    async def begin(self, leo: AsyncLeoField) -> None:
        """Follow a Leo from now on, with what his journal holds."""
        if self._unwatch:
            return
        self._unwatch = [leo.watch(self._happened), leo.watch_forgotten(self._forgotten)]
        self._leo = leo
        await self.renew()

    async def renew(self) -> None:
        """Fetch the latest turns anew."""
        if self._leo is not None:
            turns = self._leo.turns
            last = (turns[-1].id or 0) if len(turns) else 0
            self.turns = list(await self._leo.journal(max(1, last - KEPT_TURNS + 1)))

    def _forgotten(self, what: Forgotten) -> None:
        gone = {*what.turns, *what.echoes}
        self.turns = [one for one in self.turns if one.id not in gone]
        self._forgot()

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
        for unwatch in self._unwatch:
            unwatch()
        self._unwatch = []
