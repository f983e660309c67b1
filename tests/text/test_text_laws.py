"""Laws of text: the same tokens on every path, prose that loses nothing, a birth that lasts."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leo.field.layer import Layer
from leo.text.birth import DEFAULT_BIRTH, Birth
from leo.text.function_words import FUNCTION_WORDS, is_content
from leo.text.prose import capital, join, shown, spacing
from leo.text.tokens import MARKS, MAX_TOKEN, SENTENCE_ENDS, clean, is_word, tokens
from leo.voice import learn
from tests.conftest import Open
from tests.strategies import texts

ODD = "DON’T STOP: ÉTÉ 3.14 … 你好\x00\ud800 ding-dong 🎉 Привет!"
HEARD = ["don't", "stop", ":", "été", "3.14", "…", "你", "好", "ding-dong", "привет", "!"]


def words(text: str) -> list[str]:
    """Give the canonical tokens of a text."""
    return [token.word for token in tokens(text)]


async def test_a_prompt_and_an_observed_text_are_cut_alike(make: Open) -> None:
    """What a turn perceives, what observing teaches and what a layer counts are the same tokens."""
    async with make(birth=None) as leo:
        turn = await leo.imagine(ODD)
        growth = await leo.observe(ODD)
    layer = Layer()
    await learn(layer, ODD, "observer", stored=None)

    assert list(turn.percept.tokens) == HEARD
    assert layer.words == HEARD
    assert (growth.tokens, growth.words) == (len(HEARD), len(HEARD))


@given(texts, texts)
def test_texts_side_by_side_are_cut_as_each_alone(one: str, other: str) -> None:
    """A word between two others does not depend on them, so batches of a book may be cut."""
    apart = words(one) + words(other)
    both = words(f"{one} zzz {other}")
    both.remove("zzz")

    assert [word for word in both if is_word(word)] == [word for word in apart if is_word(word)]


@pytest.mark.parametrize(
    "text",
    ["1" * 63 + ".5", "1." * 40 + "1", "a'" * 40 + "a", "a-" * 40 + "a", "x" * 63 + "\u0301y"],
    ids=["decimal", "version", "apostrophes", "hyphens", "accent"],
)
def test_a_cut_word_is_a_word(text: str) -> None:
    """Where a long run is cut, no separator is left hanging; it is read again as it is."""
    first = words(text)

    assert len(first) == 1
    assert len(first[0]) <= MAX_TOKEN
    assert first[0][-1] not in ".,'-"
    assert words(join(first)) == first


@given(st.text(st.sampled_from("aß1.,'’-е́你"), min_size=50, max_size=90))
def test_long_runs_are_read_again_as_they_are(text: str) -> None:
    """Tokenizing is idempotent also where words are cut."""
    first = words(text)

    assert words(join(first)) == first


@given(texts)
def test_case_and_apostrophes_make_no_other_word(text: str) -> None:
    """A canonical word is lower-case, has straight apostrophes, and no white space or NUL."""
    for word in words(text):
        assert word == word.lower()
        assert not set(word) & set("’‘ʼ\0\ud800")
        assert not any(character.isspace() for character in word)


@given(texts)
def test_the_written_form_is_the_same_word(text: str) -> None:
    """How a word was written leads back to its canonical form."""
    for token in tokens(text):
        assert words(token.written)[:1] == [token.word]


@given(texts)
def test_a_sentence_has_one_opener(text: str) -> None:
    """The first word of the text and after each sentence end opens a sentence; a mark never."""
    due = True
    for token in tokens(text):
        if is_word(token.word):
            assert token.opens == due
            due = False
        else:
            assert not token.opens
            due = due or token.word in SENTENCE_ENDS


@given(texts)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """Cleaning is idempotent and keeps the length."""
    assert clean(clean(text)) == clean(text)
    assert len(clean(text)) == len(text)


@pytest.mark.parametrize(
    ("before", "token", "expected"),
    [
        (None, "word", ""),
        ("a", "b", " "),
        ("a", ",", ""),
        ("a", "…", ""),
        ("a", "—", " "),
        ("—", "b", " "),
        ("你", "好", ""),
        ("か", "な", ""),
        ("你", "leo", " "),
        ("leo", "你", " "),
        ("你", "!", ""),
    ],
)
def test_spacing(before: str | None, token: str, expected: str) -> None:
    """Marks stand at the word before, a dash stands free, scripts without spaces have none."""
    assert spacing(before, token) == expected


@given(texts)
def test_prose_begins_with_a_capital_where_there_is_one(text: str) -> None:
    """The first letter is raised whenever it has a capital that leads back to it."""
    said = words(text)
    prose = join(said)
    if prose:
        first = said[0][0]
        raised = first.upper()
        assert prose[0] == (raised[0] if raised.lower() == first else first)


@given(texts)
def test_prose_deletes_no_word(text: str) -> None:
    """All canonical words stand in the prose, in order, whatever stands between them."""
    prose, at = join(words(text)).lower(), 0
    for word in words(text):
        found = prose.find(word.lower(), at)
        assert found >= at
        at = found + len(word)


@given(texts)
@example("a. b — c… d")
def test_prose_can_be_written_while_speaking(text: str) -> None:
    """Writing word by word gives the same as writing all at once."""
    said = words(text)
    pieces = [shown(before, word, word) for before, word in zip([None, *said], said, strict=False)]

    assert "".join(pieces) == join(said)


@given(st.text(max_size=5))
def test_a_capital_changes_only_the_first_letter(form: str) -> None:
    """What stands behind the first letter stays, and lowering gives the same word."""
    raised = capital(form)

    assert raised.endswith(form[1:])
    assert raised.lower() == form.lower() or raised[1:] == form[1:]


@pytest.mark.parametrize("kind", [lambda w: words(w) == [w], lambda w: not is_content(w)])
def test_function_words_are_canonical_and_no_content(kind: Callable[[str], bool]) -> None:
    """Each could be heard as it stands in the list, and none carries content."""
    assert [word for word in sorted(FUNCTION_WORDS) if not kind(word)] == []


@given(texts)
def test_marks_and_function_words_are_never_content(text: str) -> None:
    """Content words are words, are no function words, and are not tiny in the Latin script."""
    for word in words(text):
        if is_content(word):
            assert word not in MARKS | FUNCTION_WORDS
            assert len(word) >= 3 or not word.isascii()


def test_the_digest_is_stable() -> None:
    """The digest is the BLAKE2b of sources and texts, so it is the same in every process."""
    expected = hashlib.blake2b(b"origin\0a\0book\0b\0", digest_size=16).hexdigest()

    assert Birth("1", (("origin", "a"), ("book", "b"))).digest == expected


def test_a_newborn_is_told_his_origin_first() -> None:
    """There is an origin before the books, and no other source."""
    sources: list[Literal["origin", "book"] | str] = [source for source, _ in DEFAULT_BIRTH.texts]
    told = sources.index("book")

    assert set(sources[:told]) == {"origin"}
    assert set(sources[told:]) == {"book"}


async def test_a_book_is_cut_like_any_text(make: Open, tmp_path: Path) -> None:
    """What is read from a file teaches the same words as what is heard."""
    import asyncio

    book = tmp_path / "odd.txt"
    await asyncio.to_thread(book.write_text, clean(ODD), "utf-8")
    async with make(birth=None) as leo:
        report = await leo.read(book)
        size = (await leo.stats()).totals

    assert report.tokens == len(HEARD)
    assert size.words == len(HEARD)
