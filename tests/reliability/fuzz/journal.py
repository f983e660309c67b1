"""Journal rows: a file with bent rows is opened, or refused by name and left as it was."""

import asyncio
import contextlib
import functools
import json
import sqlite3
import zlib
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from leo import AsyncLeoField, LeoError
from leo.testing import ScriptedClock
from tests.reliability.fuzz.bending import bend
from tests.reliability.fuzz.given import Given
from tests.reliability.fuzz.keeping import kept_folder, kept_runner
from tests.reliability.fuzz.talk import BIRTH

__all__ = ["target"]

_folder = kept_folder()
_runner = kept_runner()

COLUMNS = ("body", "body", "body", "body", "packed", "kind", "at", "turn", "entry")


def _leo(path: Path) -> AsyncLeoField:
    return AsyncLeoField(path, clock=ScriptedClock(), modules=[], birth=BIRTH, strict=True)


@functools.cache
def _whole() -> bytes:
    """Give the bytes of a Leo's file with every kind of row."""
    path = _folder / "whole.db"

    async def live() -> None:
        async with _leo(path) as leo:
            await leo.turn("The moon is red.")
            await leo.observe("The dog sleeps in the kitchen.")
            book = path.with_name("book.txt")
            await asyncio.to_thread(book.write_text, "A warm lamp. " * 20)
            await leo.read(book)
            await leo.turn("Who are you?")
            await leo.turn("Zanzibar is far.")
            await leo.forget("Zanzibar")
            await leo.turn("Good night.")

    _runner.run(live())
    return path.read_bytes()


def target(data: bytes) -> None:
    """Bend a few values of a file's rows, and open it."""
    path = _folder / "bent.db"
    for one in _folder.glob("bent.db*"):
        one.unlink()
    path.write_bytes(_whole())
    given = Given(data)
    with _opened(path) as file:
        for _ in range(1 + given.byte() % 3):
            with contextlib.suppress(sqlite3.Error, OverflowError):
                _bend(file, given)
        before = _rows(file)
    _runner.run(_live(path))
    with _opened(path) as file:
        assert _rows(file)[: len(before)] == before


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.text_factory = bytes
        file.execute("PRAGMA synchronous=OFF")
        yield file
        file.commit()


def _rows(file: sqlite3.Connection) -> list[Any]:
    return file.execute("SELECT * FROM journal ORDER BY entry").fetchall()


def _bend(file: sqlite3.Connection, given: Given) -> None:
    entries = [entry for (entry,) in file.execute("SELECT entry FROM journal ORDER BY entry")]
    entry, column = given.pick(entries), given.pick(COLUMNS)
    (body,) = file.execute("SELECT body FROM journal WHERE entry = ?", (entry,)).fetchone()
    value: object
    if column == "body":
        value = _body(body, given)
    elif column == "packed":
        value = zlib.compress(_body(body, given).encode("utf-8", "replace"))
        value = value if given.byte() % 2 else given.take(40)
    elif column == "kind":
        value = given.pick(("birth", "turn", "observe", "book", "settings", "gap"))
    else:
        value = given.pick((given.whole(), given.number(), None, given.byte()))
    file.execute(f"UPDATE journal SET {column} = ? WHERE entry = ?", (value, entry))


def _body(body: bytes, given: Given) -> str:
    if given.byte() % 4 == 0:
        return given.text(255).encode("utf-8", "replace").decode()
    try:
        told = json.loads(body)
    except ValueError:
        return "null"
    return json.dumps(bend(told, given), ensure_ascii=True)


async def _live(path: Path) -> None:
    """Open him and do what reads rows; whatever cannot be read is a `LeoError`."""
    leo = _leo(path)
    try:
        await leo.async_init()
    except LeoError as error:
        assert str(path) in str(error)  # noqa: PT017  the message is what is tested
        return
    try:
        uses: tuple[Callable[[], Awaitable[object]], ...] = (
            lambda: leo.turn("And the moon?"),
            leo.journal,
            lambda: leo.around("moon", at=1),
            lambda: leo.export(path.with_name("bent-tables")),
        )
        for use in uses:
            with contextlib.suppress(LeoError):
                await use()
    finally:
        await leo.aclose()
        await asyncio.to_thread(_remove, path.with_name("bent-tables"))


def _remove(folder: Path) -> None:
    for one in folder.glob("*"):
        one.unlink()
    if folder.exists():
        folder.rmdir()
