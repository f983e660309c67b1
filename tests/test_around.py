"""Looking around a word, now and as it was; copies; switches that are remembered."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leo import AsyncLeoField, StoreError
from leo.field.around import around
from leo.field.field import Field, newborn
from leo.records import Source
from leo.testing import SpyModule, SpyNote
from leo.text.tokens import tokens
from tests.conftest import Open

SOURCES: tuple[Source, ...] = ("observer", "ring")
texts = st.lists(
    st.tuples(
        st.sampled_from(SOURCES),
        st.lists(st.sampled_from("moon boat lamp bread the a".split()), max_size=12).map(" ".join),
    ),
    max_size=6,
)


async def grown(parts: list[tuple[Source, str]]) -> Field:
    """Let an empty field hear texts."""
    field = Field(await newborn(None))
    for i, (source, text) in enumerate(parts):
        overlay = field.overlay()
        await overlay.learn(tokens(text), source)
        await field.absorb(overlay, 8 * i + 1)
    return field


@settings(max_examples=100)
@given(texts, texts)
def test_how_it_was_is_todays_field_less_what_came_later(
    before: list[tuple[Source, str]], later: list[tuple[Source, str]]
) -> None:
    """Looking back gives the counts of the field that stopped there."""

    async def both() -> None:
        then, now = await grown(before), await grown(before + later)
        seen = await around(then, "moon", limit=60, at=3, later=(), turn=())
        back = await around(now, "moon", limit=60, at=3, later=later, turn=())
        assert {(w.word, w.count, w.strength) for w in back.words} == {
            (w.word, w.count, w.strength) for w in seen.words
        }
        assert {(frozenset((x.one, x.other)), x.count) for x in back.links} == {
            (frozenset((x.one, x.other)), x.count) for x in seen.links
        }

    asyncio.run(both())


async def test_around_a_word(leo: AsyncLeoField) -> None:
    """The word comes first, then its company; links are among those words only."""
    seen = await leo.around("the moon", limit=12)
    assert seen.word == "the"
    seen = await leo.around("Window", limit=12)
    names = [one.word for one in seen.words]

    assert names[0] == "window"
    assert len(names) == len(set(names)) == 13
    assert seen.words[0].strength == 1.0
    assert all(0 < one.strength <= 1 and one.count > 0 for one in seen.words)
    assert {end for link in seen.links for end in (link.one, link.other)} <= set(names)
    ego = [link for link in seen.links if link.one == "window"]
    assert [link.other for link in ego] == names[1:]
    assert [link.count for link in ego] == sorted((link.count for link in ego), reverse=True)
    assert all(link.sources for link in seen.links)


async def test_what_a_turn_added_is_marked(make: Open) -> None:
    """A word met for the first time is around afterwards, marked, and was not before."""
    async with make(modules=[]) as leo:
        await leo.turn("Hello.")
        await leo.turn("The zeppelin flew over the harbour. A zeppelin is a boat of air.")
        await leo.turn("Good night.")
        now, then, before = [await leo.around("zeppelin", at=at) for at in (None, 2, 1)]
        boat = await leo.around("boat", at=1)

    assert {word.word for word in now.words} >= {"zeppelin", "flew", "boat", "air"}
    assert (before.words, before.links) == ((), ())
    assert (now.at, then.at) == (None, 2)
    assert [word.word for word in then.words] == [word.word for word in now.words]
    assert any(link.added > 0 for link in then.links)
    assert all(link.added == 0 for link in now.links if "zeppelin" in (link.one, link.other))
    assert "zeppelin" not in [word.word for word in boat.words]


async def test_an_unknown_word_has_no_company(leo: AsyncLeoField) -> None:
    """A word he never heard, or no word at all, has an empty neighbourhood."""
    for word in ("zeppelin", "", "!!"):
        assert (await leo.around(word)).words == ()


async def test_what_cannot_be_looked_at_is_refused(leo: AsyncLeoField) -> None:
    """A turn that was not, and a number of neighbours that cannot be, are errors."""
    with pytest.raises(ValueError, match="there is no turn 1; this Leo has lived 0"):
        await leo.around("moon", at=1)
    for limit in (0, 61):
        with pytest.raises(ValueError, match="must be 1 to 60"):
            await leo.around("moon", limit=limit)


async def test_a_copy_lives_its_own_life(make: Open, tmp_path: Path) -> None:
    """A copy has the whole life until now, says the same next, and shares nothing."""
    async with make(modules=[SpyModule()]) as leo:
        await leo.turn("Hello.")
        place = await leo.copy(tmp_path / "deep" / "copy.db")
        with pytest.raises(StoreError, match="exists already"):
            await leo.copy(place)
        next_here = await leo.imagine("The moon.")
        async with make(place, modules=[SpyModule()]) as other:
            assert await other.journal() == await leo.journal()
            there = await other.imagine("The moon.")
            assert there.utterance == next_here.utterance
            assert there.note(SpyNote) == next_here.note(SpyNote)
            await other.turn("Another life.")
            assert (await leo.stats()).turns == 1


@pytest.mark.parametrize("log", ["copy.db-wal", "copy.db-journal"])
async def test_a_copy_takes_nothing_in_that_is_left_of_another_file(
    make: Open, tmp_path: Path, log: str
) -> None:
    """SQLite would play the log of a file that is gone into the copy."""
    left, place = tmp_path / log, tmp_path / "copy.db"
    await asyncio.to_thread(left.write_bytes, b"the last of another life")
    async with make(modules=()) as leo:
        turn = await leo.turn("Hello.")
        with pytest.raises(StoreError, match=rf"{log} is left of another file.*move it away"):
            await leo.copy(place)
        assert await asyncio.to_thread(left.read_bytes) == b"the last of another life"
        assert not await asyncio.to_thread(place.exists)
        await asyncio.to_thread(left.unlink)
        async with make(await leo.copy(place), modules=()) as other:
            assert list(await other.journal()) == [turn]


async def test_what_was_switched_off_stays_off(make: Open) -> None:
    """The switch is journaled, holds over a restart, and every Turn says it."""
    spies = [SpyModule(), SpyModule("other")]
    async with make(modules=spies) as leo:
        assert list(leo.without) == []
        await leo.set_without(["spy"])
        assert list(leo.without) == ["spy"]
        assert (await leo.turn("Hello.")).settings.without == ("spy",)
        entries = (await leo.stats()).entries
        await leo.set_without(["spy"])
        assert (await leo.stats()).entries == entries
        with pytest.raises(ValueError, match="no module is called 'dreem'"):
            await leo.set_without(["dreem"])
    async with make(modules=spies) as again:
        assert list(again.without) == ["spy"]
        assert (await again.imagine("x", without=["other"])).settings.without == ("spy", "other")
        await again.set_without([])
        assert (await again.turn("Hello.")).settings.without == ()
    async with make(modules=spies, without=["other"]) as chosen:
        assert list(chosen.without) == ["other"]
        await chosen.set_without([])
        assert list(chosen.without) == []
    async with make(modules=spies, without=["other"]) as chosen:
        await chosen.set_without(["other"])
        assert (await chosen.turn("Hello.")).settings.without == ("other",)
    async with make(modules=spies) as again:
        assert list(again.without) == ["other"]
