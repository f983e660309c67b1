"""T4 and T7: fields of all sizes, opened and spoken with.

A newborn reads a book of each size. Then, in rounds, every size is opened and spoken with by a
process of its own, one size after the other. A process opens and closes a newborn first, so
that what is counted is not what Leo himself weighs: the packages, the birth texts.

    python benchmarks/fields.py [--quick | --full] [--rounds N] [--turns N] [--huge N] ...
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kit import folder, grown, headline, ratios, sizes, spread, target, timed
from prose import prose

from leo import AsyncLeoField
from leo.observation.talk import TALK

OPENINGS = 5
"""Openings of a process."""

WARM = 5
"""Turns of a process before those that are measured."""

GROWTH_LIMIT = 1.3
OPEN_LIMIT_MS, OPEN_LIMIT_MB = 100.0, 60.0
OPEN_GROWTH_LIMIT = 2.0

RESIDENT = ("RssAnon:", "RssFile:")
"""Memory of a process that is its own, and pages of files that it looks at."""


@dataclass
class Found:
    """What was found of one size, round by round.

    Attributes
    ----------
    opening
        Milliseconds until he is open.
    opened, spoken
        Megabytes that are resident then, and after the turns, more than before.
    own
        Of those after the turns, what is no page of a file.
    turn
        Milliseconds of a turn.
    """

    opening: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    spoken: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    turn: list[float] = field(default_factory=list)

    def add(self, told: dict[str, list[float]]) -> None:
        """Add what a process told."""
        for name, values in told.items():
            getattr(self, name).append(statistics.median(values))


def resident() -> tuple[float, float]:
    """Give the megabytes of this process that are resident: in all, and without pages of files."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    told = {line.split()[0]: int(line.split()[1]) / 1024 for line in lines if line[:3] == "Rss"}
    own, pages = (told[name] for name in RESIDENT)
    return own + pages, own


async def live(path: Path, turns: int) -> dict[str, list[float]]:
    """Open a Leo again and again, and talk with him."""
    async with AsyncLeoField(path.with_suffix(".newborn.db"), seed=1):
        pass
    before, own = await asyncio.to_thread(resident)
    opening: list[float] = []
    for _ in range(OPENINGS):
        leo = AsyncLeoField(path)
        opening.append((await timed(leo.async_init()))[0])
        await leo.aclose()
    async with AsyncLeoField(path) as leo:
        opened, _ = await asyncio.to_thread(resident)
        talk = (TALK[number % len(TALK)] for number in range(WARM + turns))
        turn = [(await timed(leo.turn(prompt)))[0] for prompt in talk][WARM:]
        spoken, own_after = await asyncio.to_thread(resident)
    return {
        "opening": opening,
        "opened": [opened - before],
        "spoken": [spoken - before],
        "own": [own_after - own],
        "turn": turn,
    }


def measured(path: Path, turns: int) -> dict[str, list[float]]:
    """Run `live` in a process of its own."""
    child = [sys.executable, __file__, "--live", str(path), "--talk", str(turns)]
    done = subprocess.run(child, check=True, capture_output=True, text=True)
    told: dict[str, list[float]] = json.loads(done.stdout)
    return told


async def grow(path: Path, tokens: int) -> None:
    """Have a newborn read a book of so many tokens."""
    book = path.with_suffix(".txt")

    def write() -> None:
        with book.open("w", encoding="utf-8") as file:
            file.writelines(f"{paragraph}\n\n" for paragraph in prose(tokens))

    await asyncio.to_thread(write)
    async with grown(path, 0) as leo:
        ms, _ = await timed(leo.read(book))
    print(f"{tokens:,} tokens read in {ms / 1000:,.1f} s", file=sys.stderr, flush=True)
    await asyncio.to_thread(book.unlink)


def show(found: dict[int, Found]) -> None:
    """Print a line for every size."""
    names = ("opening, ms", "MB more", "after the turns", "not of files", "a turn, ms")
    print(f"{'tokens':>12}  " + "  ".join(f"{name:24}" for name in names))
    for tokens, one in found.items():
        told = (one.opening, one.opened, one.spoken, one.own, one.turn)
        print(f"{tokens:12,}  " + "  ".join(f"{spread(values)!s:24}" for values in told))


def judge(found: dict[int, Found]) -> None:
    """Print the targets."""
    small, *_ = found
    for tokens in [one for one in found if one > small]:
        growth = ratios(found[tokens].turn, found[small].turn)
        what = f"turn at {tokens:,} : at {small:,} tokens"
        met = growth.median <= GROWTH_LIMIT
        target("T4", what, growth, f"≤ {GROWTH_LIMIT}", met=met)
    for tokens in [one for one in found if one > small]:
        opening, weight = spread(found[tokens].opening), spread(found[tokens].opened)
        what = f"opening, {tokens:,} tokens"
        target("T7", what, f"{opening} ms", "≤ 100 ms", met=opening.median <= OPEN_LIMIT_MS)
        met = weight.median <= OPEN_LIMIT_MB
        target("T7", f"{what}, memory", f"{weight} MB", "≤ 60 MB", met=met)
        weight = spread(found[tokens].spoken)
        met = weight.median <= OPEN_LIMIT_MB
        what = f"after the turns, {tokens:,} tokens, memory"
        target("T7", what, f"{weight} MB", "≤ 60 MB", met=met)
    _, middle, big, *_ = found.values()
    growth = ratios(big.opening, middle.opening)
    met = growth.median <= OPEN_GROWTH_LIMIT
    target("T7", "opening, the third size : the second", growth, "≤ 2", met=met)


async def main(rounds: int, turns: int, tokens: Sequence[int]) -> None:
    """Measure, and print."""
    found = {many: Found() for many in tokens}
    with folder() as made:
        for many in tokens:
            await grow(made / f"{many}.db", many)
        for _ in range(rounds):
            for many, one in found.items():
                one.add(await asyncio.to_thread(measured, made / f"{many}.db", turns))
    headline(f"{rounds} rounds of {OPENINGS} openings and {turns} turns: medians (quartiles)")
    show(found)
    print()
    judge(found)


if __name__ == "__main__":
    if "--live" in sys.argv:
        parser = argparse.ArgumentParser()
        parser.add_argument("--live", type=Path)
        parser.add_argument("--talk", type=int)
        asked = parser.parse_args()
        print(json.dumps(asyncio.run(live(asked.live, asked.talk))))
    else:
        known = sizes(
            __doc__,
            rounds=(5, 2),
            turns=(40, 8),
            small=(10_000, 5_000),
            middle=(1_000_000, 50_000),
            big=(10_000_000, 100_000),
            huge=(0, 0, 50_000_000),
        )
        rounds, turns, *tokens = known.values()
        asyncio.run(main(rounds, turns, [one for one in tokens if one]))
