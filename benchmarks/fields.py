"""Fields of all sizes: opening one, and speaking with it, against a small one.

Each size is a book read into a newborn; opening and speaking are measured in processes of
their own. Targets: a turn with 10 million tokens takes at most 1.3 of one with 10,000;
opening takes at most 100 ms and 60 MB at 1 million tokens, and at most twice that at 10.

    python benchmarks/fields.py [tokens ...]
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from prose import prose

from leo import AsyncLeoField

SIZES = (10_000, 1_000_000, 10_000_000)
OPENINGS = 7
TURNS = 40
PROMPTS = (
    "Do you like the rain?",
    "Tell me about the window and the bread.",
    "I am afraid of the dark.",
    "What did you hear today?",
)
RESIDENT = "VmRSS:"


def resident() -> float:
    """Give the process's resident memory in megabytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(RESIDENT)) / 1024


async def speak(path: Path) -> dict[str, list[float]]:
    """Open a Leo again and again, and talk with him: milliseconds and megabytes."""
    async with AsyncLeoField(path.with_suffix(".newborn.db"), seed=1):
        pass  # the birth is counted once per process
    opened: list[float] = []
    before = await asyncio.to_thread(resident)
    for _ in range(OPENINGS):
        begun = time.perf_counter()
        async with AsyncLeoField(path):
            opened.append(1000 * (time.perf_counter() - begun))
    spoke: list[float] = []
    async with AsyncLeoField(path) as leo:
        open_ = await asyncio.to_thread(resident) - before
        for i in range(TURNS):
            begun = time.perf_counter()
            await leo.imagine(PROMPTS[i % len(PROMPTS)], seed=i)
            spoke.append(1000 * (time.perf_counter() - begun))
        spoken = await asyncio.to_thread(resident) - before
    return {"open": opened, "turn": spoke, "megabytes": [open_, spoken]}


async def grow(path: Path, tokens: int) -> float:
    """Read a book of so many tokens into a newborn; give the tokens a second."""
    book = path.with_suffix(".txt")
    with book.open("w", encoding="utf-8") as file:
        file.writelines(f"{paragraph}\n\n" for paragraph in prose(tokens))
    async with AsyncLeoField(path, seed=1) as leo:
        begun = time.perf_counter()
        await leo.read(book)
        return tokens / (time.perf_counter() - begun)


def measured(path: Path) -> dict[str, list[float]]:
    """Run `speak` in a process of its own."""
    child = [sys.executable, __file__, "--speak", str(path)]
    done = subprocess.run(child, check=True, capture_output=True, text=True)
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


def size_of(folder: Path, name: str) -> int:
    """Give the bytes of a Leo's file and of all that lies beside it."""
    files = [*folder.glob(f"{name}.db*"), *folder.glob(f"{name}.db.packs/*/*")]
    return sum(path.stat().st_size for path in files if path.is_file())


def main(sizes: list[int]) -> None:
    """Measure, and print."""
    first = 0.0
    print(
        "tokens | read/s | bytes/token | open ms (spread) | MB open, spoken | turn ms | of smallest"
    )
    with tempfile.TemporaryDirectory() as name:
        for tokens in sizes:
            path = Path(name) / f"{tokens}.db"
            speed = asyncio.run(grow(path, tokens))
            found = measured(path)
            opened, turn = statistics.median(found["open"]), statistics.median(found["turn"])
            first = first or turn
            print(
                f"{tokens:,} | {speed:,.0f} | {size_of(path.parent, path.stem) / tokens:.0f} | "
                f"{opened:.0f} ({min(found['open']):.0f}-{max(found['open']):.0f}) | "
                f"{found['megabytes'][0]:.0f}, {found['megabytes'][1]:.0f} | "
                f"{turn:.1f} ({min(found['turn']):.0f}-{max(found['turn']):.0f}) | "
                f"{turn / first:.2f}",
                flush=True,
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--speak"]:
        print(json.dumps(asyncio.run(speak(Path(sys.argv[2])))))
    else:
        main([int(size) for size in sys.argv[1:]] or list(SIZES))
