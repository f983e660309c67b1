"""Many lives at a time: never more than there is room for, and none of those lived is lost."""

import asyncio
from collections.abc import Iterator

import pytest

from leo.errors import ObservationError
from leo.population import Life, Setting
from leo.population.running import run
from tests.population.kit import made_life

ROOM = 3


class Lived:
    """Lives nothing: a life waits until it is let go, and is counted."""

    def __init__(self, fails: int | None = None) -> None:
        self.begun: list[int] = []
        self.stopped: list[int] = []
        self.kept: list[int] = []
        self.asked = 0
        self.fails = fails
        self.gates = [asyncio.Event() for _ in range(20)]
        self.news = asyncio.Event()

    def settings(self) -> Iterator[Setting]:
        """Give settings, and count how many were asked for."""
        for seed in range(len(self.gates)):
            self.asked += 1
            yield Setting(seed)

    async def live(self, setting: Setting) -> Life:
        """Wait to be let go."""
        self.begun.append(setting.seed)
        self.news.set()
        try:
            await self.gates[setting.seed].wait()
        except asyncio.CancelledError:
            self.stopped.append(setting.seed)
            raise
        if setting.seed == self.fails:
            raise RuntimeError("he fell over")
        return made_life(setting.seed)

    async def room(self) -> int:
        """Have room for three."""
        return ROOM

    async def done(self, life: Life) -> None:
        """Keep it; others may be lived meanwhile."""
        await asyncio.sleep(0)
        self.kept.append(life.seed)

    async def until_begun(self, seed: int) -> None:
        """Wait for a life to begin."""
        while seed not in self.begun:
            self.news.clear()
            await self.news.wait()


def running(lived: Lived) -> asyncio.Task[None]:
    """Begin."""
    return asyncio.create_task(run(lived.settings(), lived.live, lived.room, lived.done))


async def test_no_more_are_under_way_than_there_is_room_for() -> None:
    """A setting is asked for when a life before it was handed over; all are lived in the end."""
    lived = Lived()
    task = running(lived)
    for seed in reversed(range(ROOM)):
        await lived.until_begun(ROOM - 1)
        assert lived.asked <= len(lived.kept) + ROOM
        lived.gates[seed].set()
        await lived.until_begun(2 * ROOM - 1 - seed)
    assert lived.begun == list(range(2 * ROOM))
    assert lived.kept == [2, 1, 0]
    for gate in lived.gates:
        gate.set()
    await task

    assert sorted(lived.kept) == list(range(20)) == lived.begun


async def test_lives_that_end_at_once_are_all_handed_over() -> None:
    """Also those that end while another one is being kept."""
    lived = Lived()
    for gate in lived.gates:
        gate.set()
    await running(lived)

    assert sorted(lived.kept) == list(range(20))


async def test_a_life_that_fails_ends_all_and_is_named() -> None:
    """Those lived are kept, those under way stopped, those that wait never begun."""
    lived = Lived(fails=1)
    task = running(lived)
    await lived.until_begun(2)
    lived.gates[0].set()
    lived.gates[1].set()
    told = "the life with seed 1 without nothing at temperature 1 failed: RuntimeError: he fell"
    with pytest.raises(ObservationError, match=told) as caught:
        await task

    assert isinstance(caught.value.__cause__, RuntimeError)
    assert (lived.kept, lived.stopped) == ([0], [2])
    assert lived.begun == [0, 1, 2]


async def test_who_is_cancelled_stops_what_is_under_way() -> None:
    """What was lived by then is kept, also what was not handed over yet."""
    lived = Lived()
    task = running(lived)
    await lived.until_begun(2)
    lived.gates[0].set()
    await lived.until_begun(3)
    lived.gates[1].set()  # and nobody has been told of it yet
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert lived.kept == [0, 1]
    assert sorted(lived.stopped) == [2, 3]
    assert lived.begun == [0, 1, 2, 3]
