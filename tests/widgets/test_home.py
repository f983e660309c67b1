"""A widget's Leo: shared with what this kernel has open, or is opening."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from leo import AsyncLeoField, FieldBusy
from leo_widgets import Switches
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


async def test_somebody_elses_leo_is_shared_and_left_open(path: Path) -> None:
    """The widget's own was closed and the user's is open there: it may not close him."""
    guest = Guest(path=path)
    await (await guest.enter()).aclose()
    async with AsyncLeoField(path) as mine:
        assert await guest.enter() is mine
        await guest.leave()
        assert not mine.closed


async def test_a_leo_opened_before_the_widget_opens_its_own_is_left_open(path: Path) -> None:
    """The same when the widget was made first, and had not opened anybody."""
    guest = Guest(path=path)
    async with AsyncLeoField(path) as mine:
        assert await guest.enter() is mine
        await guest.leave()
        assert not mine.closed


async def test_a_leo_who_is_being_opened_is_left_open(path: Path) -> None:
    """Two enter at once, one with the user's Leo: who waited for him does not close him."""
    guest, other = Guest(path=path), Guest(AsyncLeoField(path))
    mine, shared = await asyncio.gather(other.enter(), guest.enter())

    assert shared is mine
    await guest.leave()
    assert not mine.closed
    await mine.aclose()


async def test_switches_leave_the_users_leo_open(path: Path) -> None:
    """A whole widget, closed after the user had opened a Leo of his own under it."""
    switches = Switches(path=path)
    await (await switches.ready()).aclose()
    async with AsyncLeoField(path, strict=True) as mine:
        await switches.ready()
        assert switches.leo is mine
        await switches.aclose()
        assert (await mine.turn("Are you there?")).id == 1


async def test_a_widget_closes_what_it_opened(path: Path) -> None:
    """Also when its Leo was closed meanwhile, and it opened him again."""
    guest = Guest(path=path)
    leo = await guest.enter()
    await leo.aclose()
    assert await guest.enter() is leo
    await guest.leave()
    assert leo.closed


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


async def test_who_could_not_share_opens_and_closes_his_own(path: Path) -> None:
    """The user's Leo was refused, and with him the widget that waited: it opens its own later."""
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLD, str(path)), stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    given = AsyncLeoField(path)
    other, guest = Guest(given), Guest(path=path)
    refused = await asyncio.gather(other.enter(), guest.enter(), return_exceptions=True)
    assert [type(error) for error in refused] == [FieldBusy, FieldBusy]
    holder.kill()
    await holder.wait()
    own = await guest.enter()

    assert own is not given
    await guest.leave()
    assert own.closed
