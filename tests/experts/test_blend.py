"""The blend of experts: golden values and laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.experts.blend import EXPERTS, blended
from leo.records import (
    EXPERT_NAMES,
    ActiveTheme,
    Blend,
    Chambers,
    Impression,
    Influence,
    Percept,
    Pulse,
    Weight,
)

NEUTRAL = Impression(Chambers(0, 0, 0, 0, 0), Chambers(0, 0, 0, 0, 0), (), None, "flat", 0.0)


def blend(
    novelty: float = 0,
    arousal: float = 0,
    entropy: float = 0.5,
    themes: int = 0,
    influence: Influence | None = None,
    user: float = 1.0,
) -> Blend:
    """Blend for a moment of these numbers."""
    percept = Percept(
        (),
        (),
        Pulse(novelty, arousal, entropy, 0.0),
        NEUTRAL,
        tuple(ActiveTheme(i, 1.0, ()) for i in range(themes)),
    )
    return blended(percept, influence or Influence(), shift=0.0, user_temperature=user)


def weights(blend: Blend) -> list[float]:
    """Give the five weights."""
    return [one.weight for one in blend.weights]


@pytest.mark.parametrize(
    ("given_", "expected", "temperature", "semantic"),
    [
        ((0, 0, 0.5, 0), [0.375, 0.25, 0.125, 0.25, 0], 0.8625, 0.3250),
        ((0.9, 0.2, 0.5, 1), [0.3409, 0.2273, 0.2955, 0.1364, 0], 0.9659, 0.3409),
        ((0.2, 0.9, 0.5, 3), [0.2486, 0.3867, 0.0773, 0.2873, 0], 0.8586, 0.3602),
    ],
)
def test_golden(
    given_: tuple[float, float, float, int],
    expected: list[float],
    temperature: float,
    semantic: float,
) -> None:
    """Worked examples of the formula."""
    result = blend(*given_)

    assert weights(result) == pytest.approx(expected, abs=1e-4)
    assert result.temperature == pytest.approx(temperature, abs=1e-4)
    assert result.semantic == pytest.approx(semantic, abs=1e-4)


def test_a_module_can_boost_an_expert() -> None:
    """A boost is added before the weights are brought to one."""
    result = blend(influence=Influence(experts=(Weight("structural", 0.15),)))

    assert weights(result) == pytest.approx([0.4737, 0.2105, 0.1053, 0.2105, 0], abs=1e-4)


def test_an_open_wound_is_cut_before_it_is_normalised() -> None:
    """Negative weights become zero first, so the sum is one and nobody exceeds his share."""
    result = blend(0.1, 0.1, influence=Influence(wound=0.8))

    assert weights(result) == pytest.approx([0.2195, 0.0976, 0.0, 0.0976, 0.5854], abs=1e-4)
    assert result.dominant == "wounded"


unit = st.floats(0, 1)


@given(unit, unit, unit, st.integers(0, 3), unit)
def test_weights_are_shares(
    novelty: float, arousal: float, entropy: float, themes: int, wound: float
) -> None:
    """None is negative, they sum to one, and the temperature is between the experts'."""
    result = blend(novelty, arousal, entropy, themes, Influence(wound=wound))

    assert min(weights(result)) >= 0
    assert sum(weights(result)) == pytest.approx(1, abs=1e-5)
    assert 0.6 <= result.steps[0].temperature <= 1.3


@given(unit, unit, unit)
def test_a_deeper_wound_never_weighs_less(novelty: float, one: float, other: float) -> None:
    """The wounded expert's weight does not fall when the wound opens further."""
    low, high = sorted((one, other))
    weight = [weights(blend(novelty, influence=Influence(wound=w)))[4] for w in (low, high)]

    assert weight[0] <= weight[1] + 1e-6


@given(st.floats(0.01, 10), st.floats(0.1, 3))
def test_the_users_temperature_multiplies(user: float, lean: float) -> None:
    """It comes last, as a factor, whatever leans."""
    plain = blend(influence=Influence(temperature=lean))
    result = blend(influence=Influence(temperature=lean), user=user)

    assert result.temperature == pytest.approx(plain.temperature * user, rel=1e-4, abs=1e-6)
    assert [step.step for step in result.steps] == ["experts", "impression", "modules", "user"]


def test_every_shift_has_its_reason() -> None:
    """What moved a weight is told, with the amount."""
    reasons = blend(0.9, 0.9, 0.2, 2).reasons

    assert {reason.why for reason in reasons} == {
        "much is new",
        "the field knows what follows",
        "themes are touched",
        "it was said loudly",
    }
    assert blend().reasons == ()


@pytest.mark.parametrize(
    ("moment", "change"),
    [
        ((0.9, 0.0, 0.5, 0), ("creative", 0.16)),
        ((0.5, 0.7, 0.4, 1), None),
        ((0.0, 0.0, 0.2, 0), ("precise", 0.1)),
        ((0.0, 0.0, 0.5, 2), ("semantic", 0.1)),
        ((0.0, 0.0, 0.5, 9), ("semantic", 0.2)),
        ((0.0, 0.9, 0.5, 0), ("precise", 0.06)),
    ],
)
def test_how_far_each_cause_moves_its_expert(
    moment: tuple[float, float, float, int], change: tuple[str, float] | None
) -> None:
    """By its distance from where it begins, and nothing at the bound; two themes are needed."""
    reasons = blend(*moment).reasons

    assert [(one.expert, one.change) for one in reasons[:1]] == ([change] if change else [])


def test_the_experts_have_their_names() -> None:
    """The records know the same five."""
    assert tuple(expert.name for expert in EXPERTS) == EXPERT_NAMES
    with pytest.raises(ValueError, match="no expert is called 'poetic'"):
        Weight("poetic", 0.1)
