"""Keeping the field: what was heard need not be heard again, after a crash either."""

import asyncio
import json
import logging
from pathlib import Path

import pytest

from leo import AsyncLeoField
from leo.errors import StoreError
from leo.keeping import Keeper
from leo.life import Life
from tests.conftest import Open

PARTS = "SELECT data FROM image WHERE part = 'meta' AND chunk = 0"


def life_of(leo: AsyncLeoField) -> Life:
    """Give what an open Leo is made of."""
    life = leo._life
    assert life is not None
    return life


async def kept(leo: AsyncLeoField) -> int:
    """Give the last journal entry that the image on the disk knows, 0 for no image."""
    rows = await life_of(leo).database.fetch(PARTS)
    return int(json.loads(bytes(rows[0][0]))["entry"]) if rows else 0  # type: ignore[arg-type]


async def idle() -> None:
    """Let what was begun beside a turn end."""
    me = asyncio.current_task()
    while others := [one for one in asyncio.all_tasks() if one is not me]:
        await asyncio.wait(others)


async def test_a_crash_costs_few_entries(make: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """While he lives the image is renewed beside his turns, so few are left to be heard again."""
    monkeypatch.setattr("leo.keeping.FOLD_EVERY", 3)
    async with make(modules=()) as leo:
        for number in range(1, 8):
            await (leo.turn if number % 2 else leo.observe)("Rain on the window.")
            await idle()
            assert life_of(leo).entry - await kept(leo) < 3


async def test_closing_and_sleeping_leave_nothing(make: Open) -> None:
    """Who is closed or put to sleep after one turn is opened without hearing it again."""
    async with make(modules=()) as leo:
        await leo.turn("Rain on the window.")
        assert await kept(leo) == 0
        await leo.hibernate()
        await leo.stats()
        assert await kept(leo) == life_of(leo).entry
        await leo.turn("And the wind.")
    async with make(modules=()) as leo:
        assert await kept(leo) == life_of(leo).entry


async def test_he_goes_on_when_it_fails(
    make: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be kept is logged; his turns are in the journal, and it is tried again."""
    monkeypatch.setattr("leo.keeping.FOLD_EVERY", 1)

    async def failing(*args: object, **more: object) -> None:
        raise StoreError("leo.db has no room; make some")

    async with make(modules=()) as leo:
        with monkeypatch.context() as patch, caplog.at_level(logging.WARNING, "leo"):
            patch.setattr(Keeper, "keep", failing)
            assert (await leo.turn("Hello.")).id == 1
            await idle()
            assert "it is tried again: leo.db has no room" in caplog.text
            assert await kept(leo) == 0
        assert (await leo.turn("Hello again.")).id == 2
        await idle()
        assert await kept(leo) == life_of(leo).entry


async def test_closing_does_not_wait_for_a_keeping_that_has_not_begun(
    make: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Leo closed right after a turn is closed, and whoever comes later finds nothing to do."""
    monkeypatch.setattr("leo.keeping.FOLD_EVERY", 1)
    leo = make(modules=())
    await leo.async_init()
    await leo.turn("Hello.")
    await leo.aclose()
    await idle()
    assert leo.closed
    async with make(path, modules=()) as again:
        assert (await again.turn("Hello again.")).id == 2
