"""T9: many Leos in one process, and what one costs who sleeps.

So many Leos are open at once, in a process that may open 1,024 files like most. A part of them
talks for some turns, one after another; then another part takes the same turns, with the same
seeds and prompts, all at once under ``asyncio.gather``; and so on in rounds, in which the two
sides take turns in being the first. Then all of them take one more turn at once. Printed are
the throughput of both sides, what was kept, and memory, threads and open files while nobody
talks: all of them sleep then.

    python benchmarks/many.py [--quick | --full] [--leos N] [--turns N]
"""

import asyncio
import contextlib
import gc
import os
import resource
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from kit import folder, headline, ratios, sizes, spread, target, timed

from leo import AsyncLeoField
from leo.hibernation import AWAKE
from leo.observation.talk import TALK
from leo.testing import ScriptedClock

GATHER_LIMIT = 0.9
KILOBYTES_LIMIT = 300.0

ROUNDS = 5
"""Rounds; in each, two parts of the Leos talk."""

USUAL_FILES = 1024
"""Files that a process may have open where nobody changed it."""

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


async def talk(leo: AsyncLeoField, first: int, turns: int) -> None:
    """Talk for some turns."""
    for number in range(first, first + turns):
        await leo.turn(TALK[number % len(TALK)])


async def opened(stack: contextlib.AsyncExitStack, made: Path, many: int) -> list[AsyncLeoField]:
    """Open many Leos; those at the same place in their part have the same seed."""
    part = _part(many)
    return [
        await stack.enter_async_context(
            AsyncLeoField(made / f"{i}.db", seed=i % part, clock=ScriptedClock(step=90.0))
        )
        for i in range(many)
    ]


async def in_turn(leos: Sequence[AsyncLeoField], turns: int) -> None:
    """Talk with one after the other."""
    for i, leo in enumerate(leos):
        await talk(leo, i, turns)


async def at_once(leos: Sequence[AsyncLeoField], turns: int) -> None:
    """Talk with all at once."""
    await asyncio.gather(*(talk(leo, i, turns) for i, leo in enumerate(leos)))


async def rounds(leos: Sequence[AsyncLeoField], turns: int) -> tuple[list[float], list[float]]:
    """Let both sides talk, round by round; give the turns per second of each."""
    part = _part(len(leos))
    alone: list[float] = []
    together: list[float] = []
    for number in range(ROUNDS):
        begin = 2 * number * part
        sides = [(in_turn, alone), (at_once, together)]
        for way, rates in sides if number % 2 else reversed(sides):
            ms, _ = await timed(way(leos[begin : begin + part], turns))
            rates.append(part * turns / ms * 1000)
            begin += part
    return alone, together


def _part(leos: int) -> int:
    return max(1, leos // (2 * ROUNDS))


async def kept(leos: Sequence[AsyncLeoField]) -> int:
    """Count the turns that can be read again."""
    return sum([len(await leo.journal()) for leo in leos])


async def asleep(leos: Sequence[AsyncLeoField], before: float) -> float:
    """Let all sleep, and print what they cost; give the kilobytes of each."""
    for leo in leos:
        await leo.hibernate()
    each = (resident() - before) / len(leos)
    threads = sum("connection_worker" in one.name for one in threading.enumerate())
    print(f"asleep: {each:,.0f} kB each, {descriptors():,} files open, {threads} threads of theirs")
    waking = [(await timed(leo.stats()))[0] for leo in leos[:WOKEN]]
    print(f"waking one: {spread(waking)} ms, the slowest {max(waking):.0f}")
    return each


async def awake_once(made: Path, turns: int) -> float:
    """Have as many awake as there may be, and close them; give the memory from then on."""
    async with contextlib.AsyncExitStack() as stack:
        await asyncio.to_thread(made.mkdir)
        await at_once(await opened(stack, made, AWAKE), turns)
    return resident()


async def main(leos: int, turns: int) -> None:
    """Measure, and print."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, USUAL_FILES), hard))
    with folder() as made:
        before = await awake_once(made / "before", turns)
        headline(f"{leos:,} Leos, {turns} turns each, at most {AWAKE} awake")
        async with contextlib.AsyncExitStack() as stack:
            many = await opened(stack, made, leos)
            alone, together = await rounds(many, turns)
            print(f"{ROUNDS} rounds of {_part(leos)} and {_part(leos)}, turns a second:")
            print(f"  one after another {spread(alone)}, all at once {spread(together)}")
            begun = time.perf_counter()
            await at_once(many, 1)
            took = time.perf_counter() - begun
            print(f"all {leos:,} at once, a turn each: {leos / took:.1f} turns a second")
            each = await asleep(many, before)
            count, expected = await kept(many), 2 * ROUNDS * _part(leos) * turns + leos
            print(f"turns kept: {count:,} of {expected:,}")
            if count != expected:
                raise SystemExit("turns were lost")
    met = each <= KILOBYTES_LIMIT
    target("T9", "a Leo who sleeps", f"{each:,.0f} kB", f"≤ {KILOBYTES_LIMIT:.0f} kB", met=met)
    ratio = ratios(together, alone)
    what = f"{leos:,} Leos, gather : one by one, turns per second"
    target("T9", what, ratio, f"≥ {GATHER_LIMIT}", met=ratio.median >= GATHER_LIMIT)


if __name__ == "__main__":
    told = sizes(__doc__, leos=(300, 80, 1000), turns=(5, 2))
    asyncio.run(main(told["leos"], told["turns"]))
