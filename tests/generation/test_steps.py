"""Drawing and stepping: probabilities, caps, gravity, connection."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.field.looks import RowView
from leo.generation.connection import connection_odds, connection_word
from leo.generation.gravity import gravity, pulls_of
from leo.generation.guards import Guards, echo_windows
from leo.generation.leaning import CAPS, Biases, Situation
from leo.generation.step import options
from leo.records import Chambers, Impression
from leo.testing import toy_field
from tests.generation.plain import belonging, distribution, draw, entropy_of, leanings, take

logs = st.dictionaries(st.integers(0, 50), st.floats(-30, 30), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(0.5, [0.9697, 0.0152, 0.0152]), (1, [0.8, 0.1, 0.1]), (2, [0.5858, 0.2071, 0.2071])],
)
def test_tempered_counts(temperature: float, expected: list[float]) -> None:
    """Counts 8, 1, 1 at three temperatures."""
    counts = {0: math.log(8), 1: math.log(1), 2: math.log(1)}

    assert list(distribution(counts, temperature).values()) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([1, 1, 1, 1], 1.0), ([3, 1], 0.8113), ([8, 1, 1], 0.5817), ([5], 0.0)],
    ids=str,
)
def test_entropy(counts: list[int], expected: float) -> None:
    """Normalised Shannon entropy of counts."""
    weights = {i: math.log(count) for i, count in enumerate(counts)}

    assert entropy_of(weights) == pytest.approx(expected, abs=1e-4)


@given(logs, st.floats(1e-9, 10))
def test_probabilities_sum_to_one_at_any_temperature(
    weights: dict[int, float], temperature: float
) -> None:
    """Nothing overflows, hot or cold."""
    chances = distribution(weights, temperature)

    assert sum(chances.values()) == pytest.approx(1)
    assert max(chances, key=lambda i: chances[i]) in [
        i for i, log in weights.items() if log == max(weights.values()) or temperature > 5
    ] or max(chances.values()) == pytest.approx(max(chances[i] for i in weights))


@given(logs, st.integers(0, 10**6))
def test_cold_is_certain(weights: dict[int, float], seed: int) -> None:
    """Towards zero the strongest word is drawn."""
    best = max(weights.values())
    drawn = draw(distribution(weights, 1e-6), Random(seed))

    assert weights[drawn.id] >= best - 0.2


@given(logs, st.integers(0, 10**6))
def test_a_draw_tells_what_it_competed_against(weights: dict[int, float], seed: int) -> None:
    """At most five candidates, the most probable first, with the drawn word's own chance."""
    chances = distribution(weights, 1.0)
    drawn = draw(chances, Random(seed))
    probabilities = [p for _, p in drawn.best]

    assert drawn.probability == chances[drawn.id] > 0
    assert probabilities == sorted(probabilities, reverse=True)
    assert len(drawn.best) == min(5, len(weights))
    taken = take(chances, drawn.id)
    assert (taken.id, taken.probability) == (drawn.id, drawn.probability)
    assert taken.best == drawn.best


async def test_options_trust_the_longest_context() -> None:
    """A continuation of both words outweighs one of the last alone; nothing known is left out."""
    layer = await toy_field("the red boat", "the red boat", "a blue boat", "a red apple")
    the, red = layer.id("the"), layer.id("red")
    assert the is not None
    assert red is not None
    found = await options(layer, (red, the), frozenset(), opened=5)
    logs_of = zip(found.ids.tolist(), found.logs.tolist(), strict=True)
    chance = {layer.word(id_): math.exp(log) for id_, log in logs_of}

    assert set(chance) == {"boat", "apple"}
    assert chance["boat"] > 0.9
    assert 0 < chance["apple"] < 0.1
    assert sum(chance.values()) <= 1.0 + 1e-9


async def test_an_opening_is_trusted_while_the_sentence_is_young() -> None:
    """After one or two words of a sentence, sentences that opened so decide."""
    layer = await toy_field("It is late. Put it away. Take it away. Give it away.")
    it = layer.id("it")
    assert it is not None
    young = await options(layer, (it, None), frozenset(), opened=1)
    late = await options(layer, (it, None), frozenset(), opened=5)
    is_, away = layer.id("is"), layer.id("away")

    for found, likelier, other in ((young, is_, away), (late, away, is_)):
        logs_of = dict(zip(found.ids.tolist(), found.logs.tolist(), strict=True))
        assert logs_of[likelier] > logs_of[other]
    assert young.context(is_) == "opening"  # type: ignore[arg-type]


@given(
    st.floats(0, 1),
    st.dictionaries(st.sampled_from(["gravity", "recall", "notes"]), st.floats(0, 1)),
    st.integers(0, 9),
    st.integers(0, 60),
    st.floats(0, 50),
)
async def test_every_bias_stays_within_its_cap(
    semantic: float, pulled: dict[str, float], used: int, in_sentence: int, overdue: float
) -> None:
    """However strong the causes, no bias exceeds what is documented."""
    layer = await toy_field("the boat sleeps . the boat sleeps , the boat")
    boat = layer.id("boat")
    assert boat is not None
    cells = dict.fromkeys(range(layer.size), 10**6 << 8)
    near = belonging(layer, boat, RowView.of(1, 1, cells))
    for id_ in range(layer.size):
        biases = Biases(semantic, {name: {id_: weight} for name, weight in pulled.items()})
        at = Situation(near, {id_: used}, in_sentence, overdue)
        for name, leaning in leanings(layer, biases, [id_], at).items():
            assert all(0 < abs(value) <= CAPS[name] for value in leaning.values())


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_stronger_pull_never_lowers_a_words_chance(one: float, other: float) -> None:
    """Gravity is monotone."""
    low, high = sorted((one, other))
    chance = [
        distribution({0: -1.0 + CAPS["gravity"] * pull, 1: -0.5}, 0.8)[0] for pull in (low, high)
    ]

    assert chance[0] <= chance[1]


async def test_gravity_golden() -> None:
    """Prompt 'love you': direct, follower and pair pulls, measured on the prompt as it stands."""
    layer = await toy_field("love you", "love you", "love you", "love is", "you are", "you are")
    ids = [layer.id("love"), layer.id("you")]
    pulled = await gravity([id_ for id_ in ids if id_ is not None], layer)

    assert {layer.word(id_): weight for id_, weight in pulled.items()} == pytest.approx(
        {"love": 0.7 / 1.2625, "you": 1.0, "is": 0.0875 / 1.2625, "are": 0.5 / 1.2625}, abs=1e-4
    )


async def test_only_content_words_are_pulled() -> None:
    """Function words and marks are not drawn into a reply."""
    layer = await toy_field("the moon is on the water . the moon and the water and the boat")
    pulls = await pulls_of(["the", "moon", "is", "."], layer)

    assert {pull.word for pull in pulls} == {"moon", "water", "boat"}
    assert all(0 < pull.weight <= 1 for pull in pulls)
    assert await pulls_of(["never", "heard"], layer) == ()


def impression(warmth: float, fear: float, void: float) -> Impression:
    """Make an impression of three chambers."""
    felt = Chambers(warmth, 0.0, fear, void, 0.0)
    return Impression(felt, felt, (), None, None, 0.0)


unit = st.floats(0, 1)


@given(unit, unit, unit, unit, unit)
def test_connection_is_monotone(
    warmth: float, fear: float, void: float, novelty: float, more: float
) -> None:
    """Warmth brings the word in sooner and surer; fear, emptiness and novelty do the opposite."""
    position, odds = connection_odds(impression(warmth, fear, void), novelty)
    assert 2 <= position <= 6
    assert 0.1 <= odds <= 0.95
    warmer = connection_odds(impression(max(warmth, more), fear, void), novelty)
    assert warmer[0] <= position
    assert warmer[1] >= odds
    for change in (
        connection_odds(impression(warmth, max(fear, more), void), novelty),
        connection_odds(impression(warmth, fear, max(void, more)), novelty),
        connection_odds(impression(warmth, fear, void), max(novelty, more)),
    ):
        assert change[0] >= position
        assert change[1] <= odds


async def test_the_connection_word() -> None:
    """Known before unknown, long before short; never a function word, a number or a mark."""
    layer = await toy_field("the boat and the harbour")

    assert connection_word(["the", "zeppelin", "boat"], layer) == "boat"
    assert connection_word(["boat", "harbour"], layer) == "harbour"
    assert connection_word(["gnu", "zeppelin"], layer) == "zeppelin"
    assert connection_word(["the", "is", "123", ".", "ox"], layer) is None


def test_guards() -> None:
    """No token twice, no run of four twice, no sentence twice, no four words of the prompt."""
    guards = Guards(echo_windows(["where", "is", ",", "the", "red", "boat"]))
    for word in ["the", "cat", "sat", "down", ".", "the", "cat", "sat"]:
        assert guards.allow(word)
        guards.say(word)
    assert not guards.allow("sat")
    assert not guards.allow("down")
    assert guards.allow("up")
    for word in ["up", "."]:
        guards.say(word)
    for word in ["where", "is", "the"]:
        guards.say(word)
    assert not guards.allow("red")
    assert guards.allow("blue")
    assert not Guards(frozenset()).allow(".")
