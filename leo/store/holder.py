"""One holder per file: a lock beside the database that names who has it.

A Leo who is awake keeps his lock file open and locked. One who sleeps would need that open
file for nothing but his name on the door, and a process may open only so many: he writes into
his lock file which process he belongs to, and lets it go. All sleepers of a process in one
folder share one more locked file, their dormitory. It is gone with the process however that
ends, so whoever finds a sleeper's name and no locked dormitory may have the file.

All of this blocks on the disk: call it in a thread.
"""

import json
import logging
import os
import weakref
from pathlib import Path
from typing import IO, TypeAlias

import portalocker

from leo.errors import FieldBusy, StoreError
from leo.store import dormitory
from leo.store.dormitory import Dormitory
from leo.store.lockfile import (
    ASLEEP,
    busy,
    cannot_write,
    closed,
    lock,
    lock_path,
    lock_soon,
    note_in,
    opened,
    sign,
)

__all__ = ["Holder", "hold"]

log = logging.getLogger("leo")

Identity: TypeAlias = tuple[int, int]
"""Device and inode of a file."""

_held: "weakref.WeakSet[Holder]" = weakref.WeakSet()


class Holder:
    """A held file; that ends with `release`, or with the process. Made by `hold`.

    Parameters
    ----------
    database
        The file that is held.
    file
        The lock file, open and locked.
    """

    def __init__(self, database: Path, file: IO[bytes]) -> None:
        self._database, self.path = database, lock_path(database)
        self._file: IO[bytes] | None = file
        self._bed: Dormitory | None = None
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
        found = _identity(self._database)
        if found is None or found != (self._known or found):
            raise StoreError(
                f"{self._database} was taken away, or replaced, while this Leo was open; nothing "
                "of it happened. What he knew can still be kept: await leo.copy(another path), "
                "then close him"
            )
        self._known = found
        if self._file is None:
            return
        mine = os.fstat(self._file.fileno())
        if _identity(self.path) != (mine.st_dev, mine.st_ino):
            raise FieldBusy(
                f"{self.path} was taken away while this Leo was open, and somebody else may have "
                "his file since; nothing of it happened. Close him (await leo.aclose()) and open "
                "him again"
            )

    # ------------------------------------------------------------ asleep

    def doze(self) -> None:
        """Go on holding the file without an open one.

        Raises
        ------
        StoreError
            If the lock file or the dormitory cannot be written; it is held as before.
        """
        if self._file is None or os.name == "nt":  # Windows has no such limit, and other locks
            return
        bed = Dormitory.enter(self.path.parent)
        try:
            sign(self._file, {**note_in(self._file), ASLEEP: bed.path.name})
        except StoreError:
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
            If it cannot be opened, or somebody else had it meanwhile; he sleeps on.
        """
        if self._file is not None or self._bed is None:
            return
        file = opened(self.path)
        try:
            lock_soon(file)
            note = note_in(file)
            if note.pop(ASLEEP, None) != self._bed.path.name:
                raise StoreError(
                    f"{self.path} or the lock of its sleepers was removed or written by somebody "
                    "else while this Leo slept; close him and open him again"
                )
            if self._known not in (None, _identity(self._database)):
                raise StoreError(
                    f"{self._database} was taken away, or replaced, while this Leo slept; put it "
                    "back, or close him"
                )
            sign(file, note)
        except BaseException:
            closed(file)
            raise
        self._file = file
        bed, self._bed = self._bed, None
        bed.leave()

    # ------------------------------------------------------------ the end

    def release(self) -> None:
        """Let the file go; the empty lock file stays, removing it would race."""
        _held.discard(self)
        bed, self._bed = self._bed, None
        file, self._file = self._file, None
        try:
            if file is not None:
                file.seek(0)
                file.truncate()
            elif bed is not None:
                os.truncate(self.path, 0)  # needs no open file; there may be none left
        except OSError as error:
            log.warning("could not empty %s: %s; nothing depends on it", self.path, error)
        if file is not None:
            _let_go(file)
        if bed is not None:
            bed.leave()

    def let_go_in_child(self) -> None:
        """Forget in a forked child that the file is held; it is held by the parent."""
        file, self._file, self._bed = self._file, None, None
        if file is not None:
            closed(file)

    def __del__(self) -> None:
        """Let go of the file of a sleeper whom nobody closed; an open file does so by itself."""
        if self._bed is not None:
            self.release()


def _let_go(file: IO[bytes]) -> None:
    try:
        portalocker.unlock(file)  # a process that is just being started may have it open, too
    except (OSError, portalocker.exceptions.LockException) as error:
        log.warning("could not unlock %s: %s; closing it does", file.name, error)
    closed(file)


def _let_go_in_child() -> None:
    # A forked child has the open lock files too: it would keep the locks when the holder dies.
    for holder in list(_held):
        holder.let_go_in_child()
    _held.clear()
    dormitory.close_in_child()


if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(after_in_child=_let_go_in_child)


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
    except OSError as error:
        raise cannot_write(path, error) from error
    file = opened(path)
    try:
        lock(file, database)
        note = note_in(file)
        if ASLEEP in note and dormitory.alive(path.with_name(str(note[ASLEEP]))):
            raise FieldBusy(busy(database, json.dumps(note)))
        sign(file, {"path": str(known_as or database)})
    except BaseException:
        closed(file)
        raise
    return Holder(database, file)


def _require_one_name(database: Path) -> None:
    if database.exists() and database.stat().st_nlink > 1:
        raise StoreError(
            f"{database} has a second name (a hard link), and who opens that one would not see "
            "that the file is held; remove one of the names, or open a copy of the file"
        )


def _identity(path: Path) -> Identity | None:
    """Tell one file from another, whatever their names; ``None`` if there is none.

    Raises
    ------
    StoreError
        If that cannot be seen.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(
            f"cannot look at {path}: {error.strerror}; nothing of it happened. Check that its "
            "folder is there, and that you may read it"
        ) from error
    return found.st_dev, found.st_ino
