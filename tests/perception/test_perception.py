"""Perceiving: golden values, ranges, and that neutral stays neutral."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.field.themes import Themes
from leo.perception.impression import cross_fire, cues_of, impression_of, temperature_shift
from leo.perception.lean import impression_lean
from leo.perception.perceive import perceive
from leo.perception.pulse import arousal_of, expected_entropy, novelty_of, pulse_of
from leo.records import Chambers, Impression
from leo.testing import toy_field
from leo.text.tokens import tokens
from tests.strategies import texts

levels = st.floats(0, 1)
chambers = st.builds(Chambers, levels, levels, levels, levels, levels)


def heard(text: str) -> list[str]:
    """Give the canonical tokens of a text."""
    return [token.word for token in tokens(text)]


def impression(text: str) -> Impression:
    """Form an impression of a text that is neither new nor known."""
    words = heard(text)
    return impression_of(text, words, novelty=0.5, arousal=arousal_of(text, words))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The table is brown.", 0.0),
        ("I love you!", 0.1),
        ("I am in Rome.", 0.0),
        ("STOP", 0.4),
        ("HELP me NOW!!!", 0.4 + 0.3 + 0.1),
        ("???????", 0.3),
        ("", 0.0),
    ],
)
def test_arousal(text: str, expected: float) -> None:
    """Shouted words, marks and intense words arouse; a capital or the pronoun I does not."""
    assert arousal_of(text, heard(text)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "chamber", "expected"),
    [
        ("I love you!", "warmth", 0.3),
        ("What is this? How does it work?", "curiosity", 0.6),
        ("Tell me about the sea.", "curiosity", 0.1 + 0.2),
        ("I am afraid of the dark, don't go.", "fear", 0.2 * 2 + 0.1),
        ("The house is empty.", "void", 0.2 + 0.2),
        ("Let us play a game, haha", "playful", 0.15 * 2 + 0.3),
        ("Leo, my heart.", "warmth", 0.15 + 0.2 + 0.15),
        ("The table is brown.", "warmth", 0.0),
    ],
)
def test_cues(text: str, chamber: str, expected: float) -> None:
    """Each cue adds its amount to its chamber."""
    assert getattr(impression(text).raw, chamber) == pytest.approx(expected)


def test_a_neutral_prompt_stays_neutral() -> None:
    """Nothing touched: no chamber dominates, the impression is flat, nothing is pulled."""
    felt = impression("The table is brown.")

    assert felt.raw == felt.chambers == Chambers(0, 0, 0, 0, 0)
    assert (felt.dominant, felt.anomaly) == (None, "flat")
    assert impression_lean(felt).pulls == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((0.0, 0.0, 0.6, 0.6, 0.0), (0.0, 0.0, 0.6, 0.6, 0.0)),
        ((0.3, 0.0, 0.6, 0.0, 0.0), (0.18, 0.0, 0.6, 0.0, 0.0)),
        ((0.6, 0.0, 0.0, 0.6, 0.0), (0.42, 0.0, 0.0, 0.36, 0.0)),
        ((0.0, 0.0, 0.6, 0.0, 0.6), (0.0, 0.0, 0.42, 0.0, 0.36)),
        ((1.0, 1.0, 1.0, 1.0, 1.0), (0.5, 1.0, 0.4, 0.1, 0.2)),
    ],
)
def test_cross_fire(before: tuple[float, ...], after: tuple[float, ...]) -> None:
    """All fire at once, from the levels before (worked by hand from the couplings)."""
    assert cross_fire(Chambers(*before)).values() == pytest.approx(after)


@given(chambers)
def test_cross_fire_raises_nobody(raw: Chambers) -> None:
    """No chamber rises, none falls below zero, curiosity is left alone."""
    after = cross_fire(raw)

    for low, high in zip(after.values(), raw.values(), strict=True):
        assert 0 <= low <= high + 1e-6
    assert after.curiosity == pytest.approx(raw.curiosity, abs=1e-6)


@given(texts)
def test_everything_is_in_range(text: str) -> None:
    """Whatever is typed, every number stays where it belongs."""
    felt = impression(text)

    for value in (*felt.raw.values(), *felt.chambers.values(), arousal_of(text, heard(text))):
        assert 0 <= value <= 1
    assert -0.2 <= felt.composite <= 0.8
    assert abs(temperature_shift(felt, novelty=1, arousal=1)) <= 0.4


@given(texts)
def test_saying_it_twice_touches_no_deeper(text: str) -> None:
    """Cues are sets: repeating or turning the words round changes nothing."""
    words = heard(text)
    plain = {cue for cue in cues_of("", words) if cue.cue != "tell me"}

    assert {cue for cue in cues_of("", words + words) if cue.cue != "tell me"} == plain
    assert {cue for cue in cues_of("", words[::-1]) if cue.cue != "tell me"} == plain


@pytest.mark.parametrize(
    ("values", "arousal", "expected"),
    [
        ((0.6, 0, 0.4, 0, 0), 0.7, "forced_stability"),
        ((0, 0, 0, 0.5, 0), 0.6, "dissociative"),
        ((0.1, 0.1, 0.1, 0.1, 0.1), 0.9, "flat"),
        ((0, 0.5, 0, 0, 0), 0.1, None),
    ],
)
def test_anomalies(values: tuple[float, ...], arousal: float, expected: str | None) -> None:
    """An unusual mixture has a name."""
    from leo.perception.impression import _anomaly

    assert _anomaly(Chambers(*values), arousal) == expected


async def test_novelty_counts_distinct_unknown_words() -> None:
    """Marks do not count, a word counts once, and the unknown ones are named in order."""
    layer = await toy_field("the cat sat on the mat")

    assert novelty_of(heard("The cat, the zebra, the gnu!"), layer) == (0.5, ("zebra", "gnu"))
    assert novelty_of(heard("the cat"), layer) == (0.0, ())
    assert novelty_of(heard("..."), layer) == (0.5, ())


async def test_expected_entropy_is_what_may_follow() -> None:
    """A word with one continuation expects nothing, one with many equals expects everything."""
    layer = await toy_field("a b", "x one", "x two", "y p", "y p", "y p", "y q")

    assert await expected_entropy(["a"], layer) == 0.0
    assert await expected_entropy(["x"], layer) == pytest.approx(1.0)
    assert await expected_entropy(["y"], layer) == pytest.approx(0.8113, abs=1e-4)
    assert await expected_entropy(["a", "x"], layer) == pytest.approx(0.5)
    assert await expected_entropy(["never", "heard"], layer) == 1.0


@given(levels, levels, levels)
def test_the_pulse_is_a_weighted_sum(novelty: float, arousal: float, entropy: float) -> None:
    """0.3 novelty, 0.4 arousal, 0.3 entropy, always in range."""
    pulse = pulse_of(novelty, arousal, entropy)

    assert pulse.pulse == pytest.approx(0.3 * novelty + 0.4 * arousal + 0.3 * entropy, abs=1e-5)
    assert 0 <= pulse.pulse <= 1


async def test_a_percept_has_it_all() -> None:
    """Perceiving gives tokens, unknown words, pulse and impression of one prompt."""
    layer = await toy_field("i love the rain")
    percept = await perceive("I LOVE quaggas!", heard("I LOVE quaggas!"), layer, Themes())

    assert percept.tokens == ("i", "love", "quaggas", "!")
    assert percept.unknown == ("quaggas",)
    assert percept.pulse.novelty == pytest.approx(1 / 3, abs=1e-5)
    assert percept.impression.dominant == "warmth"


def test_a_strong_feeling_draws_answers() -> None:
    """A chamber above one half draws words that answer it."""
    felt = impression("love love, dear friend, kind and gentle heart, Leo, hug, smile, thanks")

    assert felt.chambers.warmth > 0.5
    assert {pull.by for pull in impression_lean(felt).pulls} == {"impression: warmth"}
