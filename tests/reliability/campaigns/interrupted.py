"""Interrupted: a notebook's kernel is interrupted at random moments of a turn.

    scripts/soak interrupted [--interrupts N] [--ways cell blocking] [--small]

- cell: ``await leo.turn(...)`` in a cell of a real kernel, as the notebooks have it.
- blocking: ``leo.turn(...)`` of the twin without ``await``, in a cell: there the interrupt is a
  KeyboardInterrupt, wherever Python happens to be.

After every interrupt the lock must be free and the next turn work, in the same kernel; at the end
the file is compared with a life that nobody disturbed. Then the kernel is restarted with its Leo
open, and he is opened again in the new one.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from jupyter_client.manager import start_new_kernel

from tests.reliability.campaigns.lives import SMALL, Reference, Way, complaints_about

__all__ = ["WAYS", "Interrupts", "Manner", "main", "run"]

INTERRUPTS: Final = 300
LONGEST_S: Final = 120.0
ROOT: Final = Path(__file__).parents[3]
POLL_S: Final = 0.001
SMOOTH: Final = 4
"""A turn is thought to take the average of about so many."""

BEGIN: Final = """
import asyncio, time
from pathlib import Path
from tests.reliability.campaigns.lives import SMALL, Way
way = {way}
path = Path({path!r})
begun = path.with_name("begun")
"""


@dataclass(frozen=True)
class Manner:
    """Code of cells: how Leo is opened, takes a turn, tells how far he is, and is closed.

    ``waits`` goes on until it is interrupted: an interrupt that comes late must find the cell, not
    the kernel between two cells, which may lose a message then.
    """

    opened: str
    turn: str
    waits: str
    lived: str
    closed: str


WAYS: Final = {
    "cell": Manner(
        "leo = await way.leo(path).async_init()",
        "turn = await way.say(leo, {number})",
        "while True: await asyncio.sleep(0.01)",
        "assert not leo._lock.locked(); (await leo.stats()).turns",
        "await leo.aclose()",
    ),
    "blocking": Manner(
        "leo = way.twin(path)",
        "turn = way.say_plainly(leo, {number})",
        "time.sleep(60)",
        "leo.stats().turns",
        "leo.close()",
    ),
}


@dataclass
class Interrupts:
    """What came of interrupting a kernel.

    Attributes
    ----------
    interrupts
        How often it was interrupted.
    happened
        After how many of them the turn was there; else nothing of it was.
    turns
        Turns of the whole life.
    complaints
        What was not as it should be.
    """

    way: str
    interrupts: int = 0
    happened: int = 0
    turns: int = 0
    seconds: float = 0.0
    complaints: list[str] = field(default_factory=list)


class _Kernel:
    """A kernel, with cells run one by one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        env = {**os.environ, "PYTHONPATH": str(ROOT), "IPYTHONDIR": str(folder / "ipython")}
        self._manager, self._client = start_new_kernel(cwd=str(folder), env=env)

    def __call__(self, code: str) -> tuple[str, str]:
        """Run a cell; give its value and its error."""
        value = ""

        def heard(message: Any) -> None:
            nonlocal value
            if message["msg_type"] == "execute_result":
                value = message["content"]["data"]["text/plain"]

        reply = self._client.execute_interactive(
            code, output_hook=heard, timeout=LONGEST_S, stop_on_error=False
        )
        return value, _error(reply)

    def interrupted(self, manner: Manner, number: int, after: float) -> str:
        """Run a cell that takes a turn, interrupt it after some seconds, and give its error."""
        begun = self._folder / "begun"
        turn = manner.turn.format(number=number)
        self._client.execute(f"begun.touch()\n{turn}\n{manner.waits}", stop_on_error=False)
        until = time.monotonic() + LONGEST_S
        while not begun.exists() and time.monotonic() < until:
            time.sleep(POLL_S)
        begun.unlink()
        time.sleep(after)
        self._manager.interrupt_kernel()
        return _error(self._client.get_shell_msg(timeout=LONGEST_S))

    def must(self, code: str) -> str:
        """Run a cell that has no reason to fail, and give its value."""
        value, error = self(code)
        if error:
            raise RuntimeError(f"{code!r} failed: {error}")
        return value

    def restart(self) -> None:
        """Restart it, whatever it holds."""
        self._manager.restart_kernel(now=True)
        self._client.wait_for_ready(timeout=LONGEST_S)

    def shutdown(self) -> None:
        """End it."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


def _error(reply: Any) -> str:
    content = reply["content"]
    return "" if content["status"] == "ok" else f"{content['ename']}: {content['evalue']}"


def run(name: str, folder: Path, interrupts: int, rng: random.Random, *, small: bool) -> Interrupts:
    """Interrupt a kernel so many times, and look at what is left.

    Parameters
    ----------
    name
        One of `WAYS`.
    folder
        For the files.
    interrupts
        How many times.
    rng
        Draws the moments.
    small
        With less to say.
    """
    manner, told, begun = WAYS[name], Interrupts(name), time.monotonic()
    path = folder / "leo.db"
    begin = BEGIN.format(way="SMALL" if small else "Way()", path=str(path)) + manner.opened
    kernel = _Kernel(folder)
    try:
        kernel.must(begin)
        _interrupt(kernel, manner, told, interrupts, rng)
        kernel.restart()
        kernel.must(begin)
        lived = int(kernel.must(manner.lived))
        if lived != told.turns:
            told.complaints.append(f"{told.turns} turns before the restart, {lived} after it")
        kernel.must(manner.closed)
    finally:
        kernel.shutdown()
    told.complaints += asyncio.run(_compared(path, told.turns, SMALL if small else Way()))
    told.seconds = round(time.monotonic() - begun, 1)
    return told


def _interrupt(
    kernel: _Kernel, manner: Manner, told: Interrupts, interrupts: int, rng: random.Random
) -> None:
    took = _timed(kernel, manner.turn.format(number=1))
    told.turns = 1
    for _ in range(interrupts):
        ended = kernel.interrupted(manner, told.turns + 1, took * 1.2 * rng.random())
        told.interrupts += 1
        if not ended.startswith(("CancelledError", "KeyboardInterrupt")):
            told.complaints.append(f"interrupted, a turn ended with {ended}")
        value, error = kernel(manner.lived)
        if error:
            told.complaints.append(f"after an interrupt: {error}")
            continue
        happened = int(value) - told.turns
        told.happened += happened
        if happened not in (0, 1):
            told.complaints.append(f"{happened} turns after one was interrupted")
        told.turns += happened
        took += (_timed(kernel, manner.turn.format(number=told.turns + 1)) - took) / SMOOTH
        told.turns += 1


def _timed(kernel: _Kernel, code: str) -> float:
    begun = time.monotonic()
    kernel.must(code)
    return time.monotonic() - begun


async def _compared(path: Path, known: int, way: Way) -> list[str]:
    async with way.leo(path) as leo:
        reference = Reference(path.with_name("undisturbed.db"), way)
        return (await complaints_about(leo, reference, known)).complaints


def main(words: Sequence[str]) -> int:
    """Run the campaign from the command line: 0 if there is nothing to complain about."""
    parser = argparse.ArgumentParser(prog="scripts/soak interrupted", description=__doc__)
    parser.add_argument("--interrupts", type=int, default=INTERRUPTS, help="of each kind")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="with less to say, to try it")
    chosen = parser.parse_args(words)
    complaints = 0
    for name in chosen.ways:
        rng = random.Random(f"{name} {chosen.seed}")
        with tempfile.TemporaryDirectory(prefix="leo-interrupted-") as made:
            told = run(name, Path(made), chosen.interrupts, rng, small=chosen.small)
        complaints += len(told.complaints)
        print(json.dumps(asdict(told)), flush=True)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
