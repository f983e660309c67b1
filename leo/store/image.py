"""The image: a field folded up to one journal entry, so that opening need not count a life again.

It is written off the turn's path, in one transaction with the number of its last entry.
Early or late makes no difference to what Leo knows: image plus the entries after it is the
same field as all entries from the birth on.
"""

import itertools
import json
import logging
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from leo.field.layer import Layer
from leo.field.rows import COUNT_SHIFT, MASK, Row
from leo.field.themes import Theme, Themes
from leo.field.view import KINDS
from leo.module import Write
from leo.pace import Pace
from leo.records import Growth, ThemeChange
from leo.store.database import Database

log = logging.getLogger("leo")

__all__ = ["FOLD_EVERY", "image_writes", "read_image"]

FOLD_EVERY = 128
"""Journal entries after which the image is renewed, at closing or after opening."""

CHUNK_BYTES = 1 << 20
PACE_CELLS = 20_000
"""Cells packed or unpacked between two yields to the event loop."""

Cells = npt.NDArray[np.int64]

FORMAT = 2


async def image_writes(own: Layer, themes: Themes, entry: int) -> list[Write]:
    """Pack a Leo's own layer and its themes as the writes of one transaction."""
    pace = Pace(PACE_CELLS)
    parts = {
        "meta": _meta(own, themes, entry),
        "words": "\n".join(own.words).encode(),
        "forms": json.dumps(list(own.forms.items()), ensure_ascii=False).encode(),
        "seen": _pairs(own.seen),
        "starts": _pairs(own.starts),
    }
    for kind in KINDS:
        parts[kind] = await _rows(own.table(kind), pace)
        parts[f"{kind} kinds"] = _pairs(own.kinds[kind])
    rows = tuple(
        (part, i // CHUNK_BYTES, data[i : i + CHUNK_BYTES])
        for part, data in parts.items()
        for i in range(0, max(1, len(data)), CHUNK_BYTES)
    )
    return [
        Write("DELETE FROM image"),
        Write("INSERT INTO image (part, chunk, data) VALUES (?, ?, ?)", rows),
    ]


def _meta(own: Layer, themes: Themes, entry: int) -> bytes:
    told = {
        "format": FORMAT,
        "entry": entry,
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


async def read_image(database: Database, below: Layer) -> tuple[Layer, Themes, int] | None:
    """Read the image; ``None`` if there is none, or it does not fit the birth below.

    A damaged image is no image: the journal is the truth, and is counted again.
    """
    parts: dict[str, list[bytes]] = {}
    for part, data in await database.fetch("SELECT part, data FROM image ORDER BY part, chunk"):
        if isinstance(data, bytes):
            parts.setdefault(str(part), []).append(data)
    if not parts:
        return None
    try:
        return await _unpacked({part: b"".join(chunks) for part, chunks in parts.items()}, below)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        log.warning("%s: its image is damaged (%r); counting anew", database.path, error)
        return None


async def _unpacked(whole: dict[str, bytes], below: Layer) -> tuple[Layer, Themes, int] | None:
    told = json.loads(whole["meta"])
    if told["format"] != FORMAT or told["first"] != below.size:
        return None
    pace = Pace(PACE_CELLS)
    own = Layer(below)
    own.words = whole["words"].decode().split("\n") if whole["words"] else []
    own.ids = {word: own.first + i for i, word in enumerate(own.words)}
    own.forms = {id_: dict(forms) for id_, forms in json.loads(whole["forms"])}
    own.seen, own.starts = _unpairs(whole["seen"]), _unpairs(whole["starts"])
    for kind in KINDS:
        own.table(kind).update(await _unrows(whole[kind], pace))
        own.kinds[kind] = _unpairs(whole[f"{kind} kinds"])
    own.grown, own.units = Growth(*told["grown"]), int(told["units"])
    return own, _themes(told), int(told["entry"])


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
        row = Row()
        for word, cell in zip(*[iter(cells)] * 2, strict=True):
            row.add(word, cell >> COUNT_SHIFT, cell & MASK)
        table[key] = row
        i += 2 + 2 * size
        await pace.spend(size)
    return table
