"""The wire: getting work onto Leo's own event loop, whatever thread it was asked for in.

JupyterLab may deliver a widget's messages on a kernel subshell, which is another thread with
another event loop. A task started there would wait for ever on Leo's lock, so everything goes
through one `LoopRunner` that hands work over thread-safely and keeps a reference to its tasks.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeAlias

from leo import LeoError

__all__ = ["Latest", "LoopRunner", "Work", "word_clicked"]

log = logging.getLogger("leo_widgets")

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
"""Makes the coroutine; it is called on the runner's loop."""


REST = 0.15
"""Seconds between two drawings when turns come faster than anybody can look."""


class LoopRunner:
    """Runs coroutines on one loop, from any thread.

    Parameters
    ----------
    on_error
        Told, on the loop, about every task that failed.

    Attributes
    ----------
    loop
        The loop that was running when the runner was made (in a notebook also in a cell
        without ``await``), or the first one work was asked for on.
    """

    def __init__(self, on_error: Callable[[BaseException], None]) -> None:
        self.loop: asyncio.AbstractEventLoop | None = _running()
        self._on_error = on_error
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def spawn(self, work: Work, name: str) -> None:
        """Run work as a task of its own; may be called from any thread."""
        self.call(lambda: self._start(work, name))

    def call(self, function: Callable[[], None]) -> None:
        """Run a plain function on the loop: at once when we are on it, else as soon as it can."""
        here = _running()
        if self.loop is None:
            self.loop = here
        if self.loop is None:
            raise RuntimeError(
                "no event loop is running: use the widgets in a notebook, or inside a coroutine"
            )
        if here is self.loop:
            function()
        else:
            self.loop.call_soon_threadsafe(function)

    def close(self) -> None:
        """Cancel everything, and take no more work."""
        self._closed = True
        if self.loop is not None and not self.loop.is_closed():
            self.call(self._cancel_all)

    @property
    def pending(self) -> int:
        """Tasks that have not ended."""
        return len(self._tasks)

    def _cancel_all(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()

    def _start(self, work: Work, name: str) -> None:
        if self._closed:
            return
        task = asyncio.ensure_future(work())
        task.set_name(name)
        self._tasks.add(task)  # asyncio itself keeps weak references only
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, LeoError):  # its sentence says all, and the widget shows it
            log.info("%s failed: %s", task.get_name(), error)
        elif error is not None:
            log.error("%s failed", task.get_name(), exc_info=error)
        if error is not None:
            self._on_error(error)


class Latest:
    """Brings something up to date: never twice at a time, and not more often than it can be seen.

    Asked while it is at work, it works once more afterwards, however often it was asked.

    Parameters
    ----------
    runner
        Where it runs.
    work
        Brings it up to date.
    name
        What the task is called.
    """

    def __init__(self, runner: LoopRunner, work: Work, name: str) -> None:
        self._runner, self._work, self._name = runner, work, name
        self._at_work = self._again = False

    def ask(self) -> None:
        """Ask for it; may be called from any thread."""
        self._runner.call(self._ask)

    def _ask(self) -> None:
        self._again = True
        if not self._at_work:
            self._at_work = True
            self._runner.spawn(self._run, self._name)

    async def _run(self) -> None:
        try:
            while self._again:
                self._again = False
                await self._work()
                if self._again:
                    await asyncio.sleep(REST)
        finally:
            self._at_work = False


def word_clicked(point: Mapping[str, Any]) -> tuple[int, int] | None:
    """Give turn and place of the word that a click on a panel met; ``None`` if it met none."""
    custom = point.get("custom")
    if point.get("figure") != "words" or not isinstance(custom, list) or len(custom) < 2:
        return None
    turn, index = custom[:2]
    return (turn, index) if isinstance(turn, int) and isinstance(index, int) else None


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
