"""T10: what a life weighs on disk: bytes per turn, and bytes per learned token.

A Leo with all modules talks; after every tenth of the talk his log is folded into the file and
the file is weighed. Printed per tenth is what a turn added, so that one sees whether that
settles. What the file holds is told apart by table. A book is weighed when its reader has been
closed and opened again, so that text and counts are both in the file.

    python benchmarks/disk.py [--quick | --full] [--turns N] [--tokens N]
"""

import asyncio
import contextlib
import sqlite3
from pathlib import Path

from kit import folder, grown, headline, sizes, spread, target

from leo import AsyncLeoField
from leo.observation.talk import TALK

PARTS = 10
"""The talk is weighed in so many parts."""

PER_TOKEN_LIMIT = 60.0
SETTLED = 1.1
"""Bounded means that a turn of the last half adds at most so much more than one of the first."""

SHOWN = 8
"""Tables that are shown."""


def weigh(path: Path) -> int:
    """Fold the log into the file; give the bytes of pages that hold something, and of packs."""
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA wal_checkpoint(FULL)")
        pages, free, size = (
            int(file.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
    packed = path.with_name(f"{path.name}.packs").rglob("*")
    return (pages - free) * size + sum(one.stat().st_size for one in packed if one.is_file())


def tables_of(path: Path) -> list[tuple[str, int, int]]:
    """Give the tables with their rows and the bytes of their values, the heaviest first."""
    found: list[tuple[str, int, int]] = []
    with contextlib.closing(sqlite3.connect(path)) as file:
        rows = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in rows:
            columns = [row[1] for row in file.execute(f"PRAGMA table_info('{name}')")]
            size = " + ".join(f'coalesce(length(CAST("{one}" AS BLOB)), 0)' for one in columns)
            count, held = file.execute(f"SELECT count(*), sum({size}) FROM '{name}'").fetchone()
            found.append((str(name), int(count), int(held or 0)))
    return sorted(found, key=lambda one: -one[2])


async def talk(leo: AsyncLeoField, first: int, turns: int) -> None:
    """Take some turns."""
    for number in range(first, first + turns):
        await leo.turn(TALK[number % len(TALK)])


async def life(path: Path, turns: int) -> list[float]:
    """Talk; give the bytes that a turn added, part by part."""
    each = max(1, turns // PARTS)
    added: list[float] = []
    async with grown(path, 0) as leo:
        weight = await asyncio.to_thread(weigh, path)
        for part in range(PARTS):
            await talk(leo, part * each, each)
            now = await asyncio.to_thread(weigh, path)
            added.append((now - weight) / each)
            weight = now
    return added


async def learned(path: Path, tokens: int) -> tuple[int, int]:
    """Read a book; give what the closed file gained and how many tokens were learned."""
    async with grown(path, 0):
        pass
    empty = await asyncio.to_thread(weigh, path)
    async with grown(path, tokens) as leo:
        counted = (await leo.stats()).totals.tokens
    async with grown(path, 0):  # what is put off to an opening or a closing is done
        pass
    async with grown(path.with_name("newborn.db"), 0) as leo:
        counted -= (await leo.stats()).totals.tokens
    return await asyncio.to_thread(weigh, path) - empty, counted


async def show_tables(path: Path, units: int, unit: str) -> None:
    """Print what the tables hold, in all and for each turn or token."""
    headline(f"table, rows, bytes of its values, bytes a {unit}")
    for name, rows, held in (await asyncio.to_thread(tables_of, path))[:SHOWN]:
        if held:
            print(f"  {name:20} {rows:8,} {held:12,} {held / units:10,.1f}")


async def main(turns: int, tokens: int) -> None:
    """Measure and print."""
    with folder() as made:
        headline(f"{turns:,} turns with all modules; bytes that a turn added, tenth by tenth")
        added = await life(made / "talk.db", turns)
        print("  " + ", ".join(f"{one:,.0f}" for one in added))
        first, second = spread(added[: PARTS // 2]), spread(added[PARTS // 2 :])
        print(f"  first half {first}, second half {second}")
        await show_tables(made / "talk.db", turns, "turn")
        headline(f"a book of {tokens:,} tokens")
        gained, counted = await learned(made / "book.db", tokens)
        print(f"  {gained:,} bytes for {counted:,} learned tokens")
        await show_tables(made / "book.db", counted, "token")
    print()
    growth = second.median / first.median
    told = f"{second.median:,.0f} B, {growth:.2f} x the first half's"
    what = f"bytes a turn adds, second half of {turns:,}"
    target("T10", what, told, "stated, bounded", met=growth <= SETTLED)
    each = gained / counted
    met = each <= PER_TOKEN_LIMIT
    target("T10", "bytes per learned token", f"{each:.1f} B", "≤ 60 B", met=met)


if __name__ == "__main__":
    asyncio.run(
        main(**sizes(__doc__, turns=(1_000, 100, 10_000), tokens=(300_000, 20_000, 1_000_000)))
    )
