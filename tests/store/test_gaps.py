"""Gaps: tables lose the rows that quote, and a file from before there were gaps gets them."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from leo import LeoField, StoreError
from leo.module import Gone, Write
from leo.modules import default_modules
from leo.observation.talk import TALK
from leo.store.database import Database
from leo.store.gaps import Told, gap_writes, plain_turn, row_writes, tables_of, told_in
from leo.store.journal import heard_write
from leo.store.reader import FileReader
from leo.store.schema import APPLICATION_ID, MIGRATIONS, VERSION
from leo.testing import ScriptedClock
from leo.text.traces import Traces
from tests.conftest import Open
from tests.test_forgetting import database_of, left_of

LABELS = {
    "overthinking_rings.name",
    "overthinking_rings.dropped",
    "metaleo_snippets.kind",
    "game_transitions.context",
    "game_transitions.kind",
    "game_table.last_human",
    "game_table.last_leo",
}
"""Columns in the program's own words."""

BY_HAND = {"school_cards.answers", "dream_dialogues.lines", "episodes.reply"}
"""Columns that their modules look at themselves; each has a test here."""

NUMBERS = {"game_transitions.turn", "mathbrain_network.turn"}
"""Last turns of rows that sum up many."""

TALKER = 1
"""Seed of a Leo who asks who Tomasz is."""

SAID = "Zanzibarella42 is my cousin."


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Live the talk of forty turns once, and forty more so that every table has rows."""
    path = tmp_path_factory.mktemp("lived") / "leo.db"
    with LeoField(path, seed=TALKER, clock=ScriptedClock(step=90.0), strict=True) as leo:
        for prompt in (*TALK, "I AM HERE, LEO! I AM HERE!", SAID):
            leo.turn(prompt)
    return path


@pytest.fixture
def again(lived: Path, path: Path, make: Open) -> Open:
    """Make the Leo of that life."""
    shutil.copy(lived, path)
    return partial(make, seed=TALKER)


def test_every_column_is_looked_at_or_spared_for_a_reason() -> None:
    """A new column is looked at; to spare one it must be named here, with its reason."""
    spared = {one for module in default_modules() for one in module.spared}
    assert spared == LABELS | BY_HAND | NUMBERS


async def test_no_text_column_of_any_module_keeps_a_quote(again: Open, path: Path) -> None:
    """A quote in any text of any table of all ten modules is gone after forgetting."""
    async with again() as leo:
        database = database_of(leo)
        planted: list[str] = []
        for table in ("santaklaus_memories", "episodes"):  # nothing is archived so soon
            word = f"INSERT INTO {table}_words (word, held) VALUES ('lamp', 1)"
            await database.write([Write(word)])
        for table in await tables_of(FileReader(database, None)):
            columns = await database.fetch(
                "SELECT name FROM pragma_table_info(?) WHERE type = 'TEXT'", (table,)
            )
            texts = [name for (one,) in columns if f"{table}.{(name := str(one))}" not in LABELS]
            if texts:
                [(rows,)] = await database.fetch(f"SELECT count(*) FROM {table}")
                assert rows, f"{table} has no rows to test with"
            for name in texts:
                quote = f'["zanzibarella42 in {table} {name}"]'
                if name == "lines":
                    quote = json.dumps([["leo", quote, 1.0, 0.5, 0.5, 0.5]])
                if name == "answers":
                    quote = json.dumps([[1, 1.0, quote], [2, 2.0, "A lamp."]])
                where = f"{name} IS (SELECT min({name}) FROM {table})"
                sql = f"UPDATE {table} SET {name} = ? WHERE {where}"
                await database.write([Write(sql, ((quote,),))])
                planted.append(f"{table} {name}")
        assert len(planted) > 12
        await database.scrub()
        before = await left_of(path, planted)
        assert set(before) == set(planted)
        await leo.forget("zanzibarella42")
        assert await left_of(path, ["zanzibarella42", "cousin"]) == {}
        assert set(await left_of(path, planted)) == {"episodes reply"}, "what is cut stays"
        assert (await leo.turn("Hello.")).id == 43


async def test_tables_of_absent_modules_are_looked_at(again: Open, path: Path) -> None:
    """A Leo opened without his modules forgets in their tables too."""
    async with again(modules=()) as leo:
        [(kept,)] = await database_of(leo).fetch("SELECT count(*) FROM episodes WHERE turn = 42")
        assert kept == 1
        await leo.forget(42)
        assert await left_of(path, ["zanzibarella42", "cousin"]) == {}
        assert await database_of(leo).fetch("SELECT 1 FROM episodes WHERE turn = 42") == []


async def test_school_forgets_an_explanation_not_the_name(again: Open) -> None:
    """One of two explanations goes, with its turn; a name only a forgotten turn had goes whole."""
    async with again() as leo:
        write = database_of(leo).write
        told = [[6, 1.0, "A boy."], [7, 2.0, "A friend."]]
        sql = "UPDATE school_cards SET answers = ? WHERE key = 'tomasz'"
        await write([Write(sql, ((json.dumps(told),),))])
        open_ = "INSERT OR REPLACE INTO school_desk VALUES (1, 'tomasz', 'Tomasz', ?, NULL, '[]')"
        await write([Write(open_, ((1700000540.0,),))])
        await leo.forget([6, 42])
        [(answers,)] = await database_of(leo).fetch(
            "SELECT answers FROM school_cards WHERE key = 'tomasz'"
        )
        assert json.loads(str(answers)) == [[7, 2.0, "A friend."]]
        assert await database_of(leo).fetch("SELECT * FROM school_cards WHERE seen = 42") == []
        assert await database_of(leo).fetch("SELECT key, shown, at FROM school_desk") == [
            (None, None, None)
        ]


async def test_dreams_and_scars_of_a_forgotten_turn_go(again: Open) -> None:
    """What the friend kept of the dream goes with it; so do scars it was the last to touch."""
    async with again() as leo:
        fetch = database_of(leo).fetch
        [(dreamed, lines)] = await fetch("SELECT turn, lines FROM dream_dialogues LIMIT 1")
        line = json.loads(str(lines))[1][1]
        await database_of(leo).write(
            [Write("INSERT INTO dream_fragments VALUES (900, ?, 1.0)", ((line,),))]
        )
        [(hurt, at)] = await fetch("SELECT turn, at FROM trauma_events ORDER BY turn DESC LIMIT 1")
        scars = "SELECT count(*) FROM trauma_scars WHERE at = ?"
        assert await fetch(scars, (at,)) != [(0,)]
        assert isinstance(dreamed, int)
        assert isinstance(hurt, int)
        await leo.forget(dreamed)
        [(others,)] = await fetch("SELECT count(*) FROM trauma_scars WHERE at != ?", (at,))
        assert others
        await leo.forget(hurt)
        assert await fetch("SELECT 1 FROM dream_dialogues WHERE turn = ?", (dreamed,)) == []
        assert await fetch("SELECT 1 FROM dream_fragments WHERE id = 900") == []
        assert await fetch(scars, (at,)) == [(0,)]
        assert await fetch("SELECT count(*) FROM trauma_scars") == [(others,)]


async def test_sums_over_many_turns_stay(again: Open) -> None:
    """MathBrain keeps his weights and the game its counts when the last turn is forgotten."""
    async with again() as leo:
        fetch = database_of(leo).fetch
        ask = ("SELECT weights FROM mathbrain_network", "SELECT * FROM game_transitions")
        before = [await fetch(sql) for sql in ask]
        await leo.forget(42)
        assert [await fetch(sql) for sql in ask] == before
        assert await fetch("SELECT 1 FROM mathbrain_replies WHERE turn = 42") == []


async def test_any_table_is_understood(path: Path) -> None:
    """Keys of any shape, blobs, JSON, and a turn column; what holds no trace stays."""
    gone = Gone({3: 1.0}, Traces(frozenset({"topaz"})))
    async with await Database.open(path) as database:
        await database.write(
            [
                Write("CREATE TABLE plain (turn, text)"),
                Write('CREATE TABLE "odd ""name" (a TEXT, b TEXT, PRIMARY KEY (a, b))'),
                Write("CREATE TABLE few (k TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID"),
                Write(
                    "INSERT INTO plain VALUES (?, ?)",
                    ((3, "x"), (4, "A Topaz."), (5, '["\\ntopaz"]'), (6, '{"topaz": 1}'), (7, "y")),
                ),
                Write(
                    'INSERT INTO "odd ""name" VALUES (?, ?)',
                    (("a", "topaz"), (None, "topaz"), ("a", "b"), ("[topaz", "c")),
                ),
                Write("INSERT INTO few VALUES (?, ?)", (("a", b"\xff topaz"), ("b", b"z"))),
            ]
        )
        reader = FileReader(database, None)
        tables = await tables_of(reader)
        assert tables == ("few", 'odd "name', "plain")
        for table in tables:
            await database.write(await row_writes(reader, table, (), gone))
        assert await database.fetch("SELECT * FROM plain") == [(7, "y")]
        assert await database.fetch('SELECT * FROM "odd ""name"') == [("a", "b")]
        assert await database.fetch("SELECT k FROM few") == [("b",)]


async def test_what_was_told_is_found_entry_by_entry(path: Path) -> None:
    """Of old turns by who said it, of books with what finds them again; gaps hold nothing."""
    old = plain_turn([("observer", "Hi."), ("reply", "Moon."), ("ring", "Sea.")])
    gap = "INSERT INTO journal VALUES (?, 'gap', 2.0, ?, ?, NULL)"
    book = {"digest": "x", "end": 9, "heard": [["book", "A."]]}
    async with await Database.open(path) as database:
        await database.write(
            [
                heard_write(
                    1, "observe", 1.0, {"heard": [["observer", "Rain."], ["note", "Sea."]]}
                ),
                Write(gap, ((2, 1, old), (3, 2, '{"was": "turn"}'))),
                heard_write(4, "book", 3.0, book),
            ]
        )
        assert [one async for one in told_in(database)] == [
            Told(1, "observe", 1.0, None, (("observer", "Rain."), ("note", "Sea."))),
            Told(2, "turn", 2.0, 1, (("observer", "Hi."),), ("Moon.", "Sea.")),
            Told(4, "book", 3.0, None, (("book", "A."),), (), (("digest", "x"), ("end", 9))),
        ]


def test_a_gap_says_what_it_was() -> None:
    """Turns lose the row of their numbers, too; what was heard outside a turn has none."""
    told = [Told(2, "turn", 1.0, 7, ()), Told(3, "observe", 2.0, None, ())]
    bodies, numbers = gap_writes(told)

    assert bodies.rows == (('{"was": "turn"}', 2), ('{"was": "observe"}', 3))
    assert numbers.rows == ((7,),)


async def test_an_older_file_gets_its_gaps(lived: Path, path: Path, make: Open) -> None:
    """A life written before there were gaps opens as it was, and can forget."""

    def aged() -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(lived)) as new, closing(sqlite3.connect(path)) as old:
            old.executescript(";".join(MIGRATIONS[0]))
            for table in ("journal", "summary", "image", "module_migrations"):
                columns = old.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
                names = ", ".join(name for (name,) in columns)
                for row in new.execute(f"SELECT {names} FROM {table}").fetchall():
                    marks = ", ".join("?" * len(row))
                    old.execute(f"INSERT INTO {table} VALUES ({marks})", row)
            tables = "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
            have = {name for name, _ in old.execute(tables)} | {"chores"}
            for name, sql in new.execute(tables).fetchall():
                if name not in have:
                    old.execute(sql)
            old.execute(f"PRAGMA application_id={APPLICATION_ID}")
            old.execute("PRAGMA user_version=1")
            old.commit()
            return new.execute("SELECT * FROM journal ORDER BY entry").fetchall()

    rows = await asyncio.to_thread(aged)
    async with make(seed=TALKER) as leo:
        database = database_of(leo)
        assert await database.fetch("PRAGMA user_version") == [(VERSION,)]
        assert await database.fetch("SELECT * FROM journal ORDER BY entry") == rows
        assert (await leo.forget(SAID)).turns == (42,)
        assert [turn.id for turn in await leo.journal(40)] == [40, 41]
        assert await left_of(path, ["zanzibarella42"]) == {}


async def test_a_damaged_entry_is_named(again: Open) -> None:
    """An entry that cannot be read stops it before anything is changed."""
    async with again() as leo:
        database = database_of(leo)
        await database.write([Write("UPDATE journal SET body = '{}' WHERE entry = 8")])
        with pytest.raises(StoreError, match="journal entry 8 cannot be read"):
            await leo.forget(SAID)
        assert await database.fetch("SELECT 1 FROM journal WHERE kind = 'gap'") == []
