"""The image: a field folded up to one journal entry, so that opening need not count a life again.

It is written off the turn's path, in one transaction with the number of its last entry.
Early or late makes no difference to what Leo knows: image plus the entries after it is the
same field as all entries from the birth on.
"""

import asyncio
import hashlib
import itertools
import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from leo.field.base import Base
from leo.field.field import Folded
from leo.field.layer import Layer
from leo.field.rows import Row
from leo.field.shelf import DAMAGE, Folder
from leo.field.themes import Theme, Themes
from leo.field.view import KINDS
from leo.module import Write
from leo.pace import Pace
from leo.records import Growth, ThemeChange
from leo.store.database import Reading

log = logging.getLogger("leo")

__all__ = ["DAMAGED", "image_in", "image_writes", "read_image"]

CHUNK_BYTES = 1 << 20
PACE_CELLS = 20_000
"""Cells packed or unpacked between two yields to the event loop."""

Cells = npt.NDArray[np.int64]

DAMAGED = (*DAMAGE, IndexError, AttributeError)
"""What reading a damaged image raises."""

FORMAT = 4

DIGEST = "digest"
"""The part that tells what all others are; images of before have none."""


async def image_writes(image: Folded) -> list[Write]:
    """Pack a field as the writes of one transaction; its packed layers only by name.

    Parameters
    ----------
    image
        What is to be written.
    """
    pace = Pace(PACE_CELLS)
    own = image.own
    parts: dict[str, bytes] = {
        "meta": _meta(image),
        "words": "\n".join(own.words).encode(),
        "forms": json.dumps(list(own.forms.items()), ensure_ascii=False).encode(),
        "seen": _pairs(own.seen),
        "starts": _pairs(own.starts),
    }
    for kind in KINDS:
        parts[kind] = await _rows(own.table(kind), pace)
        parts[f"{kind} kinds"] = _pairs(own.kinds[kind])
    parts[DIGEST] = await asyncio.to_thread(_digest, parts)
    rows = tuple(
        (part, i // CHUNK_BYTES, data[i : i + CHUNK_BYTES])
        for part, data in parts.items()
        for i in range(0, max(1, len(data)), CHUNK_BYTES)
    )
    return [
        Write("DELETE FROM image"),
        Write("INSERT INTO image (part, chunk, data) VALUES (?, ?, ?)", rows),
    ]


def _digest(parts: Mapping[str, bytes]) -> bytes:
    """Give the digest of all other parts."""
    digest = hashlib.blake2b(digest_size=16)
    for part in sorted(parts.keys() - {DIGEST}):
        digest.update(f"{part} {len(parts[part])} ".encode())
        digest.update(parts[part])
    return digest.digest()


def _meta(image: Folded) -> bytes:
    own, themes = image.own, image.themes
    told = {
        "format": FORMAT,
        "entry": image.entry,
        "packs": [pack.name for pack in image.packs],
        "centers": list(image.centers.items()),
        "hubs": list(image.hubs.items()),
        "below": own.layers[-1].size,
        "first": own.first,
        "grown": [
            own.grown.tokens,
            own.grown.words,
            own.grown.bigrams,
            own.grown.trigrams,
            own.grown.pairs,
        ],
        "units": own.units,
        "themes": [[theme.id, list(theme.words)] for theme in themes.all],
        "next_theme": themes.next_id,
        "theme_changes": msgspec.to_builtins(themes.changes),
    }
    return json.dumps(told, ensure_ascii=False).encode()


def _pairs(table: dict[int, int]) -> bytes:
    flat = np.fromiter(itertools.chain.from_iterable(table.items()), np.int64, 2 * len(table))
    return flat.tobytes()


async def _rows(table: dict[int, Row], pace: Pace) -> bytes:
    pieces: list[bytes] = []
    for key, row in table.items():
        cells = np.empty(2 + 2 * len(row.cells), np.int64)
        cells[0], cells[1] = key, len(row.cells)
        cells[2::2] = list(row.cells)
        cells[3::2] = list(row.cells.values())
        pieces.append(cells.tobytes())
        await pace.spend(len(row.cells))
    return b"".join(pieces)


async def read_image(database: Reading, below: Layer, shelf: Folder) -> Folded | None:
    """Read the image; ``None`` if there is none, or it does not fit the birth below.

    A damaged image is no image: the journal is the truth, and is counted again.

    Parameters
    ----------
    database
        A Leo's file.
    below
        What he knew on his first day.
    shelf
        Where his packed layers are.
    """
    try:
        return await image_in(database, below, shelf)
    except DAMAGED as error:
        log.warning("%s: its image is damaged (%r); counting anew", database.path, error)
        return None


async def image_in(database: Reading, below: Layer, shelf: Folder) -> Folded | None:
    """Read the image as `read_image` does, but raise what a damaged one makes it raise."""
    parts: dict[str, list[bytes]] = {}
    for part, data in await database.fetch("SELECT part, data FROM image ORDER BY part, chunk"):
        if isinstance(data, bytes):
            parts.setdefault(str(part), []).append(data)
    if not parts:
        return None
    return await _unpacked({part: b"".join(some) for part, some in parts.items()}, below, shelf)


async def _unpacked(whole: dict[str, bytes], below: Layer, shelf: Folder) -> Folded | None:
    if DIGEST in whole and await asyncio.to_thread(_digest, whole) != whole[DIGEST]:
        raise ValueError("it is not what was written")
    told = json.loads(whole["meta"])
    if told["format"] != FORMAT or told["below"] != below.size:
        return None
    pace = Pace(PACE_CELLS)
    packs = tuple([await asyncio.to_thread(shelf.load, name) for name in told["packs"]])
    own = Layer(below, Base(packs) if packs else None)
    if own.first != told["first"]:
        raise ValueError(f"its words begin at {told['first']}, not {own.first}")
    own.words = whole["words"].decode().split("\n") if whole["words"] else []
    own.ids = {word: own.first + i for i, word in enumerate(own.words)}
    own.forms = {id_: dict(forms) for id_, forms in json.loads(whole["forms"])}
    own.seen, own.starts = _unpairs(whole["seen"]), _unpairs(whole["starts"])
    for kind in KINDS:
        own.table(kind).update(await _unrows(whole[kind], pace))
        own.kinds[kind] = _unpairs(whole[f"{kind} kinds"])
    own.grown, own.units = Growth(*told["grown"]), int(told["units"])
    centers, hubs = dict(told["centers"]), dict(told["hubs"])
    return Folded(packs, own, _themes(told), int(told["entry"]), centers, hubs)


def _themes(told: dict[str, Any]) -> Themes:
    themes = [Theme(id_, tuple(words)) for id_, words in told["themes"]]
    changes = msgspec.convert(told["theme_changes"], tuple[ThemeChange, ...])
    return Themes(themes, told["next_theme"], changes)


def _unpairs(data: bytes) -> dict[int, int]:
    flat: list[int] = np.frombuffer(data, np.int64).tolist()
    return dict(zip(flat[::2], flat[1::2], strict=True))


async def _unrows(data: bytes, pace: Pace) -> dict[int, Row]:
    flat: Cells = np.frombuffer(data, np.int64)
    table: dict[int, Row] = {}
    i = 0
    while i < len(flat):
        key, size = int(flat[i]), int(flat[i + 1])
        cells: Iterable[int] = flat[i + 2 : i + 2 + 2 * size].tolist()
        table[key] = Row.whole(dict(zip(*[iter(cells)] * 2, strict=True)))
        i += 2 + 2 * size
        await pace.spend(size)
    return table
