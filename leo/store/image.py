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
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from leo.field.base import Base
from leo.field.field import Folded
from leo.field.layer import Layer
from leo.field.packing import Flat, laid_out
from leo.field.rows import COUNT_SHIFT, RowTable
from leo.field.shelf import DAMAGE, Folder
from leo.field.themes import Theme, Themes
from leo.field.view import KINDS
from leo.module import Write
from leo.pace import ROWS_PER_BREATH, Pace, breathe_if_due
from leo.records import Growth, ThemeChange
from leo.store.database import Reading

log = logging.getLogger("leo")

__all__ = ["DAMAGED", "image_in", "image_writes", "read_image"]

CHUNK_BYTES = 1 << 20
PACE_CELLS = 4096
"""Cells unpacked between two yields to the event loop."""

Cells = npt.NDArray[np.int64]

DAMAGED = (*DAMAGE, IndexError, AttributeError)
"""What reading a damaged image raises."""

FORMAT = 5

DIGEST = "digest"
"""The part that tells what all others are; images of before have none."""


async def image_writes(image: Folded) -> list[Write]:
    """Pack a field as the writes of one transaction; its packed layers only by name.

    Parameters
    ----------
    image
        What is to be written.
    """
    pace = Pace(ROWS_PER_BREATH)
    own = image.own
    parts: dict[str, bytes] = {"meta": _meta(image), "words": "\n".join(own.words).encode()}
    await breathe_if_due()
    parts["forms"] = json.dumps(list(own.forms.items()), ensure_ascii=False).encode()
    await breathe_if_due()
    parts |= {"seen": _pairs(own.seen), "starts": _pairs(own.starts)}
    for kind in KINDS:
        parts[kind] = _bytes_of(await laid_out(own.table(kind), own.kinds[kind], pace))
        parts[f"{kind} kinds"] = _pairs(own.kinds[kind])
        await breathe_if_due()
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


def _bytes_of(rows: Flat) -> bytes:
    """Put rows in a row: how many, their keys, their sizes, then the words and the cells of all."""
    many = np.array([len(rows.keys)], np.int64)
    return np.concatenate([many, rows.keys, rows.sizes, rows.words, rows.cells]).tobytes()


def _stretches(sizes: Cells) -> Iterator[tuple[int, int]]:
    """Divide rows into stretches of about `PACE_CELLS` cells."""
    done = np.cumsum(sizes)
    begin = 0
    while begin < len(sizes):
        before = int(done[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(done, before + PACE_CELLS, "right")))
        yield begin, end
        begin = end


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
        await _unrows(whole[kind], own.table(kind), pace)
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


async def _unrows(data: bytes, table: RowTable, pace: Pace) -> None:
    flat: Cells = np.frombuffer(data, np.int64)
    many = int(flat[0])
    keys, sizes = flat[1 : 1 + many], flat[1 + many : 1 + 2 * many]
    words, cells = np.split(flat[1 + 2 * many :], 2)
    ends = np.cumsum(sizes)
    if len(sizes) < many or (int(ends[-1]) if many else 0) != len(cells):
        raise ValueError(f"{many} rows do not fit {len(flat)} numbers")
    units = np.concatenate([np.zeros(1, np.int64), np.cumsum(cells >> COUNT_SHIFT)])
    totals = units[ends] - units[ends - sizes]
    for begin, end in _stretches(sizes):
        first, last = int(ends[begin] - sizes[begin]), int(ends[end - 1])
        held = zip(words[first:last].tolist(), cells[first:last].tolist(), strict=True)
        told = (keys[begin:end].tolist(), sizes[begin:end].tolist(), totals[begin:end].tolist())
        for key, size, total in zip(*told, strict=True):
            table.put(key, dict(itertools.islice(held, size)), total)
        await pace.spend(last - first)
