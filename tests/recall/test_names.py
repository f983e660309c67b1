"""Names: what is one, and what an observer does with a question about it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.recall.names import answering, names_in, spoken_of
from leo.text.tokens import is_word, tokens


class Everything:
    """A field that knows no word."""

    def __contains__(self, word: object) -> bool:
        return True


def found(text: str, known: str = "", asked: frozenset[str] = frozenset()) -> list[str]:
    """List the names in a text, all words but the given ones being unknown."""
    heard = {token.word for token in tokens(text) if is_word(token.word)}
    return [name.shown for name in names_in(text, heard - set(known.split()), asked)]


def test_a_name_inside_a_sentence() -> None:
    """The spec's example."""
    assert found("I was in London last summer.", "i was in last summer") == ["London"]


@pytest.mark.parametrize(
    "text",
    [
        "I like dogs. Maybe you do too.",
        "Yesterday I met him.",
        "Zygotic flibbertigibbets yodel.",
        "Running is fun? Perhaps my dog.",
    ],
)
def test_s1_a_capital_at_the_beginning_says_little(text: str) -> None:
    """Corrected rule: the first word of any sentence is a name only if it is spoken about."""
    known = "i like dogs do too met him physics hard running fun"
    assert found(text, known) == []


def test_s2_a_name_counts_wherever_it_stands() -> None:
    """Corrected rule: standing first as well does not hide it."""
    known = "is big i love"
    assert found("London is big. I love London.", known) == ["London"]
    assert found("Tomasz lives here.", "lives here") == ["Tomasz"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I was in Zürich.", ["Zürich"]),
        ("I know McDonald and iPhone.", ["McDonald", "iPhone"]),
        ("She lives in the USA.", ["USA"]),
        ("I was in São Paulo.", ["São Paulo"]),
        ("We flew to New York.", ["New York"]),
        ("I met Jean-Luc and Li.", ["Jean-Luc", "Li"]),
        ("Я был в Москве вчера.", ["Москве"]),
    ],
)
def test_s3_names_of_all_kinds(text: str, names: list[str]) -> None:
    """Accents, hyphens, inner capitals, all capitals, two letters, other scripts, two words."""
    assert found(text, "i was in know and she lives the we flew to met я был в вчера") == names


def test_what_leo_knows_is_no_name_to_ask_for() -> None:
    """A name the field has heard is known, unless it was asked for without an answer."""
    text = "I was in London."
    assert found(text, "i was in london") == []
    assert found(text, "i was in london", frozenset({"london"})) == ["London"]
    assert found("We flew to New York.", "we flew to new") == ["New York"]


def test_shouting_makes_no_names() -> None:
    """Where most words are in capitals, capitals say nothing."""
    assert found("HELP HELP THERE IS a MOUSE") == []
    assert found("HELP! There is a mouse.", "there is a mouse") == []


def test_pronouns_and_articles_are_no_names() -> None:
    """However they are written."""
    assert found("So He said I and The and We.", "so said and") == []


@given(st.text(max_size=80))
def test_names_are_words_of_the_text(text: str) -> None:
    """Whatever the text, a name is made of its tokens, each name once."""
    everything: Any = Everything()
    names = names_in(text, everything)
    words = {token.word for token in tokens(text)}
    assert len({name.key for name in names}) == len(names)
    assert all(set(name.key.split()) <= words for name in names)


# ---------------------------------------------------------------- speaking of a name


def test_s9_s12_names_are_recalled_whole_and_once() -> None:
    """Corrected rule: longer names before their parts, each once, at most so many."""
    heard = "new york and york and new york and london and paris".split()
    known = {"new york", "york", "london", "paris"}

    assert spoken_of(heard, known, 3) == ("new york", "york", "london")
    assert spoken_of(["new", "york"], known, 3) == ("new york",)
    assert spoken_of([], known, 3) == ()


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("Tomasz is my friend from school.", "answer"),
        ("He builds boats.", "answer"),
        ("It's a city in the north.", "answer"),
        ("A friend of mine.", "answer"),
        ("My brother.", "answer"),
        ("That was the boy at the harbour.", "answer"),
        ("No idea.", "refusal"),
        ("I don't know.", "refusal"),
        ("Skip that please.", "refusal"),
        ("Never mind!", "refusal"),
        ("No.", "refusal"),
        ("What is your name?", "new topic"),
        ("Do you like Tomasz?", "new topic"),
        ("Hello Leo.", "new topic"),
        ("Nice weather today, isn't it", "new topic"),
        ("Let us play a game.", "new topic"),
        ("Rain falls on the roof at night.", "new topic"),
        ("Yes.", "aside"),
        ("Good.", "aside"),
        ("...", "aside"),
    ],
)
def test_s4_only_statements_about_it_are_answers(text: str, done: str) -> None:
    """Corrected rule: a refusal, a question or another topic is not taken for an explanation."""
    assert answering(text, "tomasz") == done
