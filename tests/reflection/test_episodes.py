"""RAGBrain as a module: it keeps moments, finds similar ones, estimates, and leans a little."""

import asyncio
import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo import AsyncLeoField
from leo.observation.talk import TALK
from leo.records import EXPERT_NAMES, Turn
from leo.reflection import remembered
from leo.reflection.episodes import ENOUGH, EpisodeKept, EpisodeNote, RAGBrain
from leo.reflection.features import FEATURES
from leo.reflection.mathbrain import MathBrain
from leo.reflection.remembered import Episode, Episodes, words_of
from leo.testing import ScriptedClock
from tests.conftest import Open

INPUTS = len(FEATURES)


async def run(path: Path, sql: str) -> list[Any]:
    """Run a statement behind Leo's back, off the loop."""

    def now() -> list[Any]:
        with contextlib.closing(sqlite3.connect(path)) as file:
            found = file.execute(sql).fetchall()
            file.commit()
            return found

    return await asyncio.to_thread(now)


async def talk(leo: AsyncLeoField, prompts: tuple[str, ...]) -> list[Turn]:
    """Say one thing after the other."""
    return [(await leo.turn(prompt, max_tokens=20)).without_timings() for prompt in prompts]


def seen(turn: Turn) -> tuple[EpisodeNote, EpisodeKept]:
    """Give both notes of a turn."""
    before, after = turn.note(EpisodeNote), turn.note(EpisodeKept)
    assert before is not None
    assert after is not None
    return before, after


def brain_of(leo: AsyncLeoField) -> RAGBrain:
    """Give the module itself."""
    module = leo.module("episodes")
    assert isinstance(module, RAGBrain)
    return module


def lived(*rows: tuple[float, str, tuple[float, ...], float]) -> Episodes:
    """Remember moments: how all features feel, the prompt, the blend, the quality."""
    state = Episodes()
    for turn, (feel, prompt, blend, quality) in enumerate(rows, 1):
        state = replace(state, features=(feel,) * INPUTS)
        state = state.grown(
            Episode(turn, float(turn), prompt, "", words_of(prompt), blend, quality)
        )
    return state


EVEN = (0.2,) * 5
CALM, LOUD = (0.6, 0.1, 0.1, 0.1, 0.1), (0.1, 0.6, 0.1, 0.1, 0.1)


# ---------------------------------------------------------------- finding


def asked(state: Episodes) -> RAGBrain:
    """Make a module that remembers this."""
    module = RAGBrain()
    module.state = state
    return module


async def test_5_6_1_and_5_7_every_episode_finds_itself(make: Open) -> None:
    """Defect 5.6 #1: asked with its own features and words, an episode is the first, at 0."""
    async with make(modules=[RAGBrain()]) as leo:
        await talk(leo, TALK[:12])
        module = brain_of(leo)
        for place, episode in enumerate(module.state.all):
            features = module.state.moments[place].tolist()
            first = (await module.similar(episode.prompt, features=features, k=3))[0]
            assert (first.turn, first.prompt) == (episode.turn, episode.prompt)
            assert (first.features, first.words, first.distance) == (0.0, 0.0, 0.0)


async def test_planted_clusters_are_told_apart_by_features() -> None:
    """A moment that feels like the second cluster has only neighbours of it, and its quality."""
    rows = [(0.1 + i / 100, "", EVEN, 0.2) for i in range(6)]
    rows += [(0.8 + i / 100, "", EVEN, 0.9) for i in range(6)]
    module = asked(lived(*rows))
    found = await module.similar(features=(0.83,) * INPUTS, k=5)
    assert found[0].turn == 10
    assert {one.turn for one in found} < {7, 8, 9, 10, 11, 12}
    assert await module.estimate(features=(0.83,) * INPUTS) == pytest.approx(0.9)
    assert await module.estimate(features=(0.12,) * INPUTS) == pytest.approx(0.2)


async def test_5_6_5_episodes_are_found_by_their_words() -> None:
    """Defect 5.6 #5: with equal features, what was said decides; function words do not."""
    prompts = ["The boats are in the water.", "The moon is over the sea.", "The bread is in it."]
    module = asked(lived(*((0.5, prompt, EVEN, 0.5) for prompt in prompts)))
    assert [one.turn for one in await module.similar("Where are the boats?", k=1)] == [1]
    assert [one.turn for one in await module.similar("Is there a moon?", k=1)] == [2]
    assert {one.words for one in await module.similar("Is the", k=3)} == {0.0}
    assert {one.words for one in await module.similar("Harbour", k=3)} == {1.0}


async def test_the_questions_on_an_empty_and_on_a_young_memory() -> None:
    """Nothing remembered: nothing found, no estimate, and the specified empty summary."""
    module = asked(Episodes())
    assert await module.similar("Rain.", features=(0.5,) * INPUTS) == ()
    told = await module.summary("Rain.")
    assert (told.count, told.mean_quality, told.best_quality, told.mean_distance) == (0, 0, 0, 1)
    rows = [(0.5, "Rain.", EVEN, 0.5)] * ENOUGH
    assert await asked(lived(*rows[1:])).estimate("Rain.") is None
    assert await asked(lived(*rows)).estimate("Rain.") == 0.5


async def test_a_summary_sums_up_what_is_similar(make: Open) -> None:
    """Its averages are those of the episodes found, and asking changes nothing."""
    async with make(modules=[RAGBrain()]) as leo:
        await talk(leo, TALK[:12])
        module, state = brain_of(leo), brain_of(leo).state
        features = state.moments[3].tolist()
        found = await module.similar("The rain.", features=features, k=4)
        told = await module.summary("The rain.", features=features, k=4)
        assert [one.distance for one in found] == sorted(one.distance for one in found)
        assert told.count == len(found) == 4
        assert told.mean_quality == pytest.approx(sum(one.quality for one in found) / 4)
        assert told.best_quality == max(one.quality for one in found)
        assert told.mean_distance == pytest.approx(sum(one.distance for one in found) / 4)
        assert module.state is state


@given(st.lists(st.sampled_from(["rain", "the moon", "moon and boat", "is"]), max_size=12))
def test_words_are_placed_where_they_stand(prompts: list[str]) -> None:
    """However many episodes were let go, each word leads to exactly the ones that have it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remembered, "EPISODES", 4)
        state = lived(*((i / 20, prompt, EVEN, 0.5) for i, prompt in enumerate(prompts)))
    wanted: dict[str, tuple[int, ...]] = {}
    for episode in state.all:
        for word in episode.words:
            wanted[word] = (*wanted.get(word, ()), episode.turn)
    assert dict(state.places) == wanted
    assert len(state.all) == len(state.moments) == min(4, len(prompts))
    assert [one.turn for one in state.all] == [*range(1, len(prompts) + 1)][-4:]


# ---------------------------------------------------------------- acting


async def test_the_lean_goes_to_who_served_and_is_seen_in_the_blend(make: Open) -> None:
    """Where structural went with good replies nearby it gains, semantic loses; at most .05."""
    async with make(modules=[RAGBrain()]) as leo:
        rows = [(0.3, "Rain.", blend, q) for blend, q in [(CALM, 0.9), (LOUD, 0.4)] * 5]
        brain_of(leo).state = lived(*rows)
        turn = await leo.imagine("The rain.")
        off = await leo.imagine("The rain.", without=["episodes"])
    note = turn.note(EpisodeNote)
    assert note is not None
    leans = {one.expert: one.weight for one in note.leans}
    assert (leans["structural"] > 0.01, leans["semantic"] < -0.01) == (True, True)
    assert all(abs(lean) <= 0.05 for lean in leans.values())
    told = [(r.expert, r.change) for r in turn.blend.reasons if r.why == "a module leans"]
    assert told == [(one.expert, one.weight) for one in note.leans]
    shares = [{one.expert: one.weight for one in t.blend.weights} for t in (turn, off)]
    assert shares[0]["structural"] > shares[1]["structural"]
    assert shares[0]["semantic"] < shares[1]["semantic"]


async def test_the_same_talk_goes_another_way_without_it(make: Open, tmp_path: Path) -> None:
    """Up to eight episodes nothing changes; then it leans, and some reply is another one."""
    whole = (*TALK, *TALK)
    async with make(tmp_path / "on.db", modules=[RAGBrain()]) as leo:
        on = await talk(leo, whole)
    async with make(tmp_path / "off.db", modules=[RAGBrain()]) as leo:
        await leo.set_without(["episodes"])
        off = await talk(leo, whole)
        assert brain_of(leo).state.all == ()
    assert [turn.note(EpisodeNote) for turn in off] == [None] * len(whole)
    replies = [(one.reply, other.reply) for one, other in zip(on, off, strict=True)]
    assert all(one == other for one, other in replies[:ENOUGH])
    assert any(one != other for one, other in replies[ENOUGH:])
    for turn in on:
        note = seen(turn)[0]
        assert (note.estimate is None) == (note.episodes < ENOUGH)
        assert all(abs(one.weight) <= 0.05 for one in note.leans)
        assert all(len(one.prompt) <= 80 for one in note.neighbours)
        assert len(note.neighbours) == min(5, note.episodes)


async def test_how_the_estimate_fared_is_told(make: Open) -> None:
    """Each loss is the squared error; their average is corrected for having started at nothing."""
    raw, guesses = 0.0, 0
    async with make(modules=[RAGBrain()]) as leo:
        for turn in await talk(leo, TALK[:14]):
            before, after = seen(turn)
            assert (after.estimate, after.true) == (before.estimate, turn.quality.overall)
            assert after.episodes == before.episodes + 1 == turn.id
            if before.estimate is not None:
                loss = (before.estimate - turn.quality.overall) ** 2
                assert after.loss == pytest.approx(loss, abs=1e-6)
                raw, guesses = 0.95 * raw + 0.05 * loss, guesses + 1
                assert after.mean_loss == pytest.approx(raw / (1 - 0.95**guesses), abs=1e-6)
    assert guesses == 14 - ENOUGH


async def test_an_imagined_turn_leaves_nothing(make: Open, path: Path) -> None:
    """Neither the state nor a table changes when a turn is only imagined."""
    async with make(modules=[RAGBrain()]) as leo:
        await leo.turn(TALK[0])
        state = brain_of(leo).state
        rows = await run(path, "SELECT * FROM episodes JOIN episodes_score")
        assert (await leo.imagine(TALK[1])).note(EpisodeKept) is not None
        assert brain_of(leo).state is state
        assert await run(path, "SELECT * FROM episodes JOIN episodes_score") == rows


# ---------------------------------------------------------------- keeping


@pytest.mark.parametrize("most", [1000, 9])
async def test_a_restart_in_the_middle_changes_nothing(
    make: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Cut in two, also when old episodes were let go, the Turns and the memories are equal."""
    monkeypatch.setattr(remembered, "EPISODES", most)
    clock = ScriptedClock()
    async with make(tmp_path / "whole.db", clock=clock, modules=[RAGBrain()]) as leo:
        whole = await talk(leo, TALK[:20])
        left = brain_of(leo).state
    clock = ScriptedClock()
    async with make(tmp_path / "cut.db", clock=clock, modules=[RAGBrain()]) as leo:
        first = await talk(leo, TALK[:13])
    async with make(tmp_path / "cut.db", clock=clock, modules=[RAGBrain()]) as leo:
        rest = await talk(leo, TALK[13:20])
        right = brain_of(leo).state
    assert [*first, *rest] == whole
    assert (left.all, dict(left.places)) == (right.all, dict(right.places))
    assert left.moments.tobytes() == right.moments.tobytes()
    assert (left.loss, left.guesses, left.last) == (right.loss, right.guesses, right.last)


async def test_5_6_6_memory_is_bounded_and_exact(
    make: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Defect 5.6 #6: the oldest are put away; rows hold the very features and experts."""
    monkeypatch.setattr(remembered, "EPISODES", 3)
    async with make(modules=[MathBrain(), RAGBrain()]) as leo:
        turns = await talk(leo, TALK[:5])
        moments = leo.module("mathbrain").state.moments
    columns = "turn, prompt, reply, quality, features, blend"
    rows = await run(path, f"SELECT {columns} FROM episodes WHERE archived = 0")
    assert await run(path, "SELECT turn FROM episodes WHERE archived = 1") == [(1,), (2,)]
    wanted = [(t.id, t.prompt, t.utterance.own.text, t.quality.overall) for t in turns[2:]]
    assert [row[:4] for row in rows] == wanted
    assert [row[4] for row in rows] == [one.tobytes() for one in np.asarray(moments)[2:]]
    blends = [str([one.weight for one in turn.blend.weights]) for turn in turns[2:]]
    assert [row[5] for row in rows] == blends
    assert all(len(turn.blend.weights) == len(EXPERT_NAMES) for turn in turns)


async def test_text_need_not_be_kept(make: Open, path: Path) -> None:
    """Without it no word of prompt or reply is in the tables, and moments are found by feel."""
    async with make(modules=[RAGBrain(keep_text=False)]) as leo:
        turns = await talk(leo, TALK[:10])
    assert set(await run(path, "SELECT prompt, reply FROM episodes")) == {("", "")}
    neighbours = [one for turn in turns for one in seen(turn)[0].neighbours]
    assert {(one.words, one.prompt) for one in neighbours} == {(0.0, "")}
    assert seen(turns[-1])[0].estimate is not None
    async with make(modules=[RAGBrain(keep_text=False)]) as leo:
        state = brain_of(leo).state
        assert (len(state.all), dict(state.places)) == (10, {})


async def test_episodes_of_other_features_are_let_go(make: Open, path: Path) -> None:
    """Of another version's rows nothing is used, not even the last turn's shape or the score."""
    async with make(modules=[RAGBrain()]) as leo:
        await talk(leo, TALK[:10])
    await run(path, "UPDATE episodes SET version = 0, features = x'00'")
    await run(path, "UPDATE episodes_score SET last = '[0.5, 0.5]'")
    async with make(modules=[RAGBrain()]) as leo:
        assert (brain_of(leo).state.all, brain_of(leo).state.mean_loss()) == ((), None)
        [turn] = await talk(leo, TALK[10:11])
        assert seen(turn)[1].episodes == 1
    assert await run(path, "SELECT turn, version FROM episodes") == [(11, 1)]
