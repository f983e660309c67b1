"""T3: learning a paragraph and replying, beside cobe and markovify.

All have learned the same book and take the same paragraphs and prompts in turn, in one run.
The peers live in a process of their own (`peer_process.py`), with a virtual environment of
their own that `scripts/bench` makes; LEO_PEERS names its Python. What a side takes is measured
in its own process.

    python benchmarks/peers.py [--quick] [--rounds N] [--tokens N]
"""

import asyncio
import json
import os
import statistics
import sys
from asyncio.subprocess import PIPE, Process
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from kit import ROOT, book_of, folder, grown, headline, ratios, sizes, spread, target, timed
from prose import prose

from leo.observation.talk import TALK
from leo.text.tokens import tokens as tokens_of

LINE_LIMIT = 1 << 20
"""Longest answer of the peers, in bytes."""

LOOPED = 8
"""cobe's default loop takes half a second: every so many rounds it is asked once."""

TOKENS_PER_PARAGRAPH = 75

LEARN_LIMIT = 2.0
REPLY_LIMIT = 3.0

Took = dict[str, list[float]]


class Peers:
    """The process of the peers."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def hear(self) -> dict[str, Any]:
        """Read one answer."""
        if self._process.stdout is None:
            raise RuntimeError("the peers' process has no output")
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the peers' process ended; its message is above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def ask(self, what: str, text: str) -> tuple[float, str]:
        """Have one thing done; give its milliseconds and what was said."""
        if self._process.stdin is None:
            raise RuntimeError("the peers' process has no input")
        self._process.stdin.write(json.dumps({"do": what, "text": text}).encode() + b"\n")
        await self._process.stdin.drain()
        answer = await self.hear()
        return float(answer["ms"]), str(answer["said"])


@asynccontextmanager
async def peers_with(book: Path) -> AsyncIterator[Peers]:
    """Start the peers; they learn the book first."""
    python = os.environ.get("LEO_PEERS") or str(ROOT / ".venv-peers/bin/python")
    if not await asyncio.to_thread(Path(python).exists):
        sys.exit(f"{python} is not there: run scripts/bench, which makes it, or set LEO_PEERS.")
    program = str(Path(__file__).with_name("peer_process.py"))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = await asyncio.create_subprocess_exec(
        *(python, program, str(book), str(book.parent)),
        stdin=PIPE,
        stdout=PIPE,
        limit=LINE_LIMIT,
        env=environment,
    )
    try:
        yield Peers(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


async def measured(rounds: int, tokens: int) -> tuple[Took, Took]:
    """Let everybody learn and reply in turn; give milliseconds, and tokens of replies."""
    took: Took = defaultdict(list)
    words: Took = defaultdict(list)
    fresh = prose(rounds * 3 * TOKENS_PER_PARAGRAPH * 2, seed=2)
    with folder() as made:
        book = book_of(made / "leo.txt", tokens)
        async with grown(made / "leo.db", tokens) as leo, peers_with(book) as peers:
            ready = await peers.hear()
            told = ", ".join(f"{name} {number}" for name, number in ready["versions"].items())
            headline(f"{told}; {rounds} rounds, {tokens:,} tokens learned: medians (quartiles)")
            print(f"  cobe learned the book in {ready['cobe_s']:.1f} s, ", end="")
            print(f"markovify in {ready['markovify_s']:.2f} s")
            for number in range(rounds):
                took["leo learns"].append((await timed(leo.observe(next(fresh))))[0])
                for what in ("cobe_learn", "cobe_learn_full", "markovify_learn"):
                    took[what].append((await peers.ask(what, next(fresh)))[0])
                prompt = TALK[number % len(TALK)]
                ms, reply = await timed(leo.reply(prompt))
                took["leo replies"].append(ms)
                words["leo replies"].append(len(tokens_of(reply)))
                asked = ["cobe_bare", "markovify_reply"]
                asked += ["cobe_loop"] if number % LOOPED == 0 else []
                for what in asked:
                    ms, reply = await peers.ask(what, prompt)
                    took[what].append(ms)
                    words[what].append(len(tokens_of(reply)))
    return took, words


def report(took: Took, words: Took) -> None:
    """Print the figures and the ratios."""
    lines = {
        "leo learns": "Leo learns a paragraph (flushed to the disk)",
        "cobe_learn": "cobe, as it comes (not flushed)",
        "cobe_learn_full": "cobe, flushed",
        "markovify_learn": "markovify (in memory)",
        "leo replies": "Leo replies, all modules (flushed to the disk)",
        "cobe_bare": "cobe, no search loop",
        "cobe_loop": "cobe, its default loop",
        "markovify_reply": "markovify (hears no prompt)",
    }
    for name, what in lines.items():
        said = f", {statistics.median(words[name]):.0f} tokens" if words[name] else ""
        print(f"  {what:48} {spread(took[name])} ms{said}")
    print()
    for asked, how in (("cobe_learn_full", "flushed, as Leo does"), ("cobe_learn", "not flushed")):
        learn = ratios(took[asked], took["leo learns"])
        what = f"cobe learns ({how}) : Leo learns"
        target("T3", what, learn, "≥ 2", met=learn.median >= LEARN_LIMIT)
    reply = ratios(took["leo replies"], took["cobe_bare"])
    what = "Leo replies : cobe replies, bare"
    target("T3", what, reply, "≤ 3", met=reply.median <= REPLY_LIMIT)
    loop = spread(took["leo replies"]).median / spread(took["cobe_loop"]).median
    print(f"     against cobe's default loop: {loop:.2f} (of medians)")


async def main(rounds: int, tokens: int) -> None:
    """Measure and print."""
    report(*await measured(rounds, tokens))


if __name__ == "__main__":
    asyncio.run(main(**sizes(__doc__, rounds=(120, 24), tokens=(100_000, 20_000))))
