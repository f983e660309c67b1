"""Figures and changes with their uncertainty, against values worked out by hand."""

import math
from collections.abc import Sequence
from dataclasses import astuple
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.errors import ObservationError
from leo.observation import statistics
from leo.observation.observed import Observed, Run
from leo.observation.statistics import (
    MEASURES,
    Change,
    Figure,
    Measure,
    change,
    change_of,
    figure,
    holm,
    topic_figure,
)
from tests.observation.kit import observed, run_of

BY_NAME = {one.name: one for one in MEASURES}
ECHO, WHOLE = BY_NAME["external_vocab"], BY_NAME["whole sentences"]


def of_topics(topics: Sequence[Sequence[float]], seed: int = 1) -> list[Observed]:
    """Make a life whose topics have these values of external_vocab."""
    found: list[Observed] = []
    for i, values in enumerate(topics):
        for value in values:
            found.append(
                observed(seed=seed, topic=f"t{i}", turn=len(found) + 1, external_vocab=value)
            )
    return found


def test_draws_are_the_same_however_many_are_made_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Blocks are for memory only; the last one may be smaller."""
    pairs = [(float(i % 3), float(i % 5)) for i in range(20)]
    found = []
    for block in (10_000, 500, 333):
        monkeypatch.setattr(statistics, "BLOCK", block)
        found.append(change_of(pairs))

    assert found[0] == found[1] == found[2]


def test_every_measure_has_a_name_of_its_own() -> None:
    """Tables are looked up by name; nothing that has a good direction is told as if it had none."""
    assert len(BY_NAME) == len(MEASURES)
    assert {name for name, one in BY_NAME.items() if one.better == "lower"} == {
        "external_vocab",
        "tokens",
        "four messages",
        "recited sentences",
        "repeated 4-grams",
        "loops",
    }


def test_every_measure_by_hand() -> None:
    """Each takes what its name says from a turn, and a share of sentences weighs sentences."""
    one = observed(whole=2, sentences=3, recited=1, repeated=4, attested=None)
    told = {
        "external_vocab": (0.1, 1),
        "optimal turns": (1, 1),
        "external_vocab by chance": (0.06, 1),
        "above chance": (0.04, 1),
        "tokens": (0.2, 1),
        "four messages": (0.3, 1),
        "content words": (0.05, 1),
        "content above chance": (0.03, 1),
        "relevance": (0.07, 1),
        "association": (0.03, 1),
        "whole sentences": (2, 3),
        "recited sentences": (1, 3),
        "attested trigrams": (0, 0),
        "distinct-1": (0.9, 1),
        "distinct-2": (0.95, 1),
        "repeated 4-grams": (4, 1),
        "loops": (0.08, 1),
        "words": (4, 1),
        "quality": (0.75, 1),
        "entropy": (0.3, 1),
    }
    assert list(told) == list(BY_NAME)
    for name, (value, weight) in told.items():
        assert BY_NAME[name].of(one) == pytest.approx((value, weight)), name
    assert BY_NAME["attested trigrams"].of(observed(attested=0.4)) == (0.4, 1)


@pytest.mark.parametrize(
    ("echo", "words", "optimal"), [(0.199, 4, 1), (0.2, 4, 0), (0.0, 0, 0), (0.0, 1, 1)]
)
def test_an_optimal_turn_is_below_a_fifth_and_not_empty(
    echo: float, words: int, optimal: int
) -> None:
    """At 0.2 it is none, and an empty reply is none however little it echoes."""
    one = observed(external_vocab=echo, words=words)
    assert BY_NAME["optimal turns"].of(one) == (optimal, 1)


def test_a_figure_is_the_mean_over_all_turns() -> None:
    """A share of sentences is all whole ones over all sentences, not a mean of shares."""
    run = run_of(of_topics([[0.1, 0.2], [0.3, 0.6]]))
    assert figure(run, ECHO).mean == pytest.approx(0.3)
    sentences = [observed(turn=1, whole=1, sentences=1), observed(turn=2, whole=0, sentences=3)]
    assert figure(run_of(sentences), WHOLE).mean == 0.25


def test_the_interval_of_two_topics_is_known() -> None:
    """Of two topics a quarter of the draws is the lower one twice, a quarter the higher."""
    run = run_of(of_topics([[0.0, 0.2], [0.4, 0.6]]))
    assert astuple(figure(run, ECHO)) == pytest.approx((0.3, 0.1, 0.5))


def test_turns_of_one_topic_are_drawn_together() -> None:
    """What differs inside topics makes no interval; one topic has none at all."""
    alike = figure(run_of(of_topics([[0.0, 0.8], [0.8, 0.0], [0.4, 0.4]])), ECHO)
    assert alike.low == pytest.approx(alike.high) == pytest.approx(0.4)
    alone = figure(run_of(of_topics([[0.0, 0.8]])), ECHO)
    assert alone.low == alone.mean == alone.high == pytest.approx(0.4)


def test_a_topics_figure_is_over_its_lives() -> None:
    """Other topics do not count; two lives make an interval, one makes none."""
    run = run_of([*of_topics([[0.1, 0.3], [0.9, 0.9]]), *of_topics([[0.5, 0.7], [0.9, 0.9]], 2)])
    assert astuple(topic_figure(run, "t0", ECHO)) == pytest.approx((0.4, 0.2, 0.6))
    alone = topic_figure(run_of(of_topics([[0.1, 0.3], [0.9, 0.9]])), "t0", ECHO)
    assert alone.low == alone.mean == alone.high == pytest.approx(0.2)
    with pytest.raises(ObservationError, match="no turn of this run has the measure external"):
        topic_figure(run, "t9", ECHO)


def test_the_interval_covers_what_is_true() -> None:
    """Of 60 runs of 15 topics whose true mean is known, the interval holds it in most."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(60):
        topics = rng.normal(0.3, 0.1, (15, 1)) + rng.normal(0, 0.05, (15, 4))
        found = figure(run_of(of_topics(topics.tolist())), ECHO)
        held += found.low <= 0.3 <= found.high
    assert 0.86 <= held / 60 < 1  # 0.95 in the limit; 15 topics are few


def test_a_measure_that_no_turn_has() -> None:
    """There is no figure of nothing: it is said which measure is missing."""
    run = run_of([observed(attested=None)])
    with pytest.raises(ObservationError, match=r"no turn of this run .* attested trigrams"):
        figure(run, BY_NAME["attested trigrams"])
    with pytest.raises(ObservationError, match=r"no turn of these runs .* attested trigrams"):
        change(run, run, BY_NAME["attested trigrams"])


def test_a_topic_without_the_measure_is_passed_over() -> None:
    """Draws that hit only such topics have no share, and do not count."""
    turns = [observed(topic="a", whole=0, sentences=0), observed(topic="b", turn=2, whole=1)]
    assert figure(run_of(turns), WHOLE) == Figure(1.0, 1.0, 1.0)
    assert change(run_of(turns), run_of(turns), WHOLE).by == Figure(0.0, 0.0, 0.0)


def test_a_figure_is_written_with_its_interval() -> None:
    """Three digits, or as many as asked."""
    assert Figure(0.1, 0.0889, 0.1124).told() == "0.100 (0.089 to 0.112)"
    assert Figure(17.956, 16.9, 19.0).told(1) == "18.0 (16.9 to 19.0)"


def changed(before: Sequence[float], after: Sequence[float]) -> Change:
    """Compare two runs of topics of one turn."""
    one, other = (run_of(of_topics([[value] for value in each])) for each in (before, after))
    return change(one, other, ECHO)


def test_a_change_by_hand() -> None:
    """Three topics, by 0.1, 0.2 and 0.3: mean 0.2, d is 2, and 2 of 8 flips are as far."""
    found = changed([0.1, 0.1, 0.1], [0.2, 0.3, 0.4])
    assert astuple(found.by) == pytest.approx((0.2, 0.1, 0.3))
    assert found.effect == pytest.approx(0.2 / 0.1)
    assert found.probability == 2 / 8


def test_a_change_goes_from_the_first_to_the_second() -> None:
    """The other way about it is the same with the other sign."""
    there, back = changed([0.1, 0.5], [0.2, 0.9]), changed([0.2, 0.9], [0.1, 0.5])
    assert there.by.mean == pytest.approx(0.25)
    assert back.by.mean == -there.by.mean
    assert back.effect == -there.effect
    assert back.probability == there.probability


def test_no_change_and_the_same_change_everywhere() -> None:
    """Nothing has no effect and is not improbable; what is always the same has no spread."""
    values = [0.25, 0.5, 0.75]
    assert changed(values, values) == Change(Figure(0.0, 0.0, 0.0), 0.0, 1.0)
    up = changed(values, [value + 0.25 for value in values])
    assert astuple(up.by) == pytest.approx((0.25, 0.25, 0.25))
    assert (up.effect, up.probability) == (math.inf, 0.25)
    assert changed([0.5], [0.25]).effect == -math.inf


def test_a_change_is_the_difference_of_the_figures() -> None:
    """Also where turns weigh differently, such as those of many sentences."""
    before = [observed(turn=1, whole=1, sentences=1), observed(turn=2, whole=0, sentences=3)]
    after = [observed(turn=1, whole=0, sentences=1), observed(turn=2, whole=7, sentences=7)]
    one, other = run_of(before), run_of(after)
    assert change(one, other, WHOLE).by.mean == 7 / 8 - 1 / 4
    assert figure(other, WHOLE).mean - figure(one, WHOLE).mean == 7 / 8 - 1 / 4


def test_many_topics_are_flipped_at_random() -> None:
    """Too many to try all: what is the same in all of them is as improbable as can be told."""
    before = [0.1] * 40
    assert changed(before, [0.2 + i / 100 for i in range(40)]).probability == 1 / 10_001
    assert changed(before, [0.1 + 0.1 * (-1) ** i for i in range(40)]).probability == 1.0


def test_only_the_same_turns_can_be_paired() -> None:
    """Another seed, topic or number of turns: it is said what does not fit."""
    one = run_of(of_topics([[0.1], [0.2]]))
    for other in (of_topics([[0.1], [0.2]], seed=2), of_topics([[0.1]]), of_topics([[0.1, 0.2]])):
        with pytest.raises(ObservationError, match="not of the same seeds, topics and turns"):
            change(one, run_of(other), ECHO)


@given(
    st.lists(
        st.tuples(st.sampled_from((0.0, 0.25, 0.5)), st.sampled_from((0.0, 0.25, 1.0))),
        min_size=1,
        max_size=6,
    )
)
def test_the_probability_is_that_of_all_flips(pairs: list[tuple[float, float]]) -> None:
    """Up to thirteen topics every way to flip their signs is tried, one by one."""
    found = changed([one for one, _ in pairs], [other for _, other in pairs])
    moved = [other - one for one, other in pairs]
    flips = list(product((1, -1), repeat=len(moved)))
    sums = [sum(sign * by for sign, by in zip(signs, moved, strict=True)) for signs in flips]
    as_far = sum(abs(one) >= abs(sum(moved)) for one in sums)
    assert found.probability == as_far / len(flips)
    assert found.by.low <= found.by.mean + 1e-12
    assert found.by.mean <= found.by.high + 1e-12


def test_holm_by_hand() -> None:
    """The smallest of three times three, the next times two, never less than the one before."""
    assert holm({"a": 0.04, "b": 0.01, "c": 0.03}) == {"a": 0.06, "b": 0.03, "c": 0.06}
    assert holm({"a": 0.6, "b": 0.5}) == {"a": 1.0, "b": 1.0}
    assert list(holm({"z": 0.1, "a": 0.2})) == ["z", "a"]
    assert holm({}) == {}


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.floats(0, 1), max_size=6))
def test_holm_never_makes_anything_more_sure(probabilities: dict[str, float]) -> None:
    """Corrected ones are at least what they were, at most 1, and in the same order."""
    found = holm(probabilities)
    assert all(probabilities[name] <= found[name] <= 1 for name in probabilities)
    ordered = sorted(probabilities, key=lambda name: (probabilities[name], name))
    assert [found[name] for name in ordered] == sorted(found.values())


def test_the_same_run_has_the_same_interval() -> None:
    """The draws are seeded."""
    run: Run = run_of(of_topics([[0.1, 0.7], [0.3, 0.2], [0.9, 0.4]]))
    measure: Measure = ECHO
    assert figure(run, measure) == figure(run, measure)
    assert figure(run, measure).low < figure(run, measure).mean < figure(run, measure).high
