"""T1, T2: what a turn costs beside the least it could cost, and what each module adds.

Three sides take every prompt in turn, in one run: the least that a turn could be (below), a
Leo without modules, and a Leo with all of them, on fields that read the same book. A round is
some turns of each; ratios are those of a round's medians, shares those of its sums.

    python benchmarks/turns.py [--quick] [--turns N] [--tokens N] [--rounds N]
"""

import asyncio
import json
import random
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Self

import aiosqlite
from kit import folder, grown, headline, ratios, sizes, spread, target, timed
from prose import prose

from leo import Turn
from leo.modules import default_modules
from leo.observation.talk import TALK
from leo.text.tokens import tokens as tokens_of

NAMES = [module.name for module in default_modules()]

LEAST_WORDS = 80
LEAST_TEMPERATURE = 0.9

SPINE_LIMIT = 3.0
MODULES_LIMIT = 4.0
SHARE_LIMIT = 0.25


class Least:
    """The least that a turn could be: 80 words from a trigram table, and one row committed.

    No reasons, no perception, nothing learned. It shares with Leo what nobody can leave out:
    a temperature, the event loop, and a commit that survives a power cut.
    """

    def __init__(self, connection: aiosqlite.Connection, text: str) -> None:
        self._file = connection
        self._luck = random.Random(1)
        self._pairs: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._singles: dict[str, Counter[str]] = defaultdict(Counter)
        words = [token.word for token in tokens_of(text)]
        for (first, second), (_, third) in pairwise(pairwise(words)):
            self._pairs[first, second][third] += 1
        for first, second in pairwise(words):
            self._singles[first][second] += 1
        self._starts = sorted(self._pairs)

    @classmethod
    async def open(cls, path: Path, text: str) -> Self:
        """Open a file for the rows, and count a text."""
        connection = await aiosqlite.connect(path, isolation_level=None)
        await connection.execute("PRAGMA journal_mode=WAL")
        await connection.execute("PRAGMA synchronous=FULL")
        await connection.execute("CREATE TABLE said (id INTEGER PRIMARY KEY, body TEXT)")
        return cls(connection, text)

    async def turn(self, prompt: str) -> str:
        """Speak, and keep prompt and reply."""
        words = list(self._luck.choice(self._starts))
        while len(words) < LEAST_WORDS:
            row = self._pairs.get((words[-2], words[-1])) or self._singles[words[-1]]
            weights = [count ** (1 / LEAST_TEMPERATURE) for count in row.values()]
            words.append(self._luck.choices(list(row), weights)[0])
        reply = " ".join(words)
        body = json.dumps({"prompt": prompt, "reply": reply})
        await self._file.execute("INSERT INTO said (body) VALUES (?)", (body,))
        return reply

    async def close(self) -> None:
        """Close the file."""
        await self._file.close()


@dataclass
class Round:
    """Milliseconds of a round's turns, by side, and what the modules took of them."""

    least: list[float] = field(default_factory=list)
    spine: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    modules: dict[str, float] = field(default_factory=lambda: dict.fromkeys(NAMES, 0.0))
    said: list[int] = field(default_factory=list)
    """Tokens of the replies without modules."""

    def note(self, turn: Turn) -> None:
        """Add up what the modules took."""
        for one in turn.timings:
            name, dot, _ = one.stage.partition(".")
            if dot:
                self.modules[name] += one.ms


async def measured(turns: int, tokens: int, rounds: int) -> list[Round]:
    """Talk with all three sides."""
    done: list[Round] = []
    number = 0
    with folder() as made:
        least = await Least.open(made / "least.db", "\n\n".join(prose(tokens)))
        whole = grown(made / "whole.db", tokens)
        spine = grown(made / "spine.db", tokens, modules=[])
        async with whole as all_on, spine as none:
            for _ in range(rounds):
                now = Round()
                for _ in range(max(1, turns // rounds)):
                    prompt = TALK[number % len(TALK)]
                    number += 1
                    now.least.append((await timed(least.turn(prompt)))[0])
                    took, turn = await timed(none.turn(prompt))
                    now.spine.append(took)
                    now.said.append(len(turn.utterance.words))
                    took, turn = await timed(all_on.turn(prompt))
                    now.whole.append(took)
                    now.note(turn)
                done.append(now)
        await least.close()
    return done


def report(done: list[Round]) -> None:
    """Print ratios and shares."""
    least = [statistics.median(one.least) for one in done]
    spine = [statistics.median(one.spine) for one in done]
    whole = [statistics.median(one.whole) for one in done]
    print(f"  the least that a turn could be   {spread(least)} ms, {LEAST_WORDS} tokens")
    said = statistics.median(one for now in done for one in now.said)
    print(f"  Leo without modules              {spread(spine)} ms, {said:.0f} tokens")
    print(f"  Leo with all modules             {spread(whole)} ms")
    headline("module        ms a turn                   share of the turn")
    shares = {name: spread([one.modules[name] / sum(one.whole) for one in done]) for name in NAMES}
    for name in sorted(NAMES, key=lambda one: -shares[one].median):
        own = spread([one.modules[name] / len(one.whole) for one in done])
        part = shares[name]
        told = f"{part.median:.1%} ({part.low:.1%} to {part.high:.1%})"
        print(f"  {name:13} {own!s:25} {told}")
    print()
    found = ratios(spine, least)
    what = "turn without modules : the least that could be"
    target("T1", what, found, "≤ 3", met=found.median <= SPINE_LIMIT)
    found = ratios(whole, spine)
    what = "turn with all modules : without"
    target("T2", what, found, "≤ 4", met=found.median <= MODULES_LIMIT)
    worst = max(NAMES, key=lambda one: shares[one].median)
    most = shares[worst].median
    what = "largest share of one module in the turn"
    target("T2", what, f"{most:.1%} ({worst})", "≤ 25 %", met=most <= SHARE_LIMIT)


async def main(turns: int, tokens: int, rounds: int) -> None:
    """Measure and print."""
    done = await measured(turns, tokens, rounds)
    each = len(done[0].whole)
    headline(f"{len(done)} rounds of {each} turns, {tokens:,} tokens read: medians (quartiles)")
    report(done)


if __name__ == "__main__":
    asyncio.run(main(**sizes(__doc__, turns=(200, 40), tokens=(100_000, 20_000), rounds=(10, 5))))
