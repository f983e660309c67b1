"""How long Leo may work before he lets the event loop breathe.

Every loop over words or rows spends from a `Pace`; when the budget is used up the loop
gets a turn. Streaming falls out of this: a word is shown as soon as it is chosen, because
whoever shows it runs in the pause.
"""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar

__all__ = ["ROWS_PER_BREATH", "WORDS_PER_BREATH", "Pace", "on_breath"]

WORDS_PER_BREATH = 4
"""Words sampled between two yields to the event loop."""

ROWS_PER_BREATH = 256
"""Tokens counted or cells merged between two yields to the event loop."""

on_breath: ContextVar[Callable[[int], None] | None] = ContextVar("on_breath", default=None)
"""Called with the units spent at every yield; how tests count that nothing hogs the loop."""


class Pace:
    """A budget of work between two yields.

    Parameters
    ----------
    budget
        Units (words, rows) that may pass before the loop is given a turn.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._spent = 0

    async def spend(self, units: int = 1) -> None:
        """Count work done, and yield to the event loop when the budget is used up."""
        self._spent += units
        if self._spent >= self._budget:
            told = on_breath.get()
            if told is not None:
                told(self._spent)
            self._spent = 0
            await asyncio.sleep(0)
