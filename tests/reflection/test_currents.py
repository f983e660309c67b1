"""Currents: what is a trend."""

import pytest

from leo.reflection.currents import ENOUGH, RISING, trend_of
from leo.reflection.slopes import Slope


@pytest.mark.parametrize(
    ("value", "error", "turns", "trend"),
    [
        (RISING, 0.0, ENOUGH, "emerging"),
        (-RISING, 0.0, ENOUGH, "fading"),
        (RISING, 0.0, ENOUGH - 1, "steady"),
        (0.99 * RISING, 0.0, ENOUGH, "steady"),
        (0.25, 0.125, ENOUGH, "steady"),
        (-0.25, 0.12, ENOUGH, "fading"),
        (0.25, None, ENOUGH, "steady"),
    ],
)
def test_what_is_a_trend(value: float, error: float | None, turns: int, trend: str) -> None:
    """Enough turns, enough of a slope, and more than two standard errors."""
    assert trend_of(Slope(value, error), turns) == trend
