"""One tokenizer: examples, and laws over any text."""

import pytest
from hypothesis import given

from leo.text.prose import capital, join, shown
from leo.text.tokens import MARKS, MAX_TOKEN, clean, is_word, tokens
from tests.helpers import sentences
from tests.strategies import texts


def words(text: str) -> list[str]:
    """Give the canonical tokens of a text."""
    return [token.word for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, world!", ["hello", ",", "world", "!"]),
        ("word.word", ["word", ".", "word"]),
        ("Don’t don't", ["don't", "don't"]),
        ("ding-dong — go - now", ["ding-dong", "—", "go", "—", "now"]),
        ("3.14 and 1,000 or 7.", ["3.14", "and", "1,000", "or", "7", "."]),
        ("Привет, МИР", ["привет", ",", "мир"]),
        ("naïve été e\u0301t\u00e9", ["naïve", "été", "été"]),
        ("你好吗？", ["你", "好", "吗", "?"]),
        ("हिन्दी", ["हिन्दी"]),
        ("wait... what…", ["wait", "…", "what", "…"]),
        ("no!!! really?!", ["no", "!", "really", "?", "!"]),
        ("“quoted” (and) [so] *on*", ["quoted", "and", "so", "on"]),
        ("😀 \x00 \ud800", []),
        ("", []),
    ],
    ids=str,
)
def test_examples(text: str, expected: list[str]) -> None:
    """Words of any script, numbers, both apostrophes, and each mark alone."""
    assert words(text) == expected


def test_a_token_keeps_how_it_was_written_and_where() -> None:
    """The written form stays beside the canonical one; openers of sentences are known."""
    found = tokens("Mila saw LEO. he ran")

    assert [(one.written, one.opens) for one in found] == [
        ("Mila", True),
        ("saw", False),
        ("LEO", False),
        (".", False),
        ("he", True),
        ("ran", False),
    ]


def test_a_long_run_is_cut() -> None:
    """A single token has at most sixty-four characters."""
    assert words("x" * 100 + " y") == ["x" * MAX_TOKEN, "y"]


@given(texts)
def test_reading_the_joined_tokens_again_gives_the_same(text: str) -> None:
    """Tokenizing is idempotent on its own joined output."""
    first = words(text)

    assert words(join(first)) == first


@given(texts)
def test_formatting_twice_changes_nothing(text: str) -> None:
    """What is prose already stays as it is."""
    once = join(words(text))

    assert join(words(once)) == once


@given(texts)
def test_every_token_is_a_word_or_a_mark_of_bounded_length(text: str) -> None:
    """Nothing else comes out, whatever goes in."""
    for word in words(text):
        assert 1 <= len(word) <= MAX_TOKEN
        assert is_word(word) == (word not in MARKS)
        assert " " not in word


@given(texts)
def test_a_clean_text_can_be_stored(text: str) -> None:
    """After cleaning there is no NUL and nothing that UTF-8 cannot carry."""
    tidy = clean(text)

    assert "\0" not in tidy
    assert tidy.encode().decode() == tidy


@given(texts)
def test_sentences_are_the_tokens_in_order(text: str) -> None:
    """Cutting into sentences loses and moves nothing."""
    said = tuple(words(text))

    assert sum(sentences(said), ()) == said


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["the", "cat", ",", "sat", "."], "The cat, sat."),
        (["yes", "!", "no", "?", "well"], "Yes! No? Well"),
        (["go", "—", "now", "…", "later"], "Go — now… Later"),
        (["你", "好", "leo", "."], "你好 leo."),
        (["ßa"], "ßa"),
        ([], ""),
    ],
    ids=str,
)
def test_prose(said: list[str], expected: str) -> None:
    """Marks stand at the word before, sentences begin with a capital, scripts keep their ways."""
    assert join(said) == expected


def test_prose_uses_the_usual_form() -> None:
    """A name is written as it usually is, wherever it stands."""
    forms = {"leo": "Leo", "i": "I"}

    assert join(["so", "i", "am", "leo"], lambda word: forms.get(word, word)) == "So I am Leo"
    assert shown("am", "leo", "Leo") == " Leo"


def test_a_capital_leads_back() -> None:
    """A letter is only raised when lowering it gives the letter again."""
    assert [capital(word) for word in ("élan", "ßa", "ŉa", "1a", "")] == [
        "Élan",
        "ßa",
        "ŉa",
        "1a",
        "",
    ]


def test_a_letter_under_a_million_marks_is_one_word() -> None:
    """Marks upon marks are sorted in short runs: a text of them costs no more than its length."""
    stacked = "a" + "\u0301" * 500_000 + "\u0316" * 500_000
    (token,) = tokens(stacked)
    assert len(token.word) == MAX_TOKEN
    assert tokens(token.word)[0].word == token.word
    assert [one.word for one in tokens("a" + "\u0316" * 20 + "\u0301" * 10)] == [
        "á" + "\u0316" * 20 + "\u0301" * 9
    ]


def test_a_million_characters_that_no_file_can_carry_are_replaced_one_by_one() -> None:
    """NUL and lone surrogates become U+FFFD each, in runs and alone."""
    assert clean("\0" * 500_000 + "\ud800\udfff" * 250_000) == "\ufffd" * 1_000_000
    assert clean("a\0b\ud800c🎉") == "a\ufffdb\ufffdc🎉"
