"""What is said of lives together: tables by hand, intervals and probabilities that are known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.errors import ObservationError
from leo.observation.statistics import MEASURES, change, change_of, mean_of
from leo.population.people import LOOKED_AT
from tests.observation.made import made_run
from tests.population.kit import MADE, made_life, people_of

FIVE = people_of(
    [
        *(made_life(seed, relevance=0.1 * seed, replies="a") for seed in (1, 2, 3, 4, 5)),
        *(
            made_life(seed, "dream", relevance=0.05 * seed, replies="ab"[seed % 2])
            for seed in (5, 4, 3)
        ),
        made_life(1, "game", temperature=0.7, relevance=None),
        made_life(1, temperature=0.7, relevance=0.4),
    ]
)
"""Five lives with everything, three of them again without dream; two at another temperature."""


def test_the_table_has_a_row_for_each_life() -> None:
    """In the order of the lives; what no turn has is missing, not 0."""
    table = FIVE.table

    assert list(table.columns) == [
        *("seed", "without", "temperature", *MADE.measures),
        *("known words", "known bigrams", "known trigrams", "known pairs", "replies"),
    ]
    assert list(table["seed"]) == [1, 2, 3, 4, 5, 5, 4, 3, 1, 1]
    assert list(table["without"]) == ["nothing"] * 5 + ["dream"] * 3 + ["game", "nothing"]
    assert list(table["relevance"][5:8]) == pytest.approx([0.25, 0.2, 0.15])
    assert math.isnan(table["relevance"][8])
    assert {str(table[name].dtype) for name in MADE.measures} == {"float64"}
    assert list(table.loc[0, "known words":"known pairs"]) == [1, 2, 3, 4]
    assert people_of([]).table.shape == (0, len(table.columns))


def test_the_mean_of_each_setting() -> None:
    """Over its lives that have the measure; one life has no interval."""
    found = FIVE.means(("relevance", "known pairs"))

    assert [(one.without, one.temperature, one.measure, one.lives) for one in found] == [
        ((), 1.0, "relevance", 5),
        ((), 1.0, "known pairs", 5),
        (("dream",), 1.0, "relevance", 3),
        (("dream",), 1.0, "known pairs", 3),
        (("game",), 0.7, "known pairs", 1),
        ((), 0.7, "relevance", 1),
        ((), 0.7, "known pairs", 1),
    ]
    assert [one.figure.mean for one in found] == pytest.approx([0.3, 4, 0.2, 4, 4, 0.4, 4])
    assert 0.1 < found[0].figure.low < 0.3 < found[0].figure.high < 0.5
    assert found[5].figure.low == found[5].figure.high == 0.4
    rows = FIVE.summary(("relevance",))
    assert list(rows.columns) == [
        *("without", "temperature", "measure", "lives", "mean", "low", "high")
    ]
    assert list(rows["without"]) == ["nothing", "dream", "nothing"]
    assert len(FIVE.summary()) == 4 * 24 - 1
    assert FIVE.values("relevance", ("dream",), 1.0) == pytest.approx([0.25, 0.2, 0.15])


def test_what_having_a_module_changes_is_paired_by_seed() -> None:
    """With it less without it, over the seeds that have both; all questions are paid for."""
    dream, game = FIVE.differences(("relevance", "loops"))

    assert (dream.name, dream.temperature, dream.lives) == ("dream", 1.0, 3)
    assert dream.differ == pytest.approx(2 / 3)
    relevance, loops = dream.effects
    assert relevance.by.mean == pytest.approx(0.2)
    assert (relevance.by.low, relevance.by.high) == pytest.approx((0.15, 0.25))
    assert relevance.size == pytest.approx(0.2 / 0.05)
    assert relevance.probability == 0.75  # 2 of 8 flips are as far, times three questions
    assert (loops.by.mean, loops.size, loops.probability) == (0, 0, 1)
    assert [one.measure for one in game.effects] == ["loops"]
    rows = FIVE.changes(("relevance", "loops"))
    assert list(rows["having"]) == ["dream", "dream", "game"]
    assert list(rows["change"]) == pytest.approx([0.2, 0, 0])
    assert not rows["sure"].any()


def test_what_cannot_be_compared_is_said() -> None:
    """A life without a partner that has everything; a measure that there is not."""
    with pytest.raises(ObservationError, match=r"no life without dream .* put \(\) into without"):
        people_of([made_life(1, "dream"), made_life(2)]).differences()
    for ask in (FIVE.means, FIVE.summary, FIVE.differences, FIVE.changes):
        with pytest.raises(ObservationError, match="no measure is called 'luck'; there are ext"):
            ask(("luck",))
    assert set(LOOKED_AT) < set(MADE.measures)
    assert people_of([made_life(1)]).differences() == ()


def test_a_certain_change_is_sure_and_has_no_size() -> None:
    """Where every life changes by the same there is no spread to divide by."""
    lives = [
        made_life(seed, *off, quality=0.4 if off else 0.6)
        for off in ((), ("dream",))
        for seed in range(14)
    ]
    (found,) = people_of(lives).differences(("quality",))

    (quality,) = found.effects
    assert quality.sure
    assert quality.good
    assert quality.size is None
    assert people_of(lives).changes(("quality",))["d"][0] == math.inf


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=14))
def test_the_mean_lies_in_its_interval(values: list[float]) -> None:
    """Moving all values moves mean and interval with them."""
    found, moved = mean_of(values), mean_of([one + 1 for one in values])

    assert min(values) - 1e-9 <= found.low <= found.mean + 1e-9
    assert found.mean - 1e-9 <= found.high <= max(values) + 1e-9
    assert (moved.mean, moved.low, moved.high) == pytest.approx(
        (found.mean + 1, found.low + 1, found.high + 1)
    )


def test_lives_are_compared_as_topics_are() -> None:
    """A life with one value is what a topic with one turn is: the same numbers come out."""
    luck = np.random.default_rng(3).normal(size=(2, 15)).round(3)
    before, after = (
        made_run(15, 1, seeds=(1,), relevance=lambda topic, turn, seed, of=one: float(of[topic]))
        for one in luck
    )
    measure = next(one for one in MEASURES if one.name == "relevance")
    one, other = change_of(list(zip(*luck.tolist(), strict=True))), change(before, after, measure)

    assert (one.by.mean, one.by.low, one.by.high) == pytest.approx(
        (other.by.mean, other.by.low, other.by.high)
    )
    assert (one.effect, one.probability) == pytest.approx((other.effect, other.probability))


def test_nothing_has_no_mean() -> None:
    """It is an error, not a number."""
    with pytest.raises(ObservationError, match="no values"):
        mean_of([])
