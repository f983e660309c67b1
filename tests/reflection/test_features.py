"""The 21 numbers: what they are made of, that they stay in [0, 1], and that one encoder serves."""

import asyncio
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.module import Judged, Moment, SoFar
from leo.notes import InnerVoice, Ring, Rings, Spoken, Trends, Wound
from leo.observation.talk import TALK
from leo.records import EXPERT_NAMES, Influence, Landscape, Note, Pulse, Settings
from leo.reflection.episodes import EpisodeNote, RAGBrain
from leo.reflection.features import (
    FEATURES,
    NOTHING_YET,
    aftermath_of,
    features_of,
)
from leo.reflection.mathbrain import MathBrain, Prediction
from leo.testing import ScriptedClock, make_turn
from tests.conftest import Lived, Open

TURN = make_turn()
wild = st.floats(allow_nan=True, allow_infinity=True)


def moment(total: int = 10) -> Moment:
    """Make the moment of a turn."""
    return Moment(1, 0.0, 1, TURN.prompt, Settings(1.0, 80, ()), Landscape(total))


def so_far(*notes: Note, total: int = 10) -> SoFar:
    """Make what is known before speaking."""
    return SoFar(moment(total), notes, Influence())


def judged(*notes: Note, **changes: Any) -> Judged:
    """Make what is known when the words stand."""
    turn = replace(TURN, **changes)
    return Judged(
        moment(),
        notes,
        turn.percept,
        turn.influence,
        turn.blend,
        turn.utterance,
        turn.quality,
        turn.external_vocab,
    )


def named(values: tuple[float, ...]) -> dict[str, float]:
    """Give each number its name."""
    return dict(zip(FEATURES, values, strict=True))


def ring(dropped: str | None) -> Ring:
    """Make one circle of a thought."""
    return Ring("echo", "rain", 0.8, 0.2, 30, "The rain.", 1, 1, dropped)


VOICE = InnerVoice(0.35, (), Spoken("", 1, 0, 0, 0, 0, 0, 0), (), spoke=True)


def test_a_moment_is_encoded_as_the_names_say() -> None:
    """Pulse, wound, share of themes and trends stand in their places, in order."""
    percept = replace(TURN.percept, pulse=Pulse(0.1, 0.2, 0.3, 0.4))
    found = features_of(percept, so_far(Wound(0.6), Trends(0.7, 0.8), total=4))
    assert list(found)[:8] == [0.3, 0.1, 0.2, 0.4, 0.6, 0.25, 0.7, 0.8]
    assert set(found[8:]) == {0.0}
    assert len(FEATURES) == 21


def test_no_two_features_have_one_name() -> None:
    """A figure or a mirror can tell all 21 apart by their names."""
    assert len(set(FEATURES)) == 21


def test_how_a_turn_came_out_is_encoded_for_the_next() -> None:
    """Length, variety, blend, inner voice, entropy, kept rings and the experts' weights."""
    rings = Rings((ring(None), ring("an echo of itself"), ring(None)))
    found = aftermath_of(judged(VOICE, rings))
    turn, tokens = TURN, TURN.utterance.tokens
    numbers = features_of(turn.percept, so_far(), found)
    values = named(numbers)
    assert values["last_length"] == pytest.approx(len(tokens) / 64, abs=1e-6)
    assert values["last_unique"] == pytest.approx(len(set(tokens)) / len(tokens), abs=1e-6)
    assert (values["last_temperature"], values["last_semantic_weight"]) == (0.46, 0.325)
    assert (values["last_inner_weight"], values["last_inner_spoke"]) == (0.35, 1.0)
    assert values["last_entropy"] == 0.5
    assert values["last_rings"] == pytest.approx(2 / 3, abs=1e-6)
    assert numbers[-len(EXPERT_NAMES) :] == (0.375, 0.25, 0.125, 0.25, 0.0)


def test_the_longest_reply_counts_as_one() -> None:
    """Spec: 32 tokens are .5, 128 are 1; one word is all different; none divide by nothing."""
    word = TURN.utterance.words[0]
    found = []
    for count in (0, 1, 32, 128):
        said = replace(TURN.utterance, words=(word,) * count)
        found.append(aftermath_of(judged(utterance=said)).values[:2])
    assert found == [
        (0.0, 0.0),
        (0.015625, 1.0),
        (0.5, pytest.approx(1 / 32)),
        (1.0, pytest.approx(1 / 128, 1e-3)),
    ]


def test_what_was_not_noted_counts_as_nothing() -> None:
    """Without circles, inner voice, wound, trends or themes their numbers are 0."""
    values = named(features_of(TURN.percept, so_far(total=0), aftermath_of(judged())))
    absent = ("wound", "active_themes", "emerging", "fading", "last_rings")
    assert {values[name] for name in absent} == {0.0}
    assert (values["last_inner_weight"], values["last_inner_spoke"]) == (0.0, 0.0)


def test_s1_unscaled_trends_and_nonsense_stay_in_bounds() -> None:
    """Defect 1: a slope of 360 per hour is 1, and what is no number is 0."""
    for value, wanted in ((360.0, 1.0), (-5.0, 0.0), (math.nan, 0.0), (math.inf, 0.0)):
        found = named(features_of(TURN.percept, so_far(Trends(value, value), Wound(value))))
        assert [found[name] for name in ("emerging", "fading", "wound")] == [wanted] * 3


@given(st.tuples(wild, wild, wild, wild), wild, wild, wild, st.integers(0, 5))
def test_any_moment_is_within_bounds(
    pulse: tuple[float, float, float, float], wound: float, up: float, down: float, total: int
) -> None:
    """Whatever is measured, there are 21 finite numbers in [0, 1]."""
    percept = replace(TURN.percept, pulse=Pulse(*pulse), themes=TURN.percept.themes * 3)
    found = features_of(percept, so_far(Wound(wound), Trends(up, down), total=total))
    assert len(found) == 21
    assert all(0 <= value <= 1 for value in found)


def test_5_6_3_no_themes_at_all_is_no_active_theme() -> None:
    """Defect 5.6 #3: one rule for predicting, learning and remembering: 0 of 0 is 0."""
    assert named(features_of(TURN.percept, so_far(total=0)))["active_themes"] == 0.0


async def test_all_features_stay_in_bounds_through_a_whole_talk(
    make: Open, path: Path, grown: Lived
) -> None:
    """In forty turns with all modules each of the 21 is in [0, 1], and nearly all of them live."""
    seen = []
    await asyncio.to_thread(grown.copy, path)
    async with make(clock=ScriptedClock(1_800_000_000.0)) as leo:
        for turn in (*grown.turns, await leo.turn("Good morning.")):
            note = turn.note(Prediction)
            assert note is not None
            assert len(note.features) == len(FEATURES)
            assert all(0 <= value <= 1 for value in note.features)
            seen.append(note.features)
        one = leo.module("mathbrain").state.moments
        other = leo.module("episodes").state.moments
        assert one.tolist() == other.tolist()
    still = [name for name, *values in zip(FEATURES, *seen, strict=True) if len(set(values)) == 1]
    assert still == []
    assert named(seen[0])["last_length"] == NOTHING_YET.values[0]


async def test_s2_what_is_learned_from_is_what_was_predicted_from(make: Open) -> None:
    """Defect 2: the moment that is learned and remembered is, number by number, the one seen."""
    async with make(modules=[MathBrain(), RAGBrain()]) as leo:
        for prompt in TALK[:6]:
            turn = await leo.turn(prompt)
            note = turn.note(Prediction)
            assert note is not None
            assert turn.note(EpisodeNote) is not None
            for name in ("mathbrain", "episodes"):
                row = leo.module(name).state.moments[-1]
                assert row.tolist() == pytest.approx(list(note.features), abs=1e-4)


async def test_s4_a_prompt_is_new_before_it_is_learned(make: Open) -> None:
    """Defect 4: novelty is measured before the field hears the words, and twice it is gone."""
    found = []
    async with make(modules=[MathBrain()]) as leo:
        for _ in "12":
            note = (await leo.turn(TALK[30])).note(Prediction)
            assert note is not None
            found.append((named(note.features)["novelty"], note.affect.boredom.score > 0.6))
    assert found == [(1.0, False), (0.0, True)]
