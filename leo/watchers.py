"""Watchers: plain functions that are told every Turn after its commit."""

import logging
from collections.abc import Callable
from typing import TypeAlias

from leo.errors import ModuleError
from leo.records import Turn

__all__ = ["Watcher", "Watchers"]

log = logging.getLogger("leo")

Watcher: TypeAlias = Callable[[Turn], None]


class Watchers:
    """Those who look on; the second place, after the modules' hooks, where a failure is caught.

    Parameters
    ----------
    strict
        Keep a watcher's failure, to be raised at the next call.
    """

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._watchers: list[Watcher] = []
        self._error: ModuleError | None = None

    def add(self, watcher: Watcher) -> Callable[[], None]:
        """Tell somebody from now on; gives the way to stop it."""
        self._watchers.append(watcher)

        def unsubscribe() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)

        return unsubscribe

    def tell(self, turn: Turn) -> None:
        """Tell everybody; one that fails is logged and harms neither Leo nor the others."""
        for watcher in tuple(self._watchers):
            try:
                watcher(turn)
            except Exception as error:  # the boundary: whoever looks on never harms Leo
                log.exception("a watcher failed on turn %s", turn.id)
                self._error = ModuleError("watcher", repr(watcher), error)

    def raise_pending(self) -> None:
        """In strict mode, raise the last failure, once."""
        if self._strict and self._error is not None:
            error, self._error = self._error, None
            raise error
