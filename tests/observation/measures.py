"""How coherent a life is in which many talked at once: what is looked at, each for itself.

The file is read when nobody has it any more, and the life is lived again by another Leo.
"""

import asyncio
import sqlite3
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from leo import AsyncLeoField, Turn
from leo.errors import StoreError
from leo.store.database import Reading
from leo.store.journal import Journal
from tests.observation.observers import Talk, Told, memory_holds, way_of
from tests.reliability.campaigns.lives import digest_of_turn, life_of

__all__ = ["Coherence", "measured"]


@dataclass(frozen=True, slots=True)
class Coherence:
    """What one talk came to. Where all is well, `broken` is empty.

    Attributes
    ----------
    lines
        What the observers had to say in all.
    answered, refused
        Lines that were answered with a Turn, or with an error. What is left was waited for without
        end, or would have been said after such a line.
    lost
        Turns that an observer was given and that are not in the journal, byte for byte.
    unheard
        Turns in the journal that no observer was given.
    numbers
        Numbers that are missing in the journal from 1 on, or were given to two observers.
    halves
        Turns that are in the journal and not in the overview, or the other way round.
    turns, same
        Turns in the journal, and how many of them come again, byte for byte, when another Leo of
        the same seed hears the same words in the journal's order, one at a time.
    memory, reopened
        Whether his memory was what a plain recount of the journal gives: at the end of the talk,
        and after he was opened again.
    closed
        Whether he could be closed.
    seconds, cpu_seconds
        Until the last answer or error.
    errors
        What was raised, and how often.
    """

    lines: int
    answered: int
    refused: int
    lost: int
    unheard: int
    numbers: int
    halves: int
    turns: int
    same: int
    memory: bool
    reopened: bool
    closed: bool
    seconds: float
    cpu_seconds: float
    errors: dict[str, int]

    @property
    def ended(self) -> int:
        """Lines that were answered in one way or the other."""
        return self.answered + self.refused

    @property
    def endless(self) -> int:
        """Lines that were waited for without end, or stood behind one."""
        return self.lines - self.ended

    @property
    def broken(self) -> tuple[str, ...]:
        """Names of what does not hold."""
        holds = {
            "answered": self.answered == self.lines,
            "lost": not self.lost,
            "unheard": not self.unheard,
            "numbers": not self.numbers,
            "halves": not self.halves,
            "same": self.same == self.turns,
            "memory": self.memory,
            "reopened": self.reopened,
            "closed": self.closed,
        }
        return tuple(name for name, held in holds.items() if not held)


async def measured(path: Path, talk: Talk, told: Told) -> Coherence:
    """Look at what is in the file when nobody has it any more.

    Parameters
    ----------
    path
        The file; another one is made beside it.
    talk
        How they talked.
    told
        What they were told.
    """
    turns, halves = await _journal(path), await asyncio.to_thread(_halves, path)
    kept = {turn.id: digest_of_turn(turn) for turn in turns}
    given = Counter(number for number, _ in told.answers)
    doubled = sum(given.values()) - len(given)
    return Coherence(
        lines=talk.lines,
        answered=len(told.answers),
        refused=sum(told.errors.values()),
        lost=sum(kept.get(number) != digest for number, digest in told.answers),
        unheard=len(set(kept.items()) - set(told.answers)),
        numbers=len(set(range(1, len(turns) + 1)) - set(kept)) + doubled,
        halves=halves,
        turns=len(turns),
        same=await _same(path.with_name("serial.db"), talk, await _born(path), turns),
        memory=told.memory,
        reopened=await _reopened(path, talk),
        closed=told.closed,
        seconds=told.seconds,
        cpu_seconds=told.cpu_seconds,
        errors=told.errors,
    )


async def _journal(path: Path) -> list[Turn]:
    reading = await Reading.look(path)
    try:
        return list(await Journal(reading).turns(1, sys.maxsize))
    finally:
        await reading.close()


async def _born(path: Path) -> float:
    reading = await Reading.look(path)
    try:
        birthday = await Journal(reading).birthday()
    finally:
        await reading.close()
    assert birthday is not None
    return birthday.at


def _halves(path: Path) -> int:
    with closing(sqlite3.connect(path)) as file:
        turns, overview = (
            {number for (number,) in file.execute(sql)}
            for sql in (
                "SELECT turn FROM journal WHERE kind = 'turn'",
                "SELECT turn FROM summary",
            )
        )
    return len(turns ^ overview)


async def _same(path: Path, talk: Talk, born: float, turns: Sequence[Turn]) -> int:
    """Say the same words, one after the other, and count the Turns that are the same."""
    way, times = way_of(talk), iter([born, *(turn.at for turn in turns)])
    same = 0
    async with AsyncLeoField(
        path,
        seed=talk.seed,
        clock=times.__next__,
        strict=True,
        birth=way.birth,
        modules=way.modules(),
    ) as leo:
        for turn in turns:
            again = await leo.turn(turn.prompt, max_tokens=way.max_tokens)
            same += digest_of_turn(again) == digest_of_turn(turn)
    return same


async def _reopened(path: Path, talk: Talk) -> bool:
    try:
        async with AsyncLeoField(path, modules=way_of(talk).modules(), strict=True) as leo:
            return await memory_holds(life_of(leo), path)
    except StoreError:
        return False
