"""Nearest moments, by numbers and by words: laws of the distances, of the estimate, of the lean."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.reflection.nearest import (
    LEAN,
    SUPPORT,
    TELLING,
    Near,
    Scale,
    by_words,
    estimate_of,
    leans_of,
    nearest,
)

unit = st.floats(0, 1)
moments = st.lists(st.tuples(unit, unit, unit), min_size=1, max_size=12)
words = st.frozensets(st.sampled_from("rain moon boat bread door light".split()), max_size=5)
places = st.dictionaries(
    st.sampled_from("rain moon boat bread door light".split()),
    st.integers(0, 6),
)
near_lists = st.lists(st.tuples(unit, unit, unit), min_size=1, max_size=8)


def near(*distances: float) -> list[Near]:
    """Make neighbours at some distances."""
    return [Near(i, one, one, one) for i, one in enumerate(distances)]


@given(moments)
def test_5_6_1_a_moment_is_at_distance_zero_from_itself(rows: list[tuple[float, ...]]) -> None:
    """Defect 5.6 #1: whatever the scale, an identical moment is exactly 0 away."""
    of = np.array(rows)
    scale = Scale.of(of)
    assert [scale.distances(of, x)[i] for i, x in enumerate(of)] == [0.0] * len(of)


@given(moments)
def test_distances_are_symmetric_and_bounded(rows: list[tuple[float, ...]]) -> None:
    """From here to there is as far as back, and never more than 1."""
    of = np.array(rows)
    scale = Scale.of(of)
    table = np.array([scale.distances(of, x) for x in of])
    assert np.array_equal(table, table.T)
    assert table.min() == 0
    assert table.max() <= 1


def test_5_6_4_positive_vectors_are_not_all_alike() -> None:
    """Defect 5.6 #4: bits that are always on count nothing, and two clusters lie far apart."""
    luck = np.random.default_rng(2)
    side = np.repeat([0.4, 0.6], 20)
    of = np.column_stack([side + luck.normal(0, 0.02, 40), *np.ones((2, 40))])
    found = Scale.of(of).distances(of, np.array([0.4, 1.0, 1.0]))
    assert found[:20].max() < 0.1
    assert found[20:].min() > 0.3


def test_5_6_2_one_axis_cannot_swallow_the_others() -> None:
    """Defect 5.6 #2: each feature is measured by its own spread, wide or narrow."""
    of = np.array([[0.0, 0.50], [1.0, 0.50], [0.0, 0.75], [1.0, 0.75]])
    found = Scale.of(of).distances(of, of[0])
    assert found[1] == pytest.approx(found[2])
    assert found[1] == pytest.approx(1 - math.exp(-1))
    still = Scale.of(np.array([[0.5], [0.5001]]))
    assert still.distances(np.array([[0.5001]]), np.array([0.5]))[0] < 1e-5


def test_5_6_7_moments_of_another_length_are_refused() -> None:
    """Defect 5.6 #7: nothing is padded or stretched; other features are an error."""
    of = np.full((2, 3), 0.5)
    with pytest.raises(ValueError, match="1 features were given, episodes have 3"):
        Scale.of(of).distances(of, np.array([0.5]))


@given(words, words, st.integers(1, 20), places)
def test_word_distance_is_a_symmetric_cosine(
    one: frozenset[str], other: frozenset[str], total: int, where: dict[str, int]
) -> None:
    """It is 0 from words to themselves, 1 if they share none, symmetric, and within [0, 1]."""
    apart = by_words(one, other, total, where)
    assert apart == by_words(other, one, total, where)
    assert 0 <= apart <= 1
    assert by_words(one, one, total, where) == 0
    if one != other and not one & other:
        assert apart == 1


def test_a_rare_word_binds_more_than_a_common_one() -> None:
    """Sharing what stands in few episodes brings nearer than sharing what stands in all."""
    where = {"rain": 10, "harbour": 1, "door": 1, "light": 1}
    rare = by_words(frozenset({"harbour", "door"}), frozenset({"harbour", "light"}), 10, where)
    common = by_words(frozenset({"rain", "door"}), frozenset({"rain", "light"}), 10, where)
    assert rare < common
    idf = [math.log(1 + 10 / 2) ** 2, math.log(1 + 10 / 11) ** 2]
    assert rare == pytest.approx(0.5)
    assert common == pytest.approx(1 - idf[1] / (idf[0] + idf[1]))


@given(near_lists, st.integers(1, 10))
def test_the_nearest_are_sorted_and_ties_go_to_the_newer(
    rows: list[tuple[float, float, float]], k: int
) -> None:
    """At most k, nearest first; among equals the newer episode stands first."""
    felt, said = np.array([[round(a, 1), round(b, 1)] for a, b, _ in rows]).T
    found = nearest(felt, said, k)
    assert len(found) == min(k, len(rows))
    keys = [(0.5 * felt[one.place] + 0.5 * said[one.place], -one.place) for one in found]
    assert keys == sorted(keys)
    left = {*range(len(rows))} - {one.place for one in found}
    assert all((0.5 * felt[i] + 0.5 * said[i], -i) > keys[-1] for i in left)
    assert all(0 <= one.distance <= 1 for one in found)


@pytest.mark.parametrize("k", [0, -1])
def test_asked_for_none_it_gives_none(k: int) -> None:
    """A number below one is nobody, not everybody but the last."""
    assert nearest(np.zeros(3), np.zeros(3), k) == ()


@given(near_lists)
def test_the_estimate_lies_among_the_neighbours(rows: list[tuple[float, float, float]]) -> None:
    """A weighted mean of qualities is never beyond the worst or the best of them."""
    qualities = [quality for _, quality, _ in rows]
    found = estimate_of(near(*(distance for distance, _, _ in rows)), qualities)
    assert min(qualities) - 1e-12 <= found <= max(qualities) + 1e-12


def test_the_nearer_neighbour_counts_more() -> None:
    """Good and near beats bad and far; equally far is the plain mean."""
    assert estimate_of(near(0.0, 0.5), [1.0, 0.0]) == pytest.approx(1 / (1 + math.exp(-2)))
    assert estimate_of(near(0.3, 0.3), [1.0, 0.0]) == pytest.approx(0.5)


def test_experts_gain_where_they_served() -> None:
    """Who spoke in the good replies gains, who spoke in the bad loses as much, equals nothing."""
    blends = [(0.6, 0.2, 0.2), (0.2, 0.6, 0.2)]
    up, down, still = leans_of(near(0.2, 0.2), [0.9, 0.5], blends)
    assert (up, down, still) == (-down, -up, 0.0)
    wanted = LEAN * 2 / (2 + SUPPORT) * math.tanh(0.2 * 0.2 / TELLING)
    assert up == pytest.approx(wanted, abs=1e-4)
    assert leans_of(near(0.2, 0.2), [0.7, 0.7], blends) == (0.0, 0.0, 0.0)


def test_who_served_nearby_gains_most() -> None:
    """The covariance is that of neighbours weighed by nearness: far ones hardly have a say."""
    weights = [1.0, math.exp(-4 * 0.1), math.exp(-4 * 0.9)]
    qualities, served = [0.6, 0.5, 0.8], [0.3, 0.29, 0.28]
    up, down = leans_of(near(0.0, 0.1, 0.9), qualities, [(one, 1 - one) for one in served])

    quality = sum(w * q for w, q in zip(weights, qualities, strict=True)) / sum(weights)
    parts = zip(weights, qualities, served, strict=True)
    both = sum(w * (q - quality) * one for w, q, one in parts) / sum(weights)
    assert up == pytest.approx(LEAN * 3 / (3 + SUPPORT) * math.tanh(both / TELLING), abs=1e-4)
    assert down == -up


@given(near_lists)
def test_a_lean_is_small_and_shrunk(rows: list[tuple[float, float, float]]) -> None:
    """No expert gains or loses more than .05 times k / (k + support), whatever was remembered."""
    found = leans_of(
        near(*(distance for distance, _, _ in rows)),
        [quality for _, quality, _ in rows],
        [(weight, 1 - weight) for _, _, weight in rows],
    )
    assert max(map(abs, found)) <= LEAN * len(rows) / (len(rows) + SUPPORT) + 1e-4
