"""Failures on demand: every SQLite statement and every file operation in a folder can fail.

The store is the real one, on a real disk. What is scripted is one call: the n-th that touches
the folder raises what a full disk, a locked file, a broken disk or a missing permission raises.
Statements and rows are reached through a subclass of SQLite's own connection; opening, renaming,
removing and the like through Python's audit events; writing through a subclass of `io.FileIO`;
and what has no audit event (`os.stat`, `os.fsync`) by its name.
"""

import errno
import io
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiofiles.threadpool
import pytest

__all__ = ["KINDS", "Faults", "Kind", "faults_in"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A way in which a disk fails.

    Attributes
    ----------
    name
        What it is called.
    number
        The ``errno`` of a failing file operation.
    says
        What SQLite says.
    code
        Its error code.
    undone
        Whether SQLite ends the transaction by itself, as it may on a full disk.
    """

    name: str
    number: int
    says: str
    code: int
    undone: bool = False


KINDS: Final = (
    Kind("full", errno.ENOSPC, "database or disk is full", sqlite3.SQLITE_FULL, undone=True),
    Kind("locked", errno.EBUSY, "database is locked", sqlite3.SQLITE_BUSY),
    Kind("broken", errno.EIO, "disk I/O error", sqlite3.SQLITE_IOERR),
    Kind("undone", errno.EROFS, "disk I/O error", sqlite3.SQLITE_IOERR, undone=True),
    Kind(
        "forbidden",
        errno.EACCES,
        "attempt to write a readonly database",
        sqlite3.SQLITE_READONLY,
    ),
    Kind("no handles", errno.EMFILE, "unable to open database file", sqlite3.SQLITE_CANTOPEN),
)

PATHS: Final = {
    "open": (0,),
    "os.mkdir": (0,),
    "os.rename": (0, 1),
    "os.remove": (0,),
    "os.rmdir": (0,),
    "os.link": (0, 1),
    "os.listdir": (0,),
    "os.scandir": (0,),
    "os.truncate": (0,),
    "os.chmod": (0,),
    "os.utime": (0,),
    "fcntl.flock": (0,),
    "fcntl.lockf": (0,),
    "mmap.__new__": (0,),
}
"""Audit events that are file operations, and which of their arguments name files."""

DESCRIPTORS: Final = Path("/proc/self/fd")


@dataclass
class Faults:
    """The calls that touch a folder, and which of them fails.

    Attributes
    ----------
    folder
        The folder.
    calls
        Every call since `arm`, by name.
    failed
        What was made to fail since `arm`.
    """

    folder: Path
    calls: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    _kind: Kind | None = None
    _at: int = 0
    _last: int = 0
    _armed: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def armed(self, at: int, kind: Kind, lasting: int = 1) -> Iterator[None]:
        """Let a call fail, the first being 1, and as many after it as are ``lasting``."""
        self.calls, self.failed = [], []
        self._at, self._last, self._kind = at, at + lasting - 1, kind
        self._armed = True
        try:
            yield
        finally:
            self._armed = False

    def file(self, name: str, *paths: object) -> None:
        """Count a file operation, and let it fail if it is its turn."""
        if not self._armed or not any(map(self._inside, paths)):
            return
        kind = self._due(name)
        if kind is not None:
            raise OSError(kind.number, os.strerror(kind.number), str(paths[0]))

    def statement(self, name: str, connection: sqlite3.Connection | None) -> None:
        """Count a statement, and let it fail if it is its turn."""
        if not self._armed:
            return
        kind = self._due(name)
        if kind is None:
            return
        if kind.undone and connection is not None and connection.in_transaction:
            sqlite3.Connection.rollback(connection)
        error = sqlite3.OperationalError(kind.says)
        error.sqlite_errorcode = kind.code
        raise error

    def holds(self, database: str) -> bool:
        """Tell whether a database, given as path or URI, is in the folder."""
        return str(self.folder) in database

    def _due(self, name: str) -> Kind | None:
        with self._lock:
            self.calls.append(name)
            if self._at <= len(self.calls) <= self._last:
                self.failed.append(name)
                return self._kind
        return None

    def _inside(self, path: object) -> bool:
        if isinstance(path, int):
            try:
                path = (DESCRIPTORS / str(path)).readlink()
            except OSError:
                return False
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        name = os.fsdecode(path)
        # Without a slash it is relative to a descriptor of a folder, as in shutil.rmtree.
        return name.startswith(str(self.folder)) or "/" not in name


_current: Faults | None = None


def _audited(event: str, arguments: tuple[Any, ...]) -> None:
    if _current is None:
        return
    places = PATHS.get(event)
    if places is not None:
        _current.file(event, *(arguments[i] for i in places))


sys.addaudithook(_audited)  # for ever; it does nothing while no test asks for faults


class _Cursor(sqlite3.Cursor):
    def execute(self, sql: str, *arguments: Any) -> "_Cursor":
        _statement(_short(sql), self.connection)
        super().execute(sql, *arguments)
        return self

    def executemany(self, sql: str, *arguments: Any) -> "_Cursor":
        _statement(_short(sql), self.connection)
        super().executemany(sql, *arguments)
        return self

    def fetchall(self) -> list[Any]:
        self._step("fetchall")
        return super().fetchall()

    def fetchone(self) -> Any:
        self._step("fetchone")
        return super().fetchone()

    def _step(self, name: str) -> None:
        try:
            _statement(name, self.connection)
        except sqlite3.Error:
            self.close()  # a statement that fails half-way is over, as SQLite has it
            raise


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, *arguments: Any) -> Any:
        return self.cursor().execute(sql, *arguments)

    def executemany(self, sql: str, *arguments: Any) -> Any:
        return self.cursor().executemany(sql, *arguments)


def _statement(name: str, connection: sqlite3.Connection | None) -> None:
    if _current is not None:
        _current.statement(name, connection)


def _short(sql: str) -> str:
    return " ".join(sql.split())[:60]


class _Raw(io.FileIO):
    def write(self, data: Any) -> int:
        if _current is not None:
            _current.file("write", self.name)
        return super().write(data)

    def truncate(self, size: int | None = None) -> int:
        if _current is not None:
            _current.file("truncate", self.name)
        return super().truncate(size)


def _opened(
    file: Any,
    mode: str = "r",
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    **more: Any,
) -> Any:
    """Open a file as `open` does, but for its lowest layer where it is written to."""
    if isinstance(file, int) or not {"w", "a", "x", "+"} & set(mode):
        return io_open(file, mode, buffering, encoding, errors, newline, **more)
    raw = _Raw(os.fspath(file), mode.replace("b", "").replace("t", ""))
    if not buffering:
        return raw
    buffered = (io.BufferedRandom if "+" in mode else io.BufferedWriter)(raw)
    if "b" in mode:
        return buffered
    return io.TextIOWrapper(buffered, encoding, errors, newline)


io_open = io.open


def _named(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def counted(path: Any, *arguments: Any, **options: Any) -> Any:
        if _current is not None:
            _current.file(name, path)
        return call(path, *arguments, **options)

    return counted


@contextmanager
def faults_in(folder: Path) -> Iterator[Faults]:
    """Watch a folder, so that calls that touch it can be made to fail."""
    global _current  # noqa: PLW0603  an audit hook can only look at a global
    faults = Faults(folder)
    connect = sqlite3.connect

    def connected(database: Any, *arguments: Any, **options: Any) -> sqlite3.Connection:
        name = os.fsdecode(database)
        if faults.holds(name):
            faults.statement("connect", None)
            options["factory"] = _Connection
        opened: sqlite3.Connection = connect(database, *arguments, **options)
        return opened

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", connected)
        patch.setattr(io, "open", _opened)
        patch.setattr(aiofiles.threadpool, "sync_open", _opened)
        for name in ("stat", "lstat", "fsync"):
            patch.setattr(os, name, _named(name, getattr(os, name)))
        _current = faults
        try:
            yield faults
        finally:
            _current = None
