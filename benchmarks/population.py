"""Populations on a Dask cluster of this machine, against the same lives in one process.

The same lives are lived in this process, and by 1, 2 and 4 workers of one thread each, in rounds
in which all sides take their turn. Scheduler and workers stand in processes of their own. Then
lives that are next to nothing show what a life costs on its way, and what the caller's memory
grows by with the number of lives.

    python benchmarks/population.py [--quick | --full] [--lives N] [--rounds N] [--tiny N]
"""

import asyncio
import gc
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from distributed import Client
from kit import headline, ratios, sizes, spread, timed

from leo.module import Module
from leo.observation.talk import TALK
from leo.population import Population, population
from tests.population.cluster import cluster

WORKERS = (1, 2, 4)

SCRIPT = TALK[:6]
"""What a life of ordinary length hears."""


def no_modules() -> Sequence[Module[Any]]:
    """Make no modules: with an empty field as well, the least that a life can be."""
    return ()


async def ordinary(seeds: Sequence[int], client: Client | None) -> Population:
    """Live lives with all modules."""
    return await population(SCRIPT, seeds, client=client, progress=None)


async def tiny(seeds: Sequence[int], client: Client | None) -> Population:
    """Live lives that are next to nothing."""
    return await population(
        SCRIPT[:2], seeds, client=client, progress=None, birth=None, make_modules=no_modules
    )


def resident() -> float:
    """Give the memory of this process that is resident, in megabytes."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def told(name: str, rates: Sequence[float], base: Sequence[float]) -> str:
    """Write a side's rate, and how it compares."""
    return f"{name:16} {spread(rates)!s:24} lives a second, {ratios(rates, base)} x in process"


async def speed(lives: int, rounds: int, started: Any, client: Client) -> None:
    """Measure every side in each round, and that all lived the same."""
    headline(f"{lives} lives of {len(SCRIPT)} turns, all modules, {rounds} rounds")
    seeds = range(lives)
    rates: dict[int, list[float]] = {workers: [] for workers in (0, *WORKERS)}
    expected = await ordinary(seeds, None)  # and everything is warm here
    for _ in range(rounds):
        for workers, side in rates.items():
            if workers:
                await started.scale(workers)
                await ordinary(range(-2 * workers, 0), client)  # and so is every worker
            ms, found = await timed(ordinary(seeds, client if workers else None))
            if found != expected:
                raise SystemExit("other workers lived other lives")
            side.append(lives / ms * 1000)
    for workers, found_rates in rates.items():
        name = f"{workers} worker{'s' if workers > 1 else ''}" if workers else "in process"
        print(told(name, found_rates, rates[0]))
    for workers in WORKERS[1:]:
        print(f"{workers} workers : 1 worker {ratios(rates[workers], rates[1])!s:>20}")
    print(f"this machine has {os.cpu_count()} processors for workers, scheduler and caller")


async def one_by_one(seeds: Sequence[int], _: Client | None) -> None:
    """Live lives that are next to nothing, never two at a time, as a worker's thread does."""
    for seed in seeds:
        await tiny([seed], None)


async def overhead(lives: int, started: Any, client: Client) -> None:
    """Measure what a life that is next to nothing costs on a worker, and in this process."""
    headline(f"{lives} lives that are next to nothing: what a task costs")
    await started.scale(1)
    sides = {"in process": tiny, "one at a time": one_by_one, "1 worker": tiny}
    found: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(3):
        for name, side in sides.items():
            given = client if name == "1 worker" else None
            await side(range(10), given)
            ms, _found = await timed(side(range(lives), given))
            found[name].append(ms / lives)
    for name, each in found.items():
        print(f"{name:16} {spread(each)} ms a life")
    pairs = zip(found["1 worker"], found["one at a time"], strict=True)
    print(f"{'as a task':16} {spread([one - other for one, other in pairs])} ms more than that")


async def memory(where: str, few: int, many: int, client: Client | None) -> None:
    """Measure what the caller's memory grows by; all rows are held, as a long run does."""
    headline(f"memory of the caller {where}, all rows held")
    rows: list[Population] = []
    grown: list[float] = []
    lived = 0
    for lives in (few, many, many, many):
        rows.append(await tiny(range(lived, lived + lives), client))
        grown.append(resident())
        lived += lives
        print(f"after {lived:5,} lives {grown[-1]:.1f} MB")
    print(f"{(grown[-1] - grown[1]) * 1000 / (2 * many):.2f} kB a life, after the first {many:,}")


async def main(lives: int, rounds: int, many: int) -> None:
    """Measure, and print."""
    few = max(10, many // 10)
    async with cluster() as started:
        async with Client(started.address, asynchronous=True) as client:
            await started.scale(2)
            await memory("of 2 workers", few, many, client)  # before its heap grows by lives here
            await speed(lives, rounds, started, client)
            await overhead(few, started, client)
        await memory("who lives them himself", few, many, None)


if __name__ == "__main__":
    found_sizes = sizes(__doc__, lives=(24, 8, 48), rounds=(3, 1), tiny=(1000, 100, 5000))
    asyncio.run(main(found_sizes["lives"], found_sizes["rounds"], found_sizes["tiny"]))
