"""Resonance: the score part by part, what damps it, and a gate that is measured against chance."""

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.recall.memories import Recalled
from leo.recall.resonance import Asking, Memory, Rarity, Scorer, content_of, resonance

NOW = 1_000_000.0
WORDS = ("boat", "moon", "rain", "lamp", "bread")
units = st.floats(0, 1)


def memory(number: int = 1, *, words: tuple[str, ...] = WORDS, **changes: object) -> Memory:
    """Make a memory of quality 0.8 said calmly."""
    plain = {
        "id": number,
        "turn": number,
        "at": 0.0,
        "text": " ".join(words),
        "words": frozenset(words),
        "quality": 0.8,
        "arousal": 0.2,
    }
    return Memory(**(plain | changes))  # type: ignore[arg-type]


def asking(*words: str, **changes: object) -> Asking:
    """Make a moment."""
    plain = {"words": words, "themes": (), "arousal": 0.2, "at": NOW, "sticky": ()}
    return Asking(**(plain | changes))  # type: ignore[arg-type]


EVEN = Rarity(1, dict.fromkeys(WORDS, (1,)))
"""All words are equally rare."""


@pytest.mark.parametrize(
    ("changes", "score"),
    [
        ({}, 0.52),
        ({"used": NOW, "uses": 0}, 0.26),
        ({"used": NOW - 12 * 3600, "uses": 0}, 0.39),
        ({"used": NOW - 24 * 3600, "uses": 0}, 0.52),
        ({"used": 0.0, "uses": 5}, 0.26),
        ({"used": 0.0, "uses": 15}, 0.13),
        ({"text": "The BOAT and the moon"}, 0.052),
        ({"used": NOW, "uses": 5, "text": "a boat"}, 0.013),
    ],
)
def test_1_7_2_the_worked_scores_with_damping_that_damps(
    changes: dict[str, object], score: float
) -> None:
    """Corrected rule: recency, use and sticky phrases multiply the whole score."""
    found = resonance(memory(**changes), asking("boat", "moon", sticky=("boat",)), EVEN)  # type: ignore[arg-type]
    if "text" not in changes:
        found = resonance(memory(**changes), asking("boat", "moon"), EVEN)  # type: ignore[arg-type]
    assert found.score == pytest.approx(score, abs=1e-4)


def test_the_parts_add_up() -> None:
    """Tokens, themes, arousal and quality, weighted, are the score before damping."""
    hit = resonance(memory(uses=5), asking("boat", "moon", themes=("rain", "sea")), EVEN)

    assert (hit.tokens, hit.themes, hit.arousal, hit.quality) == (0.16, 0.1, 0.2, 0.16)
    assert hit.score == pytest.approx(
        (hit.tokens + hit.themes + hit.arousal + hit.quality) * hit.recency * hit.use * hit.sticky
    )


@given(units, units, st.integers(0, 50), st.floats(-1e6, 1e6), st.sets(st.sampled_from(WORDS)))
def test_1_7_13_a_score_is_within_bounds_and_grows_with_quality(
    quality: float, arousal: float, uses: int, ago: float, heard: set[str]
) -> None:
    """1.7.13: within [0, 1] for any time, a future one included; better memories score higher."""
    now = asking(*sorted(heard), arousal=arousal)
    worse, better = sorted((quality, 0.5))
    low, high = (
        resonance(memory(quality=one, uses=uses, used=NOW - ago), now, EVEN)
        for one in (worse, better)
    )

    assert 0 <= low.score <= high.score <= 1
    assert 0.5 <= low.recency <= 1


def test_1_7_7_rare_words_weigh_more_and_function_words_nothing() -> None:
    """A word in every memory is hardly worth sharing; articles and marks are no content."""
    places = {"moon": tuple(range(50)), "fever": (1,)}
    rarity = Rarity(50, places)

    assert rarity.weight("fever") > 5 * rarity.weight("moon")
    assert content_of("The moon, and the fever!") == ("moon", "fever")


# ---------------------------------------------------------------- the gate


def test_1_7_1_what_shares_nothing_is_never_recalled() -> None:
    """Corrected rule: equal arousal and high quality alone bring nothing back."""
    now = asking("sea")
    hit = resonance(memory(quality=1.0), now, EVEN)

    assert hit.score > 0.1
    assert not hit.merits(now.bar(EVEN))


def test_a_rare_shared_word_is_enough_and_a_common_one_is_not() -> None:
    """The bar stands where a random memory hardly ever reaches."""
    rarity = Rarity(100, {"moon": tuple(range(60)), "fever": (3,)})
    both = memory(words=("moon", "fever"))
    now = asking("moon", "fever", "boat")
    bar = now.bar(rarity)

    assert resonance(both, now, rarity).merits(bar)
    assert resonance(memory(words=("fever", "lamp")), now, rarity).merits(bar)
    assert not resonance(memory(words=("moon", "lamp")), now, rarity).merits(bar)


def test_chance_is_what_it_says() -> None:
    """Of memories drawn at random from one vocabulary, few pass: under seven in a hundred."""
    luck = random.Random(4)
    vocabulary = [f"word{i}" for i in range(60)]
    weights = [1 / (i + 1) for i in range(60)]

    def draw(n: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(luck.choices(vocabulary, weights, k=n)))

    state = Recalled()
    for number in range(1, 201):
        state = state.kept(memory(number, words=draw(8)))
    passed = total = 0
    for _ in range(100):
        now = asking(*draw(5))
        bar = now.bar(state.rarity({}))
        total += len(state.memories)
        passed += sum(
            resonance(one, now, state.rarity({})).shared > bar for one in state.memories.values()
        )
    assert passed / total < 0.07


def test_the_bar_by_hand() -> None:
    """It is the mean of the shared weight and two deviations; a theme's word counts half."""
    rarity = Rarity(80, {"moon": tuple(range(40)), "fever": (3, 4)})
    share = {"moon": 40.4 / 100, "fever": 2.4 / 100}  # with 20 memories that have two in a hundred
    moon, fever = -math.log(share["moon"]), -math.log(share["fever"]) / 2
    mean = share["moon"] * moon + share["fever"] * fever
    variance = 0.404 * 0.596 * moon**2 + 0.024 * 0.976 * fever**2

    now = asking("moon", themes=("fever", "moon"))

    assert now.bar(rarity) == pytest.approx(mean + 2 * math.sqrt(variance))


def test_a_tired_memory_stays_away_although_it_is_relevant() -> None:
    """Damping can keep away what the gate lets through."""
    now = asking("boat", "moon", sticky=("rain",))
    hit = resonance(memory(), now, EVEN)

    assert hit.shared > now.bar(EVEN)
    assert not hit.merits(now.bar(EVEN))


# ---------------------------------------------------------------- the memories


def test_the_least_missed_memory_is_put_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worst goes first, one that was recalled is missed more, the newest never goes."""
    monkeypatch.setattr("leo.recall.memories.MEMORIES", 3)
    state = Recalled()
    for number, quality, uses in ((1, 0.7, 0), (2, 0.65, 3), (3, 0.9, 0)):
        state = state.kept(memory(number, quality=quality, uses=uses))
    after = state.kept(memory(4, quality=0.6, words=("lamp", "sea")))

    assert after.added is not None
    assert after.dropped is not None
    assert (after.added.id, after.dropped.id, after.archived) == (4, 1, 1)
    assert set(after.memories) == {2, 3, 4}
    assert set(state.memories) == {1, 2, 3}
    assert after.places["lamp"] == (2, 3, 4)
    assert after.places["sea"] == (4,)


@pytest.mark.parametrize(
    ("uses", "gone"), [((2, 3), 1), ((3, 2), 2), ((3, 3), 1), ((3, 4), 1), ((4, 3), 1)]
)
def test_up_to_three_recalls_count(
    monkeypatch: pytest.MonkeyPatch, uses: tuple[int, int], gone: int
) -> None:
    """Of two as good as each other the one recalled less goes; beyond three recalls, the older."""
    monkeypatch.setattr("leo.recall.memories.MEMORIES", 2)
    state = Recalled()
    for number, many in enumerate(uses, start=1):
        state = state.kept(memory(number, quality=0.7, uses=many))
    after = state.kept(memory(3))

    assert after.dropped is not None
    assert after.dropped.id == gone


@given(st.lists(st.tuples(units, st.sets(st.sampled_from(WORDS), min_size=1)), max_size=12))
def test_places_are_those_of_the_memories(rows: list[tuple[float, set[str]]]) -> None:
    """However many came and went, every word knows exactly the memories it stands in."""
    state = Recalled()
    for number, (quality, words) in enumerate(rows, start=1):
        state = state.kept(memory(number, quality=quality, words=tuple(sorted(words))))
    for word in WORDS:
        found = tuple(one.id for one in state.memories.values() if word in one.words)
        assert state.places.get(word, ()) == found


@pytest.mark.parametrize(
    "changes",
    [{}, {"used": NOW, "uses": 3}, {"quality": 0.1, "arousal": 0.9}, {"text": "sticky"}],
)
def test_a_guess_is_the_score_where_all_words_weigh_the_same(changes: dict[str, object]) -> None:
    """From the weight it shares and the number of its words alone, damping included."""
    moment = asking("boat", "moon", sticky=("sticky",))
    one = memory(**changes)  # type: ignore[arg-type]
    hit = resonance(one, moment, EVEN)
    unknown = replace(one, words=frozenset())
    guess = Scorer(moment, EVEN).guess(unknown, hit.shared, len(one.words))
    assert guess == pytest.approx(hit.score, abs=1e-4)


def test_a_guess_counts_themes() -> None:
    """Who shares all, words and themes, is guessed above who shares a half."""
    moment = asking("boat", themes=("moon",))
    scorer = Scorer(moment, EVEN)
    whole = resonance(memory(words=("boat", "moon")), moment, EVEN)
    assert scorer.guess(memory(), whole.shared, 2) == pytest.approx(whole.score, abs=0.15)
    assert scorer.guess(memory(), whole.shared, 2) > scorer.guess(memory(), whole.shared / 2, 2)
    assert scorer.guess(memory(), 0.0, 2) < 0.4
