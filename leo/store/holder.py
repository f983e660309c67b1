"""One holder per file: a lock beside the database that names who has it.

A Leo who is awake keeps his lock file open and locked. One who sleeps would need that open
file for nothing but his name on the door, and a process may open only so many: he writes into
his lock file which process he belongs to, and lets it go. All sleepers of a process in one
folder share one more locked file, their dormitory. It is gone with the process however that
ends, so whoever finds a sleeper's name and no locked dormitory may have the file.
"""

import errno
import json
import os
import secrets
import socket
import threading
import time
from pathlib import Path
from typing import IO, Any, Final

import portalocker

from leo.errors import FieldBusy, StoreError

__all__ = ["Holder", "hold"]

EXCLUSIVE: Final = portalocker.LOCK_EX | portalocker.LOCK_NB

ASLEEP: Final = "asleep"
"""Under which a sleeper's dormitory stands in his lock file."""

GLANCE: Final = 0.02
"""Seconds until a lock is tried again that somebody else takes to see whose it is."""

PATIENCE: Final = 5.0
"""Seconds after which it is not tried any more."""


class Dormitory:
    """What tells other processes that this one's sleepers of a folder are alive.

    Parameters
    ----------
    folder
        Where their lock files lie.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / f".leo-{ASLEEP}-{secrets.token_hex(8)}.lock"
        self._file = self.path.open("x", encoding="utf-8")
        self._sleepers = 0
        try:
            portalocker.lock(self._file, EXCLUSIVE)
        except portalocker.exceptions.LockException as error:
            self._file.close()
            self.path.unlink()
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK), str(self.path)) from error

    @classmethod
    def enter(cls, folder: Path) -> "Dormitory":
        """Give a folder's dormitory to one more sleeper."""
        with _guard:
            if folder not in _dormitories:
                _dormitories[folder] = cls(folder)
            found = _dormitories[folder]
            found._sleepers += 1
            return found

    def leave(self) -> None:
        """Be one sleeper fewer; the last one takes the dormitory away."""
        with _guard:
            self._sleepers -= 1
            if not self._sleepers:
                del _dormitories[self.path.parent]
                with self._file:
                    self.path.unlink(missing_ok=True)


_dormitories: dict[Path, Dormitory] = {}
_guard = threading.Lock()


class Holder:
    """A held file; that ends with `release`, or with the process. Made by `hold`.

    Parameters
    ----------
    path
        The lock file.
    file
        The same, open and locked.
    """

    def __init__(self, path: Path, file: IO[str]) -> None:
        self.path = path
        self._file: IO[str] | None = file
        self._bed: Dormitory | None = None

    def doze(self) -> None:
        """Go on holding the file without an open one.

        Raises
        ------
        OSError
            If the lock file or the dormitory cannot be written; it is held as before.
        """
        if self._file is None or os.name == "nt":  # Windows has no such limit, and other locks
            return
        bed = Dormitory.enter(self.path.parent)
        try:
            _sign(self._file, {ASLEEP: bed.path.name})
        except OSError:
            bed.leave()
            raise
        self._bed = bed
        file, self._file = self._file, None
        _let_go(file)

    def wake(self) -> None:
        """Hold it by an open file again.

        Raises
        ------
        StoreError
            If it cannot be opened, or somebody else had it meanwhile.
        """
        if self._file is not None or self._bed is None:
            return
        file = _opened(self.path)
        try:
            _lock_soon(file, self.path)
            if _note(file).get(ASLEEP) != self._bed.path.name:
                raise StoreError(
                    f"{self.path} or the lock of its sleepers was removed or written by somebody "
                    "else while this Leo slept; close him and open him again"
                )
            _sign(file, {})
        except BaseException:
            file.close()
            raise
        self._file = file
        bed, self._bed = self._bed, None
        bed.leave()

    def release(self) -> None:
        """Let the file go; the empty lock file stays, removing it would race."""
        if self._file is not None:
            file, self._file = self._file, None
            file.seek(0)
            file.truncate()
            file.flush()
            _let_go(file)
        if self._bed is not None:
            bed, self._bed = self._bed, None
            try:
                os.truncate(self.path, 0)  # needs no open file; there may be none left
            except FileNotFoundError:
                pass  # somebody removed the folder; nothing is held there any more
            finally:
                bed.leave()

    def __del__(self) -> None:
        """Let go of the file of a sleeper whom nobody closed; an open file does so by itself."""
        if self._bed is not None:
            self.release()


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
    file = _opened(path)
    try:
        try:
            portalocker.lock(file, EXCLUSIVE)
        except portalocker.exceptions.LockException as error:
            raise FieldBusy(_busy(database, _note(file))) from error
        note = _note(file)
        if ASLEEP in note and _alive(path.with_name(str(note[ASLEEP]))):
            raise FieldBusy(_busy(database, note))
        _sign(file, {})
    except BaseException:
        file.close()
        raise
    return Holder(path, file)


def _opened(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+", encoding="utf-8")
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise _too_many(path) from error
        raise StoreError(
            f"cannot write {path}: {error.strerror}; choose a folder you may write to "
            "(LEO_HOME, or the path given to Leo)"
        ) from error


def _lock_soon(file: IO[str], path: Path) -> None:
    """Lock a file that nobody else keeps locked; somebody may just be looking at it."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            portalocker.lock(file, EXCLUSIVE)
        except portalocker.exceptions.LockException as error:
            if time.monotonic() > end:
                raise StoreError(f"{path} is locked; close what uses it, and try again") from error
            time.sleep(GLANCE)
        else:
            return


def _let_go(file: IO[str]) -> None:
    portalocker.unlock(file)
    file.close()


def _sign(file: IO[str], more: dict[str, str]) -> None:
    """Write into a lock file whose it is."""
    file.seek(0)
    file.truncate()
    json.dump({"pid": os.getpid(), "host": socket.gethostname(), **more}, file)
    file.flush()


def _note(file: IO[str]) -> dict[str, Any]:
    """Read what stands in a lock file; nothing if nobody signed it."""
    file.seek(0)
    try:
        note = json.loads(file.read())
    except ValueError:
        return {}
    return note if isinstance(note, dict) else {}


def _alive(dormitory: Path) -> bool:
    """Tell whether the process of a dormitory lives; what is left of a dead one is removed."""
    try:
        file = dormitory.open(encoding="utf-8")
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise _too_many(dormitory) from error
        raise StoreError(f"cannot read {dormitory}: {error.strerror}") from error
    with file:
        try:
            portalocker.lock(file, EXCLUSIVE)
        except portalocker.exceptions.LockException:
            return True
        dormitory.unlink(missing_ok=True)
        return False


def _too_many(path: Path) -> StoreError:
    """Say that a file cannot be opened because too many are."""
    return StoreError(
        f"cannot open {path}: this process has as many files open as it may. A Leo who is awake "
        "takes four of them, and the sleepers of a folder take one together; close something, or "
        "allow more (ulimit -n)"
    )


def _busy(database: Path, note: dict[str, Any]) -> str:
    try:
        pid, host = int(note["pid"]), str(note["host"])
    except (ValueError, KeyError, TypeError):
        return f"{database} is held by another process; close that Leo first"
    if pid == os.getpid():
        return f"{database} is already open in this process; use that Leo (leo.living(path))"
    return (
        f"{database} is held by process {pid} on {host}; close that Leo first (await leo.aclose(), "
        "or shut down the kernel of his notebook), or give a path of your own"
    )
