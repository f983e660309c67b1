"""Sessions without a server: who is open, who sleeps, and who must wait."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from leo import FieldBusy, FieldClosed, Turn
from leo.serve.limits import Limits
from leo.serve.problems import Refused, problem_of
from leo.serve.rates import Rate
from leo.serve.saying import Saying
from leo.serve.sessions import Sessions
from leo.testing import ScriptedClock
from tests.serving.conftest import FREE, born

FEW = replace(FREE, open_leos=2, idle_seconds=60.0)


class Clock:
    """A clock that is set."""

    now = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock."""
    return Clock()


@pytest.fixture
async def sessions(tmp_path: Path, clock: Clock) -> AsyncIterator[Sessions]:
    """Give the sessions of a folder, of which two may be open."""
    found = Sessions(tmp_path / "home", FEW, born, clock)
    await found.start()
    yield found
    await found.close()


async def say(sessions: Sessions, name: str) -> int | None:
    """Say something, and give the turn's number."""
    async with sessions.using(name) as session:
        return (await session.leo.turn("The sea?")).id


async def test_beyond_the_limit(sessions: Sessions, clock: Clock) -> None:
    """A third is refused until one of two was idle; that one makes room, and goes on later."""
    one, two, three = [await sessions.create() for _ in range(3)]
    await say(sessions, one)
    clock.now = 20.0
    await say(sessions, two)
    with pytest.raises(Refused) as refused:
        await say(sessions, three)
    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "40"})
    clock.now = 60.0

    assert await say(sessions, three) == 1
    clock.now = 120.0
    assert await say(sessions, one) == 2
    assert sessions.open == 2


async def test_one_who_is_spoken_to_is_not_closed(sessions: Sessions, clock: Clock) -> None:
    """However long it lasts."""
    one, two, three = [await sessions.create() for _ in range(3)]
    async with sessions.using(one) as first, sessions.using(two):
        clock.now = 1_000.0
        with pytest.raises(Refused):
            await say(sessions, three)
        assert not first.leo.closed


async def test_those_who_are_idle_sleep(sessions: Sessions, clock: Clock) -> None:
    """They keep their files, and wake when they are spoken to."""
    name = await sessions.create()
    async with sessions.using(name) as session:
        leo = session.leo
        await leo.turn("The sea?")
        clock.now = 100.0
        await sessions.sweep()
        assert not session.asleep
    clock.now = 159.0
    await sessions.sweep()
    assert not session.asleep
    clock.now = 160.0
    await sessions.sweep()
    await sessions.sweep()

    assert (session.asleep, leo.closed) == (True, False)
    assert await say(sessions, name) == 2
    assert not session.asleep


async def test_many_at_once_for_few_places(sessions: Sessions, clock: Clock) -> None:
    """Those who come while another is being closed wait for it; nobody is opened twice."""
    names = [await sessions.create() for _ in range(6)]
    for turn in (1, 2):
        for pair in (names[:2], names[2:4], names[4:]):
            clock.now += 60.0
            said = await asyncio.gather(*(say(sessions, name) for name in pair * 3))
            assert sorted(one or 0 for one in said) == sorted(
                3 * (turn - 1) + k for k in (1, 2, 3) for _ in pair
            )


async def test_closing(tmp_path: Path) -> None:
    """A turn that is under way ends before; afterwards nothing is open, and nothing opens."""
    sessions = Sessions(tmp_path, Limits(), born)
    await sessions.start()
    name = await sessions.create()
    async with sessions.using(name) as session:
        talking = asyncio.create_task(session.leo.turn("The sea?"))
        await asyncio.sleep(0)
        await sessions.close()
        assert (await talking).id == 1
    assert session.leo.closed
    with pytest.raises(Refused) as refused:
        await say(sessions, name)
    assert refused.value.status == 503


async def test_a_file_that_somebody_else_holds(sessions: Sessions) -> None:
    """It is refused, takes no place, and can be used when it is free."""
    name = await sessions.create()
    async with born(sessions._path(name)) as other:
        with pytest.raises(FieldBusy):
            await say(sessions, name)
        await other.turn("The sea?")
        assert sessions.open == 0
    assert await say(sessions, name) == 2


async def test_one_who_comes_as_he_is_closed(sessions: Sessions) -> None:
    """He is told to come again; that is no failure of his Leo."""
    name = await sessions.create()
    async with sessions.using(name) as session:
        await session.leo.aclose()
        with pytest.raises(FieldClosed) as error:
            await session.leo.turn("The sea?")
    assert problem_of(error.value).status == 503


async def test_a_file_that_cannot_be_made_is_no_session(tmp_path: Path) -> None:
    """It takes nobody's place."""
    home = tmp_path / "home"
    sessions = Sessions(home, replace(FREE, sessions=1), born)
    await sessions.start()
    await asyncio.to_thread(home.rmdir)
    with pytest.raises(FileNotFoundError):
        await sessions.create()
    await asyncio.to_thread(home.mkdir)

    assert await sessions.exists(await sessions.create())
    await sessions.close()


async def test_what_was_kept_is_known_also_to_one_who_left(tmp_path: Path) -> None:
    """Stop may come when the turn is committed already: then it is told; before, nothing is."""
    async with born(tmp_path / "leo.db") as leo:
        late, early = (Saying(leo, text, 1.0, 80) for text in ("Late.", "Early."))
        leaving = asyncio.ensure_future(late.whole(60.0))

        def leave(turn: Turn) -> None:
            leaving.cancel()

        unwatch = leo.watch(leave)
        await asyncio.wait([leaving])
        unwatch()
        stopped = asyncio.ensure_future(early.whole(60.0))
        await asyncio.sleep(0)
        stopped.cancel()
        await asyncio.wait([stopped])
        journal = list(await leo.journal())

    assert leaving.cancelled()
    assert stopped.cancelled()
    assert journal == [late.kept]
    assert early.kept is None


def test_a_rate() -> None:
    """Permits are used up, and come back one after the other."""
    rate = Rate(2, 6, ScriptedClock(step=2.0))  # one in ten seconds; every look takes two

    assert [rate.take() for _ in range(6)] == pytest.approx([0, 0, 6, 4, 2, 0])
