"""T8: recall over many memories, by the index and by an exact scan, on the same prompts.

Memories are written straight into the file, with the module's own schema and triggers: ten to
twenty content words each, drawn by Zipf's law. Then prompts of six words ask, through the
module, and every row is scored exactly beside it. Told are the milliseconds of both, and how
good the best hit is against the best of all.

    python benchmarks/recall.py [--quick | --full] [--memories N]
"""

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from kit import folder, grown, headline, sizes, spread, target, timed

from leo.recall.memories import MEMORIES
from leo.recall.resonance import Asking, Memory, Rarity, content_of, resonance
from leo.recall.santaklaus import SantaKlaus

VOCABULARY = 20_000
PROMPTS = 100
SCANNED = 20
"""Prompts for which every row is scored; the others are only timed."""

LIMITS = {100_000: (5.0, 0.98), 1_000_000: (20.0, 0.95)}


def words(luck: random.Random, many: int) -> list[str]:
    """Draw words by Zipf's law."""
    ranks = (int(VOCABULARY ** luck.random()) for _ in range(many))
    return [f"w{rank}" for rank in ranks]


def fill(path: Path, many: int) -> list[Memory]:
    """Write memories into a Leo's file, all but the last into the archive."""
    luck = random.Random(1)
    found: list[Memory] = []
    for id_ in range(1, many + 1):
        text = " ".join(words(luck, luck.randint(10, 20)))
        said = frozenset(content_of(text))
        found.append(Memory(id_, 0, 0.0, text, said, luck.uniform(0.6, 1), luck.random()))
    names = {word for one in found for word in one.words}
    ids = {word: id_ for id_, word in enumerate(sorted(names), start=1)}
    away = found[:-MEMORIES]
    with closing(sqlite3.connect(path)) as file, file:
        file.executemany(
            "INSERT INTO santaklaus_memories VALUES (?, 0, 0.0, ?, ?, ?, NULL, 0, ?)",
            ((m.id, m.text, m.quality, m.arousal, m.id <= len(away)) for m in found),
        )
        index(file, "santaklaus_memories", {one.id: one.words for one in away}, ids)
    return found


def index(
    file: sqlite3.Connection,
    table: str,
    rows: Mapping[int, frozenset[str]],
    ids: Mapping[str, int],
) -> None:
    """Write an archive's index as its triggers would, which take their time row by row."""
    found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    triggers = file.execute(found, (f"{table}_places",)).fetchall()
    for name, _ in triggers:
        file.execute(f"DROP TRIGGER {name}")
    places = sorted((ids[word], row) for row, words in rows.items() for word in words)
    held = Counter(word for word, _ in places)
    named = ((id_, word, held[id_]) for word, id_ in ids.items())
    file.executemany(f"INSERT INTO {table}_words VALUES (?, ?, ?)", named)
    file.executemany(f"INSERT INTO {table}_places VALUES (?, ?)", places)
    for _, sql in triggers:
        file.execute(sql)


def scan(memories: Sequence[Memory], asking: Asking, rarity: Rarity) -> float:
    """Score every memory, and give the best score."""
    bar = asking.bar(rarity)
    hits = (resonance(one, asking, rarity) for one in memories)
    return max((hit.score for hit in hits if hit.merits(bar)), default=0.0)


async def main(many: int) -> None:
    """Measure, and print."""
    with folder() as made:
        path = made / "leo.db"
        async with grown(path, 0, modules=[SantaKlaus()]):
            pass
        memories = await asyncio.to_thread(fill, path, many)
        places: dict[str, list[int]] = {}
        for one in memories:
            for word in one.words:
                places.setdefault(word, []).append(one.id)
        rarity, luck = Rarity(many, places), random.Random(2)
        headline(f"{many:,} memories, {MEMORIES} of them at hand")
        async with grown(path, 0, modules=[SantaKlaus()]) as leo:
            santa = leo.module("santaklaus")
            assert isinstance(santa, SantaKlaus)
            took, scanned, share = [], [], []
            for number in range(PROMPTS):
                prompt = " ".join(words(luck, 6))
                ms, hits = await timed(santa.recall(prompt, arousal=0.5, at=1e9))
                took.append(ms)
                if number < SCANNED:
                    asking = Asking(content_of(prompt), (), 0.5, 1e9)
                    work = asyncio.to_thread(scan, memories, asking, rarity)
                    ms, best = await timed(work)
                    scanned.append(ms)
                    if best:
                        share.append((hits[0].score if hits else 0.0) / best)
        print(f"by the index: {spread(took)} ms, the slowest {max(took):.1f}")
        print(f"by a scan of all: {spread(scanned)} ms")
        mean = sum(share) / len(share)
        print(f"best score against the scan's: {mean:.3f}, the worst {min(share):.3f}")
        ms_limit, score_limit = LIMITS.get(many, LIMITS[100_000])
        median = spread(took).median
        what = f"recall over {many:,} memories"
        target("T8", what, f"{median:.1f} ms", f"≤ {ms_limit:.0f} ms", met=median <= ms_limit)
        wanted = f"≥ {score_limit}"
        target("T8", f"{what}, best score", f"{mean:.3f}", wanted, met=mean >= score_limit)


if __name__ == "__main__":
    asyncio.run(main(sizes(__doc__, memories=(100_000, 10_000, 1_000_000))["memories"]))
