"""Work that was begun is brought to its end, whoever stops waiting for it."""

import asyncio

import pytest

from leo.settle import settled


class Work:
    """Waits for a door, then notes that it is done, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.door, self.begun, self.done, self.error = asyncio.Event(), asyncio.Event(), 0, error

    async def run(self) -> str:
        self.begun.set()
        await self.door.wait()
        self.done += 1
        if self.error:
            raise self.error
        return "done"


async def test_a_cancelled_caller_waits_for_the_end() -> None:
    """However often he is cancelled meanwhile, and is cancelled afterwards."""
    work = Work()
    caller = asyncio.ensure_future(settled(work.run()))
    await work.begun.wait()
    for _ in range(3):
        caller.cancel()
        await asyncio.sleep(0)
    assert not caller.done()
    work.door.set()

    with pytest.raises(asyncio.CancelledError):
        await caller
    assert work.done == 1


@pytest.mark.parametrize("cancelled", [False, True])
async def test_an_error_of_the_work_comes_first(*, cancelled: bool) -> None:
    """Also where the caller was cancelled before it failed."""
    work = Work(OSError("the disk is full"))
    caller = asyncio.ensure_future(settled(work.run()))
    await work.begun.wait()
    if cancelled:
        caller.cancel()
        await asyncio.sleep(0)
    work.door.set()

    with pytest.raises(OSError, match="the disk is full"):
        await caller


async def test_cancelled_work_cancels_the_caller() -> None:
    """Work that is itself cancelled has come to no end: nobody waits for it for ever."""

    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(settled(cancelled()), 5)


async def test_a_caller_who_is_thrown_away_goes_quietly() -> None:
    """The coroutine is closed while it waits, as when its loop has ended; the work goes on."""
    work = Work()
    caller = settled(work.run())
    caller.send(None)
    await work.begun.wait()
    caller.close()
    work.door.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert work.done == 1
