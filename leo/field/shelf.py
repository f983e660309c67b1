"""The shelf: packed layers in a folder beside a Leo's file, mapped instead of read.

Each layer is a folder of its own, one file per array. It is written under another name and
renamed when all of it is on the disk, and never changed again; which layers count is said
in the Leo's file. So a layer that is there is whole, and one that nobody names is rubbish.
The journal holds everything that went into them: without this folder a life is counted anew.
"""

import json
import logging
import mmap
import os
import secrets
import shutil
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

import numpy as np

from leo.field.packed import Packed
from leo.field.pages import Pages
from leo.field.parts import Array, InMemory, Sink, Told, parts_of, put_together
from leo.field.sums import NO_SUMS, Sums, bytes_of
from leo.records import Growth

__all__ = ["DAMAGE", "Folder", "Nowhere", "Shelf"]

DAMAGE: Final = (OSError, ValueError, KeyError, TypeError)
"""What loading a damaged layer raises."""

log = logging.getLogger("leo")

BESIDE: Final = ".packs"
TOLD: Final = "layer.json"
UNFINISHED: Final = ".new"
NAME_BYTES: Final = 8


class Shelf(Protocol):
    """Where packed layers are kept. All of this may take a while, and belongs in a thread."""

    def begin(self) -> Sink:
        """Begin a layer."""
        ...

    def keep(self, pack: Packed) -> Packed:
        """Keep a layer that is in memory; give it as it is kept."""
        ...


class Nowhere:
    """A shelf for fields that have no file: layers stay in memory."""

    def begin(self) -> Sink:
        """Begin a layer."""
        return InMemory()

    def keep(self, pack: Packed) -> Packed:
        """Give the layer back."""
        return pack


class Folder:
    """A shelf on disk.

    Parameters
    ----------
    path
        The folder; made when it is needed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def beside(cls, file: Path) -> "Folder":
        """Give the shelf of a Leo's file."""
        return cls(file.with_name(file.name + BESIDE))

    def begin(self) -> Sink:
        """Begin a layer."""
        return _Written(self.path, secrets.token_hex(NAME_BYTES))

    def keep(self, pack: Packed) -> Packed:
        """Write a layer that is in memory, and give it mapped."""
        if pack.name is not None:
            return pack
        sink = self.begin()
        for part, array in parts_of(pack).items():
            sink.put(part, array)
        return sink.finish(Told(pack.first, pack.units, pack.grown))

    def load(self, name: str, *, whole: bool = False) -> Packed:
        """Map a layer.

        Parameters
        ----------
        name
            Its name.
        whole
            Read all of it, to be sure; otherwise of large arrays only the beginning is read, and
            of a layer that this process has mapped before nothing.

        Raises
        ------
        OSError, ValueError, KeyError, TypeError
            If it is not there, or not as it was written.
        """
        return _loaded(self.path / name, whole=whole)

    def give(self, other: "Folder", named: Collection[str]) -> None:
        """Put layers on another shelf too; nothing is written where the disk can link files.

        A layer never changes and its name is its own: one that is there stays as it is.

        Raises
        ------
        OSError
            If it cannot be done.
        """
        for name in sorted(named):
            if (other.path / name).is_dir():
                continue
            begun = other.path / (name + UNFINISHED)
            with _or_nothing(begun):
                begun.mkdir(parents=True)
                for one in (self.path / name).iterdir():
                    try:
                        os.link(one, begun / one.name)
                    except OSError:  # another disk, or one that knows no links
                        shutil.copyfile(one, begun / one.name)
                begun.rename(other.path / name)

    def sweep(self, named: Collection[str]) -> None:
        """Remove every layer that is not named, and the folder with the last of them."""
        if not self.path.is_dir():
            return
        for one in self.path.iterdir():
            if one.name not in named:
                shutil.rmtree(one)
                _sure.pop(one, None)
        if not named:
            self.path.rmdir()


class _Written:
    """A layer in the making, on disk."""

    def __init__(self, shelf: Path, name: str) -> None:
        self._folder, self._there = shelf / (name + UNFINISHED), shelf / name
        self._types: dict[str, tuple[str, int]] = {}
        self._sums: dict[str, Sums] = {}
        with _or_nothing(self._folder, self._there):
            self._folder.mkdir(parents=True)

    def put(self, part: str, piece: Array) -> None:
        """Append to an array."""
        kind, length = self._types.get(part, (piece.dtype.str, 0))
        if piece.dtype.str != kind:
            raise TypeError(f"{part} is of {kind}, and cannot take {piece.dtype.str}")
        self._types[part] = kind, length + len(piece)
        data = bytes_of(piece)
        self._sums[part] = self._sums.get(part, NO_SUMS).with_more(data)
        with _or_nothing(self._folder, self._there), (self._folder / part).open("ab") as file:
            file.write(data)

    def finish(self, told: Told) -> Packed:
        """Bring all of it to the disk, rename it, and give it mapped."""
        grown = [getattr(told.grown, name) for name in Growth.__slots__]
        said: dict[str, Any] = {
            "first": told.first,
            "units": told.units,
            "grown": grown,
            "parts": self._types,
        }
        said["sums"] = {part: (one.head, one.whole) for part, one in self._sums.items()}
        with _or_nothing(self._folder, self._there):
            said["sum"] = _sum_of(said)
            (self._folder / TOLD).write_text(json.dumps(said), encoding="utf-8")
            for path in (*self._folder.iterdir(), self._folder):
                _to_disk(path)
            self._folder.rename(self._there)
            _to_disk(self._there.parent)
            return _loaded(self._there)


@contextmanager
def _or_nothing(*folders: Path) -> Iterator[None]:
    """Leave nothing of a layer that cannot be written: it would take room for nothing."""
    try:
        yield
    except OSError:
        for one in folders:
            _removed(one)
        raise


def _removed(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:  # that it could not be written is on its way up
        log.warning("could not remove %s: %s; it is only in the way", folder, error)


def _to_disk(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows has no descriptors of folders
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sum_of(said: Mapping[str, Any]) -> int:
    """Give the check sum of what is said of a layer."""
    return zlib.crc32(json.dumps(said, sort_keys=True).encode())


READ: Final = 1 << 18
"""Bytes up to which an array is read and not mapped: every mapping holds a descriptor."""

Made: TypeAlias = tuple[tuple[int, int], ...]
"""Which files a layer is made of, and when each was written."""

_sure: dict[Path, Made] = {}
"""Layers that this process found as they were written; Leo never changes what is there."""


def _made(folder: Path, parts: Mapping[str, Any]) -> Made:
    """Look at the files of a layer, which must have the sizes that they were written with."""
    seen: list[tuple[int, int]] = []
    for part, (kind, length) in parts.items():
        found = (folder / part).stat()
        if found.st_size != length * np.dtype(kind).itemsize:
            raise ValueError(f"{folder / part} has not the size it was written with")
        seen.append((found.st_ino, found.st_mtime_ns))
    return tuple(seen)


def _loaded(folder: Path, *, whole: bool = False) -> Packed:
    said = json.loads((folder / TOLD).read_text(encoding="utf-8"))
    sums = said.get("sums", {})  # layers of before have none
    if sums and said.pop("sum", None) != _sum_of(said):
        raise ValueError(f"{folder / TOLD} is not what was written")
    made = _made(folder, said["parts"])
    unsure = whole or _sure.get(folder) != made
    parts: dict[str, Array] = {}
    files: list[mmap.mmap] = []
    for part, (kind, length) in said["parts"].items():
        with (folder / part).open("rb") as file:
            if length * np.dtype(kind).itemsize > READ:
                files.append(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
                parts[part] = np.frombuffer(files[-1], kind)
            else:
                parts[part] = np.fromfile(file, kind)
                parts[part].setflags(write=False)
        if part in sums and unsure:
            required = Sums(*sums[part])
            if not required.fit(bytes_of(parts[part]), whole=whole):
                raise ValueError(f"{folder / part} is not what was written")
    _sure[folder] = made
    told = Told(int(said["first"]), int(said["units"]), Growth(*said["grown"]))
    return put_together(told, parts, folder.name, Pages(files))
