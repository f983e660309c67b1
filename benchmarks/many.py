"""T9: many Leos in one process, and what one costs who sleeps.

So many Leos are opened on fresh files and talk for some turns: first one after another, then,
on other files, all at once with ``asyncio.gather``. Both sides take the same prompts in one
run. Printed are the throughput of the two, what was kept, and memory, threads and open files
while nobody talks: nearly all of them sleep then.

    python benchmarks/many.py [--quick | --full] [--leos N] [--turns N]
"""

import asyncio
import contextlib
import gc
import os
import resource
import threading
from pathlib import Path

from kit import folder, headline, sizes, spread, target, timed

from leo import AsyncLeoField
from leo.hibernation import AWAKE
from leo.observation.talk import TALK
from leo.testing import ScriptedClock

GATHER_LIMIT = 0.9
KILOBYTES_LIMIT = 300.0
WOKEN = 100
"""Leos that are woken one by one."""


def resident() -> float:
    """Give the memory of this process that is resident, in kilobytes."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


def descriptors() -> int:
    """Count the open files of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def talk(leo: AsyncLeoField, number: int, turns: int) -> None:
    """Talk for some turns."""
    for i in range(turns):
        await leo.turn(TALK[(number + i) % len(TALK)])


async def opened(stack: contextlib.AsyncExitStack, made: Path, many: int) -> list[AsyncLeoField]:
    """Open many Leos."""
    await asyncio.to_thread(made.mkdir)
    return [
        await stack.enter_async_context(
            AsyncLeoField(made / f"{i}.db", seed=i, clock=ScriptedClock(step=90.0))
        )
        for i in range(many)
    ]


async def kept(leos: list[AsyncLeoField]) -> int:
    """Count the turns that can be read again."""
    return sum([len(await leo.journal()) for leo in leos])


async def main(leos: int, turns: int) -> None:
    """Measure, and print."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * leos + 8 * AWAKE
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, wanted)), hard))
    with folder() as made:
        async with AsyncLeoField(made / "first.db", seed=0) as first:
            await talk(first, 0, turns)  # what all Leos share is there from now on
        headline(f"{leos:,} Leos, {turns} turns each, at most {AWAKE} awake")
        async with contextlib.AsyncExitStack() as stack:
            one_by_one = await opened(stack, made / "a", leos)
            slow, _ = await timed(_in_turn(one_by_one, turns))
        async with contextlib.AsyncExitStack() as stack:
            before = resident()
            together = await opened(stack, made / "b", leos)
            work = asyncio.gather(*(talk(leo, i, turns) for i, leo in enumerate(together)))
            quick, _ = await timed(work)
            _told(leos * turns, slow, quick)
            for leo in together:
                await leo.hibernate()
            each = (resident() - before) / leos
            files = descriptors()
            threads = sum("connection_worker" in one.name for one in threading.enumerate())
            print(f"asleep: {each:,.0f} kB each, {files:,} files open, {threads} threads of theirs")
            wakes = [(await timed(leo.stats()))[0] for leo in together[:WOKEN]]
            print(f"waking one: {spread(wakes)} ms, the slowest {max(wakes):.0f}")
            count = await kept(together)
            print(f"turns kept: {count:,} of {leos * turns:,}")
            if count != leos * turns:
                raise SystemExit("turns were lost")
    met = each <= KILOBYTES_LIMIT
    target("T9", "a Leo who sleeps", f"{each:,.0f} kB", f"≤ {KILOBYTES_LIMIT:.0f} kB", met=met)
    ratio = slow / quick
    what = f"{leos:,} Leos, gather : one by one, turns per second"
    target("T9", what, f"{ratio:.2f}", f"≥ {GATHER_LIMIT}", met=ratio >= GATHER_LIMIT)


async def _in_turn(leos: list[AsyncLeoField], turns: int) -> None:
    for i, leo in enumerate(leos):
        await talk(leo, i, turns)


def _told(turns: int, slow: float, quick: float) -> None:
    print(f"one by one: {turns / slow * 1000:.1f} turns per second")
    print(f"all at once: {turns / quick * 1000:.1f} turns per second")


if __name__ == "__main__":
    told = sizes(__doc__, leos=(300, 80, 1000), turns=(5, 2))
    asyncio.run(main(told["leos"], told["turns"]))
