"""What a turn costs in the lab after a long life: time to draw its figures, bytes on the wire.

A Leo who has lived many turns is opened in a lab; then every new turn's figures are drawn and
what the widgets would send to the browser is counted, as JSON.

    python benchmarks/figures.py [turns]
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import comm
from comm.base_comm import BaseComm

from leo import AsyncLeoField
from leo.observation.talk import TALK
from leo.testing import ScriptedClock
from leo_widgets import LeoLab

MEASURED = 20
"""Turns that are measured."""

sent: list[tuple[str, int]] = []
"""Kind and size of every message since the last turn."""


class Counter(BaseComm):
    """Counts what would be sent."""

    def publish_msg(self, msg_type: str, data: Any = None, *_: Any, **__: Any) -> None:
        """Count one message."""
        sent.append((msg_type, len(json.dumps(data or {}).encode())))


async def figures_of(lab: LeoLab) -> tuple[float, int]:
    """Wait for the figures of a turn; give milliseconds of drawing and bytes."""
    sent.clear()
    begun = time.perf_counter()
    await lab._draw()  # what the turn itself started is done; this draws it once more
    return (time.perf_counter() - begun) * 1000, sum(size for _, size in sent)


async def main(turns: int) -> None:
    """Live, open the lab, talk on, and print."""
    comm.create_comm = Counter
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leo.db"
        async with AsyncLeoField(path, seed=1, clock=ScriptedClock(step=90.0)) as leo:
            for number in range(turns):
                await leo.turn(TALK[number % len(TALK)])
            lab = LeoLab(leo)
            lab.chat.pace = 0
            await lab.ready()
            drawing: list[float] = []
            wire: list[int] = []
            for number in range(MEASURED):
                sent.clear()
                await lab.say(TALK[number % len(TALK)])
                while lab.pending:  # noqa: ASYNC110  its tasks are its own
                    await asyncio.sleep(0)
                wire.append(sum(size for _, size in sent))
                drawing.append((await figures_of(lab))[0])
            lab.close()
    print(f"after {turns} turns, medians of {MEASURED} more")
    print(f"  figures of a turn: {statistics.median(drawing):.0f} ms")
    print(f"  sent per turn, chat and figures: {statistics.median(wire) / 1000:.0f} kB")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
