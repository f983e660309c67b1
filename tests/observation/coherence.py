"""What the lock buys: the same talk with whole turns kept apart, transactions only, and nothing.

    python -m tests.observation.coherence [--observers 1 10 100] [--lives 5] [--turns 2]

Many observers talk to one Leo at once, in a process of its own (`tests.observation.observers`).
Then it is looked at what they were told and at what is in the file (`tests.observation.measures`
says what each column means). docs/observation.md has the figures.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Final, TypeAlias

from tests.observation.measures import Coherence, measured
from tests.observation.observers import LOCKS, Talk, Told

__all__ = ["apart", "main", "tables"]

ROOT: Final = Path(__file__).parents[2]
LONGEST_S: Final = 1800.0


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


Lives: TypeAlias = Sequence[Coherence]
Column: TypeAlias = Callable[[Lives], str]


def _spread(value: Callable[[Coherence], float], unit: str = "") -> Column:
    """Give the mean, and the least and the most where they differ."""

    def cell(lives: Lives) -> str:
        values = [value(one) for one in lives]
        mean, least, most = (f"{one:.3g}" for one in (fmean(values), min(values), max(values)))
        return f"{mean}{unit}" + ("" if least == most else f" ({least} to {most})")

    return cell


def _held(holds: Callable[[Coherence], bool]) -> Column:
    """Tell in how many lives it was so."""
    return lambda lives: f"{sum(map(holds, lives))} of {len(lives)}"


TABLES: Final[Sequence[Mapping[str, Column]]] = (
    {
        "lines": _spread(lambda one: one.lines),
        "answered": _spread(lambda one: 100 * one.answered / one.lines, "%"),
        "refused": _spread(lambda one: 100 * one.refused / one.lines, "%"),
        "without end": _spread(lambda one: 100 * one.endless / one.lines, "%"),
        "lost": _spread(lambda one: one.lost),
        "unheard": _spread(lambda one: one.unheard),
    },
    {
        "turns": _spread(lambda one: one.turns),
        "of them the same": _spread(lambda one: one.same),
        "numbers": _spread(lambda one: one.numbers),
        "halves": _spread(lambda one: one.halves),
        "memory": _held(lambda one: one.memory),
        "reopened": _held(lambda one: one.reopened),
        "closed": _held(lambda one: one.closed),
        "all holds": _held(lambda one: not one.broken),
    },
    {
        "ms for a line": _spread(lambda one: 1000 * one.seconds / max(1, one.ended)),
        "of CPU": _spread(lambda one: 1000 * one.cpu_seconds / max(1, one.ended)),
    },
)
"""What the observers were told, what was left, and what it took."""

Found: TypeAlias = dict[tuple[int, str], list[Coherence]]
"""Lives by number of observers, and lock."""


def tables(found: Found) -> str:
    """Write what was found as Markdown."""
    said: list[str] = []
    for columns in TABLES:
        said.append("| " + " | ".join(("observers", "kept apart", *columns)) + " |")
        said.append("|---" * (2 + len(columns)) + "|")
        for (observers, lock), lives in found.items():
            cells = (str(observers), lock, *(cell(lives) for cell in columns.values()))
            said.append("| " + " | ".join(cells) + " |")
        said.append("")
    for lock in dict.fromkeys(lock for _, lock in found):
        errors: Counter[str] = Counter()
        for one in (one for key, lives in found.items() if key[1] == lock for one in lives):
            errors.update(one.errors)
        said += [f"- {lock}: {times} times {error}" for error, times in errors.most_common()]
    return "\n".join(said)


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
    found: Found = {}
    for talks in _talks(chosen):
        for talk in talks:
            with tempfile.TemporaryDirectory(prefix="leo-coherence-") as folder:
                path = Path(folder) / "leo.db"
                one = asyncio.run(measured(path, talk, apart(path, talk)))
            found.setdefault((talk.observers, talk.lock), []).append(one)
            told = {"talk": asdict(talk), "found": asdict(one), "broken": one.broken}
            print(json.dumps(told), file=sys.stderr, flush=True)
    print(tables(found))


if __name__ == "__main__":
    main(sys.argv[1:])
