"""T8: episodes like a moment, by the index and by an exact scan, on the same moments.

Episodes are written straight into the file, with the module's own schema and triggers: four to
eight content words each, drawn by Zipf's law, and features drawn evenly. The scan holds every
row against the moment, by features and by words. Told are the milliseconds of both, and how
near the nearest found is against the nearest of all (1 is as near; the archive is asked by
words, so one that is only felt alike is not found).

    python benchmarks/episodes.py [--quick | --full] [--episodes N]
"""

import asyncio
import json
import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import numpy as np
from kit import folder, grown, headline, sizes, spread, target, timed
from recall import LIMITS, index, words

from leo.reflection.episodes import RAGBrain
from leo.reflection.episodic_archive import Episode
from leo.reflection.features import FEATURES, FEATURES_VERSION
from leo.reflection.nearest import Scale, Vector, by_words, nearest
from leo.reflection.remembered import EPISODES, words_of

MOMENTS = 100
SCANNED = 20
"""Moments for which every row is looked at; the others are only timed."""


def fill(path: Path, many: int) -> tuple[list[Episode], Vector]:
    """Write episodes into a Leo's file, all but the last into the archive."""
    luck, draw = random.Random(1), np.random.default_rng(1)
    moments = draw.random((many, len(FEATURES)))
    found: list[Episode] = []
    for turn in range(1, many + 1):
        prompt = " ".join(words(luck, luck.randint(4, 8)))
        said = words_of(prompt)
        found.append(Episode(turn, 0.0, prompt, "", said, (0.2,) * 5, luck.random()))
    ids = {word: i for i, word in enumerate(sorted({w for e in found for w in e.words}), start=1)}
    blend = json.dumps([0.2] * 5)
    with closing(sqlite3.connect(path)) as file, file:
        file.executemany(
            "INSERT INTO episodes VALUES (?, 0.0, ?, ?, ?, '', ?, ?, ?)",
            (
                (e.turn, FEATURES_VERSION, row.tobytes(), e.prompt, blend, e.quality, away)
                for e, row in zip(found, moments, strict=True)
                for away in (e.turn <= many - EPISODES,)
            ),
        )
        index(file, "episodes", {one.turn: one.words for one in found[:-EPISODES]}, ids)
    return found, moments


def scan(
    episodes: list[Episode],
    moments: Vector,
    stand: Counter[str],
    said: frozenset[str],
    felt: Vector,
) -> float:
    """Hold every episode against a moment, and give the distance of the nearest."""
    apart = np.ones(len(episodes))
    for place, one in enumerate(episodes):
        if said & one.words:
            apart[place] = by_words(said, one.words, len(episodes), stand)
    scale = Scale.of(moments[-EPISODES:])
    return nearest(scale.distances(moments, felt), apart, 1)[0].distance


async def main(many: int) -> None:
    """Measure, and print."""
    with folder() as made:
        path = made / "leo.db"
        async with grown(path, 0, modules=[RAGBrain()]):
            pass
        episodes, moments = await asyncio.to_thread(fill, path, many)
        stand = Counter(word for one in episodes for word in one.words)
        luck, draw = random.Random(2), np.random.default_rng(2)
        headline(f"{many:,} episodes, {EPISODES:,} of them at hand")
        async with grown(path, 0, modules=[RAGBrain()]) as leo:
            brain = leo.module("episodes")
            assert isinstance(brain, RAGBrain)
            took: list[float] = []
            scanned: list[float] = []
            share: list[float] = []
            for number in range(MOMENTS):
                text, felt = " ".join(words(luck, 5)), draw.random(len(FEATURES))
                ms, found = await timed(brain.similar(text, features=felt.tolist()))
                took.append(ms)
                if number < SCANNED:
                    asked = (episodes, moments, stand, words_of(text), felt)
                    work = asyncio.to_thread(scan, *asked)
                    ms, best = await timed(work)
                    scanned.append(ms)
                    share.append((1 - found[0].distance) / (1 - best))
        print(f"by the index: {spread(took)} ms, the slowest {max(took):.1f}")
        print(f"by a scan of all: {spread(scanned)} ms")
        mean = sum(share) / len(share)
        print(f"nearness of the nearest against the scan's: {mean:.3f}, the worst {min(share):.3f}")
        ms_limit, near_limit = LIMITS.get(many, LIMITS[100_000])
        median, what = spread(took).median, f"episodes like a moment among {many:,}"
        target("T8", what, f"{median:.1f} ms", f"≤ {ms_limit:.0f} ms", met=median <= ms_limit)
        wanted = f"≥ {near_limit}"
        target("T8", f"{what}, nearness", f"{mean:.3f}", wanted, met=mean >= near_limit)


if __name__ == "__main__":
    asyncio.run(main(sizes(__doc__, episodes=(100_000, 10_000, 1_000_000))["episodes"]))
