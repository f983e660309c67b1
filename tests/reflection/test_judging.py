"""The inner judge: parts in [0, 1], one peak, and a prompt that counts."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.notes import Spoken
from leo.records import Quality
from leo.reflection.judging import WEIGHTS, coherence, length, relevance, resonance, weighed
from leo.reflection.metaleo import weight_of
from leo.testing import make_turn

TOKENS = st.lists(st.sampled_from(["the", "rain", "moon", "sings", "boat", ".", "?", ","]))
units = st.floats(0, 1)


def said(text: str) -> list[str]:
    """Cut a text at its spaces."""
    return text.split()


@given(TOKENS, TOKENS)
def test_every_part_is_a_share(heard: list[str], spoken: list[str]) -> None:
    """Whatever was said, each part is within [0, 1]."""
    for part in (coherence(spoken), resonance(spoken), length(spoken), relevance(heard, spoken)):
        assert 0 <= part <= 1
    assert sum(WEIGHTS.values()) == pytest.approx(1)


def test_silence_is_worth_nothing() -> None:
    """No words, no parts."""
    assert (coherence([]), resonance([]), length([]), relevance(["rain"], [])) == (0, 0, 0, 0)


def test_6_6_7_length_has_one_peak() -> None:
    """Corrected rule: rising to the best length, then falling, without a jump."""
    values = [length(["rain"] * n) for n in range(100)]
    best = values.index(max(values))

    assert values[best] == 1
    assert values[: best + 1] == sorted(values[: best + 1])
    assert values[best:] == sorted(values[best:], reverse=True)
    assert max(abs(a - b) for a, b in itertools.pairwise(values)) < 0.1


def test_length_by_hand() -> None:
    """One word for each sixteenth, then a straight way down to the sixty-fourth."""
    values = [length(["rain"] * words) for words in (4, 16, 28, 40, 64, 90)]

    assert values == [0.25, 1, 0.75, 0.5, 0, 0]


def test_a_sentence_that_trails_off_is_half_ended() -> None:
    """Three dots are worth half of a full stop."""
    assert coherence(said("the rain sings …")) == 0.75


def test_the_score_by_hand() -> None:
    """Each part by its weight; the words are rounded as they are told."""
    turn = make_turn(reply="The lamp was warm. I listen.")
    quality = Quality(0.5, 0.5, 0.5, ())
    found = weighed(said("the lamp ?"), turn.utterance, quality, 0.8)

    assert found == Spoken(
        text="The lamp was warm. I listen.",
        temperature=0.8,
        coherence=0.75,
        resonance=1.0,
        length=0.375,
        relevance=1.0,
        quality=0.5,
        score=0.7125,
    )


def test_6_6_8_coherence_reaches_one_and_resonance_survives_long_texts() -> None:
    """Corrected rules: whole sentences are wholly coherent; a common word kills no long text."""
    whole = said("the rain sings to the boat . the moon is a boat .")
    long = said(" ".join(f"the w{i} sings ." for i in range(20)))

    assert coherence(whole) == 1
    assert coherence(said("the rain sings to the")) < 0.6
    assert resonance(long) > 0.5
    assert resonance(["rain"] * 50) < 0.05
    assert resonance(["rain", "sings"]) == 0


def test_a_sentence_is_whole_from_three_words_to_twenty() -> None:
    """The bounds count as whole; what is shorter or longer is worth only that it ended."""
    worth = [coherence(["rain"] * words + ["."]) for words in (2, 3, 20, 21)]

    assert worth == [0.5, 1, 1, 0.5]


def test_6_6_9_the_prompt_counts() -> None:
    """Corrected rule: taking up what was said is worth something; nothing else is."""
    heard = said("tell me about the rain and the boat .")

    assert relevance(heard, said("the rain was in the boat .")) > relevance(heard, said("rain ."))
    assert relevance(heard, said("the moon sings .")) == 0
    assert relevance(said("and the ."), said("and the .")) == 0


@given(units, units, units, units)
def test_the_weight_is_bounded_and_grows_with_each_trigger(
    entropy: float, wound: float, quality: float, arousal: float
) -> None:
    """From 0.1 to 0.5; a wider wound, a worse reply or a louder prompt never lower it."""

    def weight(**changes: float) -> int:
        now = {"entropy": entropy, "wound": wound, "quality": quality, "arousal": arousal}
        return weight_of(**(now | changes))[0]

    assert 10 <= weight() <= 50
    assert weight(wound=1.0) >= weight() >= weight(wound=0.0)
    assert weight(quality=0.0) >= weight() >= weight(quality=1.0)
    assert weight(arousal=1.0) >= weight() >= weight(arousal=0.0)


@pytest.mark.parametrize(
    ("moment", "weight"),
    [
        ({"entropy": 0.5, "wound": 0.0, "quality": 0.8, "arousal": 0.0}, 10),
        ({"entropy": 0.24, "wound": 0.0, "quality": 0.8, "arousal": 0.0}, 25),
        ({"entropy": 0.25, "wound": 0.6, "quality": 0.4, "arousal": 0.6}, 10),
        ({"entropy": 0.86, "wound": 0.0, "quality": 0.8, "arousal": 0.0}, 20),
        ({"entropy": 0.5, "wound": 0.61, "quality": 0.8, "arousal": 0.0}, 25),
        ({"entropy": 0.5, "wound": 0.0, "quality": 0.39, "arousal": 0.0}, 30),
        ({"entropy": 0.1, "wound": 0.9, "quality": 0.1, "arousal": 0.9}, 50),
    ],
)
def test_6_6_11_weights_are_exact_hundredths(moment: dict[str, float], weight: int) -> None:
    """The table of the spec, strict at its thresholds, with no sums of decimals to round."""
    found, reasons = weight_of(**moment)

    assert found == weight
    assert min(50, round(sum(points for _, points in reasons) * 100)) == weight
