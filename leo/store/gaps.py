"""Gaps in the journal: what was said, entry by entry, and how an entry loses its texts."""

import json
from collections.abc import AsyncIterator, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from leo.errors import StoreError, TurnFormatError
from leo.module import Gone, Reader, SqlValue, Write
from leo.pace import ROWS_PER_BREATH, Pace
from leo.records import Source, Turn
from leo.store.database import BODY, Reading
from leo.store.journal import READ_ROWS
from leo.store.schema import TABLES
from leo.text.traces import Traces

__all__ = [
    "Told",
    "book_write",
    "gap_writes",
    "plain_turn",
    "plain_turns_in",
    "rewritten",
    "row_writes",
    "tables_of",
    "told_in",
    "turns_in",
]

NUMBERS = ("INTEGER", "REAL")
"""Types of columns that hold no text, in tables where SQLite sees to it."""

_TOLD = f"""
SELECT entry, kind, at, turn, CASE kind WHEN 'turn' THEN json_object(
    'said', json_extract(plain, '$.prompt'),
    'reply', json_extract(plain, '$.reply'),
    'learned', json_extract(plain, '$.learned')
) ELSE plain END
FROM (
    SELECT entry, kind, at, turn, {BODY} AS plain
    FROM journal WHERE entry > ? AND kind IN ('turn', 'observe', 'book', 'gap')
)
WHERE kind <> 'gap' OR json_extract(plain, '$.heard') IS NOT NULL ORDER BY entry LIMIT ?
"""
"""SQLite takes the few texts out of a Turn; decoding it whole would take far longer."""


Texts: TypeAlias = Sequence[tuple[Source, str]]


@dataclass(frozen=True, slots=True)
class Told:
    """The texts of a journal entry.

    Attributes
    ----------
    entry, kind, at, turn
        Which entry.
    said
        What a person said, or what was heard; each text with its source.
    own
        What Leo said and thought, and learned.
    more
        What else a book's batch needs to be found again.
    """

    entry: int
    kind: str
    at: float
    turn: int | None
    said: tuple[tuple[Source, str], ...]
    own: tuple[str, ...] = ()
    more: tuple[tuple[str, object], ...] = ()


async def told_in(database: Reading) -> AsyncIterator[Told]:
    """Go through everything that was ever told, in order."""
    entry = 0
    while rows := await database.fetch(_TOLD, (entry, READ_ROWS)):
        for number, kind, at, turn, body in rows:
            entry = int(str(number))
            numbered = None if turn is None else int(str(turn))
            try:
                told = _told(entry, str(kind), float(str(at)), numbered, str(body))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise _damaged(database, entry, error) from error
            yield told


def _told(entry: int, kind: str, at: float, turn: int | None, body: str) -> Told:
    plain = json.loads(body)
    if kind == "turn":
        learned = (one["text"] for one in plain["learned"] if one["source"] != "observer")
        own = (plain["reply"], *(text for text in learned if text is not None))
        return Told(entry, kind, at, turn, (("observer", plain["said"]),), own)
    heard = tuple((source, text) for source, text in plain.pop("heard"))
    if kind == "gap":  # an old turn: its texts were kept
        said = tuple(one for one in heard if one[0] == "observer")
        own = tuple(text for source, text in heard if source != "observer")
        return Told(entry, str(plain["was"]), at, turn, said, own)
    return Told(entry, kind, at, turn, heard, (), tuple(plain.items()))


async def turns_in(database: Reading) -> AsyncIterator[tuple[int, Turn]]:
    """Go through all turns whole, each with its entry."""
    entry = 0
    while rows := await database.fetch(
        f"SELECT entry, {BODY} FROM journal WHERE entry > ? AND kind = 'turn' "
        "ORDER BY entry LIMIT ?",
        (entry, READ_ROWS),
    ):
        for number, body in rows:
            entry = int(str(number))
            try:
                turn = Turn.from_json(str(body))
            except TurnFormatError as error:
                raise _damaged(database, entry, error) from error
            yield entry, turn


async def plain_turns_in(database: Reading) -> AsyncIterator[tuple[int, int, Texts]]:
    """Go through all turns of which only the texts were kept: entry, number, texts."""
    entry = 0
    while rows := await database.fetch(
        f"SELECT entry, turn, json_extract({BODY}, '$.heard') AS heard FROM journal "
        "WHERE entry > ? AND kind = 'gap' AND heard IS NOT NULL ORDER BY entry LIMIT ?",
        (entry, READ_ROWS),
    ):
        for number, turn, heard in rows:
            entry = int(str(number))
            texts = tuple((source, text) for source, text in json.loads(str(heard)))
            yield entry, int(str(turn)), texts


def plain_turn(texts: Texts) -> str:
    """Give the body of a turn of which only the texts are kept."""
    told = {"was": "turn", "heard": texts}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _damaged(database: Reading, entry: int, error: Exception) -> StoreError:
    return StoreError(
        f"{database.path} is damaged: journal entry {entry} cannot be read ({error}); nothing was "
        "forgotten. Restore the file from a copy"
    )


def gap_writes(entries: Iterable[Told]) -> list[Write]:
    """Leave of entries their numbers, their times, and what kind they were."""
    gaps = [(json.dumps({"was": one.kind}), one.entry) for one in entries]
    turns = [(one.turn,) for one in entries if one.turn is not None]
    return [
        Write(
            "UPDATE journal SET kind = 'gap', body = ?, packed = NULL WHERE entry = ?", tuple(gaps)
        ),
        Write("DELETE FROM summary WHERE turn = ?", tuple(turns)),
    ]


def book_write(told: Told, left: Sequence[str]) -> Write:
    """Leave of a book's batch only these texts, and say so."""
    body = {"heard": [["book", text] for text in left], **dict(told.more), "cut": True}
    return rewritten([(told.entry, json.dumps(body, ensure_ascii=False, separators=(",", ":")))])


def rewritten(bodies: Sequence[tuple[int, str]]) -> Write:
    """Give entries new bodies."""
    rows = tuple((body, entry) for entry, body in bodies)
    return Write("UPDATE journal SET body = ?, packed = NULL WHERE entry = ?", rows)


# ---------------------------------------------------------------- tables of modules


async def tables_of(reader: Reader) -> tuple[str, ...]:
    """Name all tables of modules, also of modules that are not here now."""
    rows = await reader.fetch(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' "
        "ESCAPE '!' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    )
    return tuple(name for (one,) in rows if (name := str(one)) not in TABLES)


async def row_writes(
    reader: Reader, table: str, spared: Container[str], gone: Gone
) -> tuple[Write, ...]:
    """Delete the rows of a table that belong to a forgotten turn, and those that quote.

    Parameters
    ----------
    reader
        Reads the table.
    table
        Its name.
    spared
        Its columns that are not looked at.
    gone
        What is forgotten.
    """
    columns = await reader.fetch("SELECT name, pk, type FROM pragma_table_info(?)", (table,))
    strict = await reader.fetch("SELECT 1 FROM pragma_table_list(?) WHERE strict", (table,))
    looked = [name for one, _, _ in columns if (name := str(one)) not in spared]
    keys = [str(name) for name, place, _ in columns if place] or ["rowid"]
    writes: list[Write] = []
    if "turn" in looked:
        turns = tuple((turn,) for turn in gone.turns)
        writes.append(Write(f"DELETE FROM {_name(table)} WHERE turn = ?", turns))
    if strict and all(kind in NUMBERS for _, _, kind in columns):
        return tuple(writes)  # there is no text in it
    names = ", ".join(map(_name, [*keys, *looked]))
    rows = await reader.fetch(f"SELECT {names} FROM {_name(table)}")
    pace = Pace(ROWS_PER_BREATH)
    doomed: list[tuple[SqlValue, ...]] = []
    for row in rows:
        await pace.spend(len(row))
        if any(_holds(value, gone.traces) for value in row[len(keys) :]):
            doomed.append(row[: len(keys)])
    where = " AND ".join(f"{_name(key)} IS ?" for key in keys)
    return (*writes, Write(f"DELETE FROM {_name(table)} WHERE {where}", tuple(doomed)))


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _holds(value: SqlValue, traces: Traces) -> bool:
    if isinstance(value, bytes):
        return traces.holds(value.decode("utf-8", errors="replace"))
    if not isinstance(value, str):
        return False
    if value[:1] in {"[", "{", '"'}:
        try:
            return any(map(traces.holds, _strings(json.loads(value))))
        except ValueError:
            pass  # no JSON after all
    return traces.holds(value)


def _strings(plain: object) -> Iterable[str]:
    if isinstance(plain, str):
        yield plain
    elif isinstance(plain, list):
        for one in plain:
            yield from _strings(one)
    elif isinstance(plain, dict):
        for key, one in plain.items():
            yield key
            yield from _strings(one)
