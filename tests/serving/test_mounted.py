"""The example: an application of somebody else, in which Leo is mounted."""

import asyncio
import runpy
from pathlib import Path

import httpx
import pytest

from leo.serve import Limits
from leo.serve.server import listen, serving

EXAMPLE = Path(__file__).parents[2] / "examples" / "served.py"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in a folder of the test."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("folder")
async def test_leo_in_another_application() -> None:
    """Its lifespan opens and closes him; page and talk are under its path."""
    app = (await asyncio.to_thread(runpy.run_path, str(EXAMPLE)))["app"]
    async with (
        serving(app, Limits(), listen("127.0.0.1", 0)) as url,
        httpx.AsyncClient(base_url=f"{url}leo/", trust_env=False, timeout=60) as client,
    ):
        assert (await client.get("")).status_code == 200
        assert (await client.get("static/chat.js")).status_code == 200
        where = (await client.post("sessions")).headers["location"]
        told = await client.post(f"{where}/turns", json={"text": "Hello, who are you?"})
        assert told.json()["turn"]["id"] == 1
        assert (await client.get("nowhere")).headers["content-type"] == "application/problem+json"
