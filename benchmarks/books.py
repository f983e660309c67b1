"""T6: reading a book, kept on the disk, beside counting with numpy alone and beside cobe.

Every round counts the book's tokens with numpy alone, then has a newborn read it. What numpy
counts are tokens already (arrays of numbers), in memory only: bigrams, trigrams, neighbours.
cobe learns a smaller book in its quickest way, in a process of its own (see `peers.py`).

    python benchmarks/books.py [--quick] [--rounds N] [--tokens N] [--peer N]
"""

import asyncio
import os
import time
from pathlib import Path

import numpy as np
from kit import ROOT, book_of, folder, headline, ratios, sizes, spread, target
from peers import peers_with

from leo import AsyncLeoField
from leo.text.heard import heard

ALONE_LIMIT = 0.3
COBE_LIMIT = 20.0

COBE_QUOTED = 10_500
"""Tokens a second that cobe was found to learn, where there is no cobe to ask."""


def alone(text: str) -> tuple[float, float]:
    """Count with numpy alone; give the seconds for it, and those for reading the tokens."""
    begun = time.perf_counter()
    tokens = heard(text).word
    read = time.perf_counter()
    pairs = np.unique(tokens[:-1] << 32 | tokens[1:])
    place = np.searchsorted(pairs, tokens[:-2] << 32 | tokens[1:-1])
    np.unique(place << 32 | tokens[2:], return_counts=True)
    near = [tokens[:-d] << 32 | tokens[d:] for d in range(1, 6)]
    np.unique(np.concatenate(near), return_counts=True)
    return time.perf_counter() - read, read - begun


async def read(book: Path, path: Path) -> tuple[int, float, int]:
    """Have a newborn read a book: tokens, seconds, and bytes on the disk."""
    async with AsyncLeoField(path, seed=1, modules=()) as leo:
        begun = time.perf_counter()
        report = await leo.read(book)
        took = time.perf_counter() - begun
    files = [*path.parent.glob(f"{path.name}*"), *path.parent.glob(f"{path.name}.packs/*/*")]
    return report.tokens, took, sum(one.stat().st_size for one in files if one.is_file())


async def cobe(tokens: int, made: Path) -> tuple[float, str]:
    """Give the tokens a second that cobe learns, and where the figure comes from."""
    python = Path(os.environ.get("LEO_PEERS") or str(ROOT / ".venv-peers/bin/python"))
    if not await asyncio.to_thread(python.exists):
        return COBE_QUOTED, "as measured before; scripts/bench peers makes it an environment"
    text = await asyncio.to_thread(book_of, made / "cobe.txt", tokens)
    async with peers_with(text) as peers:
        ready = await peers.hear()
    return tokens / float(ready["cobe_s"]), f"{tokens:,} tokens in one batch, not flushed"


async def main(rounds: int, tokens: int, peer: int) -> None:
    """Measure and print."""
    speeds: list[float] = []
    counts: list[float] = []
    from_text: list[float] = []
    size = found = 0
    with folder() as made:
        book = await asyncio.to_thread(book_of, made / "book.txt", tokens)
        text = await asyncio.to_thread(book.read_text, encoding="utf-8")
        for number in range(rounds):
            counting, reading = await asyncio.to_thread(alone, text)
            found, took, size = await read(book, made / f"{number}.db")
            speeds.append(found / took)
            counts.append(found / counting)
            from_text.append(found / (counting + reading))
        rate, whence = await cobe(peer, made)
    headline(f"{rounds} rounds, a book of {found:,} tokens: medians (quartiles)")
    print(f"  read, and on the disk            {spread(speeds)} tokens/s")
    print(f"  numpy alone, from tokens         {spread(counts)} tokens/s")
    print(f"  numpy alone, from the text       {spread(from_text)} tokens/s")
    print(f"  cobe                             {rate:,.0f} tokens/s ({whence})")
    print(f"  on the disk, the journal's text among it: {size / found:.0f} bytes a token")
    ratio = ratios(speeds, counts)
    told = "read : counted with numpy alone, tokens a second"
    target("T6", told, ratio, "≥ 0.3", met=ratio.median >= ALONE_LIMIT)
    print(f"     against numpy alone from the text: {ratios(speeds, from_text)}")
    times = spread(speeds).median / rate
    told = "read : learned by cobe, tokens a second"
    target("T6", told, f"{times:.0f}", "≥ 20", met=times >= COBE_LIMIT)


if __name__ == "__main__":
    known = sizes(__doc__, rounds=(5, 3), tokens=(1_000_000, 100_000), peer=(100_000, 20_000))
    asyncio.run(main(**known))
