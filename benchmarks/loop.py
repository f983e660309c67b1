"""T5: how long Leo keeps the event loop to himself, while he talks and while he reads.

A heartbeat wakes every millisecond and remembers its longest gap. Every round of work is
followed by as much idling, because a loaded machine stops an idle loop too: what counts is
the longest gap of all turns less the longest of all idling. Python's collector now and then
looks through all objects that are alive, most of them the packages': what is alive when a Leo
is ready is left to itself here (``gc.freeze``), as a program would that must not wait, and what
looking through it takes is told beside.

    python benchmarks/loop.py [--quick | --full] [--turns N] [--tokens N] [--rounds N]
"""

import asyncio
import gc
import time
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kit import book_of, folder, grown, headline, sizes, spread, target

from leo import AsyncLeoField
from leo.module import Module
from leo.observation.talk import TALK

BEAT = 0.001
"""Seconds between two beats."""

IDLE_AT_LEAST = 1.0
"""Seconds of idling after a round, however short the round was."""

WARM = 5
"""Turns before those that are watched."""

LIMIT_MS = 10.0


class Heartbeat:
    """Beats while it is entered; ``longest`` is its longest gap in milliseconds."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def _beat(self) -> None:
        before = time.perf_counter()
        while True:
            await asyncio.sleep(BEAT)
            now = time.perf_counter()
            self.longest = max(self.longest, (now - before) * 1000)
            before = now

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._beat())
        await asyncio.sleep(BEAT)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.sleep(0)  # the last gap is seen as well
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def collected() -> float:
    """Leave what is alive to itself from now on; give the milliseconds of looking through it."""
    gc.collect()
    begun = time.perf_counter()
    gc.collect()
    took = (time.perf_counter() - begun) * 1000
    gc.freeze()
    return took


@dataclass
class Gaps:
    """The longest gap of every round, in milliseconds: at work, and idle after it.

    ``collecting`` is what looking through all that was alive before took: made when all is ready.
    """

    work: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    collecting: float = field(default_factory=collected)

    async def round(self, work: Awaitable[object]) -> None:
        """Work, then idle for as long."""
        begun = time.perf_counter()
        async with Heartbeat() as heart:
            await work
        self.work.append(heart.longest)
        async with Heartbeat() as heart:
            await asyncio.sleep(max(IDLE_AT_LEAST, time.perf_counter() - begun))
        self.idle.append(heart.longest)

    def report(self, what: str) -> None:
        """Print the gaps beside the target."""
        print(f"  {what}: longest gap of a round {spread(self.work)} ms, ", end="")
        print(f"idle {spread(self.idle)} ms")
        print(
            f"    without gc.freeze() there would now and then be one of {self.collecting:.0f} ms"
        )
        found = max(self.work) - max(self.idle)
        told = f"{max(self.work):.1f} - {max(self.idle):.1f} = {found:.1f} ms"
        target("T5", f"longest gap, {what}, less idle", told, "≤ 10 ms", met=found <= LIMIT_MS)


async def talk(leo: AsyncLeoField, prompts: Iterator[str], turns: int) -> None:
    """Take some turns."""
    for _ in range(turns):
        await leo.turn(next(prompts))


async def talking(path: Path, tokens: int, turns: int, rounds: int, **more: Any) -> Gaps:
    """Talk in rounds."""
    prompts = cycle(TALK)
    async with grown(path, tokens, **more) as leo:
        await talk(leo, prompts, WARM)
        gaps = Gaps()
        for _ in range(rounds):
            await gaps.round(talk(leo, prompts, max(1, turns // rounds)))
    return gaps


async def reading(path: Path, tokens: int, book_tokens: int, rounds: int) -> Gaps:
    """Read a book in every round."""
    async with grown(path, tokens) as leo:
        gaps = Gaps()
        for number in range(rounds):
            book = path.with_name(f"book{number}.txt")
            await asyncio.to_thread(book_of, book, book_tokens, 2 + number)
            await gaps.round(leo.read(book))
    return gaps


async def main(turns: int, tokens: int, book: int, rounds: int) -> None:
    """Measure and print."""
    headline(f"{rounds} rounds, {tokens:,} tokens read before: medians (quartiles)")
    sides: dict[str, tuple[Module[Any], ...] | None] = {"without": (), "with all": None}
    with folder() as made:
        for side, modules in sides.items():
            path = made / f"{side}.db"
            gaps = await talking(path, tokens, turns, rounds, modules=modules)
            gaps.report(f"{len(gaps.work) * max(1, turns // rounds)} turns {side} modules")
        gaps = await reading(made / "reader.db", tokens, book, rounds)
        gaps.report(f"reading {rounds} books of {book:,} tokens")


if __name__ == "__main__":
    asyncio.run(
        main(
            **sizes(
                __doc__,
                turns=(200, 40),
                tokens=(100_000, 20_000, 10_000_000),
                book=(100_000, 10_000),
                rounds=(10, 5),
            )
        )
    )
