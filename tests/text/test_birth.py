"""The birth texts: enough of them, clean, and known by their digest."""

import regex

from leo.text.birth import DEFAULT_BIRTH, Birth
from leo.text.function_words import is_content
from leo.text.tokens import is_word, tokens
from tests.helpers import sentences


def test_there_is_enough_to_read() -> None:
    """An origin and six thousand words of first readings are there."""
    count = {"origin": 0, "book": 0}
    for source, text in DEFAULT_BIRTH.texts:
        count[source] += sum(is_word(token.word) for token in tokens(text))

    assert count["origin"] >= 200
    assert count["book"] >= 6000


def test_the_texts_are_whole_plain_sentences() -> None:
    """Every text ends its last sentence and has no character that speech does not have."""
    for _, text in DEFAULT_BIRTH.texts:
        assert text[-1] in ".!?"
        assert regex.findall(r"[^\p{L}\s.,!?']", text) == []
        longest = max(len(one) for one in sentences(tuple(t.word for t in tokens(text))))
        assert longest <= 34


def test_no_technical_word_is_in_them() -> None:
    """A child's world has none of these."""
    words = {token.word for _, text in DEFAULT_BIRTH.texts for token in tokens(text)}
    technical = {"data", "network", "model", "code", "computer", "trigram", "token", "module"}

    assert words & technical == set()


def test_the_digest_follows_the_texts() -> None:
    """Equal texts have equal digests; source, order and wording all count."""
    one = Birth("1", (("origin", "a"), ("book", "b")))

    assert one.digest == Birth("2", one.texts).digest
    assert one.digest != Birth("1", one.texts[::-1]).digest
    assert one.digest != Birth("1", (("origin", "a"), ("origin", "b"))).digest


def test_content_words() -> None:
    """Marks, common words and very short words say nothing about a text."""
    heard = ["the", "red", "boat", ".", "i", "am", "at", "it", "ox", "дом", "你", "don't"]

    assert [word for word in heard if is_content(word)] == ["red", "boat", "дом", "你"]
