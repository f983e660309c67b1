"""What the lock buys: the same talk with whole turns kept apart, transactions only, and nothing.

    python -m tests.observation.coherence [--observers 1 10 100] [--lives 5] [--turns 4]

Many observers talk to one Leo at once, in a process of its own (`tests.observation.observers`).
Then it is looked at what they were told and at what is in the file. docs/observation.md has the
figures.
"""

import argparse
import asyncio
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Final

from leo import AsyncLeoField, Turn
from leo.errors import StoreError
from leo.store.database import Reading
from leo.store.journal import Journal
from tests.observation.observers import LOCKS, Talk, Told, memory_holds, way_of
from tests.reliability.campaigns.lives import digest_of_turn, life_of

__all__ = ["Coherence", "apart", "main", "measured"]

ROOT: Final = Path(__file__).parents[2]
LONGEST_S: Final = 1800.0


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
    def endless(self) -> int:
        """Lines that were waited for without end, or stood behind one."""
        return self.lines - self.answered - self.refused

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


def apart(path: Path, talk: Talk) -> Told:
    """Let them talk in a process of its own, which ends even where turns do not."""
    said = ["--lock", talk.lock, "--observers", str(talk.observers), "--turns", str(talk.turns)]
    said += ["--seed", str(talk.seed), "--stall", str(talk.stall)]
    said += ["--small"] if talk.small else []
    command = [sys.executable, "-m", "tests.observation.observers", str(path), *said]
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=LONGEST_S, check=False, cwd=ROOT
    )
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{ended.stderr}")
    told = Told(**json.loads(ended.stdout))
    told.answers = [(int(number), str(digest)) for number, digest in told.answers]
    return told


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


COLUMNS: Final[dict[str, Callable[[Coherence], float]]] = {
    "answered": lambda one: 100 * one.answered / one.lines,
    "refused": lambda one: 100 * one.refused / one.lines,
    "without end": lambda one: 100 * one.endless / one.lines,
    "lost": lambda one: one.lost,
    "unheard": lambda one: one.unheard,
    "numbers": lambda one: one.numbers,
    "halves": lambda one: one.halves,
    "turns": lambda one: one.turns,
    "not the same": lambda one: one.turns - one.same,
    "ms a line": lambda one: 1000 * one.seconds / max(1, one.answered + one.refused),
    "ms of CPU": lambda one: 1000 * one.cpu_seconds / max(1, one.answered + one.refused),
}
PERCENT: Final = ("answered", "refused", "without end")
SOUND: Final[dict[str, Callable[[Coherence], bool]]] = {
    "memory": lambda one: one.memory,
    "reopened": lambda one: one.reopened,
    "closed": lambda one: one.closed,
    "coherent": lambda one: not one.broken,
}


def _row(talk: Talk, lives: Sequence[Coherence]) -> str:
    cells = [str(talk.observers), talk.lock, str(talk.lines)]
    for name, value in COLUMNS.items():
        cells.append(_spread([value(one) for one in lives], "%" if name in PERCENT else ""))
    cells += [f"{sum(map(holds, lives))} of {len(lives)}" for holds in SOUND.values()]
    return "| " + " | ".join(cells) + " |"


def _spread(values: Sequence[float], unit: str) -> str:
    """Give the mean, and the least and the most where they differ."""
    mean, least, most = (f"{value:.3g}" for value in (fmean(values), min(values), max(values)))
    spread = "" if least == most else f" ({least} to {most})"
    return f"{mean}{unit}{spread}"


def _talks(chosen: argparse.Namespace) -> Iterator[list[Talk]]:
    """Give all talks, seed by seed, so that what the machine does besides falls on all of them."""
    for seed in range(1, chosen.lives + 1):
        yield [
            Talk(lock, observers, chosen.turns, seed, small=chosen.small)
            for observers in chosen.observers
            for lock in chosen.locks
        ]


def main(words: Sequence[str]) -> None:
    """Let them talk, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.observation.coherence")
    parser.add_argument("--observers", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--locks", nargs="+", choices=LOCKS, default=list(LOCKS))
    parser.add_argument("--lives", type=int, default=5, help="each with a seed of its own")
    parser.add_argument("--turns", type=int, default=2, help="lines of each observer")
    parser.add_argument("--small", action="store_true", help="with less to say, to try it")
    chosen = parser.parse_args(words)
    found: dict[tuple[int, str], list[Coherence]] = {}
    for talks in _talks(chosen):
        for talk in talks:
            with tempfile.TemporaryDirectory(prefix="leo-coherence-") as folder:
                path = Path(folder) / "leo.db"
                one = asyncio.run(measured(path, talk, apart(path, talk)))
            found.setdefault((talk.observers, talk.lock), []).append(one)
            told = {"talk": asdict(talk), "found": asdict(one), "broken": one.broken}
            print(json.dumps(told), file=sys.stderr, flush=True)
    print("| " + " | ".join(["observers", "kept apart", "lines", *COLUMNS, *SOUND]) + " |")
    print("|---" * (3 + len(COLUMNS) + len(SOUND)) + "|")
    for talk in talks:
        print(_row(talk, found[talk.observers, talk.lock]))
    print()
    for lock in chosen.locks:
        errors: Counter[str] = Counter()
        for one in (one for key in found if key[1] == lock for one in found[key]):
            errors.update(one.errors)
        for error, times in errors.most_common():
            print(f"- {lock}: {times} times {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
