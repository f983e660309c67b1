"""A real server on loopback, in the test's own loop, with Leos who are born cheaply."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from leo import AsyncLeoField, Birth
from leo.module import Lean, Module, SoFar
from leo.records import Percept
from leo.serve import Limits, create_app
from leo.serve.server import listen, serving
from leo.testing import ScriptedClock
from tests.conftest import SEED

BIRTH = Birth("toy", (("origin", "The sea is warm. Mila sings in the rain. I listen to the sea."),))

MANY = 10_000
"""Where a limit is not what is tested."""

FREE = Limits(
    sessions_per_minute=MANY,
    sessions_at_once=MANY,
    turns_per_minute=MANY,
    turns_at_once=MANY,
    reads_per_minute=MANY,
    reads_at_once=MANY,
)


def born(path: Path) -> AsyncLeoField:
    """Make a Leo who has read three sentences and has no modules."""
    return AsyncLeoField(
        path, seed=SEED, clock=ScriptedClock(), strict=True, modules=[], birth=BIRTH
    )


class Waits(Module[None]):
    """Holds a turn that hears "wait" until it is let go, or cancelled."""

    name = "waits"

    def __init__(self) -> None:
        super().__init__()
        self.held, self.go, self.ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def before(self, percept: Percept, so_far: SoFar) -> Lean[None] | None:
        """Hold the turn."""
        if "wait" in percept.tokens:
            self.held.set()
            try:
                await self.go.wait()
            finally:
                self.ended.set()
        return None


def waiting(module: Waits) -> Callable[[Path], AsyncLeoField]:
    """Make Leos with a module that waits."""
    return lambda path: AsyncLeoField(
        path, seed=SEED, clock=ScriptedClock(), strict=True, modules=[module], birth=BIRTH
    )


@dataclass
class Served:
    """A running server, and a client of it."""

    url: str
    home: Path
    client: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self.url.removeprefix("http://").rstrip("/").split(":")
        return host, int(port)

    async def session(self) -> str:
        """Make a session."""
        answer = await self.client.post("/sessions")
        assert answer.status_code == 201, answer.text
        name: str = answer.json()["id"]
        return name

    async def say(self, name: str, text: str) -> dict[str, Any]:
        """Say something, and give what is told."""
        answer = await self.client.post(f"/sessions/{name}/turns", json={"text": text})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def heard(self, name: str) -> list[str]:
        """Give what was said in all turns of a session."""
        page = (await self.client.get(f"/sessions/{name}/turns")).json()
        return [one["turn"]["prompt"] for one in page["turns"]]

    def live(self, name: str, **options: Any) -> connect:
        """Open a WebSocket."""
        url = f"{self.url.replace('http', 'ws', 1)}sessions/{name}/live"
        return connect(url, **options)


Serve = Callable[..., AbstractAsyncContextManager[Served]]


@asynccontextmanager
async def running(
    home: Path, limits: Limits, send_buffer: int | None = None, **options: Any
) -> AsyncIterator[Served]:
    """Serve a folder."""
    app = create_app(home, limits=limits, **options)
    taken = listen("127.0.0.1", 0)
    if send_buffer is not None:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    async with (
        serving(app, limits, taken) as url,
        httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client,
    ):
        yield Served(url, home, client)


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Serve a folder with chosen limits and a token."""

    def run(
        limits: Limits = FREE, make: Callable[[Path], AsyncLeoField] = born, **options: Any
    ) -> AbstractAsyncContextManager[Served]:
        return running(tmp_path / "home", limits, make=make, **options)

    return run


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """Give a server that runs for all tests of a file; each makes sessions of its own."""
    async with running(tmp_path_factory.mktemp("served"), FREE, make=born) as found:
        yield found


async def heard(line: ClientConnection) -> dict[str, Any]:
    """Give the next message."""
    found: dict[str, Any] = json.loads(await line.recv())
    return found


async def told(line: ClientConnection) -> list[dict[str, Any]]:
    """Give all messages up to the end of a turn."""
    found = [await heard(line)]
    while found[-1]["kind"] in ("word", "revised", "ready"):
        found.append(await heard(line))
    return found


async def speak(line: ClientConnection, text: str, **settings: int) -> None:
    """Say something."""
    await line.send(json.dumps({"kind": "say", "text": text, **settings}))


async def closed(line: ClientConnection) -> int | None:
    """Read to the end, and give the close code."""
    with contextlib.suppress(ConnectionClosedError):  # most codes are none of a good end
        async for _ in line:
            pass
    return line.close_code


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> None:
    """Load the plugin of schemathesis, which takes a second, where it is needed."""
    if file_path.name == "test_schema.py":
        parent.config.pluginmanager.import_plugin("schemathesis.pytest.plugin")
