"""A scripted scheduler: it counts every await of some work, and cancels the work at the n-th."""

import asyncio
from collections.abc import Coroutine, Generator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

__all__ = ["Outcome", "cancelled_at"]

ResultT = TypeVar("ResultT")

REST_S: Final = 10.0
"""Time for what ends by itself, as a file that is closed in a thread; it is seldom needed."""


@dataclass
class _Script:
    """Counts awaits; at one of them a task is cancelled."""

    at: int
    steps: int = 0
    victim: "asyncio.Task[Any] | None" = None

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.at and self.victim is not None:
            self.victim.cancel()


_script: ContextVar[_Script | None] = ContextVar("_script", default=None)


class _Stepped(Generic[ResultT]):
    """A coroutine that tells the script whenever it waits for something."""

    def __init__(self, work: Coroutine[Any, Any, ResultT], script: _Script) -> None:
        self._work, self._script = work, script

    def __await__(self) -> Generator[Any, Any, ResultT]:
        """Go from await to await."""
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                waits = self._work.throw(error) if error else self._work.send(value)
            except StopIteration as end:
                result: ResultT = end.value
                return result
            self._script.step()
            value, error = None, None
            try:
                value = yield waits
            except GeneratorExit:
                self._work.close()
                raise
            except BaseException as raised:  # noqa: BLE001  it is passed on to the work
                error = raised


def _factory(loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> "asyncio.Task[Any]":
    script = _script.get()
    if script is None:
        return asyncio.Task(work, loop=loop, **more)

    async def stepped() -> Any:
        return await _Stepped(work, script)

    task = asyncio.Task(stepped(), loop=loop, **more)
    task.add_done_callback(lambda _: work.close())  # it may have been cancelled before it began
    return task


@dataclass(frozen=True)
class Outcome(Generic[ResultT]):
    """What came of some work.

    Attributes
    ----------
    steps
        Its awaits, those of the tasks that it made included.
    cancelled
        Whether it ended with a cancellation.
    result
        What it gave, ``None`` if it was cancelled.
    left
        Tasks that did not end by themselves afterwards.
    """

    steps: int
    cancelled: bool
    result: ResultT | None = None
    left: list[str] = field(default_factory=list)


async def cancelled_at(work: Coroutine[Any, Any, ResultT], at: int) -> Outcome[ResultT]:
    """Run work in a task that is cancelled when it waits for the n-th time.

    Parameters
    ----------
    work
        What is run.
    at
        At which await, counted from one, whether of the work itself or of a task it made.
    """
    loop = asyncio.get_running_loop()
    before, script = asyncio.all_tasks(), _Script(at)
    loop.set_task_factory(_factory)
    token = _script.set(script)
    try:
        script.victim = asyncio.ensure_future(work)
    finally:
        _script.reset(token)
    await asyncio.wait([script.victim])
    loop.set_task_factory(None)
    if ending := asyncio.all_tasks() - before:
        await asyncio.wait(ending, timeout=REST_S)
    left = [repr(task.get_coro()) for task in asyncio.all_tasks() - before]
    if script.victim.cancelled():
        return Outcome(script.steps, True, None, left)
    return Outcome(script.steps, False, script.victim.result(), left)
