"""A file that is only looked at: by whoever wants to know, also while a Leo lives in it."""

import asyncio
from pathlib import Path

import pytest

from leo import FieldClosed, NotALeo, StoreError
from leo.alone import Alone
from leo.store.database import Reading
from leo.testing import SpyModule
from tests.conftest import Open


class Spy(Alone[SpyModule]):
    """A spy on its own."""

    kind = SpyModule


async def test_a_module_alone_sees_what_the_living_one_wrote(make: Open, path: Path) -> None:
    """Opened on the file of a living Leo, it has his module's memory, turn by turn."""
    async with make(modules=[SpyModule()]) as leo:
        await leo.turn("One.")
        async with Spy(path) as spy:
            assert (await spy.module()).state == 1
            await leo.turn("Two.")
            assert (await spy.module()).state == 2
    async with Spy(path) as spy:
        assert (await spy.module()).state == 2


async def test_a_module_alone_changes_nothing(make: Open, path: Path) -> None:
    """The file is opened for reading only."""
    async with make(modules=[SpyModule()]) as leo:
        await leo.turn("One.")
    reading = await Reading.look(path)
    try:
        with pytest.raises(StoreError, match="readonly"):
            await reading.fetch("DELETE FROM spy RETURNING turn")
    finally:
        await reading.close()


async def test_a_missing_file_a_foreign_one_and_a_leo_without_the_module(
    make: Open, path: Path, tmp_path: Path
) -> None:
    """Each is told apart, and nothing is made where nothing was."""
    with pytest.raises(StoreError, match="there is no Leo at"):
        await Spy(path).__aenter__()
    assert not await asyncio.to_thread(path.exists)
    other = tmp_path / "diary.db"
    await asyncio.to_thread(other.write_text, "Dear diary, " * 100)
    with pytest.raises(NotALeo):
        await Spy(other).__aenter__()
    async with make(modules=[]):
        with pytest.raises(StoreError, match="no tables of spy"):
            await Spy(path).__aenter__()
    with pytest.raises(FieldClosed, match="use 'async with'"):
        await Spy(path).module()
