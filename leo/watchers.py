"""Watchers: plain functions that are told what happened, after its commit."""

import logging
from collections.abc import Callable
from typing import Final, Generic, TypeAlias, TypeVar

from leo.errors import ModuleError
from leo.records import Turn
from leo.turns import Forgotten

__all__ = ["ForgettingWatcher", "Watcher", "Watchers"]

log = logging.getLogger("leo")

NewsT = TypeVar("NewsT")

Watcher: TypeAlias = Callable[[Turn], None]
ForgettingWatcher: TypeAlias = Callable[[Forgotten], None]

STOP: Final = "let it watch no more: call what leo.watch gave"


class Watchers(Generic[NewsT]):
    """Those who look on; the second place, after the modules' hooks, where a failure is caught.

    Parameters
    ----------
    strict
        Keep a watcher's failure, to be raised at the next call.
    """

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._watchers: list[Callable[[NewsT], None]] = []
        self._error: ModuleError | None = None

    def __bool__(self) -> bool:
        return bool(self._watchers)

    def add(self, watcher: Callable[[NewsT], None]) -> Callable[[], None]:
        """Tell somebody from now on; gives the way to stop it."""
        self._watchers.append(watcher)

        def unsubscribe() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)

        return unsubscribe

    def tell(self, news: NewsT) -> None:
        """Tell everybody; one that fails is logged and harms neither Leo nor the others."""
        for watcher in tuple(self._watchers):
            try:
                watcher(news)
            except Exception as error:  # the boundary: whoever looks on never harms Leo
                log.exception("a watcher failed on %s", _named(news))
                self._error = ModuleError("watcher", repr(watcher), error, STOP)

    def raise_pending(self) -> None:
        """In strict mode, raise the last failure, once."""
        if self._strict and self._error is not None:
            error, self._error = self._error, None
            raise error


def _named(news: object) -> str:
    return f"turn {news.id}" if isinstance(news, Turn) else "a forgetting"
