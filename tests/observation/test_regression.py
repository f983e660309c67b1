"""Whether a run is worse than a stored one: what counts, what does not, and how it is told."""

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import pytest

from leo.observation import statistics
from leo.observation.observed import Run
from leo.observation.regression import TOLERANCE, Comparison, compare
from leo.observation.statistics import MEASURES, Figure
from tests.observation.kit import observed, run_of


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw less often: the intervals of these runs are wide apart."""
    monkeypatch.setattr(statistics, "DRAWS", 500)


def run(value: Callable[[int, int], float], what: str = "external_vocab", **changes: Any) -> Run:
    """Make a run of six topics of two turns; a measure's value depends on topic and turn."""
    turns = [
        observed(topic=f"t{topic}", turn=2 * topic + turn, **{what: value(topic, turn)})
        for topic in range(6)
        for turn in (1, 2)
    ]
    return run_of(turns, **changes)


def level(value: float, what: str = "external_vocab", **changes: Any) -> Run:
    """Make a run that is the same in every turn."""
    return run(lambda topic, turn: value, what, **changes)


def worse(found: Comparison) -> list[str]:
    """Name what has become worse."""
    return [one.measure for one in found.regressions]


def test_the_same_run_is_not_worse() -> None:
    """No measure has changed, and all that have a good direction were looked at."""
    one = run(lambda topic, turn: topic / 10)
    found = compare(one, one)
    assert worse(found) == []
    assert [it.measure for it in found.measures] == [
        it.name for it in MEASURES if it.better != "neither"
    ]
    assert {it.by for it in found.measures} == {Figure(0.0, 0.0, 0.0)}
    assert (found.paired, found.settings, found.said, found.missing) == (True, (), 0, ())
    assert "Nothing is worse." in found.to_markdown()


def test_worse_is_the_side_that_is_not_better() -> None:
    """More echo is worse and less is not; less quality is worse and more is not."""
    assert "external_vocab" in worse(compare(level(0.1), level(0.2)))
    assert worse(compare(level(0.2), level(0.1))) == []
    low, high = level(0.5, "quality"), level(0.7, "quality")
    assert worse(compare(high, low)) == ["quality"]
    assert worse(compare(low, high)) == []


def test_what_has_no_good_direction_is_never_worse() -> None:
    """Longer or shorter is only otherwise."""
    assert worse(compare(level(10, "words"), level(30, "words"))) == []
    assert worse(compare(level(30, "words"), level(10, "words"))) == []


def test_the_whole_interval_must_be_worse() -> None:
    """A mean that is worse in some topics only is no regression, however large."""

    def half(topic: int, turn: int) -> float:
        return 0.9 if topic % 2 else 0.1

    found = compare(level(0.45, "quality"), run(half, "quality"))
    [quality] = [one for one in found.measures if one.measure == "quality"]
    assert quality.by.low < 0 < quality.by.high
    found = compare(level(0.55, "quality"), run(half, "quality"))
    [quality] = [one for one in found.measures if one.measure == "quality"]
    assert quality.by.mean == pytest.approx(-0.05)
    assert not quality.regression


def test_an_interval_that_touches_nothing_is_not_all_worse() -> None:
    """Of two topics one is as it was: in a quarter of the draws nothing has changed."""
    before = run_of([observed(topic=topic) for topic in "ab"])
    after = run_of([before.turns[0], observed(topic="b", quality=0.25)])
    found = compare(before, after)
    [quality] = [one for one in found.measures if one.measure == "quality"]
    assert quality.by == Figure(-0.25, -0.5, 0.0)
    assert worse(found) == []


def test_a_change_within_the_tolerance_is_none() -> None:
    """Sure, but too small to matter; what is small is stated."""
    before, after = level(0.5, "quality"), level(0.5 - TOLERANCE * 0.9, "quality")
    assert worse(compare(before, after)) == []
    assert worse(compare(before, after, tolerance=TOLERANCE / 2)) == ["quality"]
    assert worse(compare(before, after, tolerance=0)) == ["quality"]
    assert worse(compare(before, before, tolerance=0)) == []
    assert worse(compare(before, level(0.5 - TOLERANCE * 1.1, "quality"))) == ["quality"]
    for wrong in (-0.1, float("nan")):
        with pytest.raises(ValueError, match=r"tolerance is .* must be at least 0"):
            compare(before, after, tolerance=wrong)


def test_pairing_sees_what_two_samples_hide() -> None:
    """Topics differ much, the change is small and always the same way."""

    def wide(by: float) -> Callable[[int, int], float]:
        return lambda topic, turn: 0.1 * topic + by + 0.001 * turn

    before, after = run(wide(0.0)), run(wide(0.03))
    paired = compare(before, after)
    assert paired.paired
    assert "external_vocab" in worse(paired)
    [echo] = [one for one in paired.measures if one.measure == "external_vocab"]
    assert (echo.before.mean, echo.by.mean) == pytest.approx((0.2515, 0.03))
    assert echo.after.mean - echo.before.mean == pytest.approx(echo.by.mean)

    others = run_of([*after.turns[:-1]], turns_per_topic=2)
    unpaired = compare(before, others)
    assert not unpaired.paired
    assert worse(unpaired) == []


def test_runs_of_other_lives_are_two_samples() -> None:
    """Only what lies apart with both intervals is worse; the change's bounds are the farthest."""

    def spread(middle: float) -> Callable[[int, int], float]:
        return lambda topic, turn: middle + (0.05 if topic % 2 else -0.05)

    def moved(by: float) -> Comparison:
        later = run(spread(0.3 + by))
        turns = [
            observed(topic=one.topic, turn=one.turn, seed=2, external_vocab=one.external_vocab)
            for one in later.turns
        ]
        return compare(run(spread(0.3)), run_of(turns))

    near, far = moved(0.05), moved(0.15)
    assert (near.paired, far.paired) == (False, False)
    assert "external_vocab" not in worse(near)
    assert worse(far) == ["external_vocab"]
    [echo] = [one for one in far.measures if one.measure == "external_vocab"]
    farthest = (echo.after.low - echo.before.high, echo.after.high - echo.before.low)
    assert astuple(echo.by) == pytest.approx((0.15, *farthest))
    assert worse(moved(-0.15)) == []
    assert "not of the same seeds, topics and turns" in far.to_markdown()
    assert "seeds" in far.settings


def test_what_differs_besides_is_told() -> None:
    """Settings, what the observer said, and measures that only one of the runs has."""
    before = run_of([observed(said="One."), observed(turn=2, said="Two.")])
    after = run_of(
        [
            observed(said="One.", sentences=0, whole=0, recited=0),
            observed(turn=2, said="2.", sentences=0, whole=0, recited=0),
        ],
        version="2",
        temperature=0.5,
    )
    found = compare(before, after)
    assert found.settings == ("temperature", "version")
    assert found.said == 1
    assert found.missing == ("whole sentences", "recited sentences")
    assert "whole sentences" not in [one.measure for one in found.measures]
    told = found.to_markdown()
    assert "Settings that differ: temperature, version." in told
    assert "In 1 turns the observer said something else." in told
    assert "Only one of the runs has: whole sentences, recited sentences." in told


def test_the_table_names_what_is_worse() -> None:
    """First in a sentence, then in its row, with the tolerance and the way of comparing."""
    told = compare(level(0.1), level(0.25), tolerance=0.02).to_markdown()
    assert told.startswith("**Worse: external_vocab, optimal turns.**\n\n| measure | better |")
    assert (
        "| external_vocab | lower | 0.100 (0.100 to 0.100) | 0.250 (0.250 to 0.250) "
        "| +0.150 (+0.150 to +0.150) | worse |"
    ) in told
    assert "| quality | higher | 0.750 (0.750 to 0.750) | 0.750 (0.750 to 0.750) " in told
    assert "The two runs were compared turn by turn. Worse is a change of more than 0.02 " in told
    for absent in ("Settings that differ", "said something else", "Only one of the runs"):
        assert absent not in told
