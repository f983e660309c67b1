"""One holder per file: a lock beside the database that names who has it.

The lock is the operating system's, and ends with the process; what stands in the lock file only
says whom to name. All of this blocks on the disk: call it in a thread.
"""

import errno
import json
import logging
import os
import socket
import time
import weakref
from pathlib import Path
from typing import IO, Final

import portalocker

from leo.errors import FieldBusy, StoreError

__all__ = ["Holder", "hold", "holder_named", "lock_path"]

log = logging.getLogger("leo")

TRIES: Final = 50
"""How often a lock is asked for whose holder is just about to write or to erase his name."""

PAUSE_S: Final = 0.01
"""Between two tries, in seconds."""

Identity = tuple[int, int]
"""Device and inode of a file."""

_held: "weakref.WeakSet[Holder]" = weakref.WeakSet()


class Holder:
    """A held lock; it ends with `release`, or with the process.

    Parameters
    ----------
    database
        The file that is held.
    file
        The lock file, open and locked.
    """

    def __init__(self, database: Path, file: IO[str]) -> None:
        self._database, self._file = database, file
        self._known: Identity | None = None
        _held.add(self)

    def require(self) -> None:
        """Be sure that the database is the one that was opened, and still held.

        Raises
        ------
        FieldBusy
            If the lock file was taken away: somebody else may have the database since.
        StoreError
            If the database was taken away.
        """
        try:
            found, there = _identity(self._database), _identity(lock_path(self._database))
        except OSError as error:
            raise StoreError(
                f"cannot look at {error.filename}: {error.strerror}; nothing of it happened. Check "
                "that its folder is there, and that you may read it"
            ) from error
        if found is None or found != (self._known or found):
            raise StoreError(
                f"{self._database} was taken away, or replaced, while this Leo was open; nothing "
                "of it happened. What he knew can still be kept: await leo.copy(another path), "
                "then close him"
            )
        self._known = found
        mine = os.fstat(self._file.fileno())
        if there != (mine.st_dev, mine.st_ino):
            raise FieldBusy(
                f"{lock_path(self._database)} was taken away while this Leo was open, and somebody "
                "else may have his file since; nothing of it happened. Close him (await "
                "leo.aclose()) and open him again"
            )

    def release(self) -> None:
        """Let the file go; the empty lock file stays, removing it would race."""
        try:
            if not self._file.closed:  # as it is in a forked child
                self._file.seek(0)
                self._file.truncate()
                self._file.flush()
        except OSError as error:
            log.warning("could not empty %s: %s; nothing depends on it", self._file.name, error)
        self.let_go()

    def let_go(self) -> None:
        """Close the lock file, and leave in it what stands there."""
        _held.discard(self)
        try:
            self._file.close()  # which ends the lock, whatever else fails
        except OSError as error:
            log.warning("could not close %s: %s", self._file.name, error)


def _let_go_in_child() -> None:
    # A forked child has the open lock file too: it would keep the lock when the holder dies.
    for holder in list(_held):
        holder.let_go()


if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(after_in_child=_let_go_in_child)


def lock_path(database: Path) -> Path:
    """Give where the lock of a database stands."""
    return database.with_name(database.name + ".lock")


def hold(database: Path, known_as: Path | None = None) -> Holder:
    """Take a database file for this process.

    Parameters
    ----------
    database
        The file, not a link to it; its folder is made if it is missing.
    known_as
        The path that was asked for, which may be a link.

    Raises
    ------
    FieldBusy
        If it has a living holder; the message names process and host.
    StoreError
        If the lock file cannot be written, or the database has a second name.
    """
    path = lock_path(database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _require_one_name(database)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise _too_many(path) from error
        raise _cannot_write(path, error) from error
    try:
        _lock(file, database)
        me = {"pid": os.getpid(), "host": socket.gethostname(), "path": str(known_as or database)}
        file.seek(0)
        file.truncate()
        json.dump(me, file)
        file.flush()
    except OSError as error:
        _close(file)
        raise _cannot_write(path, error) from error
    except BaseException:
        _close(file)
        raise
    return Holder(database, file)


def _require_one_name(database: Path) -> None:
    if database.exists() and database.stat().st_nlink > 1:
        raise StoreError(
            f"{database} has a second name (a hard link), and who opens that one would not see "
            "that the file is held; remove one of the names, or open a copy of the file"
        )


def _lock(file: IO[str], database: Path) -> None:
    """Lock a file, or name who holds it."""
    for _ in range(TRIES):
        try:
            portalocker.lock(file, portalocker.LOCK_EX | portalocker.LOCK_NB)
        except portalocker.exceptions.AlreadyLocked:
            file.seek(0)
            told = file.read()
            if told:
                raise FieldBusy(_busy(database, told)) from None
            time.sleep(PAUSE_S)  # he has not written his name yet, or has just erased it
        except portalocker.exceptions.LockException as error:
            raise StoreError(
                f"cannot lock {file.name}: {error}; some network folders cannot. Put the file on "
                "a local disk (LEO_HOME, or another path)"
            ) from error
        else:
            return
    raise FieldBusy(_busy(database, ""))


def _close(file: IO[str]) -> None:
    try:
        file.close()
    except OSError as error:  # of what could not be written, which is told already
        log.debug("could not close %s: %s", file.name, error)


def _cannot_write(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"cannot write {path}: {error.strerror}; choose a folder you may write to "
        "(LEO_HOME, or the path given to Leo), and see that the disk has room"
    )


def _too_many(path: Path) -> StoreError:
    """Say that a file cannot be opened because too many are."""
    return StoreError(
        f"cannot open {path}: this process has as many files open as it may. A Leo who is awake "
        "takes four of them and one who sleeps takes one; close some, or allow more (ulimit -n)"
    )


def _identity(path: Path) -> Identity | None:
    """Tell one file from another, whatever their names; ``None`` if there is none."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


# ---------------------------------------------------------------- who has it


def holder_named(told: str) -> tuple[int, str, str | None] | None:
    """Read process, host and path from the text of a lock file; ``None`` if it names nobody."""
    try:
        who = json.loads(told)
        path = who.get("path")
        return int(who["pid"]), str(who["host"]), None if path is None else str(path)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _busy(database: Path, told: str) -> str:
    named = holder_named(told)
    if named is None:
        return f"{database} is held by another process; close that Leo first"
    pid, host, path = named
    if (pid, host) == (os.getpid(), socket.gethostname()):
        opened = repr(path or str(database))
        return f"{database} is already open in this process; use that Leo (leo.living({opened}))"
    return (
        f"{database} is held by process {pid} on {host}; close that Leo first (await leo.aclose(), "
        "or shut down the kernel of his notebook), or give a path of your own"
    )
