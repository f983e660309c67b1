"""A widget's Leo: shared with what this kernel has open, or is opening."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from leo import AsyncLeoField, FieldBusy
from leo_widgets.home import Guest


async def test_leos_given_twice_are_opened_once(path: Path) -> None:
    """A cell that makes a Leo and a lab, run twice at once, gives one Leo to both labs."""
    one, two = Guest(AsyncLeoField(path)), Guest(AsyncLeoField(path))
    first, second = await asyncio.gather(one.enter(), two.enter())

    assert first is second
    assert not first.closed
    await first.aclose()
    assert await two.enter() is first
    await first.aclose()


async def test_a_leo_made_anew_is_the_one_that_is_opened(path: Path) -> None:
    """After the old one was closed, a new one with other modules is not taken for him."""
    old = Guest(AsyncLeoField(path))
    await (await old.enter()).aclose()
    made = AsyncLeoField(path, modules=[])

    assert await Guest(made).enter() is made
    await made.aclose()


HOLD = """
import asyncio, sys
from leo import AsyncLeoField
async def main():
    async with AsyncLeoField(sys.argv[1]):
        print("held", flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_who_could_not_enter_may_try_again(path: Path) -> None:
    """A file that another process holds refuses both; when it is free the next one enters."""
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLD, str(path)), stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    guests = Guest(AsyncLeoField(path)), Guest(AsyncLeoField(path))
    refused = await asyncio.gather(*(one.enter() for one in guests), return_exceptions=True)

    assert [type(error) for error in refused] == [FieldBusy, FieldBusy]
    with pytest.raises(FieldBusy, match=f"process {holder.pid} on .* shut down the kernel"):
        await guests[0].enter()
    holder.kill()
    await holder.wait()
    leo = await guests[1].enter()
    assert not leo.closed
    await leo.aclose()
