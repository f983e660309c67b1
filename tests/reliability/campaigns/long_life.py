"""Long life: one Leo with all modules, many thousand turns, watched for whatever grows.

    scripts/soak long_life [--turns N] [--folder F]

It goes on where it was left when it is started again with the same folder. Every so many turns a
sample is written to ``samples.jsonl`` in the folder and printed: processor time per turn, memory,
threads, descriptors, tasks, size of the files. Now and then `tracemalloc` watches some turns, and
says how much of what they allocated was still there after them.
"""

import argparse
import asyncio
import json
import math
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from leo import AsyncLeoField
from leo.testing import ScriptedClock
from tests.reliability.campaigns.measuring import Files, Held, files_of, held, tables_of
from tests.reliability.campaigns.saying import STEP, book, line

__all__ = ["Sample", "live", "main", "other_things"]

SEED: Final = 7
TURNS: Final = 20_000
EVERY: Final = 100
"""Turns between two samples."""

WATCHED: Final = 20
"""Every so many samples `tracemalloc` watches instead."""

SITES: Final = 8
"""Lines of code that a watch names."""

YARDSTICK: Final = 10_000
"""Steps of the work that tells how fast the machine is just now."""

BOOK: Final = 30_000
"""Characters of a book."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen after some turns; times are milliseconds per turn, medians and worst.

    ``yardstick_ms`` is what the same small work took at the same time: a machine with much else to
    do is slower, and what counts is how a turn compares with it.
    """

    turn: int
    process: int
    processor_ms: float
    yardstick_ms: float
    wall_ms: float
    slowest_ms: float
    held: Held
    files: Files


async def live(leo: AsyncLeoField, folder: Path, turns: int, first: int) -> Sample:
    """Live through some turns and what else there is in a life, and tell what it took."""
    processor: list[float] = []
    yardstick: list[float] = []
    wall: list[float] = []
    for number in range(first, first + turns):
        begun, worked = time.perf_counter(), time.process_time()
        await leo.turn(line(number))
        wall.append(time.perf_counter() - begun)
        processor.append(time.process_time() - worked)
        await other_things(leo, folder, number)
        yardstick.append(_yardstick())
    return Sample(
        turn=first + turns - 1,
        process=os.getpid(),
        processor_ms=round(1000 * statistics.median(processor), 2),
        yardstick_ms=round(1000 * statistics.median(yardstick), 2),
        wall_ms=round(1000 * statistics.median(wall), 2),
        slowest_ms=round(1000 * max(wall), 1),
        held=held(),
        files=await asyncio.to_thread(files_of, leo.path),
    )


def _yardstick() -> float:
    """Give the processor time of a fixed piece of work that is somewhat like a turn's."""
    begun = time.process_time()
    counts: dict[int, list[float]] = {}
    for i in range(YARDSTICK):
        counts.setdefault(i * 7919 % 1009, []).append(math.log(i + 1))
    sum(sorted(sum(one) for one in counts.values()))
    return time.process_time() - begun


async def other_things(leo: AsyncLeoField, folder: Path, number: int) -> None:
    """Do what comes between turns now and then."""
    if number % 10 == 3:
        await leo.observe(line(number + 5))
    if number % 25 == 7:
        await leo.imagine(line(number + 1), without=("dream",))
    if number % 50 == 11:
        await leo.journal(max(1, number - 30), number)
    if number % 50 == 13:
        async for _ in leo.stream(line(number)[:60], max_tokens=8):
            break
        await leo.stats()
    if number % 200 == 17:
        await leo.hibernate()
    if number % 1_000 == 19:
        path = folder / "book.txt"
        await asyncio.to_thread(path.write_text, book(BOOK, number), encoding="utf-8")
        await leo.read(path)


async def watched(leo: AsyncLeoField, folder: Path, turns: int, first: int) -> dict[str, object]:
    """Live through some turns under `tracemalloc`: bytes per turn that were not given back."""
    tracemalloc.start(1)
    try:
        await live(leo, folder, turns, first)
        snapshot = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    kept = snapshot.filter_traces((tracemalloc.Filter(False, tracemalloc.__file__),))
    found = kept.statistics("lineno")
    return {
        "turn": first + turns - 1,
        "kept_bytes_per_turn": sum(one.size for one in found) // turns,
        "sites": [
            f"{_short(one.traceback[0].filename)}:{one.traceback[0].lineno} {one.size} B"
            for one in found[:SITES]
        ],
    }


def _short(file: str) -> str:
    return "/".join(Path(file).parts[-3:])


class _Log:
    """Writes what was seen to a file and to the terminal."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, told: dict[str, object]) -> None:
        text = json.dumps(told)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
        print(text, flush=True)


async def run(folder: Path, turns: int, *, watching: bool = True) -> None:
    """Live until so many turns have been lived in all; watched now and then, if wanted."""
    log = _Log(folder / "samples.jsonl")
    path = folder / "leo.db"
    clock = ScriptedClock(step=STEP)

    async with AsyncLeoField(path, seed=SEED, clock=clock, strict=True) as leo:
        lived = (await leo.stats()).turns
        clock.now += 2 * lived * STEP  # later than anything that happened before
        while lived < turns:
            some = min(EVERY, turns - lived)
            if watching and lived // EVERY % WATCHED == WATCHED // 2:
                log(await watched(leo, folder, some, lived + 1))
            else:
                log(asdict(await live(leo, folder, some, lived + 1)))
            lived = (await leo.stats()).turns
        log({"tables": [asdict(one) for one in await asyncio.to_thread(tables_of, path)]})
    begun = time.perf_counter()
    async with AsyncLeoField(path, seed=SEED, clock=clock, strict=True) as leo:
        log({"opened_again_s": round(time.perf_counter() - begun, 2)})
        log({"compacted": asdict(await leo.compact(keep=1_000))})
        log(asdict(await live(leo, folder, 1, lived + 1)))


def main(words: Sequence[str]) -> int:
    """Run the campaign from the command line."""
    parser = argparse.ArgumentParser(prog="scripts/soak long_life", description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--folder", type=Path, default=Path(".soak/long_life"))
    parser.add_argument(
        "--unwatched", action="store_true", help="without tracemalloc, which takes memory itself"
    )
    chosen = parser.parse_args(words)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(run(chosen.folder, chosen.turns, watching=not chosen.unwatched))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
