"""What is told of a reply from its words alone, against values worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.observation.words import (
    attested,
    complete,
    content_echo,
    distinct,
    long_sentences,
    loop_score,
    repeated,
    token_echo,
    window_echo,
)
from leo.records import WordContext
from leo.reflection.external_vocab import external_vocab
from leo.text.tokens import SENTENCE_ENDS
from tests.observation.kit import spoken_words, words
from tests.strategies import prose

_ANY = "the The river's moon MOON to I … — ... . ? ! , “sea” 你好 привет 3.14 x ding-dong".split()

texts = st.lists(st.sampled_from(_ANY), max_size=30).map(" ".join)
"""Words and marks of every kind, so few of them that they meet again."""

HEARD = words("What does the quiet river sound like?")
SAID = words("The river sings. The river sings to the quiet moon...")


def test_the_echo_of_the_example() -> None:
    """Tokens 6 of 9, types 3 of 5: our tokens give what whitespace and stripping give here."""
    assert token_echo(HEARD, SAID) == 6 / 9
    assert external_vocab(HEARD, SAID) == 3 / 5
    assert content_echo(HEARD, SAID) == 2 / 4  # river, quiet of river, sings, quiet, moon


def test_where_our_tokens_are_not_words_between_spaces() -> None:
    """A short word with its comma has no third letter, and ellipses are no word that is shared."""
    assert token_echo(words("to, by... me!"), words("to, by... me!")) == 0.0
    assert external_vocab(words("“Moon” — it’s late…"), words("Moon, it's late.")) == 1.0


def test_a_window_hears_earlier_messages_too() -> None:
    """Types against any of the messages; with the current one alone it is the headline."""
    earlier = words("The moon sings.")
    assert window_echo([earlier, HEARD], SAID) == 5 / 5
    assert window_echo([HEARD], SAID) == external_vocab(HEARD, SAID)
    assert window_echo([], SAID) == 0.0


def test_an_empty_reply_echoes_nothing() -> None:
    """No words, no echo; and nothing repeated."""
    for empty in ((), words("…"), words("I, to me.")):
        assert token_echo(HEARD, empty) == window_echo([HEARD], empty) == 0.0
        assert content_echo(HEARD, empty) == 0.0
    assert (distinct((), 1), distinct((), 2), repeated(()), loop_score(())) == (1.0, 1.0, 0, 0.0)


@given(texts, texts)
def test_every_share_is_one(heard: str, said: str) -> None:
    """Shares stay in [0, 1] whatever is heard and said, and a reply of the message is all echo."""
    one, other = words(heard), words(said)
    shares = (
        token_echo(one, other),
        window_echo([one, other], other),
        content_echo(one, other),
        distinct(other, 1),
        distinct(other, 2),
        loop_score(other),
    )
    assert all(0 <= share <= 1 for share in shares)
    whole = 1.0 if any(len(word) >= 3 for word in other) else 0.0
    assert window_echo([one, other], other) == token_echo(other, other) == whole
    assert window_echo([one], other) == pytest.approx(external_vocab(one, other), abs=1e-6)


@given(prose)
def test_what_is_distinct_is_never_repeated(said: str) -> None:
    """Where no run of four comes twice there is nothing repeated, and the other way about."""
    tokens = words(said)
    assert (repeated(tokens) == 0) == (distinct(tokens, 4) == 1)


def test_distinct_n_by_hand() -> None:
    """Marks count as tokens: a b a b . has 3 of 5, and 3 of 4 pairs."""
    said = words("A b a b.")
    assert distinct(said, 1) == 3 / 5
    assert distinct(said, 2) == 3 / 4
    assert distinct(said, 9) == 1.0


def test_repeated_runs_of_four() -> None:
    """Each run of four that came before counts, one of three does not."""
    assert repeated(words("one two three four, one two three five")) == 0
    assert repeated(words("one two three four one two three four")) == 1
    assert repeated(words("one two three four five. one two three four five.")) == 3


def test_the_loop_score_by_hand() -> None:
    """Of a a a: pairs 1 of 2 again, triples 0 of 1: 1 of 3. Without any repetition: 0."""
    assert loop_score(("a", "a", "a")) == 1 / 3
    assert loop_score(tuple("abcdefgh")) == 0.0
    assert loop_score(("a",)) == 0.0


def test_the_loop_score_forgets_what_is_long_ago() -> None:
    """Only the last 500 tokens count."""
    new = tuple(str(i) for i in range(500))
    assert loop_score(("a",) * 50 + new) == 0.0
    assert loop_score(("a", "a", *new[2:], "x", "x")) == 0.0
    assert loop_score(("x", "x", "y", "x", "x", *new[:490])) > 0.0


def test_long_sentences_have_five_words() -> None:
    """Shorter ones are left out, marks do not count as words, and an open end is no sentence."""
    said = words("One, two, three, four! The cat sat on mats. And then the dog came in")
    assert long_sentences(said) == [("the", "cat", "sat", "on", "mats", ".")]
    assert [len(one) for one in long_sentences(words("A b c d e? F g h i j k…"))] == [6, 7]


@given(prose)
def test_long_sentences_are_pieces_of_what_was_said(said: str) -> None:
    """Each ends with the only sentence end in it, and stands in the text as it is."""
    tokens = words(said)
    for one in long_sentences(tokens):
        assert one[-1] in SENTENCE_ENDS
        assert not set(one[:-1]) & SENTENCE_ENDS
        assert any(tokens[i : i + len(one)] == one for i in range(len(tokens)))


def test_attested_trigrams_by_hand() -> None:
    """Of the words from the third on, those count whose two predecessors knew them."""
    one, two, three, four = spoken_words("a b c d")
    known = spoken_words("c")[0].__class__("c", "c", "trigram", ("a", "b"), 1, 0, 1, (), (), ())
    assert attested((one, two, known, four)) == 0.5
    assert attested((one, two, known)) == 1.0
    assert attested((one, two, three)) == 0.0
    assert attested((known, two)) is None


@pytest.mark.parametrize(
    ("text", "contexts", "found"),
    [
        ("The cat sat.", {}, (1, 1)),
        ("The cat sat", {}, (0, 1)),
        ("The cat sat…", {}, (0, 1)),
        ("The cat sat.", {"stop": "close"}, (0, 1)),
        ("The cat sat.", {"stop": "woven"}, (0, 1)),
        ("The cat sat.", {"stop": "added"}, (1, 1)),
        ("Cat.", {}, (0, 1)),
        ("Cat.", {"stop": "opening"}, (1, 1)),
        ("Cat?", {"ask": "added"}, (1, 1)),
        ("Do you hear it?", {}, (1, 1)),
        ("Do you hear it.", {}, (0, 1)),
        ("The cat sat?", {}, (0, 1)),
        ("It is late, are you there?", {}, (1, 1)),
        ("It is late and where is she?", {}, (1, 1)),
        ("What a day!", {}, (1, 1)),
        ("What a day.", {}, (1, 1)),
        ("The cat sat. It slept. And then", {}, (2, 3)),
        ("", {}, (0, 0)),
    ],
)
def test_whole_sentences(
    text: str, contexts: dict[str, WordContext], found: tuple[int, int]
) -> None:
    """A sentence is whole with its own end, that was not put there, and that fits its opening."""
    assert complete(spoken_words(text, **contexts)) == found


@given(st.lists(st.sampled_from("the cat is . ? … , what".split()), max_size=20).map(" ".join))
def test_there_are_no_more_whole_sentences_than_sentences(text: str) -> None:
    """Every sentence end makes one sentence, and what follows the last one another."""
    said = spoken_words(text)
    whole, all_ = complete(said)
    ends = sum(word.word in SENTENCE_ENDS for word in said)
    assert 0 <= whole <= ends <= all_ <= ends + 1
