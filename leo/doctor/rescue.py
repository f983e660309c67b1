"""Saving what can be read of a journal, as JSON lines."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiofiles

from leo.doctor.entries import Found, Lost, entries_in
from leo.errors import StoreError
from leo.store.copying import begun, discarded, finished
from leo.store.database import Reading
from leo.store.looking import is_there

__all__ = ["Rescued", "rescue"]


@dataclass(frozen=True, slots=True)
class Rescued:
    """What was saved, how many entries that is, and which could not be read."""

    path: Path
    saved: int
    lost: tuple[Lost, ...]


async def rescue(reading: Reading, target: Path) -> Rescued:
    """Write every entry of a journal that can be read into a new file, one a line.

    A line has ``entry``, ``kind``, ``at`` and ``turn``, and ``body``: of a turn the whole Turn as
    `leo.Turn.from_json` reads it. A body that is no JSON any more stands there as ``text``.

    Parameters
    ----------
    reading
        The file.
    target
        The new file; nothing is overwritten.

    Raises
    ------
    StoreError
        If there is a file already, it cannot be written, or not a single entry can be read.
    """
    if await asyncio.to_thread(is_there, target):
        raise StoreError(f"{target} exists already; choose another name for the export")
    saved, lost = 0, list[Lost]()
    with _writing(target):
        draft = await asyncio.to_thread(begun, target)
        try:
            async with aiofiles.open(draft, "w", encoding="utf-8") as file:
                async for one in entries_in(reading):
                    if isinstance(one, Lost):
                        lost.append(one)
                        continue
                    await file.write(_line(one))
                    saved += 1
            if not saved:
                raise StoreError(f"nothing of the journal in {reading.path} can be read")
            await asyncio.to_thread(finished, draft, target)
        except BaseException:
            await asyncio.to_thread(discarded, draft)
            raise
    return Rescued(target, saved, tuple(lost))


def _line(one: Found) -> str:
    head = {"entry": one.entry, "kind": one.kind, "at": one.at, "turn": one.turn}
    try:
        told = {**head, "body": json.loads(one.body)}
    except (ValueError, RecursionError):
        told = {**head, "text": one.body}
    return json.dumps(told, ensure_ascii=False) + "\n"


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot write {target}: {error.strerror}; make room, or choose a folder you may "
            "write to"
        ) from error
