"""A journal read entry by entry, past what cannot be read."""

import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from leo.errors import StoreError
from leo.module import SqlValue
from leo.store.database import Reading

__all__ = ["Found", "Lost", "entries_in"]

PAGE: Final = 64
"""Entries read at a time, as long as all of them can be."""

HOPELESS: Final = 1_000
"""Entries in a row that cannot be read, after which one looks no further for an unknown end."""

_COLUMNS: Final = "SELECT entry, kind, at, turn, CAST(body AS BLOB), packed FROM journal"


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that can be read; whether its body makes sense is another question."""

    entry: int
    kind: str
    at: float
    turn: int | None
    body: str


@dataclass(frozen=True, slots=True)
class Lost:
    """An entry that cannot be read, and why."""

    entry: int
    why: str


async def entries_in(reading: Reading) -> AsyncIterator[Found | Lost]:
    """Go through a journal from the first entry on, also where it is damaged.

    Parameters
    ----------
    reading
        The file.
    """
    end = await _end(reading)
    missed: list[Lost] = []
    first = 1
    while end is None or first <= end:
        stop = first + PAGE if end is None else min(first + PAGE, end + 1)
        for one in await _page(reading, first, stop):
            if isinstance(one, Lost):
                missed.append(one)
                continue
            for lost in missed:
                yield lost
            missed = []
            yield one
        first = stop
        if end is None and len(missed) >= HOPELESS:
            yield Lost(missed[0].entry, "from here on the journal cannot be read")
            return
    for lost in missed:
        yield lost


async def _end(reading: Reading) -> int | None:
    """Give the last entry's number; ``None`` if it cannot be read."""
    try:
        rows = await reading.fetch("SELECT coalesce(max(entry), 0) FROM journal")
    except StoreError:
        return None
    return int(str(rows[0][0]))


async def _page(reading: Reading, first: int, stop: int) -> list[Found | Lost]:
    """Read some entries, together or else one by one."""
    try:
        rows = await reading.fetch(f"{_COLUMNS} WHERE entry >= ? AND entry < ?", (first, stop))
    except StoreError:
        return [await _single(reading, entry) for entry in range(first, stop)]
    there = {int(str(row[0])): row for row in rows}
    return [
        _read(entry, there[entry]) if entry in there else _missing(entry)
        for entry in range(first, stop)
    ]


async def _single(reading: Reading, entry: int) -> Found | Lost:
    try:
        rows = await reading.fetch(f"{_COLUMNS} WHERE entry = ?", (entry,))
    except StoreError as error:
        return Lost(entry, str(error.__cause__))
    return _read(entry, rows[0]) if rows else _missing(entry)


def _missing(entry: int) -> Lost:
    return Lost(entry, "it is missing")


def _read(entry: int, row: Sequence[SqlValue]) -> Found | Lost:
    _, kind, at, turn, body, packed = row
    try:
        data = zlib.decompress(packed) if isinstance(packed, bytes) else body
        text = data.decode() if isinstance(data, bytes) else str(data)
        return Found(
            entry, str(kind), float(str(at)), None if turn is None else int(str(turn)), text
        )
    except (zlib.error, ValueError) as error:
        return Lost(entry, f"its text is damaged ({error})")
