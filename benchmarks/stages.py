"""Where a turn's time goes: by stage, and by file.

A Leo without modules and one with all of them take the same prompts on fields that read the
same book. Stages are what Turns tell of themselves, and what is done with the plan after it
(a stopwatch around the store and the field); they add up to the turn. The second table is
another run under cProfile, which tells files apart, and makes small functions look dear.

    python benchmarks/stages.py [--quick] [--turns N] [--tokens N]
"""

import asyncio
import cProfile
import functools
import pstats
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from kit import ROOT, folder, grown, headline, sizes, spread, timed

from leo import AsyncLeoField
from leo.field.field import Field
from leo.observation.talk import TALK
from leo.records import Turn
from leo.store.database import Database

PLANNED = ("perceive", "before", "speak", "revise", "judge", "after", "learn")
SEAMS = ("to_json", "write", "absorb")
REST = "the rest"
"""Waiting for the lock, building the Turn, telling the watchers."""

SHOWN = 20
"""Files that are shown."""

spent: dict[str, float] = defaultdict(float)
"""Milliseconds at the seams since the last turn."""


def watch_seams() -> None:
    """Put a stopwatch around what is done with a plan."""
    plain = Turn.to_json

    def to_json(turn: Turn) -> str:
        begun = time.perf_counter()
        text = plain(turn)
        spent["to_json"] += (time.perf_counter() - begun) * 1000
        return text

    Turn.to_json = to_json  # type: ignore[method-assign]
    Database.write = _watched("write", Database.write)  # type: ignore[method-assign]
    Field.absorb = _watched("absorb", Field.absorb)  # type: ignore[method-assign]


def _watched(name: str, plain: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(plain)
    async def watched(*given: Any, **named: Any) -> Any:
        took, result = await timed(plain(*given, **named))
        spent[name] += took
        return result

    return watched


async def stages_of(leo: AsyncLeoField, prompt: str) -> dict[str, float]:
    """Give what the stages of a turn took, in milliseconds."""
    spent.clear()
    took, turn = await timed(leo.turn(prompt))
    found = {one.stage: one.ms for one in turn.timings if one.stage in PLANNED} | dict(spent)
    return {**found, REST: took - sum(found.values()), "turn": took}


def report(sides: dict[str, list[dict[str, float]]]) -> None:
    """Print a table: medians, and shares of the sum of all turns."""
    headline("stage      " + "".join(f"{side:38}" for side in sides))
    for stage in (*PLANNED, *SEAMS, REST, "turn"):
        line = f"  {stage:9}"
        for turns in sides.values():
            own = [one.get(stage, 0.0) for one in turns]
            share = sum(own) / sum(one["turn"] for one in turns)
            line += f"{f'{spread(own)} ms, {share:.1%}':38}"
        print(line.rstrip())


async def files_of(leo: AsyncLeoField, turns: int) -> list[tuple[float, str]]:
    """Profile turns; give the share of each file in the time of the loop's thread."""
    profiler = cProfile.Profile()
    profiler.enable()
    for number in range(turns):
        await leo.turn(TALK[number % len(TALK)])
    profiler.disable()
    own: dict[str, float] = defaultdict(float)
    for (file, _, _), (_, _, took, _, _) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        own[_place(file)] += took
    own.pop("waiting", None)
    whole = sum(own.values())
    return sorted(((took / whole, place) for place, took in own.items()), reverse=True)


def _place(file: str) -> str:
    path = Path(file)
    if path.name == "selectors.py":
        return "waiting"
    if path.is_relative_to(ROOT):
        return str(path.relative_to(ROOT))
    return "built-in functions" if file == "~" else "libraries"


async def main(turns: int, tokens: int) -> None:
    """Measure and print."""
    watch_seams()
    sides: dict[str, list[dict[str, float]]] = {"without modules": [], "all modules": []}
    with folder() as made:
        none = grown(made / "none.db", tokens, modules=[])
        async with none as spine, grown(made / "all.db", tokens) as whole:
            for number in range(turns):
                prompt = TALK[number % len(TALK)]
                for leo, found in zip((spine, whole), sides.values(), strict=True):
                    found.append(await stages_of(leo, prompt))
            files = await files_of(whole, turns)
    headline(f"{turns} turns, {tokens:,} tokens read: medians (quartiles), share of all turns")
    report(sides)
    headline("file, its own time (under cProfile, all modules)")
    for share, place in files[:SHOWN]:
        print(f"  {share:6.1%}  {place}")


if __name__ == "__main__":
    asyncio.run(main(**sizes(__doc__, turns=(120, 40), tokens=(100_000, 20_000))))
