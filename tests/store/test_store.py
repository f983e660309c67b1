"""The file: what it is, who has it, and that it is written wholly or not at all."""

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo import CommitFailed, FieldBusy, NotALeo, StoreError
from leo.field.field import Folded
from leo.field.layer import Layer
from leo.field.shelf import Folder
from leo.field.themes import Theme, Themes
from leo.module import Write
from leo.store.database import CHUNK_ROWS, LOG_BYTES, Database
from leo.store.image import _stretches, image_writes, read_image
from leo.store.journal import READ_ROWS
from leo.store.schema import APPLICATION_ID, VERSION
from leo.testing import toy_field
from leo.text.tokens import tokens
from tests.conftest import Open
from tests.field.test_layer import contents


async def test_a_new_file_says_what_it_is(path: Path) -> None:
    """Application id, schema number, write-ahead log and full sync are set."""
    async with await Database.open(path) as database:
        told = [
            (await database.fetch(f"PRAGMA {name}"))[0][0]
            for name in ("application_id", "user_version", "journal_mode", "synchronous")
        ]
    assert told == [APPLICATION_ID, VERSION, "wal", 2]


async def test_the_log_does_not_stay_as_large_as_the_largest_transaction(path: Path) -> None:
    """What one large transaction needed is given back by the next ones."""
    log = path.with_name("leo.db-wal")
    large = Write("INSERT INTO image VALUES ('large', 0, zeroblob(?))", ((3 * LOG_BYTES,),))
    async with await Database.open(path) as database:
        for connected in ("at first", "after sleep"):
            await database.write([Write("DELETE FROM image"), large])
            assert (await asyncio.to_thread(log.stat)).st_size > 3 * LOG_BYTES, connected
            for small in ("DELETE FROM image", "INSERT INTO image VALUES ('small', 0, x'00')"):
                await database.write([Write(small)])
            assert (await asyncio.to_thread(log.stat)).st_size <= LOG_BYTES, connected
            await database.sleep()
            await database.wake()


async def test_opening_again_changes_nothing(path: Path) -> None:
    """Migrations run once."""
    for _ in range(2):
        async with await Database.open(path) as database:
            tables = await database.fetch("SELECT name FROM sqlite_master ORDER BY name")
    assert ("journal",) in tables


def _sqlite(path: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as other:
        for statement in statements:
            other.execute(statement)
        other.commit()


FOREIGN = {
    "text": (lambda path: path.write_bytes(b"Dear diary, " * 100), NotALeo, "not an SQLite file"),
    "random": (lambda path: path.write_bytes(os.urandom(5000)), NotALeo, "not an SQLite file"),
    "other": (
        lambda path: _sqlite(path, "CREATE TABLE notes (x)"),
        NotALeo,
        "SQLite file of something else",
    ),
    "other app": (
        lambda path: _sqlite(path, "CREATE TABLE notes (x)", "PRAGMA application_id=77"),
        NotALeo,
        "SQLite file of something else",
    ),
    "newer": (
        lambda path: _sqlite(
            path,
            "CREATE TABLE notes (x)",
            f"PRAGMA application_id={APPLICATION_ID}",
            "PRAGMA user_version=99",
        ),
        StoreError,
        "newer leo",
    ),
    "torn": (
        lambda path: path.write_bytes(b"SQLite format 3\0" + b"\7" * 900),
        NotALeo,
        "not an SQLite file",
    ),
}


@pytest.mark.parametrize("kind", FOREIGN)
async def test_a_foreign_file_is_refused_and_left_as_it_was(path: Path, kind: str) -> None:
    """The error names the file; not a byte of it is changed."""
    write, error, message = FOREIGN[kind]
    await asyncio.to_thread(write, path)
    before = await asyncio.to_thread(path.read_bytes)
    with pytest.raises(error, match=message) as raised:
        await Database.open(path)

    assert str(path) in str(raised.value)
    assert await asyncio.to_thread(path.read_bytes) == before


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """Where no file can be, the error says which and what to do."""
    await asyncio.to_thread((tmp_path / "file").write_text, "x")
    with pytest.raises(StoreError, match="LEO_HOME"):
        await Database.open(tmp_path / "file" / "leo.db")


HOLD = """
import asyncio, sys
from leo.store.database import Database
async def main():
    from pathlib import Path
    database = await Database.open(Path(sys.argv[1]))
    print("held", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_another_holder_is_named_and_leaves_no_stale_lock(path: Path) -> None:
    """The second process is told who has the file; when the holder is killed it is free."""
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD, str(path), stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    with pytest.raises(FieldBusy, match=f"process {holder.pid} on "):
        await Database.open(path)

    holder.send_signal(signal.SIGKILL)
    await holder.wait()
    async with await Database.open(path):
        with pytest.raises(FieldBusy, match="already open in this process"):
            await Database.open(path)
    async with await Database.open(path):
        pass


async def test_a_failing_statement_undoes_the_whole_transaction(path: Path) -> None:
    """Nothing of a transaction stays when one of its statements fails; the next one works."""
    async with await Database.open(path) as database:
        await database.write([Write("CREATE TABLE t (x INTEGER PRIMARY KEY)")])
        with pytest.raises(CommitFailed, match="UNIQUE"):
            await database.write(
                [Write("INSERT INTO t VALUES (?)", ((1,), (2,))), Write("INSERT INTO t VALUES (2)")]
            )
        assert await database.fetch("SELECT * FROM t") == []
        await database.write([Write("INSERT INTO t VALUES (?)", ((3,),))])
        assert await database.fetch("SELECT * FROM t") == [(3,)]


async def test_large_writes_are_chunked_and_whole(path: Path) -> None:
    """Many rows go in pieces and all arrive."""
    async with await Database.open(path) as database:
        rows = tuple((i,) for i in range(3 * CHUNK_ROWS + 1))
        await database.write([Write("CREATE TABLE t (x)"), Write("INSERT INTO t VALUES (?)", rows)])

        assert await database.fetch("SELECT count(*), max(x) FROM t") == [
            (len(rows), len(rows) - 1)
        ]


@pytest.mark.parametrize("pace", [20_000, 7])
async def test_an_image_gives_the_layer_back(
    path: Path, pace: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packing and unpacking changes nothing, down to the last cell and theme, at any pace."""
    monkeypatch.setattr("leo.store.image.PACE_CELLS", pace)
    monkeypatch.setattr("leo.field.packing.CELLS", pace)
    below = await toy_field("the cat sat on the mat . Mila saw it")
    own, shelf = Layer(below), Folder.beside(path)
    for text in ("The zebra saw Mila and MILA saw the zebra.", "привет 你好", "x " * 200):
        await own.learn(tokens(text), "observer")
    themes = Themes([Theme(4, ("zebra", "mila")), Theme(9, ("cat",))], 10)
    async with await Database.open(path) as database:
        for entry in (17, 18):
            await database.write(await image_writes(Folded((), own, themes, entry, {3: 1.5}, {})))
        image = await read_image(database, below, shelf)
        assert await read_image(database, await toy_field("another birth"), shelf) is None

    assert image is not None
    assert contents(image.own) == contents(own)
    again = image.themes
    assert (again.all, again.next_id, image.entry) == (themes.all, 10, 18)
    assert (image.centers, image.hubs) == ({3: 1.5}, {})


@given(st.lists(st.integers(0, 9), max_size=12))
def test_an_image_is_unpacked_in_stretches(sizes: list[int]) -> None:
    """Rows go one after the other, as many at a time as hold 7 cells; a longer one goes alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leo.store.image.PACE_CELLS", 7)
        stretches = list(_stretches(np.array(sizes, np.int64)))

    assert [place for one in stretches for place in range(*one)] == list(range(len(sizes)))
    for begin, end in stretches:
        assert sum(sizes[begin:end]) <= 7 or end == begin + 1
        assert end == len(sizes) or sum(sizes[begin : end + 1]) > 7


async def test_no_image_is_no_image(path: Path) -> None:
    """A young file has none."""
    async with await Database.open(path) as database:
        assert await read_image(database, Layer(), Folder.beside(path)) is None


async def test_the_journal_is_read_in_pages(make: Open) -> None:
    """A life longer than one page comes back whole, and in parts."""
    async with make(birth=None) as leo:
        for i in range(READ_ROWS + 10):
            await leo.turn(f"{i}")
        whole = await leo.journal()
        part = await leo.journal(READ_ROWS - 1, READ_ROWS + 3)

    assert [turn.id for turn in whole] == list(range(1, READ_ROWS + 11))
    assert [turn.id for turn in part] == [63, 64, 65, 66]


async def test_an_overview_needs_no_whole_turn(make: Open) -> None:
    """Beside every turn stands a short row with its main numbers."""
    async with make() as leo:
        turn = await leo.turn("Hello, moon.")
        assert leo._life is not None
        [row] = await leo._life.database.fetch("SELECT * FROM summary")

    assert row == (
        1,
        turn.at,
        turn.quality.overall,
        turn.external_vocab,
        turn.percept.pulse.novelty,
        turn.percept.pulse.arousal,
        turn.utterance.entropy,
        turn.blend.temperature,
        len(turn.utterance.words),
        turn.totals.words,
        turn.totals.bigrams,
        turn.totals.trigrams,
        turn.totals.pairs,
        0,
    )


async def test_changed_birth_texts_are_noticed(make: Open, path: Path) -> None:
    """A file whose birth texts were altered is not opened as if nothing had happened."""
    async with make():
        pass

    def tamper() -> None:
        with contextlib.closing(sqlite3.connect(path)) as other:
            (body,) = other.execute("SELECT body FROM journal WHERE entry = 1").fetchone()
            told: Any = json.loads(body)
            told["texts"][0][1] = "Something else."
            other.execute("UPDATE journal SET body = ? WHERE entry = 1", (json.dumps(told),))
            other.commit()

    await asyncio.to_thread(tamper)
    with pytest.raises(StoreError, match="damaged"):
        await make().async_init()
