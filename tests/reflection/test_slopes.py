"""Slopes: straight lines through a few points, with the error they are known by."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leo.reflection.slopes import Slope, slope_of

values = st.floats(-100, 100)
lines = st.lists(st.tuples(st.integers(-50, 50), values), min_size=2, max_size=20)


@pytest.mark.parametrize(
    ("minutes", "step", "per_hour"), [(15, 0.15, 0.6), (15, -0.2, -0.8), (30, 0.2, 0.4)]
)
def test_the_worked_values_of_the_spec(minutes: int, step: float, per_hour: float) -> None:
    """So much more every so many minutes is so much an hour, exactly known."""
    hours = [i * minutes / 60 for i in range(5)]
    slope = slope_of(hours, [0.2 + step * i for i in range(5)])

    assert slope.value == pytest.approx(per_hour)
    assert slope.error == pytest.approx(0, abs=1e-9)


@given(lines, values, values, st.floats(-3, 3))
def test_shift_scale_and_reversal(
    points: list[tuple[int, float]], later: float, more: float, times: float
) -> None:
    """Shifting changes nothing, scaling scales, turning time round turns the sign."""
    xs, ys = [float(x) for x, _ in points], [y for _, y in points]
    slope = slope_of(xs, ys).value

    assert slope_of([x + later for x in xs], ys).value == pytest.approx(slope, abs=1e-6)
    assert slope_of(xs, [y + more for y in ys]).value == pytest.approx(slope, abs=1e-6)
    assert slope_of(xs, [y * times for y in ys]).value == pytest.approx(slope * times, abs=1e-6)
    assert slope_of([-x for x in xs], ys).value == pytest.approx(-slope, abs=1e-6)


@pytest.mark.parametrize("x", [-85.48788991054093, 0.1, 1 / 3])
def test_points_at_one_place_have_no_slope(x: float) -> None:
    """Also where the mean of equal numbers is rounded away from them."""
    assert slope_of([x] * 3, [0.0, 0.0, 1.0]) == Slope(0.0, None)


@given(st.lists(st.integers(-50, 50), min_size=3, max_size=20), values, st.floats(-5, 5))
def test_a_line_is_found_exactly(xs: list[int], start: float, slope: float) -> None:
    """Points on a line give its slope, without error."""
    assume(len(set(xs)) > 1)
    found = slope_of([float(x) for x in xs], [start + slope * x for x in xs])

    assert found.value == pytest.approx(slope, abs=1e-6)
    assert found.error == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("xs", "ys"), [([], []), ([1.0], [2.0]), ([3.0, 3.0], [1.0, 2.0]), ([3.0] * 4, [1.0] * 4)]
)
def test_7_7_7_no_points_or_one_time_have_no_slope(xs: list[float], ys: list[float]) -> None:
    """Corrected rule: 0, and nothing is known about it."""
    assert slope_of(xs, ys) == Slope(0.0, None)


def test_two_points_have_no_error_and_are_never_sure() -> None:
    """A line always goes through two points."""
    slope = slope_of([0.0, 1.0], [0.0, 5.0])
    assert (slope.value, slope.error, slope.sure(0.0)) == (5.0, None, False)


def test_7_7_8_one_activation_at_the_end_is_no_trend() -> None:
    """Corrected rule: after a window of zeros one touch is not two standard errors from level."""
    xs = [float(x) for x in range(12)]
    once, twice = slope_of(xs, [0.0] * 11 + [0.5]), slope_of(xs, [0.0] * 10 + [0.5, 0.5])

    assert once.value > 0
    assert not once.sure(2.0)
    assert twice.sure(2.0)
