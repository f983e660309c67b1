"""A rate: so many in one go, so many per minute in the long run."""

from collections.abc import Callable
from typing import Final

__all__ = ["Rate"]

MINUTE: Final = 60.0
"""Seconds."""


class Rate:
    """A bucket of permits that fills again with time.

    Parameters
    ----------
    at_once
        Permits in a full bucket.
    per_minute
        Permits that come back per minute.
    now
        Gives the time in seconds; never goes back.
    """

    def __init__(self, at_once: int, per_minute: int, now: Callable[[], float]) -> None:
        self._most, self._now = float(at_once), now
        self._speed = per_minute / MINUTE
        self._left, self._seen = self._most, now()

    def take(self) -> float:
        """Take a permit and give 0, or give the seconds after which there is one."""
        now = self._now()
        self._left = min(self._most, self._left + (now - self._seen) * self._speed)
        self._seen = now
        if self._left < 1:
            return (1 - self._left) / self._speed
        self._left -= 1
        return 0.0
