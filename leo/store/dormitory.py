"""Where a process's sleepers of a folder lie: one locked file for all of them.

All of this blocks on the disk: call it in a thread.
"""

import errno
import logging
import secrets
import threading
from pathlib import Path

import portalocker

from leo.errors import StoreError
from leo.store.lockfile import ASLEEP, EXCLUSIVE, cannot_write, closed, too_many

__all__ = ["Dormitory", "alive", "close_in_child"]

log = logging.getLogger("leo")


class Dormitory:
    """What tells other processes that this one's sleepers of a folder are alive.

    Parameters
    ----------
    folder
        Where their lock files lie.

    Raises
    ------
    StoreError
        If it cannot be written there, or not locked.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / f".leo-{ASLEEP}-{secrets.token_hex(8)}.lock"
        self._sleepers = 0
        try:
            self._file = self.path.open("x", encoding="utf-8")
        except OSError as error:
            raise cannot_write(self.path, error) from error
        try:
            portalocker.lock(self._file, EXCLUSIVE)
        except portalocker.exceptions.LockException as error:
            self._take_away()
            raise StoreError(f"cannot lock {self.path}: {error}; he keeps his own lock") from error

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
                self._take_away()

    def _take_away(self) -> None:
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("could not remove %s: %s; it is only in the way", self.path, error)
        closed(self._file)


_dormitories: dict[Path, Dormitory] = {}
_guard = threading.Lock()


def close_in_child() -> None:
    """Close what a forked child has of them: it would keep them locked when the holder dies."""
    global _guard  # noqa: PLW0603  another thread may have held it when the process forked
    _guard = threading.Lock()
    for dormitory in _dormitories.values():
        closed(dormitory._file)
    _dormitories.clear()


def alive(path: Path) -> bool:
    """Tell whether the process of a dormitory lives; what is left of a dead one is removed.

    Raises
    ------
    StoreError
        If that cannot be seen.
    """
    try:
        with path.open(encoding="utf-8") as file:
            try:
                portalocker.lock(file, EXCLUSIVE)
            except portalocker.exceptions.AlreadyLocked:
                return True
            path.unlink(missing_ok=True)
            return False
    except FileNotFoundError:
        return False
    except (OSError, portalocker.exceptions.LockException) as error:
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            raise too_many(path) from error
        raise StoreError(
            f"cannot look at {path}: {error}; check that you may read it, or delete it by hand "
            "when no Leo of its folder sleeps"
        ) from error
