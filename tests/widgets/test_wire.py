"""The runner: work lands on one loop, is kept alive, and its errors are told."""

import asyncio
import logging
import threading

import pytest

from leo import FieldBusy
from leo_widgets.wire import LoopRunner


async def test_work_from_any_thread_runs_on_the_runners_loop() -> None:
    """From the loop, from a bare thread and from another loop: always the same loop."""
    runner = LoopRunner(lambda error: None)
    loops: list[object] = []
    done = asyncio.Event()

    async def work() -> None:
        loops.append(asyncio.get_running_loop())
        if len(loops) == 3:
            done.set()

    async def elsewhere() -> None:
        runner.spawn(work, "from another loop")

    runner.spawn(work, "from the loop")
    await asyncio.to_thread(runner.spawn, work, "from a thread")
    await asyncio.to_thread(lambda: asyncio.run(elsewhere(), debug=True))
    await done.wait()

    assert loops == [asyncio.get_running_loop()] * 3


async def test_errors_are_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A task that fails is told to whoever made the runner."""
    told: list[BaseException] = []
    runner = LoopRunner(told.append)

    async def broken() -> None:
        raise ValueError("no")

    runner.spawn(broken, "a test")
    while runner.pending:
        await asyncio.sleep(0)

    assert [str(error) for error in told] == ["no"]
    assert "a test failed" in caplog.text


async def test_what_leo_says_on_purpose_is_told_without_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Python shows warnings that nobody handles below the cell; the widget says it already."""
    told: list[BaseException] = []
    runner = LoopRunner(told.append)

    async def busy() -> None:
        raise FieldBusy("leo.db is held by process 7")

    with caplog.at_level(logging.INFO, logger="leo_widgets"):
        runner.spawn(busy, "opening Leo")
        while runner.pending:
            await asyncio.sleep(0)

    assert [str(error) for error in told] == ["leo.db is held by process 7"]
    levels = [(one.levelname, one.exc_info) for one in caplog.records if one.name == "leo_widgets"]
    assert levels == [("INFO", None)]


async def test_closing_cancels_and_refuses() -> None:
    """After closing nothing runs any more."""
    runner = LoopRunner(lambda error: None)
    ended: list[str] = []

    async def slow() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("slow")

    async def late() -> None:
        ended.append("late")

    runner.spawn(slow, "slow")
    await asyncio.sleep(0)
    runner.close()
    runner.spawn(late, "late")
    while runner.pending:
        await asyncio.sleep(0)

    assert ended == ["slow"]


def test_without_a_loop_it_says_so() -> None:
    """Outside a notebook and a coroutine the error names the way."""
    runner = LoopRunner(lambda error: None)
    with pytest.raises(RuntimeError, match="no event loop is running"):
        runner.call(threading.Event().set)
