"""Copies put aside and put in place: whole, on the disk, and each life once."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from leo.store import copying
from leo.store.copying import LIFE, asides_of, finished, put_aside
from leo.store.database import Database
from leo.store.journal import heard_write


async def test_each_life_is_put_aside_once(path: Path) -> None:
    """Whoever was stopped in between finds his copy again; another life gets a place of its own."""
    copied: list[Path] = []

    async def copy(place: Path) -> None:
        await asyncio.to_thread(shutil.copy, path, place)
        copied.append(place)

    for begin in ("The moon.", "The sea."):
        async with await Database.open(path) as database:
            entry = len(copied) + 1
            await database.write([heard_write(entry, "observe", 1.0, {"heard": [["note", begin]]})])
            [life] = await database.fetch(LIFE)
        for _ in ("at first", "again"):
            assert await put_aside(path, 1, life, copy) == copied[-1]
    names = [f"{path.name}.schema-1.bak", f"{path.name}.schema-1-2.bak"]
    assert [one.name for one in copied] == names
    assert {one.name for one in await asyncio.to_thread(asides_of, path)} == {*names}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no descriptors of folders")
def test_a_copy_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The draft is brought there first, and then that it has a new name."""
    draft, place, seen = tmp_path / "draft", tmp_path / "a.db", list[tuple[str, bool]]()
    draft.write_bytes(b"moon")
    real = copying._to_disk

    def spied(path: Path, flags: int) -> None:
        seen.append((path.name, place.exists()))
        real(path, flags)

    monkeypatch.setattr(copying, "_to_disk", spied)
    finished(draft, place)

    assert seen == [("draft", False), (tmp_path.name, True)]
    assert place.read_bytes() == b"moon"
