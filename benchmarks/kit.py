"""What the benchmarks share: sizes, medians with spread, targets, the machine, a grown Leo."""

import argparse
import asyncio
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from prose import prose

from leo import AsyncLeoField
from leo.module import Module
from leo.testing import ScriptedClock

__all__ = [
    "ROOT",
    "STEP",
    "Spread",
    "book_of",
    "folder",
    "grown",
    "headline",
    "machine",
    "ratios",
    "sizes",
    "spread",
    "target",
    "timed",
]

ROOT = Path(__file__).resolve().parent.parent

STEP = 90.0
"""Seconds of Leo's own clock between two turns."""

ResultT = TypeVar("ResultT")


# ---------------------------------------------------------------- how large


def sizes(what: str | None, **known: tuple[int, ...]) -> dict[str, int]:
    """Read the sizes of a run from the command line.

    Parameters
    ----------
    what
        The benchmark's docstring.
    known
        Sizes by name: the usual one, the one for trying (``--quick``), and the one of the
        target (``--full``) where that takes long. ``--name N`` sets one by hand.
    """
    parser = argparse.ArgumentParser(
        description=what, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small, to try it")
    parser.add_argument("--full", action="store_true", help="as large as the target says")
    for name, usual in known.items():
        parser.add_argument(f"--{name}", type=int, help=f"{usual[0]} if not given")
    told = vars(parser.parse_args())
    place = 1 if told["quick"] else -1 if told["full"] else 0
    return {
        name: told[name]
        if told[name] is not None
        else (usual[2] if place < 0 and len(usual) > 2 else usual[max(place, 0)])
        for name, usual in known.items()
    }


# ---------------------------------------------------------------- what was found


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some figures, and the quartiles around it."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{_short(self.median)} ({_short(self.low)} to {_short(self.high)})"


def _short(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spread(values: Sequence[float]) -> Spread:
    """Give the median and the quartiles of figures, at least one."""
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(middle, low, high)


def ratios(ones: Sequence[float], others: Sequence[float]) -> Spread:
    """Give the spread of ratios of figures that were taken side by side."""
    return spread([one / other for one, other in zip(ones, others, strict=True)])


def headline(text: str) -> None:
    """Print what the lines below are about."""
    print(f"\n{text}", flush=True)


def target(number: str, what: str, found: object, wanted: str, *, met: bool) -> None:
    """Print a result beside its target; `benchmarks/results.py` collects these lines."""
    verdict = "met" if met else "NOT MET"
    print(f"{number} | {what} | {found} | {wanted} | {verdict}", flush=True)


# ---------------------------------------------------------------- time


async def timed(work: Awaitable[ResultT]) -> tuple[float, ResultT]:
    """Give what comes of some work, and how long it took in milliseconds."""
    begun = time.perf_counter()
    result = await work
    return (time.perf_counter() - begun) * 1000, result


# ---------------------------------------------------------------- where it ran


def machine() -> str:
    """Name the machine and the versions that matter, as lines of text."""
    packages = ("leo-organism", "numpy", "aiosqlite", "msgspec", "plotly", "ipywidgets")
    one, five, fifteen = os.getloadavg()
    lines = {
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.release().split('-', maxsplit=1)[0]}",
        "load before": f"{one:.1f}, {five:.1f}, {fifteen:.1f} (1, 5, 15 minutes)",
        "Python": f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        "packages": ", ".join(f"{name} {version(name)}" for name in packages),
        "commit": _commit(),
    }
    return "\n".join(f"{name}: {told}" for name, told in lines.items())


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:  # no Linux
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()


def _commit() -> str:
    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    changed = " with changes that are not committed" if git("status", "--porcelain", "-uno") else ""
    return (git("rev-parse", "--short", "HEAD") or "none") + changed


# ---------------------------------------------------------------- a Leo to measure


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="leo-bench-") as made:
        yield Path(made)


def book_of(path: Path, tokens: int, seed: int = 1) -> Path:
    """Write a book of so many tokens, and give its path."""
    path.write_text("\n\n".join(prose(tokens, seed)), encoding="utf-8")
    return path


@asynccontextmanager
async def grown(
    path: Path,
    tokens: int,
    *,
    modules: Sequence[Module[Any]] | None = None,
    clock: Callable[[], float] | None = None,
) -> AsyncIterator[AsyncLeoField]:
    """Open a Leo who has read so many tokens.

    Parameters
    ----------
    path
        His file; made if it does not exist.
    tokens
        Of the book that he reads first; 0 for none.
    modules
        All of them if not given.
    clock
        One that goes on by `STEP` if not given.
    """
    ticking = clock or ScriptedClock(step=STEP)
    async with AsyncLeoField(path, seed=1, clock=ticking, modules=modules) as leo:
        if tokens:
            book = path.with_suffix(".txt")
            if not await asyncio.to_thread(book.exists):
                print(f"… {tokens:,} tokens to read", file=sys.stderr, flush=True)
                await asyncio.to_thread(book_of, book, tokens)
            await leo.read(book)
        yield leo


if __name__ == "__main__":
    print(machine())
