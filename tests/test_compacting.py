"""Making a file smaller: what Leo knows and how he goes on stays; old turns may lose details."""

import asyncio
import shutil
import sqlite3
import zlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from leo import AsyncLeoField, FieldClosed, LeoField, StoreError, TurnForgotten
from leo.module import Write
from leo.observation.talk import TALK
from leo.relive import relive
from leo.store import compacting
from leo.store.database import Database
from leo.testing import ScriptedClock
from tests.conftest import SEED, Open

NOW = 1_800_000_000.0
LIVED = 40
SECRET = "My Zanzibarella42 hides a topaz key."
SECRET_TURN = 4


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Live a talk once; tests work on copies."""
    path = tmp_path_factory.mktemp("lived") / "leo.db"
    with LeoField(path, seed=SEED, clock=ScriptedClock(step=90.0), strict=True) as leo:
        for number, prompt in enumerate(TALK[:LIVED], start=1):
            leo.turn(SECRET if number == SECRET_TURN else prompt)
    return path


@pytest.fixture
def again(lived: Path, path: Path, make: Open) -> Open:
    """Make the Leo of that life, from a copy of his file."""
    shutil.copy(lived, path)

    def make_leo(**options: object) -> AsyncLeoField:
        return make(**{"clock": lambda: NOW, **options})

    return make_leo


def database_of(leo: AsyncLeoField) -> Database:
    assert leo._life is not None
    return leo._life.database


async def recount(make: Open) -> None:
    """Make the next opening count everything anew."""
    async with make() as leo:
        assert leo._life is not None
        await database_of(leo).connection.execute("DELETE FROM image")
        leo._life._stale = True


async def test_nothing_is_lost(again: Open, path: Path) -> None:
    """Every turn is there, byte for byte; the file is less than half as large."""
    async with again() as leo:
        turns = [turn.to_json() for turn in await leo.journal()]
        expected = (await leo.imagine("The snow.")).without_timings()
        done = await leo.compact()
        assert (done.plain, done.after < done.before / 2) == (0, True)
        assert done.after == (await asyncio.to_thread(path.stat)).st_size
        assert [turn.to_json() for turn in await leo.journal()] == turns
    await recount(again)
    async with again() as leo:
        assert [turn.to_json() for turn in leo.turns] == turns[-20:]
        assert (await leo.imagine("The snow.")).without_timings() == expected
        assert (await leo.compact()).plain == 0  # once more is nothing


@pytest.mark.parametrize("first", [False, True], ids=["at once", "deflated before"])
async def test_old_turns_keep_their_texts(again: Open, *, first: bool) -> None:
    """Their details go, what they taught stays: the next turn is the same, also recounted."""
    async with again() as leo:
        expected = (await leo.imagine("The snow.")).without_timings()
        stats = await leo.stats()
        overview = await database_of(leo).fetch("SELECT * FROM summary")
        if first:
            await leo.compact()
        done = await leo.compact(keep=25)
        assert done.plain == LIVED - 25
        assert [turn.id for turn in await leo.journal()] == list(range(LIVED - 24, LIVED + 1))
        assert await leo.stats() == stats
        assert await database_of(leo).fetch("SELECT * FROM summary") == overview
        assert (await leo.compact(keep=25)).plain == 0
    await recount(again)
    async with again() as leo:
        assert (await leo.imagine("The snow.")).without_timings() == expected
        assert (await leo.turn("The snow.")).id == LIVED + 1


async def test_what_is_small_can_be_forgotten(again: Open, path: Path) -> None:
    """Of a turn that was reduced to its texts nothing is left, nor of what quoted it."""
    async with again() as leo:
        await leo.compact(keep=20)
        before = await texts_in(path)
        assert any("anzibarella42" in text for text in before)
        done = await leo.forget("zanzibarella42")
        assert SECRET_TURN in done.turns
        assert not any("anzibarella" in text.lower() for text in await texts_in(path))
        assert len(await leo.journal()) == 20
        assert await leo.forget(SECRET_TURN) == type(done)()
        assert (await leo.turn("Are you there?")).id == LIVED + 1
    async with again() as leo:
        assert (await leo.stats()).turns == LIVED + 1


async def texts_in(path: Path) -> list[str]:
    """Read all bodies of the journal, inflated."""

    def read() -> list[str]:
        with closing(sqlite3.connect(path)) as file:
            rows = file.execute("SELECT packed, body FROM journal").fetchall()
            return [body if packed is None else inflated(packed) for packed, body in rows]

    def inflated(packed: bytes) -> str:
        return zlib.decompress(packed).decode()

    return await asyncio.to_thread(read)


async def test_a_cancelled_one_goes_on(again: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page it is committed; nothing is half done, and the rest is done later."""
    monkeypatch.setattr(compacting, "PAGE", 8)
    write, pages = Database.write, 0

    async def cancelling(self: Database, writes: Sequence[Write]) -> None:
        nonlocal pages
        pages += 1
        if pages == 3:
            task.cancel()
        await write(self, writes)

    async with again() as leo:
        turns = await leo.journal()
        task = asyncio.ensure_future(leo.compact())
        with monkeypatch.context() as patch:
            patch.setattr(Database, "write", cancelling)
            with pytest.raises(asyncio.CancelledError):
                await task
        left = "SELECT count(*) FROM journal WHERE packed IS NULL"
        assert await database_of(leo).fetch(left) == [(LIVED + 1 - 24,)]
        assert await leo.journal() == turns
        await leo.compact()
        assert await database_of(leo).fetch(left) == [(0,)]
        assert await leo.journal() == turns


async def test_it_can_be_lived_again_while_all_is_there(again: Open, tmp_path: Path) -> None:
    """Deflated turns come again; those of which only texts are left do not, and it is said."""
    async with again() as leo:
        await leo.compact()
        done = await relive(leo, tmp_path / "then.db", before=6)
        assert (done.turns, done.different) == (5, ())
        await leo.compact(keep=20)
        with pytest.raises(TurnForgotten, match="reduced to their texts"):
            await relive(leo, tmp_path / "no.db")


async def test_a_reader_is_in_the_way(again: Open, path: Path) -> None:
    """Somebody who reads keeps the room; it is said, nothing is lost, and it works later."""

    def hold() -> sqlite3.Connection:
        reader = sqlite3.connect(path, check_same_thread=False)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM journal").fetchone()
        return reader

    async with again() as leo:
        reader = await asyncio.to_thread(hold)
        await database_of(leo).fetch("PRAGMA busy_timeout=0")
        with pytest.raises(StoreError, match="somebody reads it just now"):
            await leo.compact()
        await asyncio.to_thread(reader.close)
        assert (await leo.compact()).plain == 0


async def test_what_is_refused(again: Open) -> None:
    """The turns at hand stay whole, and a closed Leo has no file."""
    async with again() as leo:
        with pytest.raises(ValueError, match="at least 20"):
            await leo.compact(keep=19)
    with pytest.raises(FieldClosed):
        await leo.compact()


def test_the_twin_compacts(again: Open, path: Path) -> None:
    """Plain Python has it too."""
    with LeoField(path, clock=lambda: NOW) as leo:
        assert leo.compact(keep=20).plain == LIVED - 20
        assert len(leo.journal()) == 20


async def test_a_damaged_body_is_named(again: Open) -> None:
    """What cannot be inflated is an error that names the file."""
    async with again() as leo:
        await leo.compact()
        await database_of(leo).connection.execute(
            "UPDATE journal SET packed = x'00' WHERE turn = 2"
        )
        with pytest.raises(StoreError, match=r"leo\.db"):
            await leo.journal()
