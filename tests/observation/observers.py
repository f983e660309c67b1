"""Many observers who talk to one Leo at once, with his lock, with less of it, and with none.

    python -m tests.observation.observers FILE --lock turn --observers 10 --turns 2 --seed 1

This is one talk, in a process of its own: without the lock some turns never end, and neither
would the process. What was told is printed as JSON; `tests.observation.coherence` asks for it
and looks at what is in the file. The locks here are doubles: no Leo can be had without his own.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias, TypeVar

from leo import AsyncLeoField, Turn
from leo.field.field import Field, newborn
from leo.life import Life, heard_again
from leo.module import Write
from leo.pace import on_breath
from leo.settle import settled
from leo.store.database import Reading
from leo.store.journal import Journal
from leo.testing import ScriptedClock
from tests.reliability.campaigns.lives import (
    SMALL,
    Way,
    digest_of_field,
    digest_of_turn,
    life_of,
)
from tests.reliability.campaigns.saying import STEP, line

__all__ = ["LOCKS", "Answer", "Talk", "Told", "memory_holds", "talked", "way_of"]

STALL_S: Final = 12.0
"""So long nobody takes a breath before a turn counts as one that never ends; SQLite itself waits
five seconds for another's transaction."""

LONG: Final = Way(max_tokens=80)
"""A Leo as he is born, with all modules, who may say as much as he likes."""

OpenedT = TypeVar("OpenedT", bound="TransactionsApart")

Answer: TypeAlias = tuple[int, str]
"""Number and digest of a Turn that an observer was given."""


class NoLock(asyncio.Lock):
    """A lock that is always free."""

    async def acquire(self) -> Literal[True]:
        """Come in, whoever is in."""
        return True

    def release(self) -> None:
        """Leave nothing behind."""

    def locked(self) -> bool:
        """Tell that nobody is in."""
        return False


class Unlocked(AsyncLeoField):
    """The same Leo, whose lock does nothing."""

    def __init__(self, path: Path, *, seed: int, clock: ScriptedClock, way: Way) -> None:
        super().__init__(
            path, seed=seed, clock=clock, strict=True, birth=way.birth, modules=way.modules()
        )
        self._lock = NoLock()


class TransactionsApart(Unlocked):
    """The same without the lock, but that one transaction waits for the other, as SQLite has it."""

    async def async_init(self: OpenedT) -> OpenedT:
        """Open him, and keep transactions apart from now on."""
        await super().async_init()
        database, lock = life_of(self).database, asyncio.Lock()
        write = database.write

        async def alone(writes: Sequence[Write]) -> None:
            async with lock:
                await write(writes)

        database.write = alone  # type: ignore[method-assign]
        return self


class Locked(Unlocked):
    """The Leo as he is."""

    def __init__(self, path: Path, *, seed: int, clock: ScriptedClock, way: Way) -> None:
        super().__init__(path, seed=seed, clock=clock, way=way)
        self._lock = asyncio.Lock()


LOCKS: Final[Mapping[str, type[Unlocked]]] = {
    "turn": Locked,
    "transaction": TransactionsApart,
    "none": Unlocked,
}
"""What is kept apart: whole turns, as it is; transactions only; nothing."""


@dataclass(frozen=True, slots=True)
class Talk:
    """How a talk is made: what is locked, how many talk, how many lines each says."""

    lock: str
    observers: int
    turns: int
    seed: int
    small: bool = False
    stall: float = STALL_S

    @property
    def lines(self) -> int:
        """How many lines are to be said in all."""
        return self.observers * self.turns


def way_of(talk: Talk) -> Way:
    """Give the way in which the Leo of a talk lives."""
    return SMALL if talk.small else LONG


@dataclass(slots=True)
class Told:
    """What the observers were told, and what was seen before the end.

    Attributes
    ----------
    answers
        The Turns that they were given, in the order in which they came.
    errors
        What was raised instead, and how often.
    memory
        Whether he could still be asked, and his memory was what his journal amounts to.
    closed
        Whether he could be closed.
    seconds, cpu_seconds
        Until the last of them had an answer or an error: by the clock, and of this process.
    """

    answers: list[Answer] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    memory: bool = False
    closed: bool = False
    seconds: float = 0.0
    cpu_seconds: float = 0.0


async def talked(path: Path, talk: Talk) -> Told:
    """Let all observers talk at once.

    Parameters
    ----------
    path
        Of the Leo, who is born there.
    talk
        How they talk.
    """
    told, breaths = Told(), [0]
    way, clock = way_of(talk), ScriptedClock(step=STEP)
    leo = await LOCKS[talk.lock](path, seed=talk.seed, clock=clock, way=way).async_init()

    def breathed(rows: int) -> None:
        breaths[0] += 1

    on_breath.set(breathed)
    begun, cpu_begun = time.perf_counter(), time.process_time()

    async def observer(number: int) -> None:
        for i in range(talk.turns):
            text = line(number * talk.turns + i + 1)
            turn = asyncio.ensure_future(leo.turn(text, max_tokens=way.max_tokens))
            await asyncio.wait([turn])  # an error is an answer too, and he goes on talking
            _note(turn, told)
            told.seconds = round(time.perf_counter() - begun, 3)
            told.cpu_seconds = round(time.process_time() - cpu_begun, 3)

    await _settling([observer(number) for number in range(talk.observers)], breaths, talk.stall)
    # Where he knows that his memory is not to be trusted, asking him makes it anew.
    asked = await _settling([_none(leo.stats())], breaths, talk.stall)
    told.memory = asked and await memory_holds(life_of(leo), path)
    told.closed = await _settling([leo.aclose()], breaths, talk.stall)
    return told


async def _none(work: Coroutine[object, object, object]) -> None:
    await work


def _note(turn: "asyncio.Task[Turn]", told: Told) -> None:
    error = turn.exception()
    if error is not None:
        kind = f"{type(error).__name__}: {error.__cause__ or error}"
        told.errors[kind] = told.errors.get(kind, 0) + 1
        return
    answer = turn.result()
    assert answer.id is not None
    told.answers.append((answer.id, digest_of_turn(answer)))


async def _settling(
    works: Sequence[Coroutine[object, object, None]], breaths: list[int], stall: float
) -> bool:
    """Tell whether all end well; what does not move any more is left to itself for ever."""
    tasks = [asyncio.ensure_future(work) for work in works]
    pending = set(tasks)
    while pending:
        before = breaths[0]
        done, pending = await asyncio.wait(pending, timeout=stall)
        if pending and not done and breaths[0] == before:
            return False
    return all(task.exception() is None for task in tasks)


async def memory_holds(life: Life, path: Path) -> bool:
    """Compare memory with a plain recount of what is in the file, read by a reader of its own."""
    counted = Field(await newborn(life.birthday.birth))
    counted.entries = 1
    reading = await Reading.look(path)
    try:
        while entries := await Journal(reading).entries_after(counted.entries):
            for entry in entries:
                await heard_again(counted, entry)
    finally:
        await settled(reading.close())
    return digest_of_field(life.field) == digest_of_field(counted)


def main(words: Sequence[str]) -> None:
    """Let them talk, print what was told, and end even where turns have not."""
    parser = argparse.ArgumentParser(prog="python -m tests.observation.observers")
    parser.add_argument("file", type=Path)
    parser.add_argument("--lock", choices=LOCKS, default="turn")
    parser.add_argument("--observers", type=int, default=10)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--stall", type=float, default=STALL_S)
    chosen = vars(parser.parse_args(words))
    file = chosen.pop("file")

    async def all_of_it() -> None:
        told = await talked(file, Talk(**chosen))
        print(json.dumps(asdict(told)), flush=True)
        if len(told.answers) + sum(told.errors.values()) < chosen["observers"] * chosen["turns"]:
            os._exit(0)  # what waits for ever would be waited for

    asyncio.run(all_of_it())


if __name__ == "__main__":
    main(sys.argv[1:])
