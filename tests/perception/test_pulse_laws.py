"""The pulse over any text and any field."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.field.layer import Layer
from leo.field.looks import RowView
from leo.field.rows import cell_of
from leo.field.themes import Theme, Themes
from leo.perception.perceive import UNKNOWN_SHOWN, perceive
from leo.perception.pulse import (
    LISTENED,
    arousal_of,
    expected_entropy,
    normalised_entropy,
    novelty_of,
    pulse_of,
)
from leo.testing import toy_field
from leo.text.tokens import tokens
from tests.field.test_layer import contents
from tests.strategies import prose, scripts, texts


def heard(text: str) -> list[str]:
    """Give the canonical tokens of a text."""
    return [token.word for token in tokens(text)]


@given(scripts, st.one_of(prose, texts))
def test_a_percept_is_in_range_and_teaches_nothing(before: list[str], text: str) -> None:
    """Whatever is known and whatever is said, all numbers are shares, and the field stays."""

    async def take() -> None:
        layer = await toy_field(*before)
        told = repr(contents(layer))
        percept = await perceive(text, heard(text), layer, Themes())
        pulse = percept.pulse
        for value in (pulse.novelty, pulse.arousal, pulse.expected_entropy, pulse.pulse):
            assert 0 <= value <= 1
        assert list(percept.tokens) == heard(text)
        assert all(layer.id(word) is None for word in percept.unknown)
        assert repr(contents(layer)) == told

    asyncio.run(take(), debug=True)


@given(prose)
def test_what_was_learned_is_no_longer_new(text: str) -> None:
    """All is new to an empty field, nothing after it was heard, and marks never count."""

    async def before_and_after() -> tuple[float, float]:
        layer = Layer()
        new, _ = novelty_of(heard(text), layer)
        await layer.learn(tokens(text), "observer")
        return new, novelty_of(heard(text), layer)[0]

    wordless = not set(heard(text)) - set(".,?")
    assert asyncio.run(before_and_after(), debug=True) == ((0.5, 0.5) if wordless else (1.0, 0.0))


async def test_many_unknown_words_are_counted_and_a_few_named() -> None:
    """Novelty counts all, the percept names the first."""
    text = " ".join(f"word{i}" for i in range(40))
    percept = await perceive(text, heard(text), Layer(), Themes())

    assert percept.pulse.novelty == 1.0
    assert percept.unknown == tuple(f"word{i}" for i in range(UNKNOWN_SHOWN))


async def test_a_percept_names_the_themes_it_touches() -> None:
    """Themes are those of the field, scored by the prompt's tokens."""
    themes = Themes([Theme(3, ("boat", "harbour"))], 4)
    percept = await perceive("The boat!", heard("The boat!"), Layer(), themes)

    assert [(theme.id, theme.score) for theme in percept.themes] == [(3, 1.0)]


@given(texts, st.integers(1, 5))
def test_more_marks_never_calm(text: str, more: int) -> None:
    """Arousal is monotone in exclamation marks and stays in range."""
    low, high = (arousal_of(one, heard(one)) for one in (text, text + "!" * more))

    assert 0 <= low <= high <= 1
    assert high >= 0.1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("i i i", 0.0),
        ("Hi", 0.0),
        ("I I I AM", min(0.4, 2 * 2 / 5)),
        ("so very really always never", 0.3),
        ("so so so so", 0.1),
        ("!?!?!?!?", 0.3),
        ("NEVER EVER!!! so very really", 1.0),
        ("ПРИВЕТ", 0.4),
        ("你好", 0.0),
    ],
)
def test_arousal_has_three_bounded_parts(text: str, expected: float) -> None:
    """Shouting 0.4, marks 0.3, intense words 0.3 at most; small and caseless letters shout not."""
    assert arousal_of(text, heard(text)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("novelty", "arousal", "entropy", "expected"),
    [(0, 0, 0, 0.0), (1, 1, 1, 1.0), (0.8, 0.6, 0.5, 0.63), (1, 0, 0, 0.3), (0, 1, 0, 0.4)],
)
def test_pulse_golden(novelty: float, arousal: float, entropy: float, expected: float) -> None:
    """Worked examples of the weights."""
    assert pulse_of(novelty, arousal, entropy).pulse == pytest.approx(expected)


@given(st.lists(st.integers(1, 10**6), max_size=30))
def test_entropy_is_between_certain_and_even(counts: list[int]) -> None:
    """Normalised entropy is 0 for one outcome, 1 for equal ones, and between for others."""
    row = RowView.of(
        sum(counts), len(counts), {i: cell_of(count) for i, count in enumerate(counts)}
    )
    entropy = normalised_entropy(row)

    assert 0 <= entropy <= 1
    if len(counts) < 2:
        assert entropy == 0.0
    else:
        assert entropy > 0
        assert (len(set(counts)) > 1) or entropy == pytest.approx(1.0)


async def test_only_the_first_known_words_are_listened_to() -> None:
    """A long prompt is judged by its first words, so that its cost is bounded."""
    known = [f"w{i}" for i in range(LISTENED + 1)]
    layer = await toy_field(*[f"{word} only" for word in known[:-1]], f"{known[-1]} a", "w32 b")

    assert await expected_entropy(known, layer) == 0.0
    assert await expected_entropy(known[::-1], layer) == pytest.approx(1 / LISTENED)
