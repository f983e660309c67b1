"""How a word is chosen: what pulls, what is drawn, and what the prompt cannot touch."""

import asyncio
import inspect
import math
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.field.centers import Center
from leo.field.view import Ask
from leo.generation.connection import connect, connection_odds, connection_word
from leo.generation.draw import rounded
from leo.generation.first_word import first_word, start_entropy
from leo.generation.gravity import COMPANIONS, PULLED, company, gravity, pulls_of
from leo.generation.leaning import CAPS, Biases, Situation
from leo.generation.step import options
from leo.records import Chambers, Impression
from leo.testing import toy_field
from leo.text.function_words import is_content
from leo.text.tokens import tokens
from tests.generation.plain import (
    belonging,
    bends,
    distribution,
    draw,
    entropy_of,
    leanings,
    no_affinity,
)
from tests.strategies import prose, scripts

levels = st.floats(0, 1)
logs = st.dictionaries(st.integers(0, 50), st.floats(-40, 40), min_size=1, max_size=20)
CENTERS = (Center(4, "the", 8.0), Center(2, "a", 1.0), Center(9, "moon", 1.0))


def felt(
    warmth: float = 0.0,
    curiosity: float = 0.0,
    fear: float = 0.0,
    void: float = 0.0,
    playful: float = 0.0,
) -> Impression:
    """Make an impression of these chambers."""
    chambers = Chambers(warmth, curiosity, fear, void, playful)
    return Impression(chambers, chambers, (), None, None, 0.0)


def test_the_first_word_can_know_no_prompt() -> None:
    """Neither its picking nor its entropy has a parameter through which a prompt could come."""
    assert list(inspect.signature(first_word).parameters) == ["centers", "rng", "user_temperature"]
    assert list(inspect.signature(start_entropy).parameters) == ["centers"]


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(0.5, [0.9697, 0.0152]), (1.0, [0.8, 0.1]), (2.0, [0.5858, 0.2071])],
)
def test_the_first_word_follows_the_scores(temperature: float, expected: list[float]) -> None:
    """Each center is drawn in proportion to its score, tempered by the user's factor only."""
    drawn = {
        found.id: found.probability
        for seed in range(60)
        if (found := first_word(CENTERS, Random(seed), temperature)) is not None
    }

    assert drawn[4] == pytest.approx(expected[0], abs=1e-4)
    assert {i: p for i, p in drawn.items() if i != 4} == pytest.approx(
        dict.fromkeys(set(drawn) - {4}, expected[1]), abs=1e-4
    )


def test_the_first_word_is_a_center_and_their_order_plays_no_part() -> None:
    """The same luck draws the same word from the same centers in any order; from none, none."""
    for seed in range(40):
        found = first_word(CENTERS, Random(seed), 1.0)
        assert found is not None
        other = first_word(CENTERS[::-1], Random(seed), 1.0)
        assert other is not None
        assert (other.id, other.best) == (found.id, found.best)
        assert found.id in {center.id for center in CENTERS}
    assert first_word((), Random(0), 1.0) is None
    assert start_entropy(CENTERS) == pytest.approx(0.5817, abs=1e-4)


@given(logs, st.floats(0.1, 10), st.integers(0, 10**6))
def test_drawing_takes_exactly_one_random_number(
    weights: dict[int, float], temperature: float, seed: int
) -> None:
    """However many candidates there are, so that no candidate shifts the luck of later words."""
    luck, twin = Random(seed), Random(seed)
    draw(distribution(weights, temperature), luck)
    twin.random()

    assert luck.getstate() == twin.getstate()


@given(logs, st.floats(1e-9, 10), st.floats(1e-9, 10))
def test_colder_is_never_less_sure(weights: dict[int, float], one: float, other: float) -> None:
    """The strongest word's probability does not rise with the temperature."""
    low, high = sorted((one, other))
    best = max(weights, key=lambda id_: weights[id_])

    assert distribution(weights, low)[best] >= distribution(weights, high)[best] - 1e-9


@given(logs)
def test_entropy_does_not_depend_on_scale(weights: dict[int, float]) -> None:
    """It is in [0, 1], and adding the same to all log-weights changes nothing."""
    entropy = entropy_of(weights)

    assert 0 <= entropy <= 1
    assert entropy_of({id_: log + 5 for id_, log in weights.items()}) == pytest.approx(
        entropy, abs=1e-6
    )


def test_draws_follow_the_chances() -> None:
    """Over many draws each word comes as often as its probability says."""
    chances = {1: 0.8, 2: 0.15, 3: 0.05, 4: 0.0}
    luck = Random(1)
    drawn = Counter(draw(chances, luck).id for _ in range(4000))

    assert drawn[4] == 0
    for id_, chance in chances.items():
        assert drawn[id_] / 4000 == pytest.approx(chance, abs=0.025)


@given(st.floats(1e-12, 1e12))
def test_rounding_keeps_four_digits(value: float) -> None:
    """What is kept with a word is close to what was computed, and rounding twice is once."""
    assert rounded(value) == pytest.approx(value, rel=5.1e-4)
    assert rounded(rounded(value)) == rounded(value)


FIELD = ("the red boat", "the red moon.", "the red boat sails", "the red apple, the boat")


@given(
    st.sampled_from(["gravity", "recall", "notes"]),
    st.sampled_from(["boat", "moon", "apple"]),
    levels,
    levels,
    st.floats(0.1, 3),
)
async def test_a_stronger_pull_never_lowers_a_words_chance(
    bias: str, pulled: str, one: float, other: float, temperature: float
) -> None:
    """From the field's options through all biases to the tempered chance, a pull only helps."""
    layer = await toy_field(*FIELD)
    the, red, target = (layer.id(word) for word in ("the", "red", pulled))
    assert the is not None
    assert red is not None
    assert target is not None
    found = await options(layer, (red, the), frozenset(), opened=5)
    near = belonging(layer, red, layer.look_now(Ask("near", (red,))))
    logs_of = dict(zip(found.ids.tolist(), found.logs.tolist(), strict=True))
    chances: list[float] = []
    for weight in sorted((one, other)):
        biases = Biases(0.4, {bias: {target: weight}})
        leaning = leanings(layer, biases, logs_of, Situation(near, {}, 2, 0.0))
        biased = {
            id_: log + sum(by.get(id_, 0.0) for by in leaning.values())
            for id_, log in logs_of.items()
        }
        chances.append(distribution(biased, temperature)[target])

    assert chances[0] <= chances[1] + 1e-12
    ceiling = chances[0] * math.exp(CAPS[bias] / temperature)
    assert chances[1] <= ceiling * (1 + 1e-9)


async def test_repetition_repels_and_more_so_each_time() -> None:
    """A content word already said is less likely, a function word is not touched."""
    layer = await toy_field("the boat and the boat")
    the, boat = layer.id("the"), layer.id("boat")
    assert the is not None
    assert boat is not None

    def share(id_: int, times: int) -> float:
        told = leanings(layer, Biases(0, {}), [id_], Situation(no_affinity, {id_: times}, 5, 0.0))
        return told["repetition"].get(id_, 0.0)

    assert [share(boat, n) for n in range(4)] == [0.0, -1.5, -3.0, -3.0]
    assert share(the, 5) == 0.0


async def test_an_end_is_held_back_then_drawn_near() -> None:
    """Short sentences are not ended, long and overdue ones are; commas stop when it is late."""
    layer = await toy_field("the boat , the moon .")
    stop, comma = layer.id("."), layer.id(",")
    assert stop is not None
    assert comma is not None

    def share(id_: int, in_sentence: int, overdue: float = 0.0) -> float:
        told = leanings(
            layer, Biases(0, {}), [id_], Situation(no_affinity, {}, in_sentence, overdue)
        )
        return told["length"].get(id_, 0.0)

    assert [share(stop, n) for n in (1, 3, 4, 12)] == [-3.0, -1.0, 0.0, 0.0]
    assert [share(stop, 15), share(stop, 40)] == [pytest.approx(1.2), 3.0]
    assert [share(stop, 8, 0.5), share(comma, 8, 0.5), share(comma, 8)] == [1.0, -0.25, 0.0]


@given(scripts, prose)
def test_pulls_are_content_words_and_bounded(texts: list[str], prompt: str) -> None:
    """At most so many, strongest first, each in (0, 1], none a function word or mark."""

    async def pull() -> None:
        layer = await toy_field(*texts)
        heard = [token.word for token in tokens(prompt)]
        pulls = await pulls_of(heard, layer)
        weights = [one.weight for one in pulls]
        assert len(pulls) <= PULLED
        assert weights == sorted(weights, reverse=True)
        assert all(0 < weight <= 1 and weight == rounded(weight) for weight in weights)
        assert all(is_content(one.word) and layer.id(one.word) is not None for one in pulls)
        ids = [id_ for word in heard if (id_ := layer.id(word)) is not None]
        if ids:
            assert max((await gravity(ids, layer)).values()) == 1.0
        found = await company(ids, layer)
        contents = {id_ for id_ in ids if is_content(layer.word(id_))}
        assert len(found) <= COMPANIONS * len(contents)
        assert not found or max(found.values()) == 1.0

    asyncio.run(pull(), debug=True)


async def test_the_last_word_of_a_prompt_pulls_most() -> None:
    """Of two words that nothing follows, the later one weighs one, the one before it 0.7."""
    layer = await toy_field("boat", "moon")

    assert await gravity([0, 1], layer) == {0: pytest.approx(0.7), 1: 1.0}
    assert await gravity([1, 0, 0], layer) == {1: pytest.approx(0.49 / 1.7), 0: 1.0}
    assert await gravity([], layer) == {}


@given(levels, levels, levels, levels, levels, levels, st.sampled_from([1, 4]))
def test_openness_brings_the_word_sooner(
    warmth: float,
    curiosity: float,
    playful: float,
    fear: float,
    novelty: float,
    more: float,
    at: int,
) -> None:
    """Curiosity and play, like warmth, never delay the observer's word nor make it rarer."""
    values = [warmth, curiosity, fear, 0.0, playful]
    raised = [max(value, more) if i == at else value for i, value in enumerate(values)]
    before = connection_odds(felt(*values), novelty)
    after = connection_odds(felt(*raised), novelty)

    assert after[0] <= before[0]
    assert after[1] >= before[1]


@pytest.mark.parametrize(
    ("impression", "novelty", "expected"),
    [
        (felt(), 0.0, (2, 0.75)),
        (felt(warmth=1.0), 0.0, (2, 0.95)),
        (felt(fear=1.0), 0.0, (5, 0.25)),
        (felt(void=1.0), 1.0, (6, 0.1)),
        (felt(), 1.0, (3, 0.6)),
        (felt(playful=1.0), 0.5, (2, 0.9)),
    ],
    ids=["plain", "warm", "afraid", "void", "new", "playful"],
)
def test_connection_golden(
    impression: Impression, novelty: float, expected: tuple[int, float]
) -> None:
    """Worked examples of position and probability."""
    position, probability = connection_odds(impression, novelty)

    assert position == expected[0]
    assert probability == pytest.approx(expected[1])


@given(st.lists(st.sampled_from("the boat zeppelin moon , 12 is leo".split()), max_size=8), levels)
def test_connecting_takes_one_random_number_whatever_was_said(
    heard: list[str], novelty: float
) -> None:
    """A prompt without a word to take up shifts no luck; the word is the chosen one."""
    layer = asyncio.run(toy_field("the boat and the moon"), debug=True)
    luck, twin = Random(3), Random(3)
    found = connect(heard, felt(), novelty, layer, luck)
    lucky = twin.random() < connection_odds(felt(), novelty)[1]

    assert luck.getstate() == twin.getstate()
    assert (found.word if found else None) == (connection_word(heard, layer) if lucky else None)


async def test_a_known_word_is_taken_up_as_it_is_usually_written() -> None:
    """The field's own spelling of a name, the observer's where the field knows none."""
    layer = await toy_field("so Leo and Leo")
    known = connect(["leo"], felt(), 0.0, layer, Random(1))
    unknown = connect(["zeppelin"], felt(), 0.0, layer, Random(1))
    assert known is not None
    assert unknown is not None

    assert (known.written, known.id) == ("Leo", layer.id("leo"))
    assert (unknown.written, unknown.id) == ("zeppelin", None)


@given(
    logs=st.dictionaries(st.integers(0, 9), st.floats(-8, 0), min_size=1),
    leaning=st.dictionaries(
        st.sampled_from(("recall", "gravity")),
        st.dictionaries(st.integers(0, 9), st.floats(-3, 3)),
    ),
    temperature=st.floats(0.3, 3),
)
def test_a_bend_is_the_divergence_from_the_choice_without_a_bias(
    logs: dict[int, float], leaning: dict[str, dict[int, float]], temperature: float
) -> None:
    """Plainly computed from both distributions, it is the same, and never below zero."""
    by = {name: {w: v for w, v in one.items() if w in logs} for name, one in leaning.items()}
    whole = {w: log + sum(one.get(w, 0.0) for one in by.values()) for w, log in logs.items()}
    p = distribution(whole, temperature)
    told = bends(p, by, temperature)

    assert set(told) <= set(by)
    for name, one in by.items():
        q = distribution({w: log - one.get(w, 0.0) for w, log in whole.items()}, temperature)
        plain = sum(p[w] * math.log(p[w] / q[w]) for w in p if p[w] > 0)
        assert told.get(name, 0.0) == pytest.approx(plain, abs=2e-4)
        assert told.get(name, 1.0) > 0
