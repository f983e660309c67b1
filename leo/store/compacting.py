"""Making a journal smaller: bodies are deflated, and old turns keep their texts only."""

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from leo.module import SqlValue, Write
from leo.records import Turn
from leo.store.database import BODY, Database
from leo.store.gaps import plain_turn

__all__ = ["compact_page"]

PAGE = 64
"""Journal entries made smaller in one transaction."""

LEVEL = 6
"""Of deflate, 1..9; more takes longer and gains next to nothing."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries' smaller form: what to write, the last entry, and turns that became plain."""

    writes: tuple[Write, ...]
    last: int
    plain: int


async def compact_page(database: Database, after: int, whole_from: int) -> Page | None:
    """Make the next entries smaller; ``None`` at the end of the journal.

    Parameters
    ----------
    database
        A Leo's file.
    after
        The entry after which to go on.
    whole_from
        The turn from which turns stay whole; of those before only the texts are kept.
    """
    rows = await database.fetch(
        f"SELECT entry, turn, kind, {BODY} FROM journal WHERE entry > ? "
        "AND (packed IS NULL OR kind = 'turn' AND turn < ?) ORDER BY entry LIMIT ?",
        (after, whole_from, PAGE),
    )
    if not rows:
        return None
    return await asyncio.to_thread(_page, rows, whole_from)


def _page(rows: Sequence[Sequence[SqlValue]], whole_from: int) -> Page:
    found: list[tuple[SqlValue, ...]] = []
    plain = 0
    for entry, turn, kind, body in rows:
        old = kind == "turn" and int(str(turn)) < whole_from
        plain += old
        text = plain_turn(Turn.from_json(str(body)).texts()) if old else str(body)
        packed = zlib.compress(text.encode(), LEVEL)
        found.append(("gap" if old else kind, packed, entry))
    update = Write("UPDATE journal SET kind = ?, body = '', packed = ? WHERE entry = ?", (*found,))
    return Page((update,), int(str(rows[-1][0])), plain)
