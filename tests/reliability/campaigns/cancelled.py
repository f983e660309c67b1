"""Cancelled: at every await of whatever Leo does, one after the other.

    scripts/soak cancelled [--every N] [--works turn stream ...] [--small]

A scripted scheduler counts the awaits of a piece of work, those of the tasks it makes included,
and cancels it at the first, then at the second, until it comes through. Afterwards the lock must
be free and no task left; file and memory must be as before, or as after the whole of it; and the
same work done again must end as it does where nobody is cancelled.
"""

import argparse
import asyncio
import hashlib
import json
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from leo import AsyncLeoField
from leo.store.schema import TABLES
from tests.reliability.campaigns.lives import SMALL, Way, digest_of_field, digest_of_turn, life_of
from tests.reliability.campaigns.nursery import LONG, hurried
from tests.reliability.campaigns.saying import book, line
from tests.reliability.campaigns.stepping import cancelled_at

__all__ = ["WORKS", "Sweep", "Work", "main", "swept"]

GROWN: Final = 3
"""Turns of the life in which something is cancelled."""

BOOK: Final = 3 * LONG
"""Characters of the book that is read."""

Do = Callable[[AsyncLeoField, Path], Awaitable[object]]


@dataclass(frozen=True)
class Work:
    """Something that is cancelled.

    Attributes
    ----------
    name
        Its name.
    do
        Does it, with an open Leo and a folder for what it needs.
    parts
        Whether it may also have happened in part (batches of a book), to be gone on with.
    """

    name: str
    do: Do
    parts: bool = False


async def _turn(leo: AsyncLeoField, folder: Path) -> object:
    return await leo.turn(line(GROWN + 1), max_tokens=24)


async def _stream(leo: AsyncLeoField, folder: Path) -> object:
    return [event async for event in leo.stream(line(GROWN + 1), max_tokens=24)][-1]


async def _imagine(leo: AsyncLeoField, folder: Path) -> object:
    return await leo.imagine(line(GROWN + 1))


async def _observe(leo: AsyncLeoField, folder: Path) -> object:
    return await leo.observe("The zeppelin sleeps in the harbour, and the moon is over it.")


async def _read(leo: AsyncLeoField, folder: Path) -> object:
    return await leo.read(folder / "book.txt")


async def _forget(leo: AsyncLeoField, folder: Path) -> object:
    return await leo.forget([2]) if (await leo.journal(2, 3)) else None


async def _switch(leo: AsyncLeoField, folder: Path) -> object:
    await leo.set_without(["dream"])
    return None


async def _hibernate(leo: AsyncLeoField, folder: Path) -> object:
    await leo.hibernate()
    return await leo.stats()  # wakes him


async def _compact(leo: AsyncLeoField, folder: Path) -> object:
    return await leo.compact()


async def _reopen(leo: AsyncLeoField, folder: Path) -> object:
    await leo.aclose()
    return await leo.async_init()


WORKS: Final = (
    Work("turn", _turn),
    Work("stream", _stream),
    Work("imagine", _imagine),
    Work("observe", _observe),
    Work("read", _read, parts=True),
    Work("switch", _switch),
    Work("forget", _forget),
    Work("hibernate", _hibernate),
    Work("compact", _compact, parts=True),
    Work("reopen", _reopen),
)


@dataclass
class Sweep:
    """What came of cancelling a work at its awaits.

    Attributes
    ----------
    awaits
        How many it has.
    cancelled
        At how many of them it was cancelled.
    happened
        How often it had happened all the same, wholly.
    partly
        How often in part, to be gone on with.
    complaints
        What was not as it should be.
    """

    work: str
    awaits: int = 0
    cancelled: int = 0
    happened: int = 0
    partly: int = 0
    seconds: float = 0.0
    complaints: list[str] = field(default_factory=list)

    def must(self, holds: bool, complaint: str) -> None:
        """Complain unless something holds."""
        if not holds:
            self.complaints.append(complaint)


async def signature(leo: AsyncLeoField) -> str:
    """Identify all that is in the file (but for the image) and in memory."""
    life = life_of(leo)
    async with leo._at_hand():
        state = hashlib.blake2b(digest_size=8)
        tables = await life.database.fetch(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT NULL ORDER BY name"
        )
        for (name,) in tables:
            if name not in TABLES:
                rows = await life.database.fetch(f'SELECT * FROM "{name!s}"')
                state.update(repr((name, rows)).encode())
        entry = 0
        while events := await life.journal.events_after(entry):
            for event in events:
                turn = None if event.turn is None else digest_of_turn(event.turn)
                told = (event.entry, event.kind, event.at, turn, event.texts, event.more)
                state.update(repr(told).encode())
            entry = events[-1].entry
        summary = await life.database.fetch("SELECT * FROM summary")
        recent = [digest_of_turn(turn) for turn in life.turns]
        state.update(repr((summary, recent, life.entry, life.turn, life.without)).encode())
        state.update(digest_of_field(life.field).encode())
        return state.hexdigest()


async def heard(leo: AsyncLeoField) -> str:
    """Identify all that he ever heard, however it was cut into batches, and how much that is."""
    life = life_of(leo)
    async with leo._at_hand():
        said = hashlib.blake2b(digest_size=8)
        entry = 0
        while events := await life.journal.events_after(entry):
            for event in events:
                said.update("".join(text for _, text in event.texts).encode())
            entry = events[-1].entry
        totals = life.field.totals
        return f"{said.hexdigest()} {totals.tokens} {totals.words}"


class _Nest:
    """Gives Leos of the same short life, each in a folder of his own."""

    def __init__(self, folder: Path, way: Way) -> None:
        self._folder, self._way, self._count = folder, way, 0
        self._egg = folder / "egg"

    async def lay(self) -> None:
        """Live the short life."""
        await asyncio.to_thread(self._egg.mkdir)
        text = book(BOOK, 0)
        await asyncio.to_thread((self._egg / "book.txt").write_text, text, encoding="utf-8")
        async with self._way.leo(self._egg / "leo.db") as leo:
            for number in range(1, GROWN + 1):
                await self._way.say(leo, number)

    async def hatch(self) -> AsyncLeoField:
        """Give one more, open."""
        self._count += 1
        place = self._folder / f"{self._count}"
        await asyncio.to_thread(shutil.copytree, self._egg, place)
        return await self._way.leo(place / "leo.db").async_init()


async def swept(work: Work, way: Way, folder: Path, *, every: int = 1, first: int = 1) -> Sweep:
    """Cancel a work at its first await, at its second, and so on until it comes through.

    Parameters
    ----------
    work, way, folder
        What, in which kind of life, and where the files are.
    every, first
        Take each n-th await only, from which on.
    """
    nest, sweep, begun = _Nest(folder, way), Sweep(work.name), time.monotonic()
    await nest.lay()
    leo = await nest.hatch()
    before = await signature(leo)
    whole = await cancelled_at(_done(work, leo), 0)
    sweep.awaits, after, everything = whole.steps, await signature(leo), await heard(leo)
    await leo.aclose()
    leo = await nest.hatch()
    threads = _threads()
    for at in range(first, sweep.awaits + 1, every):
        told: list[int | None] = []
        unwatch = leo.watch(lambda turn, told=told: told.append(turn.id))  # type: ignore[misc]
        outcome = await cancelled_at(_done(work, leo), at)
        unwatch()
        what = f"{work.name} cancelled at await {at} of {sweep.awaits}"
        sweep.cancelled += outcome.cancelled
        sweep.must(not leo._lock.locked(), f"{what}: the lock is held")
        sweep.must(not outcome.left, f"{what}: tasks are left: {outcome.left}")
        if leo.closed:
            await leo.async_init()
        found = await signature(leo)
        sweep.must(_threads() == threads, f"{what}: {_threads()} threads, not {threads}")
        if found != before or outcome.result is not None:
            await _judge(sweep, work, leo, what, found, after, everything, told)
            await leo.aclose()
            leo = await nest.hatch()
    await leo.aclose()
    sweep.seconds = round(time.monotonic() - begun, 1)
    return sweep


def _done(work: Work, leo: AsyncLeoField) -> Any:
    return work.do(leo, leo.path.parent)


def _threads() -> int:
    return sum("connection_worker" in one.name for one in threading.enumerate())


async def _judge(
    sweep: Sweep,
    work: Work,
    leo: AsyncLeoField,
    what: str,
    found: str,
    after: str,
    whole: str,
    told: list[int | None],
) -> None:
    if found == after:
        sweep.happened += 1
    elif work.parts:
        sweep.partly += 1
        await work.do(leo, leo.path.parent)
        sweep.must(await heard(leo) == whole, f"{what}: done again it is something else")
    else:
        sweep.must(False, f"{what}: half of it happened")
    if work.name in ("turn", "stream"):
        sweep.must(told == [GROWN + 1], f"{what}: it happened and the watchers heard {told}")


def main(words: Sequence[str]) -> int:
    """Run the campaign from the command line: 0 if there is nothing to complain about."""
    parser = argparse.ArgumentParser(prog="scripts/soak cancelled", description=__doc__)
    known = {work.name: work for work in WORKS}
    parser.add_argument("--every", type=int, default=1, help="take each n-th await only")
    parser.add_argument("--works", nargs="+", choices=known, default=list(known))
    parser.add_argument("--small", action="store_true", help="with less to say, to try it")
    chosen = parser.parse_args(words)
    complaints, way = 0, SMALL if chosen.small else Way()
    for name in chosen.works:
        with (
            tempfile.TemporaryDirectory(prefix="leo-cancelled-") as made,
            hurried(fold_every=2, packed_from=400, mirror_every=1),
        ):
            sweep = asyncio.run(swept(known[name], way, Path(made), every=chosen.every))
        complaints += len(sweep.complaints)
        print(json.dumps(asdict(sweep)), flush=True)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
