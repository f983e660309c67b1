"""The episodes' archive: moments that are not at hand come back by what was said in them."""

from pathlib import Path

import numpy as np
import pytest

from leo import AsyncLeoField, Turn
from leo.archive import CLOSER
from leo.async_modules import AsyncRAGBrain
from leo.module import Write
from leo.observation.talk import TALK
from leo.reflection import remembered
from leo.reflection.episodes import EpisodeNote, RAGBrain
from leo.reflection.episodic_archive import (
    EPISODE_ROWS,
    Episode,
    Moment,
    episode_of,
    found_in_archive,
    moments_of,
    put_away,
)
from leo.reflection.features import FEATURES, FEATURES_VERSION
from leo.reflection.nearest import Scale, Vector, by_words, nearest
from leo.reflection.remembered import words_of
from leo.relive import relive
from leo.store.database import Database
from leo.store.reader import FileReader
from leo.testing import ScriptedClock
from tests.conftest import Open

AT_HAND = 4


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep few episodes at hand."""
    monkeypatch.setattr(remembered, "EPISODES", AT_HAND)


def brain_of(leo: AsyncLeoField) -> RAGBrain:
    """Give the module itself."""
    found = leo.module("episodes")
    assert isinstance(found, RAGBrain)
    return found


def database_of(leo: AsyncLeoField) -> Database:
    """Give the open file."""
    assert leo._life is not None
    return leo._life.database


async def talk(leo: AsyncLeoField, first: int, last: int) -> list[Turn]:
    """Say a part of the scripted talk."""
    return [(await leo.turn(one, max_tokens=12)).without_timings() for one in TALK[first:last]]


async def every(leo: AsyncLeoField) -> tuple[list[Episode], Vector]:
    """Read all episodes of the file, and their features."""
    rows = await database_of(leo).fetch(f"{EPISODE_ROWS} ORDER BY turn")
    return [episode_of(row, words_of(str(row[2]))) for row in rows], moments_of(
        [row[-1] for row in rows]
    )


async def require_index(leo: AsyncLeoField) -> None:
    """Compare the index with the words of the archived prompts, row by row."""
    fetch = database_of(leo).fetch
    rows = await fetch("SELECT turn, prompt FROM episodes WHERE archived = 1")
    archived = {int(str(turn)): words_of(str(prompt)) for turn, prompt in rows}
    places = await fetch(
        "SELECT w.word, place FROM episodes_places p JOIN episodes_words w ON w.id = p.word"
    )
    assert sorted(places) == sorted((word, turn) for turn, of in archived.items() for word in of)
    held = {str(word): many for word, many in await fetch("SELECT word, held FROM episodes_words")}
    assert held == {word: sum(word in of for of in archived.values()) for word in held}
    assert brain_of(leo).state.archived == len(archived)


async def test_what_is_like_a_moment_is_what_a_scan_finds(make: Open) -> None:
    """Of all that share a word, the same come in the same order with the same distances."""
    async with make(modules=[RAGBrain()], clock=ScriptedClock(step=90)) as leo:
        await talk(leo, 0, 20)
        brain, (episodes, moments) = brain_of(leo), await every(leo)
        assert len(episodes) > 3 * AT_HAND
        assert [one.turn for one in brain.state.all] == [17, 18, 19, 20]
        await require_index(leo)
        stand = {w: sum(w in e.words for e in episodes) for e in episodes for w in e.words}
        far = 0
        for place, asked in enumerate(episodes):
            kept = [
                i
                for i, one in enumerate(episodes)
                if i >= len(episodes) - AT_HAND or one.words & asked.words
            ]
            scale = Scale.of(moments[-AT_HAND:])
            felt = scale.distances(moments[kept], moments[place])
            said = [
                by_words(asked.words, episodes[i].words, len(episodes), stand)
                if asked.words & episodes[i].words
                else 1.0
                for i in kept
            ]
            best = nearest(felt, np.array(said), 5)
            found = await brain.similar(asked.prompt, features=moments[place].tolist(), k=5)
            assert [(one.turn, one.distance) for one in found] == [
                (episodes[kept[one.place]].turn, one.distance) for one in best
            ]
            assert (found[0].turn, found[0].distance) == (asked.turn, 0.0)
            far += asked.turn not in {one.turn for one in brain.state.all}
        assert far > 2 * AT_HAND  # the archive was asked, and answered


async def test_the_archive_is_asked_in_a_turn_and_alone(make: Open, path: Path) -> None:
    """What was said long ago is a neighbour again, in the Turn and to whoever asks the file."""
    async with make(modules=[RAGBrain()], clock=ScriptedClock(step=90)) as leo:
        await talk(leo, 0, 12)
        before = len((await every(leo))[0])
        note = (await leo.turn(TALK[0])).note(EpisodeNote)
        assert note is not None
        assert note.episodes == before > 2 * AT_HAND
        assert 1 in {one.turn for one in note.neighbours}
        async with AsyncRAGBrain(path) as alone:
            assert [one.turn for one in await alone.similar(TALK[1], k=1)] == [2]


async def test_a_restart_and_another_life_are_the_same(make: Open, tmp_path: Path) -> None:
    """The same Turns come with a restart in the middle, and when the life is lived again."""
    async with make(tmp_path / "a.db", clock=ScriptedClock(step=90)) as leo:
        whole = await talk(leo, 0, 14)
        done = await relive(leo, tmp_path / "again.db")
        assert (done.turns, done.different) == (14, ())
        before = (await every(leo))[0]
        await leo.imagine(TALK[3])
        assert (await every(leo))[0] == before
    clock = ScriptedClock(step=90)
    async with make(tmp_path / "b.db", clock=clock) as leo:
        first = await talk(leo, 0, 9)
    async with make(tmp_path / "b.db", clock=clock) as leo:
        assert [*first, *await talk(leo, 9, 14)] == whole
        assert (await every(leo))[0] == before


async def test_what_is_forgotten_leaves_nothing_in_the_index(make: Open) -> None:
    """A forgotten turn's episode goes from the archive, and its words with it."""
    async with make(modules=[RAGBrain()], clock=ScriptedClock(step=90)) as leo:
        await talk(leo, 0, 12)
        await leo.forget([2, 3])
        assert not {2, 3} & {one.turn for one in (await every(leo))[0]}
        await require_index(leo)
        await talk(leo, 12, 16)
        await require_index(leo)


async def test_one_rare_word_brings_more_than_two_common_ones(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only one row may come, words count by the square of their rarity."""
    monkeypatch.setattr("leo.reflection.episodic_archive.most_of", lambda many: 1)
    said = {turn: frozenset(("moon", "sea")) for turn in range(2, 11)} | {1: frozenset(("zebra",))}
    insert = "INSERT INTO episodes VALUES (?, 0.0, ?, ?, '', '', '[]', 0.5, 0)"
    rows = tuple((turn, FEATURES_VERSION, bytes(8 * len(FEATURES))) for turn in said)
    async with await Database.open(path) as database:
        await database.write([*map(Write, RAGBrain.migrations), Write(insert, rows)])
        for turn, words in said.items():
            one = Episode(turn, 0.0, "", "", words, (), 0.5)
            await database.write(put_away(one, full=False))
        reader = FileReader(database, None)
        moment = Moment(Scale.of(np.zeros((1, len(FEATURES)))), None, 5)
        for asked, turns in (("moon sea zebra", [1]), ("moon sea", [10])):
            found = await found_in_archive(reader, frozenset(asked.split()), {}, 100, moment)
            assert [(one.turn, one.words) for one in found.episodes] == [
                (turn, said[turn]) for turn in turns
            ]


async def test_of_those_that_share_as_much_the_nearest_by_feeling_are_brought(path: Path) -> None:
    """No more than are worth a closer look, and more where more are wanted."""
    count = 60
    insert = "INSERT INTO episodes VALUES (?, 0.0, ?, ?, '', '', '[]', 0.5, 0)"
    feelings = np.linspace(0, 1, count)[:, None] * np.ones(len(FEATURES))
    rows = tuple((turn, FEATURES_VERSION, one.tobytes()) for turn, one in enumerate(feelings))
    async with await Database.open(path) as database:
        await database.write([*map(Write, RAGBrain.migrations), Write(insert, rows)])
        for turn in range(count):
            one = Episode(turn, 0.0, "", "", frozenset(("moon", f"word{turn}")), (), 0.5)
            await database.write(put_away(one, full=False))
        reader, scale = FileReader(database, None), Scale.of(feelings)
        for wanted, brought in ((1, CLOSER), (10, 3 * 10)):
            moment = Moment(scale, feelings[-1], wanted)
            found = await found_in_archive(reader, frozenset(("moon",)), {"sea": 2}, 100, moment)
            assert [one.turn for one in found.episodes] == list(range(count - brought, count))
            assert (found.moments == feelings[-brought:]).all()
            assert found.held["moon"] == count


async def test_a_full_archive_forgets_the_oldest(
    make: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its size is bounded, and the index with it."""
    monkeypatch.setattr(remembered, "ARCHIVED", 5)
    async with make(modules=[RAGBrain()], clock=ScriptedClock(step=90)) as leo:
        turns = await talk(leo, 0, 14)
        away = [turn.id for turn in turns[:-AT_HAND] if words_of(turn.prompt)]
        at_hand = [turn.id for turn in turns[-AT_HAND:]]
        assert [one.turn for one in (await every(leo))[0]] == [*away[-5:], *at_hand]
        await require_index(leo)


async def test_a_prompt_without_words_is_let_go(make: Open) -> None:
    """No word could bring it back."""
    async with make(modules=[RAGBrain()], clock=ScriptedClock(step=90)) as leo:
        await leo.turn("?")
        await talk(leo, 0, 6)
        assert [one.turn for one in (await every(leo))[0]] == [*range(2, 8)]
        await require_index(leo)
