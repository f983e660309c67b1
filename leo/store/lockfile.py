"""A lock file: opened, locked, signed by who holds it, and read by who would like to.

The lock is the operating system's, and ends with the process; what stands in the file only says
whom to name. All of this blocks on the disk: call it in a thread.
"""

import errno
import json
import logging
import os
import socket
import time
from pathlib import Path
from typing import IO, Any, Final

import portalocker

from leo.errors import FieldBusy, StoreError

__all__ = [
    "ASLEEP",
    "EXCLUSIVE",
    "busy",
    "cannot_write",
    "closed",
    "holder_named",
    "lock",
    "lock_path",
    "lock_soon",
    "note_in",
    "opened",
    "sign",
    "too_many",
]

log = logging.getLogger("leo")

EXCLUSIVE: Final = portalocker.LOCK_EX | portalocker.LOCK_NB

ASLEEP: Final = "asleep"
"""Under which a sleeper's dormitory stands in his lock file."""

GLANCE: Final = 0.01
"""Seconds until a lock is tried again whose holder writes his name, or looks whose it is."""

TRIES: Final = 50
"""How often a lock is asked for that names nobody yet."""

PATIENCE: Final = 5.0
"""Seconds for which a sleeper asks for the lock that nobody may keep but he."""


def lock_path(database: Path) -> Path:
    """Give where the lock of a database stands."""
    return database.with_name(database.name + ".lock")


def opened(path: Path) -> IO[bytes]:
    """Open a lock file, and make it if it is not there.

    It has no buffer: what could not be written must not be written later, when it is closed.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    try:
        try:
            return path.open("r+b", buffering=0)
        except FileNotFoundError:
            path.touch()
            return path.open("r+b", buffering=0)
    except OSError as error:
        raise cannot_write(path, error) from error


def closed(file: IO[Any]) -> None:
    """Close a lock file, which ends its lock; what cannot be closed is told."""
    try:
        file.close()
    except OSError as error:  # of what could not be written, which is told already
        log.warning("could not close %s: %s; nothing depends on it", file.name, error)


# ---------------------------------------------------------------- locking


def lock(file: IO[bytes], database: Path) -> None:
    """Lock a file, or name who holds it.

    Raises
    ------
    FieldBusy
        If somebody does.
    StoreError
        If it cannot be locked.
    """
    for _ in range(TRIES):
        if _locked(file):
            return
        told = _text(file)
        if told:
            raise FieldBusy(busy(database, told))
        time.sleep(GLANCE)  # he has not written his name yet, or has just erased it
    raise FieldBusy(busy(database, ""))


def lock_soon(file: IO[bytes]) -> None:
    """Lock a file that nobody else keeps locked; somebody may just be looking at it.

    Raises
    ------
    StoreError
        If it cannot be locked.
    """
    end = time.monotonic() + PATIENCE
    while not _locked(file):
        if time.monotonic() > end:
            raise StoreError(f"{file.name} is locked; close what uses it, and try again")
        time.sleep(GLANCE)


def _locked(file: IO[bytes]) -> bool:
    try:
        portalocker.lock(file, EXCLUSIVE)
    except portalocker.exceptions.AlreadyLocked:
        return False
    except portalocker.exceptions.LockException as error:
        raise StoreError(
            f"cannot lock {file.name}: {error}; some network folders cannot. Put the file on "
            "a local disk (LEO_HOME, or another path)"
        ) from error
    return True


# ---------------------------------------------------------------- what stands in it


def sign(file: IO[bytes], more: dict[str, Any]) -> None:
    """Write into a lock file whose it is.

    Raises
    ------
    StoreError
        If it cannot be written; then there stands what stood there.
    """
    text = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), **more}).encode()
    try:
        text = text.ljust(file.seek(0, os.SEEK_END))  # in one go over all that stood there
        file.seek(0)
        if file.write(text) < len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise cannot_write(Path(os.fsdecode(file.name)), error) from error


def note_in(file: IO[bytes]) -> dict[str, Any]:
    """Read what stands in a lock file; nothing if nobody signed it.

    Raises
    ------
    StoreError
        If it cannot be read.
    """
    try:
        note = json.loads(_text(file))
    except ValueError:
        return {}
    return note if isinstance(note, dict) else {}


def _text(file: IO[bytes]) -> str:
    try:
        file.seek(0)
        return file.read().decode("utf-8", "replace")
    except OSError as error:
        raise StoreError(
            f"cannot read {file.name}: {error.strerror}; see whether its disk is there"
        ) from error


def holder_named(told: str) -> tuple[int, str, str | None] | None:
    """Read process, host and path from the text of a lock file; ``None`` if it names nobody."""
    try:
        who = json.loads(told)
        path = who.get("path")
        return int(who["pid"]), str(who["host"]), None if path is None else str(path)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


# ---------------------------------------------------------------- what to say


def busy(database: Path, told: str) -> str:
    """Say who holds a database, from the text of its lock file, and what to do."""
    named = holder_named(told)
    if named is None:
        return f"{database} is held by another process; close that Leo first"
    pid, host, path = named
    if (pid, host) == (os.getpid(), socket.gethostname()):
        name = repr(path or str(database))
        return f"{database} is already open in this process; use that Leo (leo.living({name}))"
    return (
        f"{database} is held by process {pid} on {host}; close that Leo first (await leo.aclose(), "
        "or shut down the kernel of his notebook), or give a path of your own"
    )


def cannot_write(path: Path, error: OSError) -> StoreError:
    """Say that a lock file cannot be written, and what helps."""
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return too_many(path)
    return StoreError(
        f"cannot write {path}: {error.strerror}; choose a folder you may write to "
        "(LEO_HOME, or the path given to Leo), and see that the disk has room"
    )


def too_many(path: Path) -> StoreError:
    """Say that a file cannot be opened because too many are."""
    return StoreError(
        f"cannot open {path}: this process has as many files open as it may. A Leo who is awake "
        "takes four of them, and the sleepers of a folder take one together; close something, or "
        "allow more (ulimit -n)"
    )
