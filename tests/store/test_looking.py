"""Looking at a file before it is opened: what is missing of it, and what is said of it."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from leo import NotALeo, StoreError
from leo.store.looking import missing_from, require_known, size_of, store_error
from leo.store.schema import APPLICATION_ID, VERSION


def made(path: Path, page: int) -> bytes:
    """Make a Leo's file with pages of a size, and read it."""
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.execute(f"PRAGMA page_size={page}")
        file.execute(f"PRAGMA application_id={APPLICATION_ID}")
        file.execute("CREATE TABLE journal (x)")
        file.commit()
    return path.read_bytes()


def uncounted(data: bytes) -> bytes:
    """Leave out how many pages there are, as old versions of SQLite do."""
    return data[:28] + bytes(4) + data[32:]


CUT: dict[str, tuple[Callable[[bytes], bytes], int | None]] = {
    "whole": (lambda data: data, 0),
    "its last byte": (lambda data: data[:-1], 1),
    "all but its head": (lambda data: data[:100], None),
    "its head": (lambda data: data[:99], 0),
    "uncounted": (uncounted, 0),
    "uncounted, its last byte": (lambda data: uncounted(data)[:-1], 1),
    "another's": (lambda data: data[:68] + b"else" + data[72:-1], 0),
}


@pytest.mark.parametrize("page", [512, 65536])
@pytest.mark.parametrize("kind", CUT)
def test_how_much_is_missing(path: Path, kind: str, page: int) -> None:
    """It is told to the byte, for pages of any size; of what is no Leo's nothing is known."""
    whole = made(path, page)
    assert len(whole) == 2 * page
    cut, missing = CUT[kind]
    path.write_bytes(cut(whole))

    assert missing_from(path) == (len(whole) - 100 if missing is None else missing)


def test_only_a_log_with_something_in_it_may_hold_the_rest(path: Path) -> None:
    """An empty one beside the file adds nothing."""
    path.write_bytes(made(path, 4096)[:-7])
    log = path.with_name(f"{path.name}-wal")
    log.touch()
    assert missing_from(path) == 7
    log.write_bytes(b"x")
    assert missing_from(path) == 0


def test_a_log_belongs_to_the_size_of_a_file(path: Path) -> None:
    """The bytes of both are told together."""
    path.write_bytes(bytes(70))
    assert size_of(path) == 70
    path.with_name(f"{path.name}-wal").write_bytes(bytes(9))
    assert size_of(path) == 79


def test_a_newer_schema_is_one_above_ours(path: Path) -> None:
    """Our own is known."""
    require_known(path, VERSION)
    with pytest.raises(StoreError, match=rf"newer leo \(schema {VERSION + 1}, .* {VERSION}\)"):
        require_known(path, VERSION + 1)


@pytest.mark.parametrize(
    ("said", "way_out"),
    [
        ("database is locked", "close that program"),
        ("attempt to write a readonly database", "you may write to the file"),
        ("database or disk is full", "make room"),
        ("disk I/O error", "failing"),
        ("database disk image is malformed", "leo doctor"),
        ("unable to open database file", "ulimit"),
        ("something new", "a readable, undamaged file"),
    ],
)
def test_what_sqlite_says_has_a_way_out(path: Path, said: str, way_out: str) -> None:
    """The file is named, and is not taken for another program's."""
    error = store_error(path, sqlite3.OperationalError(said))

    assert type(error) is StoreError
    assert f"cannot use {path}: {said}; " in str(error)
    assert way_out in str(error)


def test_what_is_no_database_is_no_leo(path: Path) -> None:
    """Only SQLite itself can tell that."""
    said = "file is not a database"

    assert type(store_error(path, sqlite3.DatabaseError(said))) is NotALeo
    assert type(store_error(path, ValueError(said))) is StoreError
