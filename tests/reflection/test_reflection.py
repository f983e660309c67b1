"""Quality and echo: golden values and ranges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.field.rows import TOP
from leo.reflection.external_vocab import external_vocab
from leo.reflection.quality import entropy_quality, known_share, quality_of
from leo.testing import toy_field
from leo.text.tokens import tokens
from tests.strategies import prose


def heard(text: str) -> list[str]:
    """Give the canonical tokens of a text."""
    return [token.word for token in tokens(text)]


@pytest.mark.parametrize(
    ("entropy", "expected"),
    [(0, 0.5), (0.15, 0.75), (0.3, 1), (0.5, 1), (0.7, 1), (0.85, 0.75), (1, 0.5)],
)
def test_entropy_quality(entropy: float, expected: float) -> None:
    """Best in the middle, half at the ends."""
    assert entropy_quality(entropy) == pytest.approx(expected)


def structural(prompt: str, reply: str, known: float | None = 1.0) -> float:
    """Judge the form of a reply."""
    return quality_of(heard(prompt), heard(reply), entropy=0.5, known=known).structural


@pytest.mark.parametrize(
    ("prompt", "reply", "known", "expected"),
    [
        ("Where is the boat?", "Green apples", None, 0.28),
        ("Where is the boat?", "The boat is in the harbour.", 1.0, 1.0),
        ("Where is the boat?", "Green apples are sweet.", 1.0, 0.7),
        ("Where is the boat?", "The boat is, is the boat?", 1.0, 0.4 * 0.8),
        ("Hello.", "Green apples are sweet.", 0.5, 0.7 * 0.8),
        ("", "Green apples are sweet.", 0.1, 0.5),
        ("boat", "boat boat boat boat", 1.0, 0.5 * 0.4),
        ("boat", "...", None, 0.0),
        ("boat", "", None, 0.0),
    ],
)
def test_structural_quality(prompt: str, reply: str, known: float | None, expected: float) -> None:
    """Each weakness has its factor; they multiply."""
    assert structural(prompt, reply, known) == pytest.approx(expected)


def test_punctuation_and_length_do_not_count_as_overlap() -> None:
    """A shared mark is no shared word, and a long answer is not worse for it."""
    assert structural("Boat?", "Green apples?") == structural("Boat?", "Green apples!")
    assert structural("boat", "the boat sails " + " ".join("abcdefghij")) == 1.0


def test_very_long_replies_are_worse() -> None:
    """Above a hundred tokens a reply is too long."""
    said = [f"word{i}" for i in range(101)]

    assert quality_of([], said, entropy=0.5, known=1.0).structural == pytest.approx(0.7)


@given(prose, prose, st.floats(0, 1), st.one_of(st.none(), st.floats(0, 1)))
def test_quality_is_in_range(prompt: str, reply: str, entropy: float, known: float | None) -> None:
    """All three numbers stay in [0, 1], the overall is their mean, reasons explain it."""
    quality = quality_of(heard(prompt), heard(reply), entropy=entropy, known=known)
    product = 1.0
    for reason in quality.reasons:
        product *= reason.factor

    assert 0 <= quality.structural <= 1
    assert 0 <= quality.entropy <= 1
    assert quality.overall == pytest.approx((quality.structural + quality.entropy) / 2, abs=1e-5)
    assert quality.structural == pytest.approx(product, abs=1e-5)


async def test_known_share() -> None:
    """The share of a reply's trigrams that the field knows."""
    layer = await toy_field("the cat sat on the mat")

    assert await known_share(heard("the cat sat on the sofa"), layer) == pytest.approx(0.75)
    assert await known_share(heard("the cat sat"), layer) == 1.0
    assert await known_share(heard("the cat"), layer) is None


async def test_a_rare_path_is_known_too() -> None:
    """A trigram counts although its last word is not among the strongest after the first two."""
    often = [f"the cat w{number}" for number in range(TOP)] * 2
    layer = await toy_field("the cat zebra", *often)

    assert await known_share(heard("the cat zebra"), layer) == 1.0
    assert await known_share(heard("the cat cat"), layer) == 0.0


def test_external_vocab_golden() -> None:
    """Distinct words of three letters that stand in the message, over all distinct ones."""
    prompt = heard("What does the quiet river sound like?")
    reply = heard("The river sings. The river sings to the quiet moon...")

    assert external_vocab(prompt, reply) == 0.6


@given(prose, prose)
def test_external_vocab_is_a_share(prompt: str, reply: str) -> None:
    """It is in [0, 1], 1 for an echo with words, 0 for nothing shared."""
    share = external_vocab(heard(prompt), heard(reply))

    assert 0 <= share <= 1
    assert external_vocab([], heard(reply)) == 0
    words = [word for word in heard(reply) if len(word) > 2]
    assert external_vocab(words, words) == (1 if words else 0)
