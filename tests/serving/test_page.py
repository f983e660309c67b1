"""The page that is served: its files, and what it may do."""

import asyncio

import pytest

from leo_widgets.log import STATIC
from tests.serving.conftest import Served

pytestmark = pytest.mark.asyncio(loop_scope="module")  # the loop of `served`


async def test_the_page(served: Served) -> None:
    """It runs scripts of this server only, none that stands in it, and asks nobody else."""
    answer = await served.client.get("/")
    policy = answer.headers["content-security-policy"]

    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in answer.text
    assert "//" not in answer.text.replace("<!doctype html>", "")


@pytest.mark.parametrize("name", ["chat.js", "chat.css"])
async def test_it_has_the_widgets_own_files(served: Served, name: str) -> None:
    """The chat is the one of the notebook, byte for byte."""
    answer = await served.client.get(f"/static/{name}")

    assert answer.content == await asyncio.to_thread((STATIC / name).read_bytes)
    assert answer.headers["x-content-type-options"] == "nosniff"
