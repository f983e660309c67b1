"""Looking at the file as SQLite has it: its pages, its tables, and who has it open."""

import contextlib
import os
import socket
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from leo.doctor.report import Check
from leo.errors import StoreError
from leo.module import Module
from leo.store.database import Reading
from leo.store.gaps import tables_of
from leo.store.lockfile import holder_named, lock_path
from leo.store.reader import FileReader
from leo.store.schema import MIGRATIONS, TABLES, VERSION

__all__ = ["Held", "expected", "held", "pages", "tables"]

MOST: Final = 20
"""Findings of SQLite's own check that are told."""

Schema = Mapping[str, str]
"""How things were made, by name: tables, indexes, triggers."""


@dataclass(frozen=True, slots=True)
class Held:
    """Who has a file: its holder's process and host, and whether he is known to be dead."""

    pid: int
    host: str
    dead: bool


def held(path: Path) -> Held | None:
    """Read who holds a file; ``None`` if nobody does. Blocks on the disk."""
    try:
        named = holder_named(lock_path(path).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None  # there is no lock, or none that can be read
    if named is None:
        return None
    pid, host, _ = named
    return Held(pid, host, host == socket.gethostname() and not _lives(pid))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)  # asks, and sends nothing
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it is somebody else's
    return True


async def pages(reading: Reading, missing: int) -> Check:
    """Have SQLite check every page of a file at whose end so many bytes are missing."""
    cut = (f"its last {missing} bytes are missing",) if missing else ()
    try:
        rows = await reading.fetch(f"PRAGMA integrity_check({MOST})")
    except StoreError as error:
        return Check("file", "SQLite cannot check it", (*cut, str(error.__cause__)))
    told = tuple(str(line) for (text,) in rows for line in str(text).splitlines())
    if told == ("ok",):
        return Check("file", "SQLite finds every page as it should be", cut)
    return Check("file", "SQLite finds damage in it", (*cut, *told))


async def tables(reading: Reading, modules: Iterable[Module[object]]) -> Check:
    """Hold the tables against those that this program makes."""
    found = await _schema(reading)
    wanted = dict(expected(statement for one in MIGRATIONS for statement in one))
    for module in modules:
        rows = await reading.fetch(
            "SELECT count(*) FROM module_migrations WHERE module = ?", (module.name,)
        )
        wanted |= expected(module.migrations[: int(str(rows[0][0]))])
    wrong = [f"{name} is missing" for name in wanted if name not in found]
    wrong += [
        f"{name} is not as it was made"
        for name, sql in wanted.items()
        if name in found and found[name] != sql
    ]
    others = [one for one in await tables_of(FileReader(reading, None)) if one not in wanted]
    told = f"schema {VERSION}, {len(TABLES)} tables of its own, {len(wanted)} in all"
    told += f"; besides {', '.join(others)}, of modules that are not here" if others else ""
    return Check("tables", told, tuple(wrong))


async def _schema(reading: Reading) -> Schema:
    rows = await reading.fetch("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {str(name): _plain(str(sql)) for name, sql in rows}


def expected(statements: Iterable[str]) -> Schema:
    """Make tables in memory, and tell how SQLite writes them down."""
    with contextlib.closing(sqlite3.connect(":memory:")) as empty:
        for statement in statements:
            empty.execute(statement)
        rows = empty.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {str(name): _plain(str(sql)) for name, sql in rows}


def _plain(sql: str) -> str:
    """Leave the layout aside: SQLite changes it where a table is altered."""
    return " ".join(sql.split())
