"""Copies of a file that are whole or not there, and the one put aside before a migration.

What is here blocks on the disk, but for `put_aside`: call it in a thread.
"""

import asyncio
import contextlib
import itertools
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from leo.errors import StoreError
from leo.store.looking import MISREAD, is_there

__all__ = [
    "LIFE",
    "asides_of",
    "begun",
    "check_room",
    "discarded",
    "drop_asides",
    "finished",
    "put_aside",
]

log = logging.getLogger("leo")

LIFE: Final = """
SELECT count(*), max(entry), max(at), total(length(body)),
       (SELECT body FROM journal WHERE entry = 1)
FROM journal
"""
"""What tells one life from another, and from itself at another time."""

Life: TypeAlias = tuple[object, ...]

LOGS: Final = ("-wal", "-journal")
"""What SQLite adds to the name of a file for what it has not yet brought into it."""

ASIDE: Final = (".schema-", ".bak")
"""Between these stands the schema that a file had which was put aside."""


def begun(path: Path) -> Path:
    """Give the draft of a copy, which is not there yet; its folder is."""
    draft = path.with_name(f".{path.name}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft.unlink(missing_ok=True)  # of one who was killed
    return draft


def check_room(path: Path) -> None:
    """Be sure that a copy would stand there alone.

    A log that is left of another file would be played into the copy when that is opened.

    Raises
    ------
    StoreError
        If there is a file already, or what SQLite left of one.
    """
    if is_there(path):
        raise StoreError(f"{path} exists already; choose another name for the copy")
    for end in LOGS:
        left = path.with_name(path.name + end)
        if is_there(left):
            raise StoreError(
                f"{left} is left of another file, and may hold the last of what was in it; move it "
                "away, or choose another name for the copy"
            )


def finished(draft: Path, path: Path) -> None:
    """Bring a draft to the disk and put it in place at once."""
    _to_disk(draft, os.O_RDWR)
    draft.rename(path)
    if os.name != "nt":  # Windows has no descriptors of folders
        _to_disk(path.parent, os.O_RDONLY)


def discarded(draft: Path) -> None:
    """Remove a draft; what cannot be removed is told."""
    try:
        draft.unlink(missing_ok=True)
    except OSError as error:
        log.warning("could not remove %s: %s; delete it by hand", draft, error)


def _to_disk(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# ---------------------------------------------------------------- put aside


async def put_aside(
    path: Path, version: int, life: Life, copy: Callable[[Path], Awaitable[None]]
) -> Path:
    """Copy a file before it is brought up to date, unless that was done before.

    Parameters
    ----------
    path
        The file.
    version
        Its schema.
    life
        What `LIFE` tells of it.
    copy
        Copies it.

    Raises
    ------
    StoreError
        If it cannot be copied.
    """
    for place in _places(path, version):
        if not await asyncio.to_thread(is_there, place):
            await copy(place)
            return place
        if await asyncio.to_thread(_life_in, place) == life:
            return place  # whoever put it aside was stopped before he went on
    raise AssertionError("there is no end of names")


def _places(path: Path, version: int) -> Iterator[Path]:
    begin, end = ASIDE
    for number in itertools.count(1):
        more = f"-{number}" if number > 1 else ""
        yield path.with_name(f"{path.name}{begin}{version}{more}{end}")


def _life_in(place: Path) -> Life | None:
    try:
        with contextlib.closing(sqlite3.connect(f"{place.as_uri()}?mode=ro", uri=True)) as file:
            found: Life = file.execute(LIFE).fetchone()
            return found
    except MISREAD:
        return None  # it is something else, and stays


def asides_of(path: Path) -> list[Path]:
    """List what was put aside of a file."""
    begin, end = path.name + ASIDE[0], ASIDE[1]
    names = (one for one in path.parent.iterdir() if one.name.startswith(begin))
    return sorted(one for one in names if one.name.endswith(end))


def drop_asides(path: Path) -> None:
    """Remove what was put aside of a file, because it holds what is forgotten.

    Raises
    ------
    StoreError
        If something cannot be removed; the message names it.
    """
    try:
        for one in asides_of(path):
            one.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"could not take {error.filename} away: {error.strerror}; it may still hold what was "
            "to be forgotten. Delete it by hand"
        ) from error
