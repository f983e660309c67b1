"""One holder per file: a lock beside the database that names who has it."""

import errno
import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import portalocker

from leo.errors import FieldBusy, StoreError

__all__ = ["Holder", "hold"]


@dataclass(frozen=True, slots=True)
class Holder:
    """A held lock; it ends with `release`, or with the process."""

    path: Path
    file: IO[str]

    def release(self) -> None:
        """Let the file go; the empty lock file stays, removing it would race."""
        self.file.seek(0)
        self.file.truncate()
        self.file.flush()
        portalocker.unlock(self.file)
        self.file.close()


def hold(database: Path) -> Holder:
    """Take a database file for this process. Blocks on the disk: call it in a thread.

    Raises
    ------
    FieldBusy
        If it has a living holder; the message names process and host.
    StoreError
        If the lock file cannot be written.
    """
    path = database.with_name(database.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise _too_many(path) from error
        raise StoreError(
            f"cannot write {path}: {error.strerror}; choose a folder you may write to "
            "(LEO_HOME, or the path given to Leo)"
        ) from error
    try:
        portalocker.lock(file, portalocker.LOCK_EX | portalocker.LOCK_NB)
    except portalocker.exceptions.LockException as error:
        file.seek(0)
        told = file.read()
        file.close()
        raise FieldBusy(_busy(database, told)) from error
    file.seek(0)
    file.truncate()
    json.dump({"pid": os.getpid(), "host": socket.gethostname()}, file)
    file.flush()
    return Holder(path, file)


def _too_many(path: Path) -> StoreError:
    """Say that a file cannot be opened because too many are."""
    return StoreError(
        f"cannot open {path}: this process has as many files open as it may. A Leo who is awake "
        "takes four of them and one who sleeps takes one; close some, or allow more (ulimit -n)"
    )


def _busy(database: Path, told: str) -> str:
    try:
        who = json.loads(told)
        pid, host = int(who["pid"]), str(who["host"])
    except (ValueError, KeyError, TypeError):
        return f"{database} is held by another process; close that Leo first"
    if pid == os.getpid():
        return f"{database} is already open in this process; use that Leo (leo.living(path))"
    return (
        f"{database} is held by process {pid} on {host}; close that Leo first (await leo.aclose(), "
        "or shut down the kernel of his notebook), or give a path of your own"
    )
