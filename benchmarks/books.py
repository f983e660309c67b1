"""Reading a book: tokens a second, kept on disk, against counting with numpy alone.

Both sides in one run; the ratio is what to compare between machines.

    python benchmarks/books.py [tokens]
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from prose import prose

from leo import AsyncLeoField
from leo.text.heard import heard

RUNS = 3
GAP = 0.002
"""Seconds between two ticks of the loop's heartbeat."""


def counted_alone(text: str) -> float:
    """Count bigrams, trigrams and neighbours with sorting alone; give the seconds."""
    tokens = heard(text).word
    begun = time.perf_counter()
    pairs = np.unique(tokens[:-1] << 32 | tokens[1:])
    place = np.searchsorted(pairs, tokens[:-2] << 32 | tokens[1:-1])
    np.unique(place << 32 | tokens[2:], return_counts=True)
    near = [tokens[:-d] << 32 | tokens[d:] for d in range(1, 6)]
    np.unique(np.concatenate(near), return_counts=True)
    return time.perf_counter() - begun


async def heartbeat(gaps: list[float]) -> None:
    """Tick, and note how late each tick was."""
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(GAP)
        gaps.append(time.perf_counter() - begun - GAP)


async def read(book: Path, folder: Path) -> tuple[float, float, int]:
    """Read a book into a newborn: seconds, the longest gap of the loop, bytes on disk."""
    path, gaps = folder / "leo.db", list[float]()
    async with AsyncLeoField(path, seed=1) as leo:
        beat = asyncio.create_task(heartbeat(gaps))
        await leo.turn("Hello.")
        begun = time.perf_counter()
        await leo.read(book)
        took = time.perf_counter() - begun
        beat.cancel()
    begun = time.perf_counter()
    async with AsyncLeoField(path) as leo:
        print(
            f"  opened in {time.perf_counter() - begun:.2f} s, {len(leo._life.field.packs)} packs"
        )
        begun = time.perf_counter()
        await leo.turn("Do you like the rain?")
        print(f"  turn {1000 * (time.perf_counter() - begun):.0f} ms")
    return took, max(gaps), path.stat().st_size


async def main(tokens: int) -> None:
    """Measure, and print."""
    text = "\n\n".join(prose(tokens))
    ratios: list[float] = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            book = folder / "book.txt"
            await asyncio.to_thread(book.write_text, text)
            alone = await asyncio.to_thread(counted_alone, text)
            took, gap, size = await read(book, folder)
            ratios.append(alone / took)
            print(
                f"{tokens / took:,.0f} tokens/s, {alone / took:.2f} of numpy alone, "
                f"longest gap {gap * 1000:.0f} ms, {size / tokens:.0f} bytes/token"
            )
    print(f"median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
