"""A Leo as tables: what he counts and what he lived, in every format, or nothing at all."""

import asyncio
import csv
import json
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from leo import AsyncLeoField, FieldClosed, StoreError
from leo.exporting.sinks import CsvSink, ParquetSink, Sink, SqliteSink
from leo.exporting.tables import TABLES, Row, Table
from leo.field.field import Field
from leo.field.layer import context_key
from leo.field.rows import COUNT_SHIFT, MASK, UNITS, sources_of
from leo.field.view import Kind
from leo.pace import ROWS_PER_BREATH, on_breath
from leo.text.sources import SOURCES
from leo.turns import TURN_COLUMNS
from tests.conftest import Open
from tests.test_laws import canonical, digest_of

Tables = dict[str, list[Row]]


async def live(leo: AsyncLeoField) -> None:
    """Talk a little; let him hear a word that stands near itself, quotes and line ends."""
    await leo.turn("Hello, who are you?")
    await leo.observe('A quagga, a quagga quagga! "Привет", said the zeppelin.', source="note")
    await leo.turn("I love the quagga, and\nbread.")
    await leo.turn("?!")


async def listed(folder: Path) -> list[str]:
    """Name what is in a folder."""
    return await asyncio.to_thread(lambda: sorted(one.name for one in folder.iterdir()))


# ---------------------------------------------------------------- reading it again


def from_sqlite(path: Path) -> Tables:
    """Read an SQLite export."""
    with closing(sqlite3.connect(path)) as file:
        return {one.name: file.execute(f'SELECT * FROM "{one.name}"').fetchall() for one in TABLES}


def from_csv(path: Path) -> Tables:
    """Read a folder of CSV files; an empty field of a number was nothing."""
    return {one.name: _csv_rows(path / f"{one.name}.csv", one) for one in TABLES}


def _csv_rows(path: Path, table: Table) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == [name for name, _ in table.columns]
    kinds = [kind for _, kind in table.columns]
    return [tuple(kind(text) for kind, text in zip(kinds, row, strict=True)) for row in rows]


def from_parquet(path: Path) -> Tables:
    """Read a folder of Parquet files."""
    parquet = pytest.importorskip("pyarrow.parquet")
    found: Tables = {}
    for one in TABLES:
        table = parquet.read_table(path / f"{one.name}.parquet")
        assert table.column_names == [name for name, _ in one.columns]
        found[one.name] = [tuple(row.values()) for row in table.to_pylist()]
    return found


READ: dict[str, Callable[[Path], Tables]] = {
    "leo_tables.db": from_sqlite,
    "leo_tables.SQLITE": from_sqlite,
    "leo_tables": from_csv,
    "leo_tables.csv": from_csv,
    "leo_tables.parquet": from_parquet,
}


def plain(rows: Sequence[Row]) -> list[Row]:
    """Put rows in order; CSV cannot tell a missing text from an empty one."""
    return sorted(tuple("" if cell is None else cell for cell in row) for row in rows)


# ---------------------------------------------------------------- what it must say


def counted(field: Field, kind: Kind) -> dict[tuple[int, int], tuple[float, str]]:
    """Add up every cell of a kind over all layers: count and sources by context and word."""
    units: dict[tuple[int, int], int] = {}
    masks: dict[tuple[int, int], int] = {}
    for layer in field.own.layers:
        table = layer.table(kind)
        for key in table:
            row = table.get(key)
            assert row is not None
            for word, cell in row.cells.items():
                units[key, word] = units.get((key, word), 0) + (cell >> COUNT_SHIFT)
                masks[key, word] = masks.get((key, word), 0) | cell & MASK
    return {at: (units[at] / UNITS, ", ".join(sources_of(masks[at]))) for at in units}


async def expected(leo: AsyncLeoField) -> Tables:
    """Say what an export must hold, from the living field and the journal."""
    field = leo._open_life().field
    word, size = field.own.word, field.own.size
    follows, near = counted(field, "next"), counted(field, "near")
    single = {context_key([i]): (i,) for i in range(size)}
    double = {context_key([i, j]): (i, j) for i, j in follows if i in single}
    turns = list(await leo.journal())
    return {
        "bigrams": [
            (word(key), word(i), *told) for (key, i), told in follows.items() if key in single
        ],
        "trigrams": [
            (*map(word, double[key]), word(i), *told)
            for (key, i), told in follows.items()
            if key in double
        ],
        "pairs": [(word(i), word(j), *told) for (i, j), told in near.items() if i <= j],
        "turns": [tuple(column.of(turn) for column in TURN_COLUMNS) for turn in turns],
        "spoken": [
            (
                *(turn.id, place, one.text, one.word, one.context, " ".join(one.after)),
                *(one.probability, one.entropy, one.temperature, ", ".join(one.sources)),
            )
            for turn in turns
            for place, one in enumerate(turn.utterance.words, start=1)
        ],
    }


@pytest.mark.parametrize("name", READ)
async def test_a_round_trip(leo: AsyncLeoField, tmp_path: Path, name: str) -> None:
    """Counts are the living field's, turns the journal's, in every format."""
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow", reason="an extra")
    await live(leo)
    target = await leo.export(tmp_path / "new" / name)
    found = await asyncio.to_thread(READ[name], target)
    told = await expected(leo)
    size = (await leo.stats()).totals

    for table, rows in told.items():
        assert plain(found[table]) == plain(rows), table
    assert {one: len(found[one]) for one in ("words", "bigrams", "trigrams", "pairs")} == {
        "words": size.words,
        "bigrams": size.bigrams,
        "trigrams": size.trigrams,
        "pairs": size.pairs,
    }
    assert await listed(target.parent) == [name]


async def test_words_tell_who_they_came_from(make: Open, tmp_path: Path) -> None:
    """How often from each source, over his whole life, adds up to the field's count."""
    async with make() as leo:
        await live(leo)
    async with make() as leo:  # opened again: the field came from the disk
        target = await leo.export(tmp_path / "words.db")
        own = leo._open_life().field.own
        rows = (await asyncio.to_thread(from_sqlite, target))["words"]

    places = [name for name, _ in TABLES[0].columns]
    told: dict[str, dict[str, Any]] = {
        str(row[0]): dict(zip(places, row, strict=True)) for row in rows
    }
    assert {word: row["count"] for word, row in told.items()} == {
        own.word(i): own.count(i) for i in range(own.size)
    }
    for row in told.values():
        assert sum(row[source] for source in SOURCES) == row["count"]
    quagga = told["quagga"]
    assert (quagga["note"], quagga["observer"], quagga["book"]) == (3, 1, 0)
    assert told["quagga"]["written"] == "quagga"
    assert told["a"]["opened"] == own.opened(own.id("a") or 0)


async def test_notes_are_what_the_modules_said(leo: AsyncLeoField, tmp_path: Path) -> None:
    """Each note of each turn is a row: its kind, and its facts as JSON."""
    await live(leo)
    target = await leo.export(tmp_path / "notes.db")
    rows = (await asyncio.to_thread(from_sqlite, target))["notes"]
    turns = list(await leo.journal())

    assert [(row[0], row[2]) for row in rows] == [
        (turn.id, type(note).__name__) for turn in turns for note in turn.notes
    ]
    assert all(isinstance(json.loads(str(row[3])), dict) for row in rows)


# ---------------------------------------------------------------- the file


async def test_the_sqlite_file_is_sound(leo: AsyncLeoField, tmp_path: Path) -> None:
    """Keys refer to what is there, and looking for a word uses an index."""
    await live(leo)
    target = await leo.export(tmp_path / "sound.sqlite3")

    def look() -> None:
        with closing(sqlite3.connect(f"{target.as_uri()}?mode=ro", uri=True)) as file:
            assert file.execute("PRAGMA foreign_key_check").fetchall() == []
            assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            for table in TABLES:
                keys = file.execute(f"PRAGMA table_info({table.name})").fetchall()
                assert [row[1] for row in keys if row[5]] == list(table.key)
                referred = file.execute(f"PRAGMA foreign_key_list({table.name})").fetchall()
                assert sorted((row[3], row[2], row[4]) for row in referred) == sorted(table.refers)
                for column in (table.key[0], *table.sought):
                    plan = file.execute(
                        f'EXPLAIN QUERY PLAN SELECT * FROM {table.name} WHERE "{column}" = 1'
                    ).fetchall()
                    assert "SEARCH" in plan[0][3], f"{table.name}.{column}"

    await asyncio.to_thread(look)


async def test_the_format_may_be_chosen(leo: AsyncLeoField, tmp_path: Path) -> None:
    """A format that is asked for counts more than the suffix; a wrong one is refused."""
    one = await leo.export(tmp_path / "tables.v2", format="sqlite")
    other = await leo.export(tmp_path / "tables.db", format="csv")

    assert (await asyncio.to_thread(from_sqlite, one))["turns"] == []
    assert (await asyncio.to_thread(from_csv, other))["turns"] == []
    for name, wrong, told in (
        ("tables.v3", None, r"cannot tell the format of 'tables\.v3'"),
        ("tables.xls", "xls", "format is 'xls'"),
    ):
        with pytest.raises(ValueError, match=told):
            await leo.export(tmp_path / name, format=wrong)  # type: ignore[arg-type]


# ---------------------------------------------------------------- nothing is harmed


async def test_nothing_is_overwritten(leo: AsyncLeoField, tmp_path: Path) -> None:
    """A file, a folder, a broken link, and Leo's own file stay as they are."""

    def prepare() -> None:
        (tmp_path / "file.db").write_text("mine", encoding="utf-8")
        (tmp_path / "folder").mkdir()
        (tmp_path / "link.db").symlink_to(tmp_path / "nowhere")

    await asyncio.to_thread(prepare)
    before = await listed(tmp_path)
    for name in ("file.db", "folder", "link.db", "leo.db"):
        with pytest.raises(StoreError, match="exists already"):
            await leo.export(tmp_path / name)

    assert await listed(tmp_path) == before
    assert await asyncio.to_thread((tmp_path / "file.db").read_text) == "mine"


async def test_an_export_changes_nothing(make: Open, tmp_path: Path) -> None:
    """Field, journal and the next turn are those of a Leo who was not exported."""
    async with make() as leo, make(tmp_path / "other.db") as other:
        for one in (leo, other):
            await live(one)
        before, stats = digest_of(leo._open_life().field), await leo.stats()
        await leo.export(tmp_path / "tables")

        assert digest_of(leo._open_life().field) == before
        assert await leo.stats() == stats
        turns = [await one.turn("Hello.") for one in (leo, other)]
        assert canonical(turns[:1]) == canonical(turns[1:])


@pytest.mark.parametrize(
    ("name", "sink"),
    [("t.db", SqliteSink), ("t", CsvSink), ("t.parquet", ParquetSink)],
)
@pytest.mark.parametrize("step", ["open", "write", "finish"])
async def test_a_cancelled_export_leaves_nothing(
    leo: AsyncLeoField,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    sink: type[Sink],
    step: str,
) -> None:
    """Wherever it is cancelled: no target, no draft, and Leo is free again."""
    if sink is ParquetSink:
        pytest.importorskip("pyarrow", reason="an extra")
    loop, running = asyncio.get_running_loop(), asyncio.Event()
    real = getattr(sink, step)

    def told(self: Sink, *rest: Any) -> None:
        loop.call_soon_threadsafe(running.set)
        real(self, *rest)

    monkeypatch.setattr(sink, step, told)
    folder = tmp_path / "out"
    task = asyncio.create_task(leo.export(folder / name))
    await running.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await listed(folder) == []
    assert (await leo.turn("Hello.")).id == 1


async def test_a_failed_export_leaves_nothing(
    leo: AsyncLeoField, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full is a StoreError that names the target."""

    def full(self: CsvSink, table: Table, rows: Sequence[Row]) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(CsvSink, "write", full)
    with pytest.raises(StoreError, match=r"cannot write .*tables: .*No space left"):
        await leo.export(tmp_path / "out" / "tables")

    assert await listed(tmp_path / "out") == []


async def test_parquet_without_pyarrow_says_what_is_missing(
    leo: AsyncLeoField, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the package, and nothing is left."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(StoreError, match=r"pip install 'leo-organism\[parquet\]'"):
        await leo.export(tmp_path / "out" / "tables.parquet")

    assert await listed(tmp_path / "out") == []


async def test_the_loop_goes_on_and_the_lock_is_held(leo: AsyncLeoField, tmp_path: Path) -> None:
    """Between two yields a bounded number of rows is written; a turn waits its turn."""
    await live(leo)
    breaths: list[int] = []
    on_breath.set(breaths.append)
    order: list[str] = []
    export = asyncio.create_task(leo.export(tmp_path / "tables.db"))
    export.add_done_callback(lambda _: order.append("export"))
    await asyncio.sleep(0)
    on_breath.set(None)
    turn = asyncio.create_task(leo.turn("Hello."))
    turn.add_done_callback(lambda _: order.append("turn"))
    target, lived = await export, await turn

    assert order == ["export", "turn"]
    assert len(breaths) > 20
    assert max(breaths) <= ROWS_PER_BREATH
    rows = (await asyncio.to_thread(from_sqlite, target))["turns"]
    assert [row[0] for row in rows] == list(range(1, lived.id or 0))


async def test_a_closed_leo_cannot_be_exported(make: Open, tmp_path: Path) -> None:
    """Nothing is made for a Leo that is not open."""
    with pytest.raises(FieldClosed):
        await make().export(tmp_path / "out" / "tables")

    assert not await asyncio.to_thread((tmp_path / "out").exists)


async def test_an_empty_leo_has_empty_tables(make: Open, tmp_path: Path) -> None:
    """Without a birth and a word there are tables and no rows."""
    async with make(birth=None) as leo:
        target = await leo.export(tmp_path / "empty.db")

    assert not any((await asyncio.to_thread(from_sqlite, target)).values())
