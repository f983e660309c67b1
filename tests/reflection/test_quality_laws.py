"""Laws of quality and echo over any text."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.reflection.external_vocab import external_vocab
from leo.reflection.quality import entropy_quality, known_share, quality_of, structural_reasons
from leo.testing import toy_field
from leo.text.tokens import MARKS, tokens
from tests.strategies import prose, texts

content = st.lists(
    st.sampled_from("boat lamp harbour bread moon apple".split()), min_size=1, max_size=9
)
shares = st.one_of(st.none(), st.floats(0, 1))


def heard(text: str) -> list[str]:
    """Give the canonical tokens of a text."""
    return [token.word for token in tokens(text)]


def structural(prompt: list[str], reply: list[str], known: float | None = 1.0) -> float:
    """Judge the form of a reply."""
    return quality_of(prompt, reply, entropy=0.5, known=known).structural


@given(content, st.data(), shares)
def test_an_echo_is_at_most_four_tenths(
    prompt: list[str], data: st.DataObject, known: float | None
) -> None:
    """A reply made of the prompt's content words is never good, however long."""
    reply = data.draw(st.lists(st.sampled_from([*prompt, "the", "."]), min_size=1))
    if set(reply) & set(prompt):
        assert structural(prompt, reply, known) <= 0.4


@given(texts, texts, shares)
def test_marks_and_function_words_are_no_overlap(
    prompt: str, reply: str, known: float | None
) -> None:
    """Adding marks and function words to a prompt changes nothing about a reply to it."""
    said = heard(reply)
    plain = structural_reasons(heard(prompt), said, known)

    assert structural_reasons([*heard(prompt), ".", "?", "the", "you"], said, known) == plain


@given(st.one_of(texts, prose), st.one_of(texts, prose), st.floats(0, 1), shares)
def test_each_weakness_has_a_factor_below_one_and_is_told_once(
    prompt: str, reply: str, entropy: float, known: float | None
) -> None:
    """Reasons are distinct, none praises, and quality is in range for any text."""
    quality = quality_of(heard(prompt), heard(reply), entropy=entropy, known=known)

    assert len({reason.why for reason in quality.reasons}) == len(quality.reasons)
    assert all(0 <= reason.factor < 1 for reason in quality.reasons)
    assert 0 <= quality.overall <= 1


@given(texts)
def test_saying_no_word_is_worth_nothing(prompt: str) -> None:
    """An empty reply, or one of marks only, has structural quality 0."""
    assert structural(heard(prompt), []) == 0
    assert structural(heard(prompt), [".", "—", "?"]) == 0


@given(st.floats(0, 1), st.floats(0, 1))
def test_entropy_quality_is_continuous(one: float, other: float) -> None:
    """A small change of entropy is a small change of quality, and the best is in the middle."""
    assert abs(entropy_quality(one) - entropy_quality(other)) <= abs(one - other) / 0.6 + 1e-9
    assert 0.5 - 1e-9 <= entropy_quality(one) <= 1
    assert (entropy_quality(one) == 1) == (0.3 - 1e-12 <= one <= 0.7 + 1e-12)


@pytest.mark.parametrize(
    ("unique", "expected"), [(39, 0.5), (40, 0.8), (59, 0.8), (60, 1.0), (100, 1.0)]
)
def test_repetition_is_judged_by_its_share(unique: int, expected: float) -> None:
    """Of a hundred words, fewer than forty different ones are bad, fewer than sixty not good."""
    said = [f"w{i % unique}" for i in range(100)]

    assert structural([], said) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("known", "expected"),
    [(None, 1.0), (0.29, 0.5), (0.3, 0.8), (0.59, 0.8), (0.6, 1.0), (1.0, 1.0)],
)
def test_unknown_paths_are_judged_by_their_share(known: float | None, expected: float) -> None:
    """Where the field knows hardly a trigram of it, a reply has lost its way."""
    assert structural([], ["red", "boat", "sails"], known) == pytest.approx(expected)


def test_a_golden_reply() -> None:
    """A long unrelated reply: unique enough, known paths, sweet entropy."""
    said = [f"word{i % 39}" for i in range(60)]
    quality = quality_of(["question"], said, entropy=0.5, known=0.9)

    assert (quality.structural, quality.entropy, quality.overall) == (0.7, 1.0, 0.85)


@given(prose)
def test_what_was_heard_is_a_known_path(text: str) -> None:
    """The share of known trigrams is 1 for a text the field heard, and 0 for an empty field."""
    said = heard(text)

    async def both() -> tuple[float | None, float | None]:
        return await known_share(said, await toy_field(text)), await known_share(
            said, await toy_field()
        )

    known, unknown = asyncio.run(both(), debug=True)
    assert (known, unknown) == ((None, None) if len(said) < 3 else (1.0, 0.0))


@pytest.mark.parametrize(
    ("prompt", "reply", "expected"),
    [
        ("What does the quiet river sound like?", "The river sings to the quiet moon.", 0.6),
        ("Moon?", "moon, MOON “moon” moon!", 1.0),
        ("so it is", "so it is", 0.0),
        ("don’t go", "Don't sing.", 0.5),
        ("hello", "...", 0.0),
        ("", "The moon.", 0.0),
        ("the the the", "the moon the moon", 0.5),
    ],
)
def test_echo_golden(prompt: str, reply: str, expected: float) -> None:
    """Distinct words of three letters or more; marks, case, quotes and apostrophes play no part."""
    assert external_vocab(heard(prompt), heard(reply)) == pytest.approx(expected)


@given(texts, texts)
def test_echo_does_not_count_how_often(prompt: str, reply: str) -> None:
    """Order, repetition and marks change nothing."""
    one, other = heard(prompt), heard(reply)
    plain = external_vocab(one, other)

    assert external_vocab(one[::-1], other[::-1] * 2) == plain
    assert external_vocab([*one, *MARKS], other) == plain
    assert external_vocab(one, [*other, "?!"[0], "…"]) == plain
