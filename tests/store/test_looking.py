"""Looking at a file before it is opened: how much of it is missing."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from leo.store.looking import missing_from
from leo.store.schema import APPLICATION_ID


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
