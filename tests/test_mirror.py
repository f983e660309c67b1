"""Mirrors: readable copies beside the file, never the truth."""

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leo import ModuleError
from leo.mirror import MIRROR_EVERY, mirror_path
from leo.testing import SpyModule
from tests.conftest import Open


class Glass(SpyModule):
    """A spy whose count of turns is mirrored."""

    def mirror(self, state: int) -> str:
        """Write the count."""
        return json.dumps({"turns": state})


class Broken(SpyModule):
    """A spy whose mirror fails once it is broken."""

    def __init__(self, broken: Callable[[], object]) -> None:
        super().__init__()
        self.broken = broken

    def mirror(self, state: int) -> Any:
        """Give whatever a mistake gives."""
        return self.broken()


def raising() -> None:
    """Make a student's mistake."""
    raise ValueError("a student's mistake")


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


@pytest.mark.parametrize("broken", [raising, lambda: {"turns": 1}, lambda: "\ud800"])
async def test_a_module_that_fails_at_its_mirror_costs_nothing(
    make: Open,
    path: Path,
    broken: Callable[[], object],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """He is opened, talks, sleeps and is closed; it is logged once, with its traceback."""
    monkeypatch.setattr("leo.life.MIRROR_EVERY", 1)
    modules = [Broken(broken), Glass("glass")]
    async with make(modules=modules, strict=False) as leo:
        for number in (1, 2):
            assert (await leo.turn("Hello.", max_tokens=4)).id == number
        assert json.loads(await text_of(mirror_path(path, "glass"))) == {"turns": 2}
        await leo.hibernate()
        assert (await leo.turn("Hello.", max_tokens=4)).id == 3

    assert leo.closed
    assert await names_in(path.parent, "*.json*") == ["leo.db.glass.json"]
    said = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert [one.getMessage() for one in said] == ["spy.mirror failed; nothing else depends on it"]
    assert said[0].exc_info


async def test_strict_mode_raises_it_where_nothing_is_lost(
    make: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The turn is given; the next call raises, once, and closing when all is closed."""
    monkeypatch.setattr("leo.life.MIRROR_EVERY", 1)
    module = Broken(lambda: None)
    leo = await make(modules=[module]).async_init()
    living = leo.module("spy")
    assert isinstance(living, Broken)
    living.broken = raising

    assert (await leo.turn("Hello.", max_tokens=4)).id == 1
    with pytest.raises(ModuleError, match=r"spy\.mirror raised ValueError: a student's mistake"):
        await leo.turn("Hello again.", max_tokens=4)
    assert (await leo.stats()).turns == 1
    with pytest.raises(ModuleError, match="let it give None"):
        await leo.aclose()
    assert leo.closed
    module.broken = lambda: None
    async with make(modules=[module]) as again:
        assert (await again.stats()).turns == 1
