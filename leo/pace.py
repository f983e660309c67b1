"""How long Leo may work before he lets the event loop breathe.

Every loop over words or rows spends from a `Pace`; when the budget is used up the loop
gets a turn, and also when it has waited long, whoever worked meanwhile: a row that is asked for
the first time may have to be fetched and put together, and many short pieces of work make a
long one. Streaming falls out of this: a word is shown as soon as it is chosen, because whoever
shows it runs in the pause.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar

__all__ = [
    "ROWS_PER_BREATH",
    "WORDS_PER_BREATH",
    "Pace",
    "after_you",
    "breathe_if_due",
    "on_breath",
]

WORDS_PER_BREATH = 4
"""Words sampled between two yields to the event loop."""

ROWS_PER_BREATH = 256
"""Tokens counted or cells merged between two yields to the event loop."""

BREATH = 0.001
"""Seconds after which the event loop gets a turn however little was spent. What comes of the work
does not depend on it."""

HELD = 0.003
"""Seconds after which work in a thread lets the others go first. The interpreter takes itself away
from a thread only after five milliseconds, and one beat of the event loop may need it twice."""

STEP_BACK = 1e-5
"""Seconds to sleep for that: whoever waits has to wake up meanwhile, or nothing is handed over."""

on_breath: ContextVar[Callable[[int], None] | None] = ContextVar("on_breath", default=None)
"""Called with the units spent when a budget is used up; how tests count that nothing hogs the
loop."""

_resumed: ContextVar[float] = ContextVar("resumed", default=0.0)
"""When the loop last gave a turn to the task that is at work, as far as it breathed."""


async def breathe_if_due() -> None:
    """Yield to the event loop if it has waited for `BREATH`: between two pieces of work."""
    if _overdue():
        await _yielded()


def _overdue() -> bool:
    return time.perf_counter() - _resumed.get() >= BREATH


async def _yielded() -> None:
    await asyncio.sleep(0)
    _resumed.set(time.perf_counter())


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
        """Count work done, and yield to the event loop when the budget or the time is used up."""
        if self.spent(units):
            await self.breathe()

    def spent(self, units: int = 1) -> bool:
        """Count work done, and tell whether to `breathe`; for loops with little work a round."""
        self._spent += units
        return self._spent >= self._budget or _overdue()

    async def breathe(self) -> None:
        """Yield to the event loop."""
        if self._spent >= self._budget:
            told = on_breath.get()
            if told is not None:
                told(self._spent)
            self._spent = 0
        await _yielded()


class _Held(threading.local):
    since = 0.0


_held = _Held()


def after_you() -> None:
    """Let other threads go first now and then, in work outside the event loop's thread.

    Call it between short pieces of work; what comes of the work does not depend on it.
    """
    if time.perf_counter() - _held.since >= HELD:
        time.sleep(STEP_BACK)
        _held.since = time.perf_counter()
