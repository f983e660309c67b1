"""Looking at a file before it is opened, and saying what is wrong with it and what helps.

All of this but the errors blocks on the disk: call it in a thread.
"""

import contextlib
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from leo.errors import CommitFailed, NotALeo, StoreError
from leo.store.schema import APPLICATION_ID, VERSION

__all__ = [
    "MISREAD",
    "check",
    "commit_failed",
    "is_there",
    "missing_from",
    "real",
    "require_known",
    "size_of",
    "store_error",
    "unclean",
]

MISREAD: Final = (sqlite3.Error, UnicodeDecodeError)
"""What is raised where SQLite cannot read; the second where its message quotes a damaged name."""

DOCTOR: Final = "`python -m leo doctor` tells what is damaged, and saves what can be read"

DAMAGED: Final = f"the file is damaged: {DOCTOR}"

WAYS_OUT: Final = (
    ("locked", "another program is writing to it: close that program"),
    ("readonly", "see that you may write to the file and to its folder"),
    ("full", "make room on the disk"),
    ("disk I/O", "see whether the disk is full, too slow to be reached, or failing"),
    ("malformed", DAMAGED),
    ("codec can't decode", DAMAGED),
    ("unable to open", "see that its folder is there, or allow more open files (ulimit -n)"),
)
"""What SQLite says, and what helps."""

CHECK: Final = "check that it is a readable, undamaged file in a folder you may write to"

ANYTHING: Final = (
    "check the free space, the permissions of the folder and how many files are open (ulimit -n)"
)

MAGIC: Final = b"SQLite format 3\0"
HEAD_BYTES: Final = 100
PAGE_BYTES: Final = slice(16, 18)
PAGES: Final = slice(28, 32)
SCHEMA: Final = slice(60, 64)
ID: Final = slice(68, 72)
"""How a database begins, and where in it stand the size of a page, how many there are, the schema
and the application."""

LARGEST: Final = 1 << 16
"""Bytes of a page whose size is given as 1."""

LEFT: Final = frozenset({".packs", ".json", ".bak"})
"""What names beside a file end in that a Leo left there."""


def real(path: Path) -> Path:
    """Give the file itself where a path is a link to it: it has one lock, whatever its names.

    Raises
    ------
    StoreError
        If that cannot be seen.
    """
    try:
        return path.resolve() if path.is_symlink() else path
    except (OSError, RuntimeError) as error:  # the latter where links go round in a circle
        raise _unseen(path, error) from error


def is_there(path: Path) -> bool:
    """Tell whether there is a file.

    Raises
    ------
    StoreError
        If that cannot be seen.
    """
    try:
        return path.exists()
    except OSError as error:
        raise _unseen(path, error) from error


def size_of(path: Path) -> int:
    """Give the bytes of a database and its log.

    Raises
    ------
    StoreError
        If that cannot be seen.
    """
    wal = path.with_name(f"{path.name}-wal")
    try:
        return path.stat().st_size + (wal.stat().st_size if wal.exists() else 0)
    except OSError as error:
        raise _unseen(path, error) from error


def check(path: Path) -> None:
    """Refuse a file that is no Leo's, without touching it or a log beside it.

    Raises
    ------
    NotALeo
        If it is something else.
    StoreError
        If it is damaged, newer than this program, or cannot be read.
    """
    try:
        if not path.exists():
            return
        if path.stat().st_size == 0:
            _require_newborn(path)
            return
        head, waiting = _head_of(path), _has_log(path)
        missing = missing_from(path)
    except OSError as error:
        raise _unseen(path, error) from error
    if head is None:
        raise NotALeo(f"{path} is not an SQLite file, and was left as it is")
    if missing:
        raise StoreError(f"cannot use {path}: its last {missing} bytes are missing; {DAMAGED}")
    # When a full disk or a crash stops SQLite while it takes a log in, the file alone makes no
    # sense; with its log it does, and SQLite goes on with it when it is opened.
    if not (waiting and head.application == APPLICATION_ID):
        _require_mine(path, *_looked_at(path))
    require_known(path, head.schema)


def missing_from(path: Path) -> int:
    """Tell how many bytes are missing at the end of a Leo's file that no log is to be added to.

    SQLite opens such a file as if it were whole, when only a part of the last page is missing.

    Raises
    ------
    OSError
        If that cannot be seen.
    """
    head = _head_of(path)
    if head is None or head.application != APPLICATION_ID or _has_log(path):
        return 0
    return max(0, head.size - path.stat().st_size)


def require_known(path: Path, version: int) -> None:
    """Refuse the schema of a newer program.

    Raises
    ------
    StoreError
        If it is one.
    """
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer leo (schema {version}, this one knows "
            f"{VERSION}); upgrade leo to open it"
        )


@dataclass(frozen=True, slots=True)
class _Head:
    """What the first bytes of a database say: whose it is, its schema, how many bytes it has."""

    application: int
    schema: int
    size: int


def _head_of(path: Path) -> _Head | None:
    """Read the head of a database by hand; ``None`` if it is none."""
    with path.open("rb") as file:
        head, size = file.read(HEAD_BYTES), os.fstat(file.fileno()).st_size
    if len(head) < HEAD_BYTES or not head.startswith(MAGIC):
        return None
    schema, application, page, pages = (
        int.from_bytes(head[at]) for at in (SCHEMA, ID, PAGE_BYTES, PAGES)
    )
    page = LARGEST if page <= 1 else page
    return _Head(application, schema, max(pages, -(-size // page)) * page)


def _has_log(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _require_mine(path: Path, application: int, schema: int, tables: int) -> None:
    if application != APPLICATION_ID and (application or schema or tables):
        raise NotALeo(f"{path} is an SQLite file of something else, and was left as it is")


def _looked_at(path: Path) -> tuple[int, int, int]:
    look = f"{path.as_uri()}?mode=ro&immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(look, uri=True)) as file:
            found, version, tables = (
                file.execute(sql).fetchone()[0]
                for sql in (
                    "PRAGMA application_id",
                    "PRAGMA user_version",
                    "SELECT count(*) FROM sqlite_master",
                )
            )
    except MISREAD as error:
        raise store_error(path, error) from error
    return found, version, tables


def _require_newborn(path: Path) -> None:
    """Refuse to be born into an empty file beside which there are traces of a life."""
    traces = [path.with_name(f"{path.name}-wal")] if _has_log(path) else []
    beside = (one for one in path.parent.iterdir() if one.name.startswith(f"{path.name}."))
    traces += [one for one in beside if one.suffix in LEFT]
    if traces:
        raise StoreError(
            f"{path} is empty, but a Leo lived there: {traces[0].name} is left of him. Restore the "
            "file from a copy; or, for a new Leo, choose another path or delete what is left"
        )


def _unseen(path: Path, error: OSError | RuntimeError) -> StoreError:
    why = error.strerror if isinstance(error, OSError) else error
    return StoreError(f"cannot look at {path}: {why}; check that it is in a folder you may read")


# ---------------------------------------------------------------- what went wrong


def store_error(path: Path, error: Exception) -> StoreError:
    """Name the file, what SQLite says, and the way out."""
    if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
        return NotALeo(f"{path} is not an SQLite file, and was left as it is")
    return StoreError(f"cannot use {path}: {error}; {_way_out(error, CHECK)}")


def commit_failed(path: Path, error: Exception) -> CommitFailed:
    """Name the file, what SQLite says, and the way out of a transaction that was undone."""
    return CommitFailed(
        f"could not write to {path}: {error}; nothing of it happened. "
        f"{_way_out(error, ANYTHING).capitalize()}, then try again"
    )


def unclean(path: Path, why: str) -> StoreError:
    """Say that old bytes are left in a file, and when they will go."""
    return StoreError(
        f"what was to be forgotten is forgotten, but its bytes are still in {path}: {why}. Close "
        "whatever reads the file and see that the disk has room for a copy of it; it is written "
        "anew when Leo is next opened, or forgets again"
    )


def _way_out(error: Exception, otherwise: str) -> str:
    return next((way for said, way in WAYS_OUT if said in str(error)), otherwise)
