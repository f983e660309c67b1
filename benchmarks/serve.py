"""Leo over HTTP and over the WebSocket, and the same talks without a server.

A server runs in a process of its own. So many talks at a time are held over HTTP, over the
WebSocket, and directly on Leos in this process, where nothing else runs then; in rounds, in which
the three take turns in being the first. All Leos have the same seed, and those at the same place
hear the same words: what they say must be the same on every way. Printed are turns a second, how
long a turn and its first word take, and the share of the server: 1 - direct : served, of the
time that passes and of the processor's (the server's process against this one, without clients).

    python benchmarks/serve.py [--quick | --full] [--turns N] [--rounds N]
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import httpx
from kit import ROOT, folder, headline, sizes, spread
from serve_process import make
from websockets.asyncio.client import ClientConnection, connect

from leo.observation.talk import TALK
from leo.records import Turn

AT_ONCE = (1, 8, 32)
"""Talks at a time."""

P95 = 0.95

TICK = 1 / os.sysconf("SC_CLK_TCK")
"""Seconds of a unit in which the kernel counts processor time."""


@dataclass
class Told:
    """What one message brought."""

    reply: str
    ms: float
    first_ms: float


Say: TypeAlias = Callable[[str], Awaitable[Told]]
"""Says something on one way to one Leo."""


@dataclass
class Figures:
    """What was measured on one way, with so many talks at a time."""

    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)


@dataclass
class Way:
    """One way to talk: with whom, and what reads its processor time."""

    name: str
    says: Sequence[Say]
    cpu: Callable[[], float]
    heard: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.heard = [0] * len(self.says)

    async def talk(self, place: int, turns: int) -> list[Told]:
        """Go on with one talk."""
        found = []
        for _ in range(turns):
            text = TALK[(place + self.heard[place]) % len(TALK)]
            self.heard[place] += 1
            found.append(await self.says[place](text))
        return found


# ---------------------------------------------------------------- the three ways


@contextmanager
def server(home: Path) -> Iterator[tuple[str, int]]:
    """Serve in a process of its own; gives address and process."""
    command = [sys.executable, str(Path(__file__).with_name("serve_process.py")), str(home)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        yield child.stdout.readline().strip(), child.pid
        child.terminate()


def processor(pid: int) -> float:
    """Give the processor seconds of a process, all its threads included."""
    told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) * TICK


@asynccontextmanager
async def direct(home: Path, many: int) -> AsyncIterator[Way]:
    """Talk with Leos in this process."""
    async with contextlib.AsyncExitStack() as stack:
        leos = [await stack.enter_async_context(make(home / f"{i}.db")) for i in range(many)]

        def to(place: int) -> Say:
            async def say(text: str) -> Told:
                begun, first = time.perf_counter(), 0.0
                async for event in leos[place].stream(text):
                    first = first or time.perf_counter() - begun
                    if isinstance(event, Turn):
                        return Told(event.reply, _since(begun), first * 1000)
                raise RuntimeError("no Turn came")

            return say

        yield Way("direct", [to(i) for i in range(many)], time.process_time)


async def http(client: httpx.AsyncClient, many: int, cpu: Callable[[], float]) -> Way:
    """Talk over HTTP."""

    async def to() -> Say:
        where = (await client.post("sessions")).headers["location"]

        async def say(text: str) -> Told:
            begun = time.perf_counter()
            answer = await client.post(f"{where}/turns", json={"text": text})
            ms = _since(begun)
            return Told(answer.raise_for_status().json()["reply"], ms, ms)

        return say

    return Way("HTTP", [await to() for _ in range(many)], cpu)


@asynccontextmanager
async def live(
    client: httpx.AsyncClient, url: str, many: int, cpu: Callable[[], float]
) -> AsyncIterator[Way]:
    """Talk over WebSockets."""

    def to(line: ClientConnection) -> Say:
        async def say(text: str) -> Told:
            begun, first = time.perf_counter(), 0.0
            await line.send(json.dumps({"kind": "say", "text": text}))
            async for message in line:
                first = first or time.perf_counter() - begun
                told = json.loads(message)
                if told["kind"] == "turn":
                    return Told(told["reply"], _since(begun), first * 1000)
                if told["kind"] not in ("word", "revised"):
                    raise RuntimeError(f"the server said {told}")
            raise RuntimeError("the server hung up")

        return say

    async with contextlib.AsyncExitStack() as stack:
        says = []
        for _ in range(many):
            where = (await client.post("sessions")).headers["location"]
            address = f"{url.replace('http', 'ws', 1)}{where}/live"
            line = await stack.enter_async_context(connect(address, proxy=None))
            await line.recv()  # ready
            says.append(to(line))
        yield Way("WebSocket", says, cpu)


def _since(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000


# ---------------------------------------------------------------- measuring


async def measure(way: Way, many: int, turns: int, found: Figures) -> list[list[str]]:
    """Hold so many talks at a time; give what was replied."""
    begun, cpu = time.perf_counter(), way.cpu()
    talks = await asyncio.gather(*(way.talk(place, turns) for place in range(many)))
    took = time.perf_counter() - begun
    found.cpu.append((way.cpu() - cpu) * 1000 / (many * turns))
    found.rates.append(many * turns / took)
    told = [one for talk in talks for one in talk]
    found.ms += [one.ms for one in told]
    found.first += [one.first_ms for one in told]
    return [[one.reply for one in talk] for talk in talks]


async def rounds(ways: Sequence[Way], many: int, turns: int, count: int) -> list[Figures]:
    """Measure all ways, round by round."""
    found = [Figures() for _ in ways]
    for number in range(count):
        replies: list[list[list[str]]] = []
        for i in range(len(ways)):
            place = (i + number) % len(ways)
            replies.append(await measure(ways[place], many, turns, found[place]))
        if any(one != replies[0] for one in replies):
            raise SystemExit("the same Leos said different things")
    return found


def tell(ways: Sequence[Way], many: int, found: Sequence[Figures]) -> None:
    """Print what was found, and the server's share."""
    headline(f"{many:2} at a time   turns a second         a turn, ms           95 %    first word")
    alone = found[0]
    for way, one in zip(ways, found, strict=True):
        slow = sorted(one.ms)[int(P95 * (len(one.ms) - 1))]
        first = "" if way.name == "HTTP" else str(spread(one.first))
        line = (
            f"  {way.name:10} {spread(one.rates)!s:22} {spread(one.ms)!s:20} {slow:5.0f}   {first}"
        )
        print(line.rstrip(), flush=True)
    for way, one in list(zip(ways, found, strict=True))[1:]:
        wall = [1 - rate / bare for rate, bare in zip(one.rates, alone.rates, strict=True)]
        cpu = [1 - bare / spent for spent, bare in zip(one.cpu, alone.cpu, strict=True)]
        told = f"of time {_percent(wall)}, of processor {_percent(cpu)}"
        print(f"  share of the server, {way.name + ':':11} {told}", flush=True)
    spent = ", ".join(f"{way.name} {spread(one.cpu)}" for way, one in zip(ways, found, strict=True))
    print(f"  processor, ms a turn: {spent}", flush=True)


def _percent(values: Sequence[float]) -> str:
    found = spread(values)
    return f"{found.median:.0%} ({found.low:.0%} to {found.high:.0%})"


async def main(turns: int, count: int) -> None:
    """Measure, and print."""
    with folder() as made, server(made / "home") as (url, pid):
        most = AT_ONCE[-1]

        def cpu() -> float:
            return processor(pid)

        async with (
            httpx.AsyncClient(base_url=url, timeout=600, trust_env=False) as client,
            direct(made, most) as alone,
            live(client, url, most, cpu) as lines,
        ):
            ways = [alone, await http(client, most, cpu), lines]
            for way in ways:  # they are born before the clock runs
                await asyncio.gather(*(way.talk(place, 1) for place in range(most)))
            print(f"{count} rounds of {turns} turns: medians (quartiles)")
            for many in AT_ONCE:
                each = max(1, turns // many)
                tell(ways, many, await rounds(ways, many, each, count))


if __name__ == "__main__":
    told = sizes(__doc__, turns=(64, 8), rounds=(7, 2))
    asyncio.run(main(told["turns"], told["rounds"]))
