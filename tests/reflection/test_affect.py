"""Affect and what helps: worked values of the specification, laws, and its listed defects."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.records import EXPERT_NAMES
from leo.reflection.affect import Affect, Feeling, felt, regulated

unit = st.floats(0, 1)
moments = st.fixed_dictionaries(
    {
        "novelty": unit,
        "arousal": unit,
        "entropy": unit,
        "wound": unit,
        "quality": st.none() | unit,
        "active": unit,
        "themes": st.booleans(),
    }
)
speakers = st.none() | st.sampled_from(EXPERT_NAMES)


def feel(**changes: Any) -> Affect:
    """Feel a moment that is plain but for some changes."""
    plain = {"novelty": 0.5, "arousal": 0.5, "entropy": 0.5, "wound": 0.0, "quality": 0.9}
    return felt(**{**plain, "active": 1.0, "themes": True, **changes})


def made(boredom: float = 0.0, overwhelm: float = 0.0, stuck: float = 0.0) -> Affect:
    """Make an affect by its scores."""
    return Affect(Feeling(boredom, ()), Feeling(overwhelm, ()), Feeling(stuck, ()))


def scores(affect: Affect) -> tuple[float, float, float]:
    """Give the three scores."""
    return affect.boredom.score, affect.overwhelm.score, affect.stuck.score


# ---------------------------------------------------------------- worked values (2.14)


def test_a_dull_moment() -> None:
    """Spec: all at .1 is boredom .915 and overwhelm .26, +.1575, and calls creative."""
    affect = feel(novelty=0.1, arousal=0.1, wound=0.1)
    assert scores(affect)[:2] == pytest.approx((0.915, 0.26))
    helps = regulated(affect, None)
    assert dict(helps.nudges) == pytest.approx({"boredom": 0.1575})
    assert helps.expert == "creative"
    assert helps.temperature_factor == pytest.approx(1.1575)


def test_a_neutral_moment() -> None:
    """Spec: all at .5 with the wound at .3 is boredom .605, +.0025, and overwhelm .5."""
    affect = feel(wound=0.3)
    assert scores(affect)[:2] == pytest.approx((0.605, 0.5))
    assert regulated(affect, None).temperature_factor == pytest.approx(1.0025)


def test_a_moment_of_nothing() -> None:
    """Spec: all zeros is boredom .85 (its entropy part 0), +.125."""
    affect = feel(novelty=0, arousal=0, entropy=0)
    assert affect.boredom.score == pytest.approx(0.85)
    assert dict(affect.boredom.parts)["neither clear nor open"] == 0
    assert dict(regulated(affect, None).nudges) == pytest.approx({"boredom": 0.125})


def test_a_moment_too_much() -> None:
    """Spec: arousal .95, wound .9, entropy .8 is overwhelm .9, -.1333, and boredom .2675."""
    affect = feel(arousal=0.95, wound=0.9, entropy=0.8)
    assert scores(affect)[:2] == pytest.approx((0.2675, 0.9))
    assert regulated(affect, "precise").temperature_factor == pytest.approx(1 - 0.1333, abs=1e-4)


def test_a_moment_far_too_much() -> None:
    """Spec: arousal and wound .99, entropy .9 takes .1933 (of T = .3 there: .1067)."""
    affect = feel(arousal=0.99, wound=0.99, entropy=0.9)
    assert regulated(affect, None).temperature_factor == pytest.approx(1 + 0.1067 - 0.3, abs=1e-4)


@pytest.mark.parametrize(("quality", "active", "stuck"), [(0.2, 0.2, 0.8), (0.9, 0.8, 0.13)])
def test_being_stuck(quality: float, active: float, stuck: float) -> None:
    """Spec: .2 with 2 of 10 themes is stuck .8; .9 with 8 of 10 is .13."""
    assert feel(quality=quality, active=active).stuck.score == pytest.approx(stuck)


# ---------------------------------------------------------------- listed defects


def test_s10_the_whole_nudge_has_the_bounds_it_says() -> None:
    """Defect 10: boredom and stuck together reach 1.3, overwhelm .8, and the record says so."""
    assert regulated(made(1, 0, 1), None).temperature_factor == pytest.approx(1.3)
    assert regulated(made(0, 1, 0), None).temperature_factor == pytest.approx(0.8)


def test_s11_overwhelm_silences_boredom() -> None:
    """Defect 11 corrected: wound .9 in a dull moment cools (the reference nets to about 0)."""
    affect = feel(novelty=0, arousal=0, wound=0.9)
    assert scores(affect)[:2] == pytest.approx((0.865, 0.9))
    helps = regulated(affect, "structural")
    wanted = {"boredom": 0.1325 / 3, "overwhelm": -0.4 / 3}
    assert dict(helps.nudges) == pytest.approx(wanted, abs=1e-6)
    assert helps.temperature_factor < 0.92
    assert helps.expert is None
    assert regulated(affect, "creative").expert == "precise"
    assert regulated(made(1, 1, 1), None).temperature_factor == pytest.approx(0.8)


def test_at_a_bound_nobody_is_called_and_the_wound_is_named() -> None:
    """A feeling of 0.75 or 0.85 calls nobody yet; a wound as loud as the rest is the reason."""
    for affect in (made(0.75), made(0, 0.85), made(0, 0, 0.75)):
        assert regulated(affect, "structural").expert is None
        assert regulated(affect, "semantic").expert is None
    assert [name for name, _ in feel(wound=0.5).overwhelm.parts] == ["the wound"]


def test_s12_nothing_known_is_no_reason_to_be_stuck() -> None:
    """Defect 12: without a prediction only the untouched themes count, whatever the weights."""
    assert feel(quality=None, themes=False).stuck.score == 0
    assert feel(quality=None, active=0.0).stuck.score == pytest.approx(0.3)


def test_s5_stuck_in_structural_calls_semantic() -> None:
    """Defect 5: the speaker is a bare name, so the rule fires for structural, and only for it."""
    for speaker in (None, *EXPERT_NAMES):
        helps = regulated(made(stuck=1.0), speaker)
        assert helps.expert == ("semantic" if speaker == "structural" else None)


# ---------------------------------------------------------------- laws


@given(moments, speakers)
def test_scores_and_help_stay_in_bounds(moment: dict[str, Any], speaker: str | None) -> None:
    """Scores are in [0, 1], the factor in [.8, 1.3], the weight in [0, .2]."""
    affect = felt(**moment)
    assert all(0 <= score <= 1 for score in scores(affect))
    helps = regulated(affect, speaker)
    assert 0.8 <= helps.temperature_factor <= 1.3
    assert 0 <= helps.weight <= 0.2
    assert helps.temperature_factor == pytest.approx(1 + sum(n for _, n in helps.nudges), abs=1e-5)
    for feeling in (affect.boredom, affect.overwhelm, affect.stuck):
        assert feeling.score == pytest.approx(sum(part for _, part in feeling.parts), abs=1e-5)


@given(moments, st.sampled_from(["novelty", "arousal", "wound"]), unit)
def test_boredom_never_rises_with_what_happens(m: dict[str, Any], of: str, other: float) -> None:
    """More novelty, arousal or wound is not more boring."""
    low, high = sorted((m[of], other))
    assert felt(**{**m, of: low}).boredom.score >= felt(**{**m, of: high}).boredom.score


@given(moments, st.sampled_from(["arousal", "entropy", "wound"]), unit)
def test_overwhelm_never_falls_with_what_happens(m: dict[str, Any], of: str, other: float) -> None:
    """More arousal, entropy or wound is not less overwhelming."""
    low, high = sorted((m[of], other))
    assert felt(**{**m, of: low}).overwhelm.score <= felt(**{**m, of: high}).overwhelm.score + 1e-6


@given(moments, unit, unit)
def test_stuck_never_rises_with_quality(m: dict[str, Any], one: float, other: float) -> None:
    """A better prediction is not more stuck."""
    low, high = sorted((one, other))
    assert felt(**{**m, "quality": low}).stuck.score >= felt(**{**m, "quality": high}).stuck.score


@given(st.floats(0, 0.6), st.floats(0, 0.7), st.floats(0, 0.6), speakers)
def test_below_the_thresholds_nothing_is_done(
    bored: float, overwhelmed: float, stuck: float, speaker: str | None
) -> None:
    """Up to .6, .7 and .6 the temperature is left alone and nobody is called."""
    helps = regulated(made(bored, overwhelmed, stuck), speaker)
    assert (helps.nudges, helps.temperature_factor, helps.expert) == ((), 1.0, None)


def test_ramps_are_continuous_and_stuck_is_a_step() -> None:
    """Just beyond .6 and .7 the nudges are tiny; just beyond .6 being stuck gives its whole .1."""
    assert regulated(made(boredom=0.601), None).temperature_factor == pytest.approx(1, abs=1e-3)
    assert regulated(made(overwhelm=0.701), None).temperature_factor == pytest.approx(1, abs=1e-3)
    assert regulated(made(stuck=0.601), None).temperature_factor == pytest.approx(1.1)


@pytest.mark.parametrize(
    ("affect", "silent", "called"),
    [
        (made(boredom=1.0), {"creative", "wounded"}, "creative"),
        (made(overwhelm=1.0), {"precise", "structural", "wounded"}, "precise"),
    ],
)
def test_who_is_not_called(affect: Affect, silent: set[str], called: str) -> None:
    """Nobody is called where the last speaker already does what would help."""
    for speaker in (None, *EXPERT_NAMES):
        helps = regulated(affect, speaker)
        assert helps.expert == (None if speaker in silent else called)
        assert helps.weight == pytest.approx(0.0 if speaker in silent else 0.2)
