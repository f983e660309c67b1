"""MathBrain as a module: it predicts, regulates, learns, keeps what it learned, and mirrors it."""

import asyncio
import contextlib
import json
import logging
import sqlite3
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from leo import AsyncLeoField
from leo.mirror import mirror_path
from leo.module import Moment, SoFar
from leo.observation.talk import TALK
from leo.records import ActiveTheme, Influence, Landscape, Pulse, Settings, Turn
from leo.reflection import brain, mathbrain
from leo.reflection.affect import felt
from leo.reflection.brain import BrainState
from leo.reflection.features import FEATURES, Aftermath
from leo.reflection.mathbrain import Lesson, MathBrain, Prediction
from leo.reflection.mlp import Network
from leo.testing import ScriptedClock, make_turn
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


def seen(turn: Turn) -> tuple[Prediction, Lesson]:
    """Give both notes of a turn."""
    before, after = turn.note(Prediction), turn.note(Lesson)
    assert before is not None
    assert after is not None
    return before, after


def state_of(leo: AsyncLeoField) -> BrainState:
    """Give what MathBrain knows."""
    state = leo.module("mathbrain").state
    assert isinstance(state, BrainState)
    return state


# ---------------------------------------------------------------- acting


@pytest.mark.parametrize("active", [0, 1, 3])
async def test_s3_regulation_acts_whatever_themes_are_active(active: int) -> None:
    """Defect 3: with no, one or three active themes a dull moment warms and calls creative."""
    percept = replace(
        make_turn().percept,
        pulse=Pulse(0.1, 0.1, 0.5, 0.2),
        themes=tuple(ActiveTheme(i, 1.0, ("rain",)) for i in range(active)),
    )
    moment = Moment(1, 0.0, 1, "Rain.", Settings(1.0, 80, ()), Landscape(10))
    lean = await MathBrain().before(percept, SoFar(moment, (), Influence()))
    assert isinstance(lean.note, Prediction)
    assert lean.note.features[FEATURES.index("active_themes")] == active / 10
    assert lean.note.affect.stuck.score == pytest.approx(0.3 * (1 - active / 10))
    assert lean.influence.temperature == pytest.approx(1 + 0.2 * (0.93 - 0.6) / 0.4)
    assert [one.expert for one in lean.influence.experts] == ["creative"]


@pytest.mark.parametrize(("themes", "stuck"), [(0, 0.0), (1, 0.3)])
async def test_without_themes_none_is_missed(themes: int, stuck: float) -> None:
    """To touch no theme is a reason to be stuck only where there is one."""
    moment = Moment(1, 0.0, 1, "Rain.", Settings(1.0, 80, ()), Landscape(themes))
    percept = replace(make_turn().percept, themes=())
    lean = await MathBrain().before(percept, SoFar(moment, (), Influence()))
    assert isinstance(lean.note, Prediction)
    assert lean.note.affect.stuck.score == stuck


@pytest.mark.parametrize(
    ("prompt", "active"),
    [("Yes.", 0), ("Hello. Who are you?", 1), ("Bread and butter and a cup of milk.", 3)],
)
async def test_s9_regulation_reaches_every_word_and_the_blend(
    make: Open, prompt: str, active: int
) -> None:
    """Defects 3 and 9: in the real blend and at every drawn word the temperature is higher."""
    async with make(modules=[MathBrain()]) as leo:
        on = await leo.imagine(prompt)
        off = await leo.imagine(prompt, without=["mathbrain"])
    assert len(on.percept.themes) == active
    note = on.note(Prediction)
    assert note is not None
    assert note.regulation.temperature_factor > 1.05
    steps = {one.step: one.temperature for one in on.blend.steps}
    wanted = steps["impression"] * note.regulation.temperature_factor
    assert steps["modules"] == pytest.approx(wanted, abs=1e-5)
    leans = [one for one in on.blend.reasons if one.why == "a module leans"]
    assert [(one.expert, one.change) for one in leans] == [("creative", note.regulation.weight)]
    assert on.blend.temperature > off.blend.temperature
    warm, cool = (fmean(w.temperature for w in t.utterance.words[3:]) for t in (on, off))
    assert warm > 1.03 * cool


async def test_the_same_talk_goes_another_way_without_it(make: Open, tmp_path: Path) -> None:
    """With MathBrain off no note stands in the turn, and some reply is another one."""
    async with make(tmp_path / "on.db", modules=[MathBrain()]) as leo:
        on = await talk(leo, TALK[:8])
    async with make(tmp_path / "off.db", modules=[MathBrain()]) as leo:
        await leo.set_without(["mathbrain"])
        off = await talk(leo, TALK[:8])
        assert state_of(leo).count == 0
    assert [turn.note(Prediction) for turn in off] == [None] * 8
    assert [turn.reply for turn in on] != [turn.reply for turn in off]


async def test_s5_a_structural_speaker_who_is_stuck_is_called_away(make: Open) -> None:
    """Defect 5: what spoke last is known by its bare name, so being stuck calls semantic."""
    async with make(modules=[MathBrain()]) as leo:
        await leo.turn(TALK[0])
        brain_ = leo.module("mathbrain")
        values = (*state_of(leo).last.values[:-5], 0.5, 0.2, 0.1, 0.2, 0.0)
        brain_.state = replace(brain_.state, mean=0.0, last=Aftermath(values))
        turn = await leo.imagine("Yes.")
    note = turn.note(Prediction)
    assert note is not None
    assert note.predicted == pytest.approx(0, abs=0.05)
    assert note.affect.stuck.score > 0.9
    assert note.regulation.expert == "semantic"
    leans = [one.expert for one in turn.blend.reasons if one.why == "a module leans"]
    assert leans == ["semantic"]


async def test_s12_before_the_first_reply_nothing_is_expected(make: Open) -> None:
    """Defect 12: a newborn predicts nothing and is not stuck; then it expects the mean."""
    async with make(modules=[MathBrain()]) as leo:
        first, second = await talk(leo, TALK[:2])
    before, after = seen(first)
    assert (before.predicted, before.mean, after.loss, after.mean_loss) == (None, None, None, None)
    assert dict(before.affect.stuck.parts)["expects little"] == 0
    assert seen(second)[0].predicted == pytest.approx(first.quality.overall, abs=0.02)


# ---------------------------------------------------------------- learning


async def test_a_lesson_says_what_was_expected_and_what_came(make: Open) -> None:
    """Losses are squared errors of the prediction and of the mean so far; both are averaged."""
    qualities: list[float] = []
    async with make(modules=[MathBrain()]) as leo:
        for turn in await talk(leo, TALK[:6]):
            before, after = seen(turn)
            assert (after.predicted, after.true) == (before.predicted, turn.quality.overall)
            if before.predicted is not None:
                mean = sum(qualities) / len(qualities)
                assert before.mean == pytest.approx(mean, abs=1e-6)
                error = before.predicted - after.true
                assert after.loss == pytest.approx(error**2, abs=1e-5)
                assert after.baseline_loss == pytest.approx((mean - after.true) ** 2, abs=1e-5)
            qualities.append(turn.quality.overall)
            assert after.count == len(qualities)
            assert (0 <= after.saturated <= 1, after.norm > 0) == (True, True)
        stats = leo.module("mathbrain").stats()  # type: ignore[attr-defined]
    assert stats.count == 6
    assert stats.mean == pytest.approx(sum(qualities) / 6)
    assert stats.mean_loss == pytest.approx(after.mean_loss, abs=1e-6)
    assert stats.mean_baseline_loss == pytest.approx(after.mean_baseline_loss, abs=1e-6)


async def test_s6_the_feeling_afterwards_is_of_the_real_reply(make: Open) -> None:
    """Defect 6: afterwards the entropy and the quality are those of the words that were said."""
    async with make(modules=[MathBrain()]) as leo:
        for turn in await talk(leo, TALK[:4]):
            before, after = seen(turn)
            of = dict(zip(FEATURES[:8], before.features[:8], strict=True))
            wanted = felt(
                novelty=of["novelty"],
                arousal=of["arousal"],
                entropy=turn.utterance.entropy,
                wound=0.0,
                quality=turn.quality.overall,
                active=of["active_themes"],
                themes=True,
            )
            for name in ("boredom", "overwhelm", "stuck"):
                score = getattr(after.affect, name).score
                assert score == pytest.approx(getattr(wanted, name).score, abs=1e-3)
            assert after.affect != before.affect


async def test_an_imagined_turn_leaves_nothing(make: Open, path: Path) -> None:
    """Neither the state nor a table changes when a turn is only imagined."""
    async with make(modules=[MathBrain()]) as leo:
        await leo.turn(TALK[0])
        state = leo.module("mathbrain").state
        rows = await run(path, "SELECT * FROM mathbrain_network")
        imagined = await leo.imagine(TALK[1])
        assert imagined.note(Lesson) is not None
        assert leo.module("mathbrain").state is state
        assert await run(path, "SELECT * FROM mathbrain_network") == rows
        assert await run(path, "SELECT count(*) FROM mathbrain_replies") == [(1,)]


# ---------------------------------------------------------------- keeping


@pytest.mark.parametrize("most", [128, 4])
async def test_s8_a_restart_in_the_middle_changes_nothing(
    make: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Defect 8: cut in two, also when old replies were let go, the Turns and weights are equal."""
    monkeypatch.setattr(brain, "REPLAYED", most)
    monkeypatch.setattr(mathbrain, "REPLAYED", most)
    clock = ScriptedClock()
    async with make(tmp_path / "whole.db", clock=clock, modules=[MathBrain()]) as leo:
        whole = await talk(leo, TALK[:12])
        left = state_of(leo)
    clock = ScriptedClock()
    async with make(tmp_path / "cut.db", clock=clock, modules=[MathBrain()]) as leo:
        first = await talk(leo, TALK[:7])
        before = leo.module("mathbrain").predict((0.3,) * INPUTS)  # type: ignore[attr-defined]
    async with make(tmp_path / "cut.db", clock=clock, modules=[MathBrain()]) as leo:
        assert leo.module("mathbrain").predict((0.3,) * INPUTS) == before  # type: ignore[attr-defined]
        rest = await talk(leo, TALK[7:12])
        right = state_of(leo)
    assert [*first, *rest] == whole
    assert left.network.to_bytes() == right.network.to_bytes()
    assert (left.mean, left.count, left.losses) == (right.mean, right.count, right.losses)
    assert (left.moments.tolist(), left.last) == (right.moments.tolist(), right.last)


async def test_s19_what_is_kept_is_bounded_and_says_nothing_of_the_prompt(
    make: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Defect 19: one row of weights, the newest replies as numbers, no prompt and no log."""
    monkeypatch.setattr(brain, "REPLAYED", 3)
    monkeypatch.setattr(mathbrain, "REPLAYED", 3)
    async with make(modules=[MathBrain()]) as leo:
        await talk(leo, TALK[:6])
        assert state_of(leo).moments.shape == (3, INPUTS)
    assert await run(path, "SELECT turn FROM mathbrain_replies") == [(4,), (5,), (6,)]
    assert await run(path, "SELECT id, turn, count FROM mathbrain_network") == [(1, 6, 6)]
    names = await run(path, "SELECT name FROM pragma_table_info('mathbrain_replies')")
    assert names == [("turn",), ("version",), ("features",), ("quality",)]


async def test_weights_for_other_features_begin_anew_and_it_is_said(
    make: Open, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What was learned from features of another version is dropped, logged, and written over."""
    async with make(modules=[MathBrain()]) as leo:
        await talk(leo, TALK[:3])
    await run(path, "UPDATE mathbrain_network SET version = 0, last = '[0.5]'")
    await run(path, "UPDATE mathbrain_replies SET version = 0, features = x'00'")
    with caplog.at_level(logging.WARNING, logger="leo"):
        async with make(modules=[MathBrain()]) as leo:
            assert state_of(leo).count == 0
            [turn] = await talk(leo, TALK[3:4])
    assert any("learned from features of version 0" in one for one in caplog.messages)
    assert (seen(turn)[0].predicted, seen(turn)[1].count) == (None, 1)
    async with make(modules=[MathBrain()]) as leo:
        assert (state_of(leo).count, len(state_of(leo).qualities)) == (1, 1)


async def test_the_mirror_names_its_turn_and_equals_the_table(make: Open, path: Path) -> None:
    """At closing, leo.db.mathbrain.json has, layer by layer, the very numbers of the table."""
    async with make(modules=[MathBrain()]) as leo:
        await talk(leo, TALK[:4])
        network = leo.module("mathbrain").network  # type: ignore[attr-defined]
    place = mirror_path(path, "mathbrain")
    assert place.name == "leo.db.mathbrain.json"
    told = json.loads(await asyncio.to_thread(place.read_text))
    [(weights, mean)] = await run(path, "SELECT weights, mean FROM mathbrain_network")
    assert (told["format"], told["turn"], told["count"], told["mean"]) == (1, 4, 4, mean)
    assert (told["shape"], told["features"]) == ([21, 16, 1], list(FEATURES))
    hidden, output = told["hidden"], told["output"]
    rows = [[*row, b] for row, b in zip(hidden["weights"], hidden["bias"], strict=True)]
    flat = [*(one for row in rows for one in row), *output["weights"], output["bias"]]
    assert Network.from_bytes(weights, INPUTS).to_bytes() == network.to_bytes() == weights
    assert flat == memoryview(weights).cast("d").tolist()


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """List what Leo logged, and not how long asyncio found something to take."""
    return [one.getMessage() for one in caplog.records if one.name == "leo"]


async def test_a_mirror_that_differs_is_said_and_loses(
    make: Open, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An edited weight is named in the log, not believed, and mended; an equal one is silent."""
    async with make(modules=[MathBrain()]) as leo:
        await talk(leo, TALK[:2])
        bias = state_of(leo).network.b2
    place = mirror_path(path, "mathbrain")
    with caplog.at_level(logging.WARNING, logger="leo"):
        async with make(modules=[MathBrain()]):
            assert said(caplog) == []
    told = await asyncio.to_thread(place.read_text)
    edited = {**json.loads(told), "output": {"weights": [0.0] * 16, "bias": 3.0}}
    await asyncio.to_thread(place.write_text, json.dumps(edited))
    with caplog.at_level(logging.WARNING, logger="leo"):
        async with make(modules=[MathBrain()]) as leo:
            assert state_of(leo).network.b2 == bias
    assert said(caplog) == [f"{place} differs from {path}; the latter wins"]
    assert await asyncio.to_thread(place.read_text) == told


# ---------------------------------------------------------------- questions


async def test_questions_change_nothing(make: Open) -> None:
    """A prediction is in [0, 1], a moment of another length is refused, nothing is learned."""
    async with make(modules=[MathBrain()]) as leo:
        asked = leo.module("mathbrain")
        assert isinstance(asked, MathBrain)
        assert asked.predict((0.5,) * INPUTS) is None
        assert (asked.stats().count, asked.stats().mean, asked.stats().mean_loss) == (0, None, None)
        await talk(leo, TALK[:3])
        state = asked.state
        for value in (0.0, 0.5, 1.0):
            guess = asked.predict((value,) * INPUTS)
            assert guess is not None
            assert 0 <= guess <= 1
        with pytest.raises(ValueError, match="size"):
            asked.predict((0.5,))
        feeling = asked.feel((0.0,) * INPUTS, None, themes=False)
        assert feeling.boredom.score == pytest.approx(0.85)
        assert asked.network is state.network
        assert asked.state is state
