"""T11: what a turn costs in the lab after a long life: time to draw it, bytes on the wire.

A Leo who has lived many turns is opened in a lab; then every new turn's figures are drawn and
what the widgets would send to the browser is counted, as JSON. At last he talks on in rounds
while a heartbeat beats, so that one sees how long the event loop waits while figures are drawn
(`loop.py` tells how).

    python benchmarks/figures.py [--quick] [--turns N] [--measured N] [--rounds N]
"""

import asyncio
import json
import time
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import comm
from comm.base_comm import BaseComm
from kit import folder, grown, headline, sizes, spread, target
from loop import Gaps

from leo.observation.talk import TALK
from leo_widgets import LeoLab

DRAW_LIMIT_MS = 50.0
WIRE_LIMIT_KB = 60.0

TURNS_PER_ROUND = 5
"""Turns of a round in which the loop is watched."""

sent: list[int] = []
"""Size of every message since the last turn."""


class Counter(BaseComm):
    """Counts what would be sent."""

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any
    ) -> None:
        """Count one message."""
        parts = sum(memoryview(one).nbytes for one in buffers or ())
        sent.append(len(json.dumps(data or {}).encode()) + parts)


async def said(lab: LeoLab, prompt: str) -> float:
    """Say something and wait until all is shown; give the kilobytes that were sent."""
    sent.clear()
    await lab.say(prompt)
    while lab.pending:  # noqa: ASYNC110  its tasks are its own
        await asyncio.sleep(0)
    return sum(sent) / 1000


async def drawn(lab: LeoLab) -> float:
    """Draw the turn's figures once more; give milliseconds."""
    begun = time.perf_counter()
    await lab._draw()
    return (time.perf_counter() - begun) * 1000


async def talked(lab: LeoLab, prompts: Iterator[str]) -> None:
    """Talk for a round."""
    for _ in range(TURNS_PER_ROUND):
        await said(lab, next(prompts))


async def main(turns: int, measured: int, rounds: int) -> None:
    """Live, open the lab, talk on, and print."""
    comm.create_comm = Counter
    drawing: list[float] = []
    wire: list[float] = []
    prompts = cycle(TALK)
    with folder() as made:
        async with grown(made / "leo.db", 0) as leo:
            for _ in range(turns):
                await leo.turn(next(prompts))
            lab = LeoLab(leo)
            lab.chat.pace = 0
            await lab.ready()
            for _ in range(measured):
                wire.append(await said(lab, next(prompts)))
                drawing.append(await drawn(lab))
            gaps = Gaps()
            for _ in range(rounds):
                await gaps.round(talked(lab, prompts))
            lab.close()
    headline(f"after {turns} turns, {measured} more: medians (quartiles)\n")
    time_, bytes_ = spread(drawing), spread(wire)
    met = time_.median <= DRAW_LIMIT_MS
    target("T11", "figures of a turn, Python time", f"{time_} ms", "≤ 50 ms", met=met)
    met = bytes_.median <= WIRE_LIMIT_KB
    what = "sent per turn, chat and figures"
    target("T11", what, f"{bytes_} kB", "≤ 60 kB", met=met)
    gaps.report(f"{rounds * TURNS_PER_ROUND} turns while figures update")


if __name__ == "__main__":
    asyncio.run(main(**sizes(__doc__, turns=(500, 40), measured=(20, 8), rounds=(10, 3))))
