"""Laws of the blend: every weight is explained, and nothing a module asks for breaks it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.experts.blend import EXPERTS, MAX_TEMPERATURE, MIN_TEMPERATURE, blended
from leo.records import EXPERT_NAMES, ActiveTheme, Blend, Influence, Percept, Pulse, Weight
from tests.experts.test_blend import NEUTRAL, blend, weights

unit = st.floats(0, 1)
boosts = st.lists(
    st.builds(Weight, st.sampled_from(EXPERT_NAMES), st.floats(-2, 2)), max_size=6
).map(tuple)


def moment(novelty: float, arousal: float, entropy: float, themes: int) -> Percept:
    """Make a percept of these numbers."""
    active = tuple(ActiveTheme(i, 1.0, ()) for i in range(themes))
    return Percept((), (), Pulse(novelty, arousal, entropy, 0.0), NEUTRAL, active)


def well_formed(result: Blend) -> None:
    """Check what holds of every blend."""
    assert [one.expert for one in result.weights] == list(EXPERT_NAMES)
    assert all(0 <= weight <= 1 for weight in weights(result))
    assert sum(weights(result)) == pytest.approx(1, abs=1e-5)
    assert 0.6 - 1e-6 <= result.steps[0].temperature <= 1.3 + 1e-6
    assert 0.2 - 1e-6 <= result.semantic <= 0.6 + 1e-6
    strongest = max(weights(result))
    assert weights(result)[EXPERT_NAMES.index(result.dominant)] == pytest.approx(strongest)


@pytest.mark.parametrize(
    ("wound", "expected", "temperature", "semantic"),
    [
        (0.3, [0.375, 0.25, 0.125, 0.25, 0.0], 0.8625, 0.325),
        (0.5, [0.28125, 0.15625, 0.03125, 0.15625, 0.375], 0.853125, 0.41875),
        (0.8, [0.21951, 0.09756, 0.0, 0.09756, 0.58537], 0.85854, 0.47317),
        (1.0, [0.21212, 0.09091, 0.0, 0.09091, 0.60606], 0.86061, 0.47879),
    ],
)
def test_golden_wounds(
    wound: float, expected: list[float], temperature: float, semantic: float
) -> None:
    """Worked by hand: cut at zero first, then brought to a sum of one."""
    result = blend(0.1, 0.1, influence=Influence(wound=wound))

    assert weights(result) == pytest.approx(expected, abs=1e-4)
    assert result.temperature == pytest.approx(temperature, abs=1e-4)
    assert result.semantic == pytest.approx(semantic, abs=1e-4)


@given(unit, unit, unit, st.integers(0, 3), unit, st.floats(-1, 1), st.floats(0.01, 10))
def test_every_blend_is_well_formed(
    novelty: float,
    arousal: float,
    entropy: float,
    themes: int,
    wound: float,
    shift: float,
    user: float,
) -> None:
    """For any moment, wound and temperature."""
    result = blended(
        moment(novelty, arousal, entropy, themes),
        Influence(wound=wound),
        shift=shift,
        user_temperature=user,
    )

    well_formed(result)
    assert MIN_TEMPERATURE * user <= result.temperature + 1e-6
    assert result.temperature <= MAX_TEMPERATURE * user + 1e-6


@given(boosts, unit, unit)
def test_no_boost_breaks_the_blend(
    experts: tuple[Weight, ...], novelty: float, wound: float
) -> None:
    """Whatever modules add or take, also everything, five shares of one come out."""
    well_formed(blend(novelty, influence=Influence(experts=experts, wound=wound)))


def test_taking_everything_leaves_a_blend() -> None:
    """Modules that take more than there is from every expert do not end the turn."""
    everything = tuple(Weight(name, -1.0) for name in EXPERT_NAMES)

    well_formed(blend(influence=Influence(experts=everything)))


@pytest.mark.parametrize("weight", [math.inf, -math.inf, math.nan], ids=str)
def test_a_weight_that_is_no_number_is_refused(weight: float) -> None:
    """Infinite boosts are an error where they are made, inside the module's hook."""
    with pytest.raises(ValueError, match="creative"):
        Weight("creative", weight)


@given(unit, unit, unit, st.integers(0, 3), unit, boosts)
def test_the_reasons_explain_the_weights(
    novelty: float,
    arousal: float,
    entropy: float,
    themes: int,
    wound: float,
    experts: tuple[Weight, ...],
) -> None:
    """Base weights plus the told changes, cut at zero, over their sum, are the weights."""
    result = blend(novelty, arousal, entropy, themes, Influence(wound=wound, experts=experts))
    told = {expert.name: expert.base for expert in EXPERTS}
    for reason in result.reasons:
        told[reason.expert] += reason.change
    cut = [max(0.0, weight) for weight in told.values()]
    if sum(cut) > 0.01:
        assert weights(result) == pytest.approx([one / sum(cut) for one in cut], abs=1e-3)


@given(unit, unit, unit, st.integers(0, 3))
def test_each_cause_moves_its_expert_up(
    novelty: float, arousal: float, entropy: float, themes: int
) -> None:
    """Each reason raises one expert and takes half of it from another."""
    reasons = blend(novelty, arousal, entropy, themes).reasons
    for up, down in zip(reasons[::2], reasons[1::2], strict=True):
        assert up.why == down.why
        assert up.change > 0 or up.change == pytest.approx(0, abs=1e-6)
        assert down.change == pytest.approx(-up.change / 2, abs=1e-6)


@given(st.floats(-1, 1), st.floats(0, 5), st.floats(0.01, 10))
def test_the_steps_lead_to_the_temperature(shift: float, lean: float, user: float) -> None:
    """Experts, impression, modules, user: each step follows from the one before."""
    result = blended(
        moment(0.1, 0.1, 0.5, 0), Influence(temperature=lean), shift=shift, user_temperature=user
    )
    base, felt, leaned, effective = (step.temperature for step in result.steps)

    assert felt == pytest.approx(min(2.0, max(0.3, base + shift)), abs=1e-5)
    assert leaned == pytest.approx(min(2.0, max(0.3, felt * lean)), abs=1e-5)
    assert effective == pytest.approx(leaned * user, abs=1e-4)
    assert result.temperature == effective


@pytest.mark.parametrize("lean", [0.0, -3.0, math.inf, math.nan], ids=str)
def test_a_wild_factor_stays_in_bounds(lean: float) -> None:
    """A module's temperature factor cannot leave the bounds, whatever it is."""
    result = blend(influence=Influence(temperature=lean))

    assert MIN_TEMPERATURE <= result.temperature <= MAX_TEMPERATURE


@pytest.mark.parametrize(
    ("numbers", "dominant"),
    [
        ((0.0, 0.0, 0.5, 0), "structural"),
        ((1.0, 0.0, 0.5, 0), "creative"),
        ((0.0, 0.0, 0.0, 0), "precise"),
        ((0.0, 0.0, 0.5, 3), "semantic"),
    ],
)
def test_each_way_to_speak_has_its_moment(
    numbers: tuple[float, float, float, int], dominant: str
) -> None:
    """There is a moment in which each expert speaks loudest."""
    assert blend(*numbers).dominant == dominant
