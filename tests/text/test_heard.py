"""Long texts as numbers: the oracle is the tokenizer, which gives an object for each token."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.text.heard import Ear, Heard, heard
from leo.text.tokens import Token, tokens
from tests.strategies import prose, texts

AWKWARD = (
    *("a", "Ab", "1", "3.14", "don't", "’", "'", "-", "–", "—", "...", "…", ".", ",", "?", "!"),
    *("é", "e\u0301", "\u0301", "你", "ガ", "か\u3099", "。", "，", "〇", "٣", "İ", "ﬁ", "😀"),
    *(" ", "  ", "\n", "\u3000", "\x1c", "\x85", "\u2028", "\x00", "\ud800", "x" * 70),
)
"""What rules for tokens, spaces and slices could stumble over."""

awkward = st.lists(st.sampled_from(AWKWARD), max_size=16).map("".join)


def told(text: Heard) -> Iterator[Token]:
    for word, form, opens in zip(text.word, text.form, text.opens, strict=True):
        assert text.word_of[form] == word
        yield Token(text.words[word], text.forms[form], bool(opens))


@given(st.lists(st.one_of(awkward, prose, texts), max_size=6), st.sampled_from((1, 2, 3, 8192)))
def test_an_ear_hears_what_the_tokenizer_does(many: list[str], size: int) -> None:
    """Text after text, however it is sliced, and whatever the ear remembers of those before."""
    ear = Ear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leo.text.tokens.SLICE", size)
        patch.setattr("leo.text.heard.KEPT_PIECES", 8)
        for text in many:
            assert tuple(told(ear.hear(text))) == tokens(text)


def test_marks_are_told_from_words() -> None:
    """A mark that comes again at once says no more than one."""
    text = heard("No!! Yes, no.")

    assert [text.words[i] for i in text.word] == ["no", "!", "yes", ",", "no", "."]
    assert text.marks.tolist() == [False, True, False, True, False, True]
