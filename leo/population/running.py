"""Many lives, a bounded number of them at a time; where each is lived is another's matter."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from itertools import islice
from typing import Final, TypeAlias

from leo.errors import ObservationError
from leo.population.lives import Life, Lives
from leo.population.living import lived, what_failed
from leo.population.settings import Setting

__all__ = ["Live", "Room", "here", "run"]

Live: TypeAlias = Callable[[Setting], Awaitable[Life]]
"""Lives the life of a setting."""

Room: TypeAlias = Callable[[], Awaitable[int]]
"""Tells how many lives may be lived at the same time."""

Done: TypeAlias = Callable[[Life], Awaitable[None]]
"""Takes a life that was lived."""

AT_ONCE: Final = 8
"""Lives that are lived at the same time in this process: they wait for disks and observers."""


def here(lives: Lives) -> tuple[Live, Room]:
    """Live them in this process, on the loop that runs."""

    async def room() -> int:
        return AT_ONCE

    return partial(lived, lives), room


async def run(settings: Iterable[Setting], live: Live, room: Room, done: Done) -> None:
    """Live the lives of some settings, and hand over each as soon as it is lived.

    When one fails, or the caller is cancelled, those under way are stopped; those that were
    lived by then are handed over before it is told.

    Parameters
    ----------
    settings
        Each is asked for when there is room for its life.
    live, room, done
        How, how many at a time, and where to.

    Raises
    ------
    ObservationError
        If a life fails; the message names its setting.
    """
    waiting = iter(settings)
    under_way: set[asyncio.Task[Life]] = set()
    try:
        while True:
            free = max(0, await room() - len(under_way))
            for setting in islice(waiting, free):
                under_way.add(asyncio.create_task(_named(setting, live)))
            if not under_way:
                return
            ended, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            await _hand_over(ended, under_way, done)
    finally:
        for one in under_way:
            one.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await _hand_over(set(filter(_went_well, under_way)), under_way, done)


async def _named(setting: Setting, live: Live) -> Life:
    try:
        return await live(setting)
    except Exception as error:
        raise ObservationError(
            f"the life with {setting.told()} failed: {what_failed(error)}"
        ) from error


def _went_well(one: asyncio.Task[Life]) -> bool:
    return one.done() and not one.cancelled() and one.exception() is None


async def _hand_over(
    ended: set[asyncio.Task[Life]], under_way: set[asyncio.Task[Life]], done: Done
) -> None:
    """Hand over those that were lived, first of all; then tell of one that failed."""
    for one in filter(_went_well, ended):
        under_way.discard(one)
        await done(one.result())
    for one in ended & under_way:
        one.result()
