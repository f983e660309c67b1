"""Rows that are no rows of this journal: named, refused, and left as they were."""

import asyncio
import contextlib
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from leo import StoreError
from leo.reflection.game import GameEngine
from tests.conftest import Open


def _run(path: Path, sql: str, *values: object) -> list[Any]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as file:
        return file.execute(sql, values).fetchall()


async def run(path: Path, sql: str, *values: object) -> list[Any]:
    """Run a statement on the file behind Leo's back."""
    return await asyncio.to_thread(_run, path, sql, *values)


HEARD = {
    "a text that is a number": {"heard": [["observer", 7]]},
    "a source that nobody knows": {"heard": [["stranger", "The moon."]]},
    "a source that is a list": {"heard": [[["observer"], "The moon."]]},
    "three of them": {"heard": [["observer", "The moon.", "is red"]]},
    "no list": {"heard": 7},
    "no object": [],
}


@pytest.mark.parametrize("body", HEARD.values(), ids=HEARD)
async def test_a_row_of_another_shape_is_named_and_left(make: Open, path: Path, body: Any) -> None:
    """An entry that is JSON, but no entry, is a `StoreError` that names it; the file is kept."""
    async with make(modules=[]) as leo:
        await leo.observe("The dog sleeps.")
    await run(path, "UPDATE journal SET body = ? WHERE entry = 2", json.dumps(body))
    await run(path, "DELETE FROM image")
    with pytest.raises(StoreError, match="entry 2 cannot be read"):
        await make(modules=[]).async_init()
    assert await run(path, "SELECT body FROM journal WHERE entry = 2") == [(json.dumps(body),)]


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM journal WHERE entry = 1",
        "UPDATE journal SET entry = 0 WHERE entry = 1",
        "UPDATE journal SET kind = 'gap' WHERE entry = 1",
        "UPDATE journal SET body = replace(body, '\"seed\":7', '\"seed\":1e999') WHERE entry = 1",
    ],
)
async def test_a_life_without_its_birth_is_damaged(make: Open, path: Path, damage: str) -> None:
    """Nobody is born a second time into a file that holds a life."""
    async with make(modules=[]) as leo:
        await leo.turn("moon")
    await run(path, damage)
    before = await run(path, "SELECT entry, kind FROM journal")
    with pytest.raises(StoreError, match="is damaged: journal entry"):
        await make(modules=[]).async_init()
    assert await run(path, "SELECT entry, kind FROM journal") == before


async def test_rows_that_a_module_cannot_read_are_named(make: Open, path: Path) -> None:
    """Which module, which file, and what tells more."""
    async with make(birth=None, modules=[GameEngine()]) as leo:
        await leo.turn("moon")
    await run(path, "UPDATE game_table SET last_leo = 'nobody'")
    with pytest.raises(StoreError, match=re.escape(f"game cannot read what it keeps in {path} (")):
        await make(birth=None, modules=[GameEngine()]).async_init()
