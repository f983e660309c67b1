"""The archive: memories that are not at hand come back by their words."""

import math
from pathlib import Path

import pytest

from leo import AsyncLeoField, Turn
from leo.archive import BUDGET, CLOSER, MORE_ROWS, RESCORED, most_of
from leo.module import Write
from leo.observation.talk import TALK
from leo.recall.archived import ARCHIVE, memory_of, with_archived
from leo.recall.memories import Recalled
from leo.recall.resonance import Asking, Memory, Rarity, content_of, resonance
from leo.recall.santaklaus import RecallNote, SantaKlaus
from leo.relive import relive
from leo.store.database import Database
from leo.store.reader import FileReader
from leo.testing import ScriptedClock
from tests.conftest import Open

ALL = "SELECT id, turn, at, text, quality, arousal, used, uses FROM santaklaus_memories ORDER BY id"
AT_HAND = 4
MANY = 40
ALIKE = ("moon", "sea", "zebra")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep few memories at hand."""
    monkeypatch.setattr("leo.recall.memories.MEMORIES", AT_HAND)


def santa_of(leo: AsyncLeoField) -> SantaKlaus:
    found = leo.module("santaklaus")
    assert isinstance(found, SantaKlaus)
    return found


def database_of(leo: AsyncLeoField) -> Database:
    assert leo._life is not None
    return leo._life.database


async def talk(leo: AsyncLeoField, first: int, last: int) -> list[Turn]:
    return [(await leo.turn(prompt)).without_timings() for prompt in TALK[first:last]]


async def memories_of(leo: AsyncLeoField) -> list[Memory]:
    """Read all memories of the file."""
    return [memory_of(row, content_of(str(row[3]))) for row in await database_of(leo).fetch(ALL)]


async def require_index(leo: AsyncLeoField) -> None:
    """Compare the index with the words of the archived memories, row by row."""
    archived = {
        int(str(id_)): content_of(str(text))
        for id_, text in await database_of(leo).fetch(
            "SELECT id, text FROM santaklaus_memories WHERE archived = 1"
        )
    }
    places = await database_of(leo).fetch(
        "SELECT w.word, place FROM santaklaus_memories_places p "
        "JOIN santaklaus_memories_words w ON w.id = p.word"
    )
    assert sorted(places) == sorted(
        (word, id_) for id_, words in archived.items() for word in words
    )
    counts: dict[str, int] = {}
    for words in archived.values():
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    held = await database_of(leo).fetch("SELECT word, held FROM santaklaus_memories_words")
    assert sorted(held) == sorted(counts.items())
    assert santa_of(leo).state.archived == len(archived)


async def test_nothing_is_lost_and_the_index_is_exact(make: Open) -> None:
    """What a prompt brings back is what a scan over all rows finds best, score by score."""
    async with make(modules=[SantaKlaus()], clock=ScriptedClock(step=90)) as leo:
        await talk(leo, 0, 24)
        memories = await memories_of(leo)
        assert len(memories) > 3 * AT_HAND
        assert len(santa_of(leo).memories) == AT_HAND
        assert santa_of(leo).stats().memories == len(memories)
        await require_index(leo)
        places: dict[str, list[int]] = {}
        for one in memories:
            for word in sorted(one.words):
                places.setdefault(word, []).append(one.id)
        rarity, far = Rarity(len(memories), places), 0
        for one in memories:
            for prompt in (one.text, " ".join(sorted(one.words)[:3])):
                asking = Asking(content_of(prompt), (), 0.2, 1e10)
                bar = asking.bar(rarity)
                scan = [resonance(other, asking, rarity) for other in memories]
                best = sorted(
                    (hit for hit in scan if hit.merits(bar)), key=lambda h: (-h.score, -h.memory)
                )
                found = await santa_of(leo).recall(prompt, arousal=0.2, at=1e10)
                assert list(found) == best[:5]
                far += any(hit.memory not in santa_of(leo).state.memories for hit in found)
        assert far > len(memories) / 2  # the archive was asked, and answered


async def test_what_comes_from_the_archive_is_marked(make: Open) -> None:
    """It draws words, its use is written, and so it is tired the next time, also when reopened."""
    clock = ScriptedClock(step=90)
    async with make(modules=[SantaKlaus(silly=0.0)], clock=clock) as leo:
        await talk(leo, 0, 16)
        away = [m for m in await memories_of(leo) if m.id not in santa_of(leo).state.memories]
        asked = min(away, key=lambda one: (one.uses, one.id))
        turn = await leo.turn(" ".join(sorted(asked.words)))
        note = turn.note(RecallNote)
        assert note is not None
        hit = next(hit for hit in note.hits if hit.memory == asked.id)
        assert (note.memories, hit.text[:9]) == (len(away) + AT_HAND, asked.text[:9])
        [used] = [one for one in await memories_of(leo) if one.id == asked.id]
        assert (used.uses, used.used) == (asked.uses + 1, turn.at)
    async with make(modules=[SantaKlaus(silly=0.0)], clock=clock) as leo:
        again = await santa_of(leo).recall(" ".join(sorted(asked.words)), at=turn.at)
        assert all(one.memory != asked.id or one.recency < 1 for one in again)


async def test_a_restart_and_another_life_are_the_same(make: Open, tmp_path: Path) -> None:
    """The same Turns come with a restart in the middle, and when the life is lived again."""
    async with make(tmp_path / "a.db", clock=ScriptedClock(step=90)) as leo:
        whole = await talk(leo, 0, 18)
        done = await relive(leo, tmp_path / "again.db")
        assert (done.turns, done.different) == (18, ())
        before = await memories_of(leo)
        await leo.imagine(TALK[3])
        assert await memories_of(leo) == before
    clock = ScriptedClock(step=90)
    async with make(tmp_path / "b.db", clock=clock) as leo:
        first = await talk(leo, 0, 11)
    async with make(tmp_path / "b.db", clock=clock) as leo:
        assert [*first, *await talk(leo, 11, 18)] == whole
        assert await memories_of(leo) == before


async def test_what_is_forgotten_leaves_nothing_in_the_index(make: Open) -> None:
    """A forgotten turn's memory goes from the archive, and its words with it."""
    async with make(modules=[SantaKlaus()], clock=ScriptedClock(step=90)) as leo:
        await talk(leo, 0, 16)
        away = [m for m in await memories_of(leo) if m.id not in santa_of(leo).state.memories]
        await leo.forget([one.turn for one in away[:3]])
        left = await memories_of(leo)
        assert not {one.id for one in away[:3]} & {one.id for one in left}
        await require_index(leo)
        await talk(leo, 16, 24)
        await require_index(leo)


async def test_the_archive_is_bounded(make: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a full one the oldest goes, and its places with it."""
    monkeypatch.setattr("leo.recall.memories.ARCHIVED", 3)
    async with make(modules=[SantaKlaus()], clock=ScriptedClock(step=90)) as leo:
        await talk(leo, 0, 20)
        assert len(await memories_of(leo)) == AT_HAND + 3
        await require_index(leo)
    async with make(modules=[SantaKlaus()]) as leo:
        assert (santa_of(leo).state.archived, santa_of(leo).state.last) == (3, 20)


async def test_he_remembers_nothing_twice(make: Open) -> None:
    """Words that are in the archive already are not remembered once more."""
    async with make(modules=[SantaKlaus()], clock=ScriptedClock(step=90)) as leo:
        await talk(leo, 0, 12)
        santa = santa_of(leo)
        for one in await memories_of(leo):
            assert await santa._known(one.text, content_of(one.text))
            assert not await santa._known(
                f"{one.text} zanzibar", (*content_of(one.text), "zanzibar")
            )
            assert not await santa._known(one.text[:-1] + "!!", content_of(one.text))


async def test_a_question_looks_at_few_places(make: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the budget only the rarest words and the newest rows count; it still answers."""
    assert BUDGET > 1000
    async with make(modules=[SantaKlaus()], clock=ScriptedClock(step=90)) as leo:
        await talk(leo, 0, 24)
        monkeypatch.setattr("leo.archive.BUDGET", 3)
        asked = (await memories_of(leo))[0]
        found = await santa_of(leo).recall(asked.text, at=math.inf)
        assert 0 < sum(hit.memory not in santa_of(leo).state.memories for hit in found) <= 3


async def filled(database: Database) -> FileReader:
    """Put away forty memories that share three words, better and better, the best two tired."""
    insert = "INSERT INTO santaklaus_memories VALUES (?, 1, 0.0, ?, ?, 0.0, ?, ?, 1)"
    rows = tuple(
        (id_, " ".join(ALIKE), id_ / MANY, *((9.0, 9) if id_ > MANY - 2 else (None, 0)))
        for id_ in range(1, MANY + 1)
    )
    others = tuple((id_, "", 0.0, None, 0) for id_ in range(MANY + 1, 12 * MANY))
    await database.write([*map(Write, SantaKlaus.migrations), Write(insert, rows + others)])
    for id_ in range(1, MANY + 1):
        await database.write(ARCHIVE.put(id_, ALIKE))
    return FileReader(database, None)


async def test_the_best_are_chosen_before_their_words_are_looked_at(path: Path) -> None:
    """Of many that share as much, those of the best quality that are rested are looked at."""
    async with await Database.open(path) as database:
        reader, asking = await filled(database), Asking(("moon", "sea", "sun"), (), 0.0, 9.0)
        called = await with_archived(reader, Recalled(archived=12 * MANY), asking, {}, 6)
    assert (list(called.memories), called.candidates) == ([33, 34, 35, 36, 37, 38], MANY)
    assert {one.words for one in called.memories.values()} == {frozenset(ALIKE)}
    assert called.held == dict.fromkeys(ALIKE, MANY)


async def test_more_can_be_recalled_than_are_looked_at_closely(path: Path) -> None:
    """Who wants many gets them."""
    santa = SantaKlaus(recalled=CLOSER + 4)
    async with await Database.open(path) as database:
        santa.state = await santa.load(await filled(database))
        found = await santa.recall("The moon and the sea", at=9.0)
    assert [hit.memory for hit in found] == list(range(MANY - 2, MANY - 6 - CLOSER, -1))


def test_a_larger_archive_brings_more() -> None:
    """One row more for so many in it."""
    sizes = (0, MORE_ROWS - 1, MORE_ROWS, 100 * MORE_ROWS)
    assert [most_of(many) - RESCORED for many in sizes] == [0, 0, 1, 100]


def test_a_state_says_how_many_there_are() -> None:
    """At hand and put away together."""
    assert Recalled(archived=3).total == 3
