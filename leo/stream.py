"""A turn as it happens: words, revisions, and the Turn at last."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from leo.events import Event, Revised, Tell, Word
from leo.records import Turn

__all__ = ["Stream"]


class Stream:
    """An asynchronous iterator over one turn's events.

    The turn runs in a task of its own, so a slow reader never holds Leo up. Breaking out of
    the loop lets the turn finish. Cancelling the reader, or `aclose`, cancels the turn if it
    is not yet being committed.

    Parameters
    ----------
    run
        Runs the turn; it is given a function to tell words to.
    own
        Told the turn's task, to keep it alive.
    """

    def __init__(
        self,
        run: Callable[[Tell], Coroutine[Any, Any, Turn]],
        own: Callable[[asyncio.Task[None]], None],
    ) -> None:
        self._run, self._own = run, own
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._ended = False

    def __aiter__(self) -> "Stream":
        """Start the turn."""
        if self._task is None and not self._ended:
            self._task = asyncio.ensure_future(self._feed())
            # Not in the task: one that is cancelled before its first step never gets there.
            self._task.add_done_callback(lambda _: self._events.put_nowait(None))
            self._own(self._task)
        return self

    async def _feed(self) -> None:
        # An error stays in the task: the reader gets it, and if there is none any more,
        # asyncio logs it as never retrieved.
        self._events.put_nowait(await self._run(self._tell))

    def _tell(self, event: Word | Revised) -> None:
        self._events.put_nowait(event)

    async def __anext__(self) -> Event:
        """Give the next event; an error of the turn is raised here."""
        if self._ended:
            raise StopAsyncIteration
        self.__aiter__()
        try:
            event = await self._events.get()
        except asyncio.CancelledError:
            await self.aclose()
            raise
        if event is None:
            self._ended = True
            raise await self._failure()
        self._ended = isinstance(event, Turn)
        return event

    async def _failure(self) -> BaseException:
        if self._task is None:
            return StopAsyncIteration()
        await asyncio.wait({self._task})
        if self._task.cancelled():
            return asyncio.CancelledError("the turn was cancelled; nothing of it happened")
        return self._task.exception() or StopAsyncIteration()

    async def aclose(self) -> None:
        """Cancel the turn unless it is being committed, and wait until it has ended."""
        self._ended = True
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task})
