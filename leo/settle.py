"""Finishing what was begun: work that a cancellation may delay, never cut in two."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["settled"]

ResultT = TypeVar("ResultT")


async def settled(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Run work to its end, even when the caller is cancelled meanwhile.

    A cancellation that arrives is raised afterwards, when the work is done; if the work
    itself failed, its error is raised instead.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            if task.cancelled():
                raise
            cancelled = error
        except BaseException:
            if not task.done():
                raise
            break
    result = task.result()
    if cancelled is not None:
        raise cancelled
    return result
