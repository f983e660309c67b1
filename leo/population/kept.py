"""Lives that are kept in a file, as JSON lines, so that none of them has to be lived again."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import IO, Final, TypeVar

import msgspec
import portalocker

from leo.errors import ObservationError
from leo.population.lives import FORMAT, Life, Made
from leo.population.people import Population
from leo.population.settings import Setting
from leo.settle import settled

__all__ = ["Keeper", "read_population"]

KindT = TypeVar("KindT")

ALONE: Final = portalocker.LOCK_EX | portalocker.LOCK_NB


def read_population(path: str | os.PathLike[str]) -> Population:
    """Read all lives of a file that `population` kept, ordered by their settings.

    A last line that was cut off in the middle is left out.

    Raises
    ------
    ObservationError
        If it cannot be read, or keeps no lives; the message names the file and the line.
    """
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise ObservationError(f"{path} cannot be read: {error.strerror}") from error
    made, lives, _ = _parsed(text, path)
    if made is None:
        raise ObservationError(f"{path} keeps no lives: it has no first line")
    return Population(made, tuple(lives[one] for one in sorted(lives)))


class Keeper:
    """Keeps lives in a file, each as soon as it is lived; nobody else may do so meanwhile.

    Parameters
    ----------
    path
        The file; made if it is not there.
    made
        What the lives have in common.

    Raises
    ------
    ObservationError
        On entering, if the file is none of such lives, is in use or cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str], made: Made) -> None:
        self._path, self._made = Path(path), made
        self._file: IO[bytes] | None = None
        self.lives: Mapping[Setting, Life] = {}

    async def __aenter__(self) -> "Keeper":
        try:
            await settled(asyncio.to_thread(self._open))
        except asyncio.CancelledError:  # it was opened all the same
            await settled(asyncio.to_thread(self._close))
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await settled(asyncio.to_thread(self._close))

    async def add(self, life: Life) -> None:
        """Write one more life, to the disk; it is whole there also if the caller is cancelled."""
        await settled(asyncio.to_thread(self._write, life))

    def _open(self) -> None:
        try:
            self._file = self._path.open("a+b", buffering=0)
            self._begin(self._file)
        except BaseException as error:
            self._close()
            if isinstance(error, OSError):
                raise self._unwritten(error) from error
            raise

    def _begin(self, file: IO[bytes]) -> None:
        """Read what is there, cut off what is torn, and write the first line if there is none."""
        try:
            portalocker.lock(file, ALONE)
        except portalocker.exceptions.LockException as error:
            raise ObservationError(
                f"{self._path} is in use; wait for the other population, or give another file"
            ) from error
        file.seek(0)
        text = file.read()
        head = msgspec.json.encode(self._made) + b"\n"
        if b"\n" not in text and head.startswith(text):
            text = b""
        made, self.lives, whole = _parsed(text, self._path)
        if made is not None:
            self._compare(made)
        file.truncate(whole)
        if made is None:
            self._append(head)

    def _compare(self, made: Made) -> None:
        for one in fields(Made):
            here, there = getattr(self._made, one.name), getattr(made, one.name)
            if here != there:
                raise ObservationError(
                    f"{self._path} keeps other lives: {one.name} is {there!r} there, and "
                    f"{here!r} here; give another file"
                )

    def _write(self, life: Life) -> None:
        try:
            self._append(msgspec.json.encode(life) + b"\n")
        except OSError as error:
            raise self._unwritten(error) from error

    def _append(self, line: bytes) -> None:
        if self._file is None:
            raise ObservationError(f"{self._path} is closed")
        left = memoryview(line)
        while left:
            left = left[self._file.write(left) :]
        os.fsync(self._file.fileno())

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _unwritten(self, error: OSError) -> ObservationError:
        return ObservationError(f"{self._path} cannot be written: {error.strerror}")


def _parsed(
    text: bytes, path: str | os.PathLike[str]
) -> tuple[Made | None, dict[Setting, Life], int]:
    """Give the first line, the lives below it, and how many bytes of the text are whole lines."""
    whole = text.rfind(b"\n") + 1
    if text and not whole:
        raise ObservationError(f"{path}, line 1: it keeps no lives of a population")
    lines = text[:whole].splitlines()
    if not lines:
        return None, {}, 0
    made = _line(lines[0], Made, path, 1)
    if made.format != FORMAT:
        raise ObservationError(f"{path} has format {made.format}; this program knows {FORMAT}")
    lives: dict[Setting, Life] = {}
    for number, line in enumerate(lines[1:], 2):
        life = _line(line, Life, path, number)
        if len(life.measured) != len(made.measures):
            raise ObservationError(f"{path}, line {number}: it has not the measures of line 1")
        if lives.setdefault(life.setting, life) != life:
            raise ObservationError(f"{path}, line {number}: {life.setting.told()} is there twice")
    return made, lives, whole


def _line(line: bytes, kind: type[KindT], path: str | os.PathLike[str], number: int) -> KindT:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ObservationError(
            f"{path}, line {number}: it keeps no lives of a population ({error})"
        ) from error
