"""Mirrors: readable copies beside the file, never the truth."""

import asyncio
import json
import logging
from pathlib import Path

import pytest

from leo.mirror import MIRROR_EVERY, mirror_path
from leo.testing import SpyModule
from tests.conftest import Open


class Glass(SpyModule):
    """A spy whose count of turns is mirrored."""

    def mirror(self, state: int) -> str:
        """Write the count."""
        return json.dumps({"turns": state})


async def text_of(path: Path) -> str:
    """Read a file off the loop."""
    return await asyncio.to_thread(path.read_text)


async def names_in(folder: Path, pattern: str) -> list[str]:
    """List files off the loop."""
    return await asyncio.to_thread(lambda: sorted(one.name for one in folder.glob(pattern)))


async def test_a_mirror_is_written_now_and_then_and_at_closing(make: Open, path: Path) -> None:
    """Every so many turns, and when Leo is closed, the state stands beside the file."""
    place = mirror_path(path, "spy")
    async with make(modules=[Glass()]) as leo:
        for _ in range(MIRROR_EVERY - 1):
            await leo.turn("Hello.", max_tokens=4)
        assert await names_in(path.parent, "*.json") == []
        await leo.turn("Hello.", max_tokens=4)
        assert json.loads(await text_of(place)) == {"turns": MIRROR_EVERY}
        await leo.turn("Hello.", max_tokens=4)
    assert json.loads(await text_of(place)) == {"turns": MIRROR_EVERY + 1}
    assert await names_in(path.parent, "*.new") == []


async def test_a_torn_mirror_loses_against_the_tables(
    make: Open, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the two differ it is said, the tables are believed, and the mirror is mended."""
    async with make(modules=[Glass()]) as leo:
        await leo.turn("Hello.")
    place = mirror_path(path, "spy")
    await asyncio.to_thread(place.write_text, '{"tur')
    with caplog.at_level(logging.WARNING, logger="leo"):
        async with make(modules=[Glass()]) as leo:
            assert leo.module("spy").state == 1
    assert f"{place} differs from {path}; the latter wins" in caplog.messages
    assert json.loads(await text_of(place)) == {"turns": 1}


async def test_a_mirror_that_cannot_be_written_is_said_and_costs_nothing(
    make: Open, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder in its place is reported; the life goes on."""
    await asyncio.to_thread(mirror_path(path, "spy").mkdir)
    async with make(modules=[Glass()]) as leo:
        await leo.turn("Hello.")
    async with make(modules=[Glass()]) as again:
        assert again.module("spy").state == 1
    assert any(message.startswith("could not write") for message in caplog.messages)
