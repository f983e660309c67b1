"""A file that is looked at: as it was at one moment, and without a trace."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from leo.errors import StoreError
from leo.store.database import Reading
from leo.store.looking import MISREAD, missing_from, real, store_error
from leo.store.schema import MIGRATIONS, VERSION

__all__ = ["Looked", "looking"]


@dataclass(frozen=True, slots=True)
class Looked:
    """A file, and the way to read it.

    Attributes
    ----------
    file
        The file itself, be it that a link to it was given.
    reading
        Reads it: as it was at one moment, whoever writes to it meanwhile.
    version
        The schema of the file; ``reading`` is of the newest.
    still
        Whether nobody writes to it.
    missing
        Bytes that are missing at its end; ``reading`` finds zeros there.
    """

    file: Path
    reading: Reading
    version: int
    still: bool
    missing: int

    async def again(self) -> None:
        """Look at it as it is now."""
        try:
            await self.reading.connection.execute("COMMIT")
            await self.reading.connection.execute("BEGIN")
        except MISREAD as error:
            raise store_error(self.file, error) from error


@asynccontextmanager
async def looking(path: Path) -> AsyncIterator[Looked]:
    """Look at a file; nothing of it is changed.

    Raises
    ------
    NotALeo
        If it is something else.
    StoreError
        If it is missing, newer than this program, or so damaged that nothing can be read.
    """
    file = await asyncio.to_thread(real, path)
    # Without a log nobody has it open. Then none is made, as SQLite would even for reading.
    still = not await asyncio.to_thread(file.with_name(f"{file.name}-wal").exists)
    async with contextlib.AsyncExitStack() as stack:
        missing = await _missing(file)
        whole = stack.enter_context(tempfile.TemporaryDirectory(prefix="leo-doctor-"))
        shown = await asyncio.to_thread(_padded, file, missing, Path(whole)) if missing else file
        try:
            reading = await Reading.look(shown, still=still)
        except StoreError as error:
            if missing:
                raise StoreError(
                    f"the last {missing} bytes of {file} are missing, and nothing of what is left "
                    "can be read; restore it from a copy"
                ) from error
            raise
        reading.path = file
        stack.push_async_callback(reading.close)
        version = int(str((await reading.fetch("PRAGMA user_version"))[0][0]))
        if not version:
            raise StoreError(f"{file} is empty: no Leo was born in it yet")
        if version < VERSION:
            reading = await stack.enter_async_context(_up_to_date(reading, version))
        try:
            await reading.connection.execute("BEGIN")
        except MISREAD as error:
            raise store_error(file, error) from error
        yield Looked(file, reading, version, still, missing)


async def _missing(file: Path) -> int:
    try:
        return await asyncio.to_thread(missing_from, file)
    except OSError:
        return 0  # it is not there, or cannot be read, which is told when it is opened


def _padded(file: Path, missing: int, folder: Path) -> Path:
    """Copy a file whose end is missing, with zeros for it: without them nothing of it is read."""
    copy = folder / file.name
    try:
        shutil.copyfile(file, copy)
        os.truncate(copy, file.stat().st_size + missing)
    except OSError as error:
        raise StoreError(
            f"cannot copy {file} to {folder}, to look at what is left of it: {error.strerror}; "
            "make room there, or name another folder (TMPDIR)"
        ) from error
    return copy


@asynccontextmanager
async def _up_to_date(reading: Reading, version: int) -> AsyncIterator[Reading]:
    """Copy an older file and bring the copy up to date."""
    with tempfile.TemporaryDirectory(prefix="leo-doctor-") as folder:
        copy = Path(folder) / reading.path.name
        try:
            await reading.connection.execute("VACUUM INTO ?", (str(copy),))
            await asyncio.to_thread(_migrate, copy, version)
        except MISREAD as error:
            raise store_error(reading.path, error) from error
        newer = await Reading.look(copy, still=True)
        newer.path = reading.path
        try:
            yield newer
        finally:
            await newer.close()


def _migrate(copy: Path, version: int) -> None:
    with contextlib.closing(sqlite3.connect(copy)) as file:
        for migration in MIGRATIONS[version:]:
            for statement in migration:
                file.execute(statement)
        file.execute(f"PRAGMA user_version={VERSION}")
        file.commit()
