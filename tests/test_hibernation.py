"""Many Leos on one loop: few are awake, and nobody notices but by the threads."""

import asyncio
import contextlib
import logging
import resource
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from leo import AsyncLeoField, FieldBusy, FieldClosed, StoreError, Turn
from leo.hibernation import ward
from leo.keeping import Keeper
from leo.life import Life
from leo.observation.talk import TALK
from leo.testing import ScriptedClock
from tests.conftest import Open

MANY = 4

MOMENT = 0.01
LONG_ENOUGH = 500
"""Seconds, and how many times of them, that a thread has to end."""


@pytest.fixture(params=[1, 2], ids=["one awake", "two awake"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Let few be awake at a time."""
    most: int = request.param
    monkeypatch.setattr("leo.hibernation.AWAKE", most)
    return most


_others: set[threading.Thread] = set()


@pytest.fixture(autouse=True)
def others() -> None:
    """Know the threads that were there before; some fuzz targets keep a Leo."""
    _others.clear()
    _others.update(threading.enumerate())


def threads() -> list[threading.Thread]:
    """List the threads of databases."""
    mine = set(threading.enumerate()) - _others
    return [one for one in mine if "connection_worker" in one.name]


async def threads_are_at_most(most: int) -> bool:
    """Tell so; a thread whose last answer is there already may take a moment to end."""
    tries = iter(range(LONG_ENOUGH))
    while len(left := threads()) > most and next(tries, None) is not None:
        await asyncio.to_thread(left[0].join, MOMENT)
    return len(left) <= most


def awake(*leos: AsyncLeoField) -> int:
    """Count who is connected to his file."""
    return sum(one._life is not None and not one._life.database.asleep for one in leos)


@contextlib.asynccontextmanager
async def opened(make: Open, folder: Path, many: int = MANY) -> AsyncIterator[list[AsyncLeoField]]:
    """Open many Leos, each in his file."""
    async with contextlib.AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(make(folder / f"{i}.db", clock=ScriptedClock()))
            for i in range(many)
        ]


async def talk(leo: AsyncLeoField, turns: int) -> list[Turn]:
    """Talk for some turns."""
    return [(await leo.turn(TALK[i])).without_timings() for i in range(turns)]


async def test_sleeping_changes_no_turn(make: Open, tmp_path: Path, few: int) -> None:
    """Four talks at once, with few awake: each is the talk of somebody who never slept."""
    async with make(tmp_path / "alone.db", clock=ScriptedClock()) as leo:
        expected = await talk(leo, 4)
    async with opened(make, tmp_path) as leos:
        for talked in await asyncio.gather(*(talk(leo, 4) for leo in leos)):
            assert talked == expected
        assert awake(*leos) <= few
        assert await threads_are_at_most(few)
        assert [turn.without_timings() for turn in leos[0].turns] == expected
        assert (await leos[0].journal()) == leos[0].turns
    async with opened(make, tmp_path) as leos:  # everything was kept
        for leo in leos:
            assert [turn.without_timings() for turn in await leo.journal()] == expected


async def test_sleep_and_what_can_be_asked_meanwhile(make: Open, path: Path) -> None:
    """He keeps his file and his last turns; the next call wakes him."""
    async with make() as leo:
        told = await leo.turn("The rain.")
        assert len(threads()) == 1
        await leo.hibernate()
        await leo.hibernate()
        assert (awake(leo), leo.closed) == (0, False)
        assert await threads_are_at_most(0)
        assert list(leo.turns) == [told]
        assert (leo.without, "turn 1" in repr(leo)) == ((), True)
        assert leo.module("episodes").state.all == ()
        with pytest.raises(FieldBusy):
            await make().async_init()
        heard: list[int | None] = []
        leo.watch(lambda turn: heard.append(turn.id))
        assert (await leo.turn("The rain.")).id == 2
        assert heard == [2]
        assert len(leo.module("episodes").state.all) == 2
        await leo.hibernate()
    assert leo.closed
    with pytest.raises(FieldClosed):
        await leo.hibernate()
    async with make() as leo:
        assert (await leo.stats()).turns == 2


async def test_what_he_knows_is_kept_before_he_sleeps(
    make: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waking counts nothing again; a memory that is not to be trusted is not kept."""
    async with make(birth=None) as leo:
        life = leo._life
        assert life is not None
        await leo.turn("The rain.")
        await leo.hibernate()
        with monkeypatch.context() as patch:
            patch.setattr("leo.life.heard_again", lambda field, entry: 1 / 0)
            await leo.stats()

        known = life.field.totals
        monkeypatch.setattr(life.field.own, "absorb", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await leo.turn("A zeppelin.")
        monkeypatch.setattr(Keeper, "keep", lambda *args: 1 / 0)
        await leo.hibernate()
        monkeypatch.undo()
        assert (await leo.stats()).turns == 2
        assert life.field.totals.words > known.words


async def test_a_file_that_is_gone_is_named(make: Open, path: Path) -> None:
    """He does not wake as a newborn where his file was."""
    async with make() as leo:
        await leo.turn("The rain.")
        await leo.hibernate()
        await asyncio.to_thread(path.rename, path.with_name("away.db"))
        for _ in range(2):
            with pytest.raises(StoreError, match=r"leo\.db"):
                await leo.turn("Are you there?")
        assert not await asyncio.to_thread(path.exists)
        await asyncio.to_thread(path.with_name("away.db").rename, path)
        assert (await leo.turn("Are you there?")).id == 2


async def test_who_is_watched_sleeps_last(
    make: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one idle longest sleeps first, unless somebody looks on and not at the others."""
    monkeypatch.setattr("leo.hibernation.AWAKE", 2)
    async with opened(make, tmp_path, 3) as (first, second, third):
        await first.hibernate()
        await second.turn("One.")
        await first.turn("Two.")
        second.watch(lambda turn: None)
        await third.turn("Three.")
        assert (awake(first), awake(second), awake(third)) == (0, 1, 1)
        third.watch(lambda turn: None)
        first.watch(lambda turn: None)
        await first.turn("Four.")
        assert (awake(first), awake(second), awake(third)) == (1, 0, 1)


async def test_more_at_once_than_may_be_awake_wait_their_turn(
    make: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All talk at once, only one is in a turn; a cancelled one never starts."""
    monkeypatch.setattr("leo.hibernation.AWAKE", 1)
    inside = most = 0
    plan = AsyncLeoField._plan

    async def counted(*args: object, **more: object) -> object:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        try:
            return await plan(*args, **more)  # type: ignore[arg-type]
        finally:
            inside -= 1

    async with opened(make, tmp_path, 4) as leos:
        monkeypatch.setattr(AsyncLeoField, "_plan", counted)
        tasks = [asyncio.ensure_future(leo.turn("Hello.")) for leo in leos]
        await asyncio.sleep(0)
        tasks[2].cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert most == 1
        assert [isinstance(one, asyncio.CancelledError) for one in done] == [0, 0, 1, 0]
        assert [(await leo.stats()).turns for leo in leos] == [1, 1, 0, 1]


@pytest.mark.parametrize("steps", range(0, 60, 6))
async def test_cancelled_while_waking(
    make: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """After a cancellation at any step both can be used, and both turn counts are right."""
    monkeypatch.setattr("leo.hibernation.AWAKE", 1)
    async with opened(make, tmp_path, 2) as (one, other):
        await other.turn("First.")
        task = asyncio.ensure_future(one.turn("Hello."))  # puts the other to sleep
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        lived = (await one.stats()).turns
        assert (await one.turn("Hello.")).id == lived + 1
        assert (await other.turn("Second.")).id == 2
        assert ward()._free == 1
        assert awake(one, other) == 1


async def test_who_cannot_sleep_stays_awake(
    make: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be kept is not let go of; it is logged, and the one who wakes never knows."""
    monkeypatch.setattr("leo.hibernation.AWAKE", 1)

    async def failing(*args: object, **more: object) -> None:
        raise StoreError("leo.db has no room; make some")

    async with opened(make, tmp_path, 2) as (one, other):
        await other.turn("First.")
        with monkeypatch.context() as patch, caplog.at_level(logging.WARNING, "leo"):
            patch.setattr(Keeper, "keep", failing)
            assert (await one.turn("Hello.")).id == 1
            assert "stays awake: leo.db has no room" in caplog.text
            assert awake(one, other) == 2
            with pytest.raises(StoreError, match="no room"):
                await other.hibernate()
        assert (await other.turn("Second.")).id == 2
        await one.turn("Hello again.")
        assert awake(one, other) == 1


async def test_a_defect_in_sleeping_is_not_hidden(
    make: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something that is no error of Leo's comes up where he is put to sleep."""
    async with make(tmp_path / "a.db") as leo:
        with monkeypatch.context() as patch:
            patch.setattr(Life, "mirror", lambda self: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                await leo.hibernate()
        assert (await leo.turn("Hello.")).id == 1


@pytest.mark.parametrize("left", [0, 1, 3])
async def test_too_many_files_are_named(make: Open, tmp_path: Path, left: int) -> None:
    """Beyond the descriptors of the process the error says what to do; the others go on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with opened(make, tmp_path, 2) as leos:
        used = await asyncio.to_thread(descriptors)
        free = [number for number in range(max(used) + 9) if number not in used]
        resource.setrlimit(resource.RLIMIT_NOFILE, (free[left], hard))
        try:
            with pytest.raises(StoreError, match="ulimit -n"):
                async with opened(make, tmp_path / "more", 2):
                    pass
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for leo in leos:
            assert (await leo.turn("Hello.")).id == 1


def descriptors() -> set[int]:
    """Number the open files."""
    return {int(one.name) for one in Path("/proc/self/fd").iterdir()}
