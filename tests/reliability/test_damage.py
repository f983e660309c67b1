"""Damaged, foreign and older files: a clear error and not a byte changed, or the same life."""

import asyncio
import contextlib
import gzip
import logging
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from leo import AsyncLeoField, LeoError, NotALeo, StoreError
from leo.store.copying import asides_of
from leo.store.schema import APPLICATION_ID, VERSION
from tests.reliability.damage_kit import (
    HOW,
    LIVED,
    NEXT,
    WORDS,
    How,
    copied,
    diagnosed,
    hurt,
    life,
    opened,
    small,
    tried,
)

PAGE: Final = 4096
FILES: Final = Path(__file__).parent / "files"


@pytest.fixture(autouse=True)
def blockbuster() -> None:
    """Let these tests block: they damage files, and no Leo of theirs has company."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Live a life with packed layers and an image, once for all tests."""
    return asyncio.run(life(tmp_path_factory.mktemp("lived")))


@pytest.fixture
def file(lived: Path, tmp_path: Path) -> Iterator[Path]:
    """Give a copy of that life to damage."""
    with small():
        yield copied(lived, tmp_path / "run")


@contextlib.contextmanager
def as_it_was(file: Path) -> Iterator[None]:
    """Be sure that a file is not touched."""
    before = file.read_bytes(), file.stat().st_mtime_ns
    yield
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def rewritten(file: Path, change: Callable[[bytes], bytes]) -> None:
    """Change the bytes of a file."""
    file.write_bytes(change(file.read_bytes()))


def beside(file: Path) -> set[str]:
    """Name what lies beside a file, but for its lock."""
    return {one.name for one in file.parent.iterdir()} - {file.name, f"{file.name}.lock"}


def changed(file: Path, *statements: str) -> None:
    """Change a file behind Leo's back."""
    with contextlib.closing(sqlite3.connect(file)) as other:
        for statement in statements:
            other.execute(statement)
        other.commit()


async def refused(file: Path, error: type[LeoError], said: str) -> None:
    """Be sure that a file is refused, named, left as it was, and free afterwards."""
    there = beside(file)
    for _ in range(2):
        with as_it_was(file), pytest.raises(error, match=said) as raised:
            await opened(file).async_init()
        assert str(file) in str(raised.value)
        assert beside(file) == there


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize("size", [1, 50, 100, PAGE - 1, PAGE, 3 * PAGE + 7, -PAGE, -1])
async def test_a_truncated_file(file: Path, size: int) -> None:
    """Wherever it was cut off, it is refused at once."""
    rewritten(file, lambda data: data[:size])
    await refused(file, StoreError, "not an SQLite file|bytes are missing; the file is damaged")


@pytest.mark.parametrize("at", [0, 20, 60, 100])
async def test_random_bytes_at_the_beginning(file: Path, at: int) -> None:
    """What is no Leo's any more, or cannot be made sense of, is refused."""
    noise = random.Random(at).randbytes(PAGE - at)
    rewritten(file, lambda data: data[:at] + noise + data[PAGE:])
    await refused(file, StoreError, "not an SQLite file|something else|newer leo|malformed|cannot")


async def test_a_name_in_the_schema_that_is_no_text_any_more(file: Path) -> None:
    """SQLite's own message quotes it then, and cannot be read: it is damage like any other."""
    name, hurt_one = b"tablesummarysummary", b"table\xc2ummarysummary"
    rewritten(
        file, lambda data: data.replace(name, hurt_one).replace(b"TABLE summary", b"TABLO summary")
    )
    await refused(file, StoreError, "file is damaged: .*leo doctor")
    assert (await diagnosed(file))[0] == 2


async def test_an_empty_file_with_a_life_beside_it(file: Path) -> None:
    """Nobody is born over what is left of a life: it is named, and the ways out."""
    rewritten(file, lambda _: b"")
    await refused(file, StoreError, r"is empty, but a Leo lived there: leo\.db\..* is left of him")


async def test_an_empty_file_alone_is_a_new_one(tmp_path: Path) -> None:
    """As SQLite itself has it: one may be born there."""
    (tmp_path / "leo.db").touch()
    async with opened(tmp_path / "leo.db") as leo:
        assert (await leo.turn("Hello.", max_tokens=4)).id == 1


FOREIGN: Final[dict[str, tuple[tuple[str, ...], type[LeoError], str]]] = {
    "other": (("CREATE TABLE notes (x)",), NotALeo, "something else"),
    "numbered": (("CREATE TABLE notes (x)", "PRAGMA user_version=3"), NotALeo, "something else"),
    "newer": (
        (f"PRAGMA application_id={APPLICATION_ID}", f"PRAGMA user_version={VERSION + 1}"),
        StoreError,
        "newer leo .*upgrade leo",
    ),
}


@pytest.mark.parametrize("log", [False, True], ids=["closed", "with a log"])
@pytest.mark.parametrize("kind", FOREIGN)
async def test_a_foreign_file(tmp_path: Path, kind: str, log: bool) -> None:
    """Another program's file is left alone, also while that program has it open."""
    statements, error, said = FOREIGN[kind]
    file = tmp_path / "leo.db"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        if log:
            other.execute("PRAGMA journal_mode=WAL")
        for statement in statements:
            other.execute(statement)
        if not log:
            other.close()
            await refused(file, error, said)
            return
        # What is only in the log is not in the file yet, which may be opened then to be seen.
        other.execute("PRAGMA wal_checkpoint")
        await refused(file, error, said)


async def test_a_newer_schema_that_is_only_in_the_log(file: Path) -> None:
    """A newer program that was killed left its schema in the log: nothing is written over it."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute(f"PRAGMA user_version={VERSION + 1}")
        with pytest.raises(StoreError, match="newer leo"):
            await opened(file).async_init()
        assert other.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)


# ---------------------------------------------------------------- hurt somewhere


@pytest.mark.parametrize("how", HOW)
async def test_damage_anywhere(lived: Path, tmp_path: Path, how: How) -> None:
    """Whatever is hurt: an error of Leo's own, or a turn; he is refused, and the file is as it was.

    Counts that are hurt are counted anew, and the next turn is the one it would have been.
    """
    rng = random.Random(f"damage {how}")
    with small():
        whole = await tried(copied(lived, tmp_path / "run"))
        assert whole.end in ("same", "other")
        for _ in range(3):
            run = copied(lived, tmp_path / "run")
            damage = hurt(run, how, rng)
            outcome = await tried(run, whole.said)
            assert outcome.complaints == (), damage
        run = copied(lived, tmp_path / "run")
        layers = sorted(run.with_name(f"{run.name}.packs").glob("*/*"))
        damage = hurt(rng.choice([one for one in layers if one.stat().st_size]), how, rng)
        assert await tried(run, whole.said) == whole.__class__("same", whole.said, ()), damage


async def test_an_image_of_counts_that_is_hurt(file: Path, lived: Path, tmp_path: Path) -> None:
    """One byte of the kept counts is enough to count anew; the next turn is the same."""
    whole = await tried(copied(lived, tmp_path / "whole"))
    hurt_one = "CAST(substr(data, 1, length(data) - 1) || x'07' AS BLOB)"
    changed(file, f"UPDATE image SET data = {hurt_one} WHERE part = 'next'")
    assert (await diagnosed(file))[0] == 1
    assert (await tried(file, whole.said)).end == "same"


# ---------------------------------------------------------------- a log that was not taken in


async def test_a_file_that_makes_sense_only_with_its_log(file: Path) -> None:
    """A disk that was full while the log was taken in leaves this: nothing of it is lost."""
    leo = opened(file)
    async with leo:
        for i in range(3):
            await leo.observe(f"The zeppelin {i} is green and flies over the old bridge. " * 40)
        kept = await leo.turn("The rain.", max_tokens=4)
        stopped = file.parent.parent / "stopped" / file.name
        shutil.copytree(file.parent, stopped.parent)
    first = _first_page_in(stopped.with_name(f"{stopped.name}-wal"))
    data = bytearray(stopped.read_bytes())
    data[:PAGE] = first  # taken in first; it says that there are more pages than there are
    assert int.from_bytes(first[28:32]) * PAGE > len(data)
    stopped.write_bytes(data)
    stopped.with_name(f"{stopped.name}-shm").unlink(missing_ok=True)
    stopped.with_name(f"{stopped.name}.lock").unlink()
    assert await diagnosed(stopped) == (0, [])

    async with opened(stopped) as again:
        assert (await again.journal(kept.id or 0))[0] == kept
        assert (await again.turn("Hello.", max_tokens=4)).id == LIVED + 2
    assert await diagnosed(stopped) == (0, [])


def _first_page_in(log: Path) -> bytes:
    """Find the last version of the first page in a log."""
    data, found = log.read_bytes(), b""
    for at in range(32, len(data), 24 + PAGE):
        if int.from_bytes(data[at : at + 4]) == 1:
            found = data[at + 24 : at + 24 + PAGE]
    assert found
    return found


# ---------------------------------------------------------------- older schemas


def older(version: int, folder: Path) -> Path:
    """Unpack a file that an older version wrote."""
    kept = FILES / f"schema-{version}.db.gz"
    assert kept.exists(), f"keep a file of schema {version} when you make another: {kept}"
    file = folder / "leo.db"
    file.write_bytes(gzip.decompress(kept.read_bytes()))
    return file


def entries(file: Path) -> tuple[int, list[tuple[object, ...]]]:
    """Read the schema and the journal of a file."""
    with contextlib.closing(sqlite3.connect(file)) as looked:
        rows = looked.execute("SELECT entry, kind, at, turn, body FROM journal ORDER BY entry")
        return int(looked.execute("PRAGMA user_version").fetchone()[0]), rows.fetchall()


@pytest.mark.parametrize("version", range(1, VERSION))
async def test_an_older_file_is_brought_up_to_date(
    version: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As it was it is put aside, which is said; nothing of the life is lost, and he goes on."""
    file = older(version, tmp_path)
    was = entries(file)
    assert was[0] == version
    assert await diagnosed(file) == (0, [])
    with caplog.at_level(logging.WARNING, "leo"):
        async with opened(file) as leo:
            assert [turn.id for turn in await leo.journal()] == [1, 2, 3]
            said = await leo.turn(NEXT, max_tokens=WORDS)
    aside = file.with_name(f"leo.db.schema-{version}.bak")
    assert asides_of(file) == [aside]
    assert f"as it was it is kept in {aside}" in caplog.text
    assert entries(aside) == was
    now = entries(file)
    assert (now[0], now[1][: len(was[1])]) == (VERSION, was[1])
    assert await diagnosed(file) == (0, [])

    aside.rename(tmp_path / "again.db")  # it is a whole Leo
    async with opened(tmp_path / "again.db") as again:
        told = await again.turn(NEXT, max_tokens=WORDS)
    assert told.without_timings() == said.without_timings()


async def test_a_file_that_cannot_be_put_aside_is_not_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without room for the copy he is refused, and the file is of its old schema."""
    file = older(1, tmp_path)
    was = entries(file)

    def full(draft: Path, path: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("leo.store.database.finished", full)
        with pytest.raises(StoreError, match=r"schema-1\.bak: No space left.*make room"):
            await opened(file).async_init()
    assert entries(file) == was
    assert asides_of(file) == []
    async with opened(file) as leo:
        assert (await leo.turn(NEXT, max_tokens=WORDS)).id == 4


async def test_what_was_forgotten_is_not_kept_aside(tmp_path: Path) -> None:
    """The copy of the older file holds what is to be forgotten, and goes with it."""
    file = older(1, tmp_path)
    leo: AsyncLeoField = opened(file)
    async with leo:
        assert len(asides_of(file)) == 1
        await leo.forget(2)
        assert asides_of(file) == []
