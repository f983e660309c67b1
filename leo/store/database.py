"""The one connection of a Leo to his file: reads, and transactions that happen or do not."""

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import aiosqlite

from leo.errors import StoreError
from leo.module import SqlValue, Write
from leo.store.connecting import connected, ended
from leo.store.copying import LIFE, begun, check_room, discarded, finished, put_aside
from leo.store.holder import Holder, hold
from leo.store.looking import (
    MISREAD,
    check,
    commit_failed,
    is_there,
    real,
    require_known,
    size_of,
    store_error,
    unclean,
)
from leo.store.schema import APPLICATION_ID, MIGRATIONS, VERSION

log = logging.getLogger("leo")

__all__ = ["BODY", "CHUNK_ROWS", "LOG_BYTES", "SCRUB", "Database", "Reading"]

CHUNK_ROWS = 512
"""Rows per statement hop; the database thread shares the interpreter with the event loop."""

LOG_BYTES = 4 << 20
"""Largest write-ahead log that stays on the disk; a large transaction's is cut soon after it."""

SETTINGS = ("PRAGMA synchronous=FULL", f"PRAGMA journal_size_limit={LOG_BYTES}")
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
    async def look(cls, path: Path, *, still: bool = False) -> "Reading":
        """Open a Leo's file for reading.

        Parameters
        ----------
        path
            The file.
        still
            Whether nobody writes to it meanwhile: then no log is made beside it.

        Raises
        ------
        NotALeo
            If it is something else.
        StoreError
            If it is missing, or cannot be read.
        """
        if not await asyncio.to_thread(is_there, path):
            raise StoreError(f"there is no Leo at {path}; open an AsyncLeoField there first")
        await asyncio.to_thread(check, path)
        how = "mode=ro&immutable=1" if still else "mode=ro"
        return cls(path, await connected(f"{path.as_uri()}?{how}", path))

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
        except MISREAD as error:
            raise store_error(self.path, error) from error
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
            If it cannot be read or written, is newer than this program, or has a second name.
        """
        path, known_as = await asyncio.to_thread(real, path), path
        holder = await _held(path, known_as)
        try:
            await asyncio.to_thread(check, path)
            connection = await connected(path.as_uri(), path)
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
        require_known(self.path, version)  # of what is only in the log, too
        mode = (await self.fetch("PRAGMA journal_mode=WAL"))[0][0]
        if mode != "wal":
            raise StoreError(
                f"{self.path} cannot use a write-ahead log (got {mode!r}), as happens on "
                "network folders; put the file on a local disk (LEO_HOME, or another path)"
            )
        await self._set_up()
        await self.write([])  # now is the time to tell that it cannot be written to
        if version < VERSION:
            await self._migrate(version)

    async def _set_up(self) -> None:
        for setting in SETTINGS:
            await self.fetch(setting)

    async def _migrate(self, version: int) -> None:
        if version:
            await self._put_aside(version)
        statements = [Write(one) for migration in MIGRATIONS[version:] for one in migration]
        statements.append(Write(f"PRAGMA application_id={APPLICATION_ID}"))
        statements.append(Write(f"PRAGMA user_version={VERSION}"))
        await self.write(statements)

    async def _put_aside(self, version: int) -> None:
        life = (await self.fetch(LIFE))[0]
        place = await put_aside(self.path, version, life, self.copy)
        log.warning(
            "%s has schema %d and is brought up to date (%d); as it was it is kept in %s",
            *(self.path, version, VERSION, place),
        )

    async def _pragma(self, name: str) -> int:
        return int(str((await self.fetch(f"PRAGMA {name}"))[0][0]))

    async def write(self, writes: Sequence[Write]) -> None:
        """Run all writes in one transaction, or none of them.

        It must not be cancelled half way: whoever can be cancelled runs it shielded.

        Raises
        ------
        CommitFailed
            If a statement or the commit failed; everything was rolled back.
        StoreError
            If the file was taken away.
        FieldBusy
            If its lock was.
        """
        if self._holder is not None:
            await asyncio.to_thread(self._holder.require)
        try:
            await self.connection.execute("BEGIN IMMEDIATE")
            for write in writes:
                await self._run(write)
            await self.connection.execute("COMMIT")
        except REFUSED as error:
            await self._undo()
            raise commit_failed(self.path, error) from error

    async def _undo(self) -> None:
        """Leave a transaction that failed; a connection that cannot is given up with it."""
        try:
            if self.connection.in_transaction:
                await self.connection.execute("ROLLBACK")
        except REFUSED as error:
            log.warning("%s: could not roll back (%s); connecting anew", self.path, error)
            await self.sleep()

    async def copy(self, path: Path) -> None:
        """Write everything that is committed into a new file.

        Raises
        ------
        StoreError
            If there is a file already, or what SQLite left of one, or it cannot be written.
        """
        await asyncio.to_thread(check_room, path)
        try:
            draft = await asyncio.to_thread(begun, path)
            try:
                await self.connection.execute("VACUUM INTO ?", (str(draft),))
                await asyncio.to_thread(finished, draft, path)
            except BaseException:
                await asyncio.to_thread(discarded, draft)
                raise
        except MISREAD as error:
            raise store_error(path, error) from error
        except OSError as error:
            raise StoreError(
                f"cannot write {path}: {error.strerror}; make room, or choose a folder you may "
                "write to"
            ) from error

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
        before = await asyncio.to_thread(size_of, self.path)
        try:
            await self.connection.execute_fetchall("VACUUM")
            rows = await self.connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
        except MISREAD as error:
            raise store_error(self.path, error) from error
        if any(busy for busy, *_ in rows):
            raise StoreError(
                f"{self.path} is smaller inside, but somebody reads it just now and it keeps its "
                "room; close what reads it, and compact it again"
            )
        return before, await asyncio.to_thread(size_of, self.path)

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
        except MISREAD as error:
            raise unclean(self.path, str(error)) from error
        if any(busy for busy, *_ in rows):
            raise unclean(self.path, "somebody is reading it")
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
            except StoreError as error:  # he sleeps all the same, and keeps one file open
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
            self.connection = await connected(f"{self.path.as_uri()}?mode=rw", self.path)
            try:
                await self._set_up()
            except BaseException:
                await self.connection.close()
                raise
            self.asleep = False

    async def close(self) -> None:
        """Close the connection and let the file go; closing twice is closing once."""
        await super().close()
        await self._let_go()

    async def _let_go(self) -> None:
        if self._holder is not None:
            holder, self._holder = self._holder, None
            await asyncio.to_thread(holder.release)

    async def abandon(self) -> None:
        """Close the file when the event loop that it was opened on has ended.

        What was under way then is not waited for; SQLite takes back what was not committed.
        """
        try:
            await ended(self.connection)
        finally:
            await self._let_go()

    async def __aenter__(self) -> "Database":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


async def _held(path: Path, known_as: Path) -> Holder:
    """Take a file; one who is cancelled while its thread does so lets it go again."""
    taking = asyncio.ensure_future(asyncio.to_thread(hold, path, known_as))
    try:
        return await asyncio.shield(taking)
    except asyncio.CancelledError:
        await asyncio.wait([taking])
        if not taking.cancelled() and taking.exception() is None:
            await asyncio.to_thread(taking.result().release)
        raise
