"""The one connection of a Leo to his file: reads, and transactions that happen or do not."""

import asyncio
import contextlib
import logging
import sqlite3
import threading
import zlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import aiosqlite

from leo.errors import CommitFailed, NotALeo, StoreError
from leo.module import SqlValue, Write
from leo.store.holder import Holder, hold
from leo.store.schema import APPLICATION_ID, MIGRATIONS, VERSION

log = logging.getLogger("leo")

__all__ = ["BODY", "CHUNK_ROWS", "LOG_BYTES", "SCRUB", "Database", "Reading"]

CHUNK_ROWS = 512
"""Rows per statement hop; the database thread shares the interpreter with the event loop."""

BUSY_MS = 5_000
"""How long SQLite waits for a reader that holds the file."""

LOG_BYTES = 4 << 20
"""Largest write-ahead log that stays on the disk; a large transaction's is cut soon after it."""

SETTINGS = f"PRAGMA synchronous=FULL; PRAGMA journal_size_limit={LOG_BYTES}"
"""What a connection is told."""

BODY = "coalesce(inflated(packed), body)"
"""A journal entry's body, whether it was deflated or not."""

SCRUB = Write("INSERT OR IGNORE INTO chores VALUES ('scrub')")
"""Written with what erases texts, so that `Database.scrub` is done even after a crash."""

REFUSED = (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, TypeError)
"""What a statement, or a value that SQLite does not keep, can raise."""


class Reading:
    """An open file that is only looked at, also while a Leo lives in it. Made by `look`.

    Parameters
    ----------
    path
        The file.
    connection
        The connection to it.
    """

    def __init__(self, path: Path, connection: aiosqlite.Connection) -> None:
        self.path = path
        self.connection = connection

    @classmethod
    async def look(cls, path: Path) -> "Reading":
        """Open a Leo's file for reading.

        Raises
        ------
        NotALeo
            If it is something else.
        StoreError
            If it is missing, or cannot be read.
        """
        if not await asyncio.to_thread(path.exists):
            raise StoreError(f"there is no Leo at {path}; open an AsyncLeoField there first")
        await asyncio.to_thread(_check, path)
        return cls(path, await _connect(f"{path.as_uri()}?mode=ro", path))

    async def fetch(
        self, sql: str, parameters: Sequence[SqlValue] = ()
    ) -> list[tuple[SqlValue, ...]]:
        """Run one SELECT and give all its rows.

        Raises
        ------
        StoreError
            If the file cannot be read, or is damaged.
        """
        try:
            rows = await self.connection.execute_fetchall(sql, parameters)
        except sqlite3.Error as error:
            raise _store_error(self.path, error) from error
        return [tuple(row) for row in rows]

    async def close(self) -> None:
        """Close the connection; closing twice is closing once."""
        await self.connection.close()


class Database(Reading):
    """An open file. Made by `open`; used by one Leo, under his lock.

    Parameters
    ----------
    path
        The file.
    connection
        Its only connection.
    holder
        The lock that keeps others out.
    """

    def __init__(self, path: Path, connection: aiosqlite.Connection, holder: Holder) -> None:
        super().__init__(path, connection)
        self._holder: Holder | None = holder
        self.asleep = False
        """Whether the file is held without a connection to it."""

    @classmethod
    async def open(cls, path: Path) -> "Database":
        """Take the file, check that it is a Leo's or new, and bring its schema up to date.

        Raises
        ------
        FieldBusy
            If somebody else has it.
        NotALeo
            If it is something else; it is left as it was.
        StoreError
            If it cannot be read or written.
        """
        holder = await asyncio.to_thread(hold, path)
        try:
            await asyncio.to_thread(_check, path)
            connection = await _connect(path.as_uri(), path)
        except BaseException:
            await asyncio.to_thread(holder.release)
            raise
        database = cls(path, connection, holder)
        try:
            await database._prepare()
        except BaseException:
            await database.close()
            raise
        return database

    async def _prepare(self) -> None:
        version = await self._pragma("user_version")
        mode = (await self.fetch("PRAGMA journal_mode=WAL"))[0][0]
        if mode != "wal":
            raise StoreError(
                f"{self.path} cannot use a write-ahead log (got {mode!r}), as happens on "
                "network folders; put the file on a local disk (LEO_HOME, or another path)"
            )
        await self.connection.executescript(SETTINGS)
        await self._migrate(version)

    async def _migrate(self, version: int) -> None:
        for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
            writes = [Write(statement) for statement in statements]
            writes.append(Write(f"PRAGMA application_id={APPLICATION_ID}"))
            writes.append(Write(f"PRAGMA user_version={number}"))
            await self.write(writes)

    async def _pragma(self, name: str) -> int:
        return int(str((await self.fetch(f"PRAGMA {name}"))[0][0]))

    async def write(self, writes: Sequence[Write]) -> None:
        """Run all writes in one transaction, or none of them.

        It must not be cancelled half way: whoever can be cancelled runs it shielded.

        Raises
        ------
        CommitFailed
            If a statement or the commit failed; everything was rolled back.
        """
        try:
            await self.connection.execute("BEGIN IMMEDIATE")
            for write in writes:
                await self._run(write)
            await self.connection.execute("COMMIT")
        except REFUSED as error:
            if self.connection.in_transaction:
                await self.connection.execute("ROLLBACK")
            raise CommitFailed(
                f"could not write to {self.path}: {error}; nothing of it happened. Check the "
                "free space, the permissions of the folder and how many files are open "
                "(ulimit -n), then try again"
            ) from error

    async def copy(self, path: Path) -> None:
        """Write everything that is committed into a new file.

        Raises
        ------
        StoreError
            If there is a file already, or it cannot be written.
        """
        if await asyncio.to_thread(path.exists):
            raise StoreError(f"{path} exists already; choose another name for the copy")
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        try:
            await self.connection.execute("VACUUM INTO ?", (str(path),))
        except sqlite3.Error as error:
            raise _store_error(path, error) from error

    async def erase(self, writes: Sequence[Write]) -> None:
        """Do what `write` does, with zeros over what is deleted; `scrub` is to follow."""
        await self.fetch("PRAGMA secure_delete=ON")
        await self.write([*writes, SCRUB])

    async def soiled(self) -> bool:
        """Tell whether texts were erased and the file was not scrubbed since."""
        return bool(await self.fetch("SELECT 1 FROM chores WHERE chore = 'scrub'"))

    async def shrink(self) -> tuple[int, int]:
        """Give back the room that is not used any more: bytes of the file before and after.

        Raises
        ------
        StoreError
            If somebody reads the file just now, or the disk has no room for a copy of it.
        """
        before = await asyncio.to_thread(_size, self.path)
        try:
            await self.connection.execute_fetchall("VACUUM")
            rows = await self.connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise _store_error(self.path, error) from error
        if any(busy for busy, *_ in rows):
            raise StoreError(
                f"{self.path} is smaller inside, but somebody reads it just now and it keeps its "
                "room; close what reads it, and compact it again"
            )
        return before, await asyncio.to_thread(_size, self.path)

    async def scrub(self) -> None:
        """Write the file anew and empty its log, so that no old byte is left in either.

        Raises
        ------
        StoreError
            If somebody reads the file just now, or the disk is full; it can be tried again.
        """
        try:
            await self.connection.execute_fetchall("PRAGMA secure_delete=ON")
            await self.connection.execute_fetchall("VACUUM")
            rows = await self.connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise _unclean(self.path, str(error)) from error
        if any(busy for busy, *_ in rows):
            raise _unclean(self.path, "somebody is reading it")
        await self.write([Write("DELETE FROM chores WHERE chore = 'scrub'")])

    async def _run(self, write: Write) -> None:
        if write.rows == ((),):
            await self.connection.execute(write.sql)
            return
        for i in range(0, len(write.rows), CHUNK_ROWS):
            await self.connection.executemany(write.sql, write.rows[i : i + CHUNK_ROWS])

    async def sleep(self) -> None:
        """Close the connection, and its thread with it; the file stays held."""
        self.asleep = True
        await self.connection.close()
        if self._holder is not None:
            try:
                await asyncio.to_thread(self._holder.doze)
            except OSError as error:  # he sleeps all the same, and keeps one file open
                log.warning("%s stays open while he sleeps: %s", self._holder.path, error)

    async def wake(self) -> None:
        """Connect to the file again; nothing to do while connected.

        Raises
        ------
        StoreError
            If the file is gone or cannot be opened any more, or somebody else had it meanwhile.
        """
        if self.asleep:
            if self._holder is not None:
                await asyncio.to_thread(self._holder.wake)
            self.connection = await _connect(f"{self.path.as_uri()}?mode=rw", self.path)
            self.asleep = False
            await self.connection.executescript(SETTINGS)

    async def close(self) -> None:
        """Close the connection and let the file go; closing twice is closing once."""
        await super().close()
        if self._holder is not None:
            holder, self._holder = self._holder, None
            await asyncio.to_thread(holder.release)

    async def __aenter__(self) -> "Database":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def _check(path: Path) -> None:
    """Refuse a file that is no Leo's, without touching it or a log beside it."""
    if not path.exists() or path.stat().st_size == 0:
        return
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
    except sqlite3.Error as error:
        raise _store_error(path, error) from error
    if found != APPLICATION_ID and (found or version or tables):
        raise NotALeo(f"{path} is an SQLite file of something else, and was left as it is")
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer leo (schema {version}, this one knows "
            f"{VERSION}); upgrade leo to open it"
        )


async def _connect(uri: str, path: Path) -> aiosqlite.Connection:
    connection = aiosqlite.connect(uri, uri=True, isolation_level=None, timeout=BUSY_MS / 1000)
    _let_interpreter_exit(connection)
    try:
        opened = await connection
        await opened.create_function("inflated", 1, _inflated, deterministic=True)
    except sqlite3.Error as error:
        raise _store_error(path, error) from error
    return opened


def _inflated(packed: bytes | None) -> str | None:
    return None if packed is None else zlib.decompress(packed).decode()


def _let_interpreter_exit(connection: aiosqlite.Connection) -> None:
    # A Leo that somebody forgot to close must not keep Python from ending. The library starts
    # a plain thread (up to 0.21 the connection is that thread); a daemon is left behind at exit,
    # which is safe: what was committed is on disk, and SQLite drops what was not.
    thread = connection if isinstance(connection, threading.Thread) else connection._thread
    thread.daemon = True


def _size(path: Path) -> int:
    wal = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (wal.stat().st_size if wal.exists() else 0)


def _unclean(path: Path, why: str) -> StoreError:
    return StoreError(
        f"what was to be forgotten is forgotten, but its bytes are still in {path}: {why}. Close "
        "whatever reads the file and see that the disk has room for a copy of it; it is written "
        "anew when Leo is next opened, or forgets again"
    )


def _store_error(path: Path, error: sqlite3.Error) -> StoreError:
    if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
        return NotALeo(f"{path} is not an SQLite file, and was left as it is")
    more = ""
    if "unable to open" in str(error):  # SQLite tells no more than that
        more = ". If it is, too many files may be open: close some Leos, or allow more (ulimit -n)"
    return StoreError(
        f"cannot use {path}: {error}; check that it is a readable, undamaged file in a folder "
        f"you may write to{more}"
    )
