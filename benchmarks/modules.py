"""What each module costs: time per turn and hook, against a turn without any.

A scripted talk with all modules and one with none, interleaved turn by turn in one run, on a
field that has read so many tokens. The figures are medians; the ratio is what to compare
between machines.

    python benchmarks/modules.py [turns] [tokens]
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from prose import prose

from leo import AsyncLeoField, Turn
from leo.modules import default_modules
from leo.observation.talk import TALK
from leo.testing import ScriptedClock

STEP = 90.0
NAMES = [module.name for module in default_modules()]


async def timed(leo: AsyncLeoField, prompt: str) -> tuple[float, Turn]:
    """Give a turn, and how long it took in milliseconds."""
    begun = time.perf_counter()
    turn = await leo.turn(prompt)
    return (time.perf_counter() - begun) * 1000, turn


async def main(turns: int, tokens: int) -> None:
    """Talk with both, and print."""
    whole: list[float] = []
    spine: list[float] = []
    spent: dict[str, list[float]] = defaultdict(list)
    sizes: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        all_on = AsyncLeoField(Path(folder) / "all.db", seed=1, clock=ScriptedClock(step=STEP))
        none = AsyncLeoField(
            Path(folder) / "none.db", seed=1, clock=ScriptedClock(step=STEP), modules=[]
        )
        book = Path(folder) / "book.txt"
        await asyncio.to_thread(book.write_text, "\n\n".join(prose(tokens)))
        async with all_on, none:
            for leo in (all_on, none):
                await leo.read(book)
            for number in range(turns):
                prompt = TALK[number % len(TALK)]
                took, turn = await timed(all_on, prompt)
                whole.append(took)
                spine.append((await timed(none, prompt))[0])
                sizes.append(len(turn.to_json().encode()))
                for name in NAMES:
                    own = [one.ms for one in turn.timings if one.stage.startswith(f"{name}.")]
                    spent[name].append(sum(own))
    print(f"{turns} turns on a field of {tokens} tokens read, medians")
    print(
        f"  all modules {statistics.median(whole):.1f} ms, none {statistics.median(spine):.1f} ms"
    )
    print(f"  ratio {statistics.median(whole) / statistics.median(spine):.2f}")
    print(f"  stored Turn {statistics.median(sizes):.0f} bytes, at most {max(sizes)}")
    for name in sorted(NAMES, key=lambda one: -statistics.median(spent[one])):
        middle, mean = statistics.median(spent[name]), statistics.fmean(spent[name])
        share = statistics.fmean(spent[name]) / statistics.fmean(whole)
        print(f"  {name:13} {middle:7.2f} ms, mean {mean:6.2f} ms, {share:5.1%} of the turn")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    asyncio.run(main(*given, *(120, 100_000)[len(given) :]))
