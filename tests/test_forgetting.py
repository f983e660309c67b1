"""Forgetting on request: what a person said is gone, from memory, from the file, to the byte."""

import asyncio
import json
import logging
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leo import AsyncLeoField, CommitFailed, Forgotten, LeoField, StoreError, TurnForgotten
from leo.field.field import Field, newborn
from leo.module import Gone, Reader, Write
from leo.observation.talk import TALK
from leo.relive import relive
from leo.store.database import Database
from leo.testing import ScriptedClock, SpyModule
from leo.text.birth import DEFAULT_BIRTH
from leo.text.traces import words_of
from leo.voice import learn
from tests.conftest import SEED, Open
from tests.test_laws import digest_of, field_of

SECRET = "My Zanzibarella42 hides a topaz key, Żółwikowska, under the velvet piano."
ASKED = (
    SECRET,
    "Tell me about Zanzibarella42's velvet piano!",
    "Who is Zanzibarella42?",
    "Zanzibarella42 is my cousin Żółwikowska, and she is a velvet piano tuner.",
)
SECRET_TURNS = (13, 14, 15, 16)
WORDS = ("zanzibarella42", "żółwikowska", "topaz", "velvet", "tuner")
STEP = 90.0
"""Seconds between two turns, so that Dream and School can act."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Live a talk of forty turns once, with secrets in four of them; tests work on copies."""
    path = tmp_path_factory.mktemp("lived") / "leo.db"
    with LeoField(path, seed=SEED, clock=ScriptedClock(step=STEP), strict=True) as leo:
        for prompt in (*TALK[:12], *ASKED, *TALK[12:35]):
            leo.turn(prompt)
        leo.observe("The topaz key is cold.")
        leo.turn(TALK[35])
    return path


@pytest.fixture
def again(lived: Path, path: Path, make: Open) -> Open:
    """Make the Leo of that life, from a copy of his file that nobody else has."""
    shutil.copy(lived, path)

    def make_leo(**options: object) -> AsyncLeoField:
        chosen = {"clock": ScriptedClock(1_800_000_000.0, step=STEP), **options}
        return make(**chosen)

    return make_leo


def files(path: Path) -> bytes:
    """Read a Leo's file and everything beside it."""
    return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")))


def found(data: bytes, text: str) -> list[str]:
    """Name the encodings in which a text stands in bytes, in its own, lower or upper case."""
    forms = {text, text.lower(), text.upper(), text.capitalize()}
    ways = ("utf-8", "utf-16-le", "utf-16-be")
    written = {way: [one.encode(way) for one in forms] for way in ways}
    written["json"] = [json.dumps(one)[1:-1].encode() for one in forms]
    return [way for way, ones in written.items() if any(one in data for one in ones)]


async def left_of(path: Path, texts: Sequence[str]) -> dict[str, list[str]]:
    """Tell which of some texts are still in the files, and how they are written there."""
    data = await asyncio.to_thread(files, path)
    return {text: ways for text in texts if (ways := found(data, text))}


async def dump(path: Path) -> list[str]:
    """Read everything that is committed."""

    def read() -> list[str]:
        with closing(sqlite3.connect(path)) as file:
            return list(file.iterdump())

    return await asyncio.to_thread(read)


def database_of(leo: AsyncLeoField) -> Database:
    """Look behind the door."""
    assert leo._life is not None
    return leo._life.database


async def recounted(leo: AsyncLeoField) -> Field:
    """Count by hand what the journal tells, entry by entry."""
    field = Field(await newborn(DEFAULT_BIRTH))
    for entry, kind, body in await database_of(leo).fetch(
        "SELECT entry, kind, body FROM journal ORDER BY entry"
    ):
        told: dict[str, Any] = json.loads(str(body))
        own = {"observer": told.get("prompt", ""), "reply": told.get("reply", "")}
        texts = [(one["source"], one["text"]) for one in told.get("learned", [])]
        overlay = field.overlay()
        for source, text in texts if kind == "turn" else told.get("heard", []):
            await learn(overlay, own[source] if text is None else text, source, stored=None)
        await field.absorb(overlay, int(str(entry)))
    return field


# ---------------------------------------------------------------- nothing is left


async def test_nothing_of_a_secret_is_left(again: Open, path: Path) -> None:
    """Leo spoke of it, dreamed of it and asked for it; afterwards no byte of it is in any file."""
    async with again() as leo:
        before = await left_of(path, [*WORDS, SECRET])
        done = await leo.forget("zanzibarella42")
        after = await left_of(path, ["zanzib", *WORDS, SECRET, *ASKED, "velvet piano"])
        quoted = await leo.journal()

    assert set(before) == {*WORDS, SECRET}
    assert list(after) == ["topaz"], "it was told again in an observed text"
    assert done.turns == SECRET_TURNS
    assert done.entries == ()
    assert len(done.echoes) > 5, "later turns quoted it"
    assert done.words >= 4
    assert all(turn.reply == turn.utterance.text for turn in quoted)
    assert list(await left_of(path, ["zanzib", *WORDS])) == ["topaz"], "nor after closing"


async def test_every_text_of_it_can_be_forgotten(again: Open, path: Path) -> None:
    """Turns by number, and then what was observed: now nobody said the word any more."""
    async with again() as leo:
        first = await leo.forget(iter(SECRET_TURNS))
        observed = await leo.forget("TOPAZ   key")
        assert await left_of(path, [*WORDS, "key is cold"]) == {}

    assert first.turns == SECRET_TURNS
    assert observed == Forgotten((), (41,), (), observed.words)


async def test_the_counts_are_those_of_what_is_left(again: Open) -> None:
    """Memory is a plain recount of the journal, and so is the next opening; both live on alike."""
    async with again() as leo:
        await leo.forget(SECRET_TURNS)
        live = digest_of(field_of(leo))
        assert digest_of(await recounted(leo)) == live
        assert field_of(leo).own.id("velvet") is None
        states = {name: repr(leo.module(name).state) for name in leo.modules}
        turns, stats = leo.turns, await leo.stats()
        guess = await leo.imagine("Tell me about the piano.")
    async with again() as leo:
        assert digest_of(field_of(leo)) == live
        assert {name: repr(leo.module(name).state) for name in leo.modules} == states
        assert (leo.turns, await leo.stats()) == (turns, stats)
        assert (await leo.imagine("Tell me about the piano.")).reply == guess.reply
        await leo.turn("Good morning.")
        live = digest_of(field_of(leo))
        turns = leo.turns
    async with again() as leo:
        assert (digest_of(field_of(leo)), leo.turns) == (live, turns)


async def test_the_image_is_made_anew(
    again: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The packed counts know the words too; after forgetting they are packed without them."""
    monkeypatch.setattr("leo.keeping.FOLD_EVERY", 5)
    ask = "SELECT count(*) FROM image WHERE part = 'words' AND instr(data, CAST(? AS BLOB))"
    async with again():
        pass
    async with again() as leo:
        assert await database_of(leo).fetch(ask, ("velvet",)) == [(1,)]
        await leo.forget(SECRET_TURNS)
        assert await database_of(leo).fetch(ask, ("velvet",)) == [(0,)]
        assert await database_of(leo).fetch(ask, ("topaz",)) == [(1,)]
        assert list(await left_of(path, WORDS)) == ["topaz"]
        live = digest_of(field_of(leo))
    async with again() as leo:
        assert digest_of(field_of(leo)) == live == digest_of(await recounted(leo))


async def test_a_gap_keeps_its_place(again: Open) -> None:
    """Entry, number and time stay; ids go on and are never used again; the last turns are 20."""
    async with again() as leo:
        old = await leo.journal(13, 14)
        await leo.forget([13, 40])
        rows = await database_of(leo).fetch(
            "SELECT entry, turn, at, body FROM journal WHERE kind = 'gap' ORDER BY entry"
        )
        assert rows[0] == (14, 13, old[0].at, '{"was": "turn"}')
        assert [turn for _, turn, _, _ in rows] == [13, 40]
        assert await database_of(leo).fetch("SELECT * FROM summary WHERE turn IN (13, 40)") == []
        assert [turn.id for turn in await leo.journal(12, 16)] == [12, 14, 15]
        assert [turn.id for turn in leo.turns] == list(range(20, 40))
        assert (await leo.stats()).turns == 40
        assert (await leo.around("moon", at=13)).at == 13
        assert (await leo.turn("Hello.")).id == 41
        assert [turn.id for turn in leo.turns] == [*range(21, 40), 41]
        assert (await leo.copy(leo.path.with_name("copy.db"))).name == "copy.db"
    async with again(where=leo.path.with_name("copy.db")) as copy:
        assert [turn.id for turn in copy.turns] == [*range(21, 40), 41]


async def test_turns_without_rare_words_leave_others_alone(again: Open) -> None:
    """Only what names the turn itself is cut elsewhere; every other reply stays."""
    async with again() as leo:
        before = await leo.journal()
        done = await leo.forget(4)
        after = await leo.journal()

    assert (done.turns, done.words) == ((4,), 0)
    old = {turn.id: turn for turn in before}
    assert all(turn.reply == old[turn.id].reply for turn in after)
    assert all(turn.learned == old[turn.id].learned for turn in after)


@settings(max_examples=4)  # of a second each
@given(st.data())
def test_any_word_can_be_forgotten(lived: Path, data: st.DataObject) -> None:
    """Whatever somebody said, afterwards no word that only they said is there."""
    birth = {word for _, text in DEFAULT_BIRTH.texts for word in words_of(text)}
    said = {word for text in (*TALK[:35], *ASKED) for word in words_of(text)}
    word = data.draw(st.sampled_from(sorted(one for one in said - birth if len(one) > 5)))
    path = lived.with_name("one.db")
    for old in path.parent.glob("one.db*"):
        old.unlink()
    shutil.copy(lived, path)
    with LeoField(path, clock=ScriptedClock(1_800_000_000.0), strict=True) as leo:
        assert leo.forget(word).turns
        assert not found(files(path), word)
        assert leo.turn("Hello again.").id == 41


# ---------------------------------------------------------------- books and observed texts


PAGES = [f"Page {page}. " + f"The tin soldier marched to house {page}. " * 180 for page in range(3)]
HIDDEN = "A secret lives in Wigglesworth. "


async def test_a_book_loses_only_its_sentences(
    make: Open, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The passage goes from its batch; no word meets another over the hole; reading goes on."""
    monkeypatch.setattr("leo.books.FIRST_CHARACTERS", 8000)
    book = tmp_path / "book.txt"
    pages = [PAGES[0].replace("Page 0. ", f"Page 0. {HIDDEN}") + HIDDEN, *PAGES[1:]]
    await asyncio.to_thread(book.write_text, "\n\n".join(pages))
    async with make(modules=()) as leo:

        def stop(done: int, total: int) -> None:
            raise InterruptedError

        with pytest.raises(InterruptedError):
            await leo.read(book, progress=stop)
        done = await leo.forget("wigglesworth")
        assert (done.turns, done.entries) == ((), (2,))
        assert await left_of(path, ["wigglesworth", HIDDEN.strip()]) == {}
        [(body,)] = await database_of(leo).fetch("SELECT body FROM journal WHERE entry = 2")
        texts = [text for _, text in json.loads(str(body))["heard"]]
        assert texts == ["Page 0. ", texts[1]]
        assert texts[1].count("soldier") == 180
        report = await leo.read(book)
        assert (report.batches, report.skipped) == (2, False)
        assert (await leo.read(book)).skipped
        assert digest_of(await recounted(leo)) == digest_of(field_of(leo))


async def test_observed_texts_become_gaps(make: Open, path: Path) -> None:
    """The text goes whole, whoever it came from; its entry stays."""
    async with make(modules=()) as leo:
        await leo.observe("The blue heron waits. It never hurries.")
        await leo.observe("A note on herons: blue heron.", source="note")
        await leo.observe("The heron flew.")
        done = await leo.forget("Blue, heron!")
        assert done == Forgotten((), (2, 3), (), done.words)
        assert await left_of(path, ["hurries", "blue heron"]) == {}
        assert (await leo.stats()).entries == 4
        assert field_of(leo).own.id("heron") is not None


# ---------------------------------------------------------------- all of it, or nothing


async def test_what_nobody_said_changes_nothing(again: Open, path: Path) -> None:
    """Nothing found is an empty report; a wrong number or an empty text is refused."""
    async with again() as leo:
        before = await dump(path)
        assert await leo.forget("flugelhorn of brass") == Forgotten()
        assert await leo.forget([]) == Forgotten()
        with pytest.raises(ValueError, match="there is no turn 0"):
            await leo.forget(0)
        with pytest.raises(ValueError, match="no turn 99; this Leo has lived 40"):
            await leo.forget((3, 99))
        for blank in (" ", "?!", "😀"):
            with pytest.raises(ValueError, match="no word"):
                await leo.forget(blank)
        for odd in (["topaz", "velvet"], 1.5, [None]):
            with pytest.raises(TypeError, match="one at a time"):
                await leo.forget(odd)  # type: ignore[arg-type]
        assert await dump(path) == before
        assert (await leo.forget(13)).turns == (13,)
        assert await leo.forget(13) == Forgotten(), "it is a gap already"


class Stubborn(SpyModule):
    """A module that cannot forget."""

    async def forget(self, reader: Reader, gone: Gone) -> Sequence[Write]:
        """Write to a table that is not there."""
        return [Write("DELETE FROM nowhere")]


async def test_a_failing_module_fails_all_of_it(make: Open, path: Path) -> None:
    """What cannot be written is as if it had not been asked for; the life goes on."""
    async with make(modules=[Stubborn()]) as leo:
        await leo.turn(SECRET)
        before, live = await dump(path), digest_of(field_of(leo))
        with pytest.raises(CommitFailed, match="nowhere"):
            await leo.forget(1)
        assert await dump(path) == before
        assert digest_of(field_of(leo)) == live
        assert (await leo.turn("Hello.")).id == 2


async def test_it_can_be_cancelled_before_it_happened(again: Open, path: Path) -> None:
    """While the life is looked through a cancellation leaves everything as it was."""
    async with again() as leo:
        before = await dump(path)
        task = asyncio.ensure_future(leo.forget("zanzibarella42"))
        for _ in range(40):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await dump(path) == before
        assert len(await leo.journal()) == 40


async def settle(leo: AsyncLeoField, work: Callable[[], Awaitable[object]]) -> None:
    """Cancel some work as soon as it is committed, and wait for it."""
    task = asyncio.ensure_future(work())
    while not task.done():
        await asyncio.sleep(0)
        life = leo._life
        if life is not None and life._stale:
            task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_cancelled_after_the_commit_it_happened(again: Open, path: Path) -> None:
    """From the commit on it is finished first: gaps, memory and a clean file."""
    async with again() as leo:
        told: list[Forgotten] = []
        leo.watch_forgotten(told.append)
        await settle(leo, lambda: leo.forget([*SECRET_TURNS]))
        assert [one.turns for one in told] == [SECRET_TURNS], "whoever shows them takes them away"
        assert list(await left_of(path, WORDS)) == ["topaz"]
        assert digest_of(await recounted(leo)) == digest_of(field_of(leo))


KILLED = """
import asyncio, os, sys
from leo import AsyncLeoField
from leo.store.database import Database
async def die(self):
    os._exit(9)
Database.scrub = die
async def main():
    async with AsyncLeoField(sys.argv[1]) as leo:
        await leo.forget("zanzibarella42")
asyncio.run(main())
"""


async def test_killed_before_the_file_is_clean_it_is_cleaned_at_opening(
    again: Open, path: Path
) -> None:
    """The process died after the commit: old bytes are there, until he is next opened."""
    dead = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(path), stderr=subprocess.PIPE
    )
    assert await dead.wait() == 9
    assert "żółwikowska" in await left_of(path, WORDS), "the log has it still"
    async with again() as leo:
        assert list(await left_of(path, WORDS)) == ["topaz"]
        assert [turn.id for turn in await leo.journal(12, 18)] == [12, 17]
        assert not await database_of(leo).soiled()


async def test_a_reader_delays_the_cleaning_and_it_is_said(
    again: Open, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody who reads keeps old bytes alive; it is an error, and is made good later."""

    def hold() -> sqlite3.Connection:
        reader = sqlite3.connect(path, check_same_thread=False)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM journal").fetchone()
        return reader

    async with again() as leo:
        told: list[Forgotten] = []
        leo.watch_forgotten(told.append)
        await leo.turn("Hello.")
        reader = await asyncio.to_thread(hold)
        await database_of(leo).fetch("PRAGMA busy_timeout=0")
        with pytest.raises(StoreError, match=r"bytes are still in .*somebody is reading it"):
            await leo.forget(SECRET_TURNS)
        assert "velvet" in await left_of(path, WORDS)
        assert [turn.id for turn in await leo.journal(12, 18)] == [12, 17]
        assert (await leo.turn("Are you there?")).id == 42, "he lives on meanwhile"
        with pytest.raises(StoreError, match="bytes are still"):
            await leo.forget(42)
        assert [turn.id for turn in await leo.journal(40)] == [40, 41], "that happened all the same"
        assert [one.turns for one in told] == [SECRET_TURNS, (42,)]
        await asyncio.to_thread(reader.close)
        assert await leo.forget(SECRET_TURNS) == Forgotten()
        assert len(told) == 2
        assert list(await left_of(path, WORDS)) == ["topaz"]


# ---------------------------------------------------------------- around it


async def test_a_life_can_be_lived_again_up_to_a_gap(again: Open, tmp_path: Path) -> None:
    """Before what was forgotten everything comes again; past it, it is said that it cannot."""
    async with again() as leo:
        await leo.forget(13)
        for before in (None, 14):
            with pytest.raises(TurnForgotten, match="before turn 13 it can"):
                await relive(leo, tmp_path / "no.db", before=before)
        done = await relive(leo, tmp_path / "then.db", before=13)
        assert (done.turns, done.different) == (12, ())
        assert not await asyncio.to_thread((tmp_path / "no.db").exists)


async def test_past_a_hole_in_a_book_no_life_comes_again(make: Open, tmp_path: Path) -> None:
    """What came after a text that was forgotten cannot come again either."""
    book = tmp_path / "book.txt"
    await asyncio.to_thread(book.write_text, f"A boat. {HIDDEN}A harbour.")
    async with make(modules=()) as leo:
        await leo.turn("Hello.")
        await leo.read(book)
        await leo.turn("A boat?")
        await leo.forget("Wigglesworth")
        with pytest.raises(TurnForgotten, match="before turn 1 it can"):
            await relive(leo, tmp_path / "no.db", before=2)
        assert (await relive(leo, tmp_path / "then.db", before=1)).turns == 0


class Talker(SpyModule):
    """A spy whose mirror quotes."""

    def mirror(self, state: int) -> str:
        """Write a text that was said."""
        return json.dumps({"said": SECRET if state == 1 else "nothing", "turns": state})


async def test_mirrors_go_too(make: Open, path: Path) -> None:
    """A mirror that quotes is taken away, also one of a module that is not here any more."""
    async with make(modules=[Talker()]) as leo:
        await leo.turn(SECRET)
    assert "velvet" in await left_of(path, WORDS)
    async with make(modules=()) as leo:
        await leo.forget(1)
        assert await left_of(path, [*WORDS, SECRET]) == {}
    beside = await asyncio.to_thread(lambda: sorted(one.name for one in path.parent.iterdir()))
    assert "leo.db.spy.json" not in beside


async def test_a_mirror_that_cannot_be_taken_away_is_named(make: Open, path: Path) -> None:
    """The error names it; what was said is forgotten all the same, and the life goes on."""
    async with make(modules=[SpyModule()]) as leo:
        await leo.turn(SECRET)
        await asyncio.to_thread(path.with_name("leo.db.spy.json").mkdir)
        with pytest.raises(StoreError, match=r"leo\.db\.spy\.json"):
            await leo.forget(1)
        assert list(leo.turns) == list(await leo.journal()) == []
        assert (await leo.turn("Hello.")).id == 2
    await asyncio.to_thread(path.with_name("leo.db.spy.json").rmdir)
    async with make(modules=[SpyModule()]):
        assert await left_of(path, WORDS) == {}


async def test_an_uncleaned_file_opens_all_the_same(
    make: Open, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What keeps him from cleaning at opening is logged; he opens."""
    async with make(modules=[SpyModule()]) as leo:
        await leo.turn("Hello.")
        await database_of(leo).erase([])
    await asyncio.to_thread(path.with_name("leo.db.spy.json").mkdir)
    with caplog.at_level(logging.WARNING, logger="leo"):
        async with make(modules=[SpyModule()]) as leo:
            assert len(await leo.journal()) == 1
    assert any("Delete it by hand" in message for message in caplog.messages)


def test_the_twin_forgets(lived: Path, path: Path) -> None:
    """The same without await, to the byte."""
    shutil.copy(lived, path)
    with LeoField(path, strict=True) as leo:
        done = leo.forget("zanzibarella42")
        assert done.turns == SECRET_TURNS
        assert not found(files(path), "velvet")
