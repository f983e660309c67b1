"""A real server on loopback, in the test's own loop, with Leos who are born cheaply."""

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from leo import AsyncLeoField, Birth
from leo.serve import Limits, create_app
from leo.serve.server import listen, serving
from leo.testing import ScriptedClock
from tests.conftest import SEED

BIRTH = Birth("toy", (("origin", "The sea is warm. Mila sings in the rain. I listen to the sea."),))

MANY = 10_000
"""Where a limit is not what is tested."""

FREE = Limits(
    sessions_per_minute=MANY, sessions_at_once=MANY, turns_per_minute=MANY, turns_at_once=MANY
)


def born(path: Path) -> AsyncLeoField:
    """Make a Leo who has read three sentences and has no modules."""
    return AsyncLeoField(
        path, seed=SEED, clock=ScriptedClock(), strict=True, modules=[], birth=BIRTH
    )


@dataclass
class Served:
    """A running server, and a client of it."""

    url: str
    home: Path
    client: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

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

    def live(self, name: str, **options: Any) -> connect:
        """Open a WebSocket."""
        url = f"{self.url.replace('http', 'ws', 1)}sessions/{name}/live"
        return connect(url, **options)


Serve = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Serve a folder with chosen limits and a token."""

    @asynccontextmanager
    async def run(
        limits: Limits = FREE,
        token: str | None = None,
        make: Callable[[Path], AsyncLeoField] = born,
        **options: Any,
    ) -> AsyncIterator[Served]:
        home = tmp_path / "home"
        app = create_app(home, limits=limits, token=token, make=make, **options)
        async with contextlib.AsyncExitStack() as stack:
            url = await stack.enter_async_context(serving(app, limits, listen("127.0.0.1", 0)))
            client = httpx.AsyncClient(base_url=url, timeout=60, trust_env=False)
            yield Served(url, home, await stack.enter_async_context(client))

    return run


@pytest.fixture
async def served(serve: Serve) -> AsyncIterator[Served]:
    """Give a running server."""
    async with serve() as running:
        yield running


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


async def speak(line: ClientConnection, text: str) -> None:
    """Say something."""
    await line.send(json.dumps({"kind": "say", "text": text}))
