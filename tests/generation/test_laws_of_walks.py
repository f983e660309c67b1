"""What holds of every walk through any field, at any length and temperature."""

import asyncio
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leo.field.layer import Layer
from leo.field.view import Ask
from leo.generation.connection import Connection
from leo.generation.guards import echo_windows
from leo.generation.leaning import CAPS, Biases
from leo.generation.walk import LONGEST, Plan, walk
from leo.records import SpokenWord, Utterance
from leo.testing import toy_field
from leo.text.function_words import is_content
from leo.text.prose import join
from leo.text.tokens import MARKS, SENTENCE_ENDS, is_word, tokens
from tests.generation.test_walk import centers_of
from tests.helpers import sentences
from tests.strategies import babble

temperatures = st.sampled_from([1e-9, 0.3, 1.0, 2.0, 20.0])
limits = st.one_of(st.integers(1, 30), st.just(400))
seeds = st.integers(0, 10**6)
words_of_his = st.sampled_from([None, "zeppelin", "moon", "lamp"])

MEASURED = ("trigram", "bigram", "opening")


def speak(
    texts: list[str], seed: int, limit: int = 400, temperature: float = 1.0, **more: Any
) -> tuple[Layer, Utterance]:
    """Grow a toy field and walk through it."""

    async def say() -> tuple[Layer, Utterance]:
        layer = await toy_field(*texts)
        his = more.pop("his", None)
        found = layer.id(his) if his else None
        connection = Connection(his, his, found, 2 + seed % 5) if his else None
        plan = Plan(
            temperature,
            1.0,
            Biases(0.4, {}),
            target=more.pop("target", 20),
            limit=limit,
            connection=connection,
            **more,
        )
        return layer, await walk(layer, centers_of(layer), plan, luck=Random(seed))

    return asyncio.run(say(), debug=True)


@given(babble, seeds, limits, temperatures, words_of_his)
def test_every_walk_ends_well(
    texts: list[str], seed: int, limit: int, temperature: float, his: str | None
) -> None:
    """It ends with a sentence end, within its bounds, from any field at any temperature."""
    _, said = speak(texts, seed, limit, temperature, his=his)

    assert said.tokens[-1] in SENTENCE_ENDS
    assert len(said.tokens) <= limit + 1
    assert len(said.tokens) <= LONGEST * 20 + 2
    assert said.text == "…" or is_word(said.tokens[0])
    assert 0 <= said.entropy <= 1


@example(["the . the cat —"], 0, 14, None)  # after that pause every word would be one too often
@given(babble, seeds, limits, words_of_his)
def test_no_mark_follows_a_mark(texts: list[str], seed: int, limit: int, his: str | None) -> None:
    """Nor does a word follow itself, wherever the walk is ended."""
    _, said = speak(texts, seed, limit, his=his)
    for before, word in zip(said.tokens, said.tokens[1:], strict=False):
        assert not (before in MARKS and word in MARKS), said.text
        assert before != word, said.text


@given(babble, seeds, limits, words_of_his)
@example(["the red cat was in . the red dog is"], 20, 5, None)
def test_nothing_is_said_twice(texts: list[str], seed: int, limit: int, his: str | None) -> None:
    """No run of four tokens and no sentence comes twice, also where the walk is closed."""
    _, said = speak(texts, seed, limit, his=his)
    runs = [said.tokens[i : i + 4] for i in range(len(said.tokens) - 3)]
    cut = sentences(said.tokens)

    assert len(set(runs)) == len(runs), said.text
    assert len(set(cut)) == len(cut), said.text


@given(babble, seeds, limits, temperatures, words_of_his)
def test_the_reasons_are_true(
    texts: list[str], seed: int, limit: int, temperature: float, his: str | None
) -> None:
    """A context that is named was looked at: the field knows it, and it stood before the word."""
    layer, said = speak(texts, seed, limit, temperature, his=his)
    for i, word in enumerate(said.words):
        assert 0 < word.probability <= 1
        assert 0 <= word.entropy <= 1
        if word.context in MEASURED:
            _check_context(layer, said, i, word)
        if word.context == "fitted":
            _check_fitted(layer, word)
        chances = [one.probability for one in word.candidates]
        assert chances == sorted(chances, reverse=True)
        assert len(chances) <= 5
        assert sum(chances) <= 1 + 1e-3
        assert all(0 < abs(share.value) <= CAPS[share.bias] for share in word.shares)


def _check_context(layer: Layer, said: Utterance, i: int, word: SpokenWord) -> None:
    assert word.after == said.tokens[i - len(word.after) : i], word
    allowed = {"trigram": (2,), "bigram": (1,), "opening": (1, 2)}[word.context]
    assert len(word.after) in allowed, word
    ids = tuple(id_ for one in word.after if (id_ := layer.id(one)) is not None)
    assert len(ids) == len(word.after), word
    this = layer.id(word.word)
    assert this is not None
    kind = "opening" if word.context == "opening" else "next"
    view = layer.look_now(Ask(kind, ids, frozenset({this})))  # type: ignore[arg-type]
    assert this in view.cells, word
    assert word.sources == ("origin",), word


def _check_fitted(layer: Layer, word: SpokenWord) -> None:
    ids = tuple(id_ for one in word.after if (id_ := layer.id(one)) is not None)
    ends = {id_ for end in SENTENCE_ENDS if (id_ := layer.id(end)) is not None}
    found = [layer.look_now(Ask(kind, ids)).cells for kind in ("next", "opening")]
    assert word.word in SENTENCE_ENDS
    assert any(ends & cells.keys() for cells in found), word


@given(babble, seeds)
def test_a_drawn_word_is_among_its_candidates_or_weaker(texts: list[str], seed: int) -> None:
    """The shown candidates are the strongest, so a word that is not shown is no stronger."""
    _, said = speak(texts, seed)
    for word in said.words:
        if word.candidates:
            shown = {one.word: one.probability for one in word.candidates}
            assert shown.get(word.word, word.probability) == word.probability
            assert word.probability <= word.candidates[0].probability


@given(babble, seeds, st.lists(st.sampled_from("the a cat dog moon is red in".split()), max_size=9))
def test_the_prompt_never_comes_back(texts: list[str], seed: int, prompt: list[str]) -> None:
    """No four words of the prompt stand in a row, marks or none between them."""
    _, said = speak(texts, seed, echoes=echo_windows(prompt))
    words = [word for word in said.tokens if is_word(word)]
    runs = {tuple(words[i : i + 4]) for i in range(len(words) - 3)}

    assert not runs & {tuple(prompt[i : i + 4]) for i in range(len(prompt) - 3)}


TALE = "the cat was in the lamp . a dog is red . the moon was red ."
"""A field of several sentences, so that there is nearly always room for a word of his."""


@given(babble, seeds, limits, words_of_his)
@example([TALE], 0, 400, "zeppelin")
@example([TALE], 4, 400, "moon")
def test_the_observers_word_is_taken_up_once_at_most(
    texts: list[str], seed: int, limit: int, his: str | None
) -> None:
    """Not before its place, marked as woven, an unknown one as a question of one word."""
    _, said = speak(texts, seed, limit, his=his)
    woven = [(i, w) for i, w in enumerate(said.words) if w.context == "woven" and is_word(w.word)]

    assert len(woven) <= (his is not None)
    for i, word in woven:
        assert word.word == his
        assert is_content(word.word)
        assert i >= 2 + seed % 5
        if his == "zeppelin":
            assert (said.tokens[i - 1] in SENTENCE_ENDS, said.tokens[i + 1]) == (True, "?")
            assert word.text == " Zeppelin"


@given(seeds)
@example(0)
@example(4)  # as late as can be
def test_a_word_he_does_not_know_is_taken_up_as_a_question(seed: int) -> None:
    """It stands where the first sentence after its place begins, as one of its own."""
    _, said = speak([TALE], seed, his="zeppelin")
    begins = [i + 1 for i, token in enumerate(said.tokens[:-1]) if token in SENTENCE_ENDS]
    places = [i for i, token in enumerate(said.tokens) if token == "zeppelin"]

    assert begins
    assert places == [i for i in begins if i >= 2 + seed % 5][:1]
    for i in places:
        assert said.tokens[i + 1] == "?"
        assert (said.words[i].context, said.words[i].text) == ("woven", " Zeppelin")


@given(babble, seeds, limits)
def test_an_utterance_is_prose_of_its_tokens(texts: list[str], seed: int, limit: int) -> None:
    """Its text is its tokens with spaces and capitals, and reads as the same tokens."""
    _, said = speak(texts, seed, limit)

    assert said.text == join(said.tokens)
    assert tuple(token.word for token in tokens(said.text)) == said.tokens


@given(babble, seeds)
def test_whoever_listens_hears_every_word_in_order(texts: list[str], seed: int) -> None:
    """The words told while speaking are the utterance's words."""
    told: list[SpokenWord] = []

    async def say() -> Utterance:
        layer = await toy_field(*texts)
        plan = Plan(1.0, 1.0, Biases(0.4, {}), 20, 80)
        return await walk(layer, centers_of(layer), plan, luck=Random(seed), hear=told.append)

    assert asyncio.run(say(), debug=True).words == tuple(told)


@given(babble, st.lists(seeds, min_size=2, max_size=3, unique=True))
def test_at_no_temperature_luck_plays_no_part(texts: list[str], luck: list[int]) -> None:
    """Towards zero the strongest way is taken, whatever the luck."""

    async def say(seed: int) -> str:
        layer = await toy_field(*texts)
        plan = Plan(1e-9, 1e-9, Biases(0.4, {}), 20, 80)
        said = await walk(layer, centers_of(layer), plan, luck=Random(seed))
        return said.text if all(word.probability > 0.9 for word in said.words) else ""

    said = {asyncio.run(say(seed), debug=True) for seed in luck} - {""}
    assert len(said) <= 1


@given(babble, seeds, seeds)
def test_the_first_word_has_luck_of_its_own(texts: list[str], one: int, other: int) -> None:
    """The steps' luck does not move the first word."""

    async def first(seed: int) -> SpokenWord:
        layer = await toy_field(*texts)
        plan = Plan(1.0, 1.0, Biases(0.4, {}), 20, 80)
        said = await walk(
            layer, centers_of(layer), plan, luck=Random(seed), start=Random(one + other)
        )
        return said.words[0]

    assert asyncio.run(first(one), debug=True) == asyncio.run(first(other), debug=True)


def lengths(target: float, limit: int = 400) -> Iterator[int]:
    """Give the lengths of a few utterances on a field of many short sentences."""
    names = "cat dog fox hen owl bee cow pig rat ant eel elk".split()
    field = [f"The {a} saw the {b}. A {b} met a {a}." for a in names for b in names if a != b]
    for seed in range(6):
        yield len(speak(field, seed, limit, target=target)[1].words)


@pytest.mark.parametrize(("short", "long"), [(8, 30), (20, 60)])
def test_a_longer_target_makes_longer_replies(short: int, long: int) -> None:
    """The target moves the length of what is said."""
    assert 1.5 * sum(lengths(short)) < sum(lengths(long))


def test_a_lone_opener_is_not_called_a_trigram() -> None:
    """A word that opened but never went on there is followed as a bigram, with one word before."""
    for seed in range(20):
        _, said = speak(["Moon", "a cat moon sang"], seed)
        if said.tokens[0] == "moon" and len(said.words) > 2:
            assert said.words[1].context == "bigram"
            assert said.words[1].after == ("moon",)
            break
    else:
        pytest.fail("the opener was never drawn")
