"""Walking: what is true of every utterance, over many seeds and prompts."""

from itertools import pairwise
from random import Random

import pytest

from leo import AsyncLeoField, LeoField, Turn
from leo.field.centers import CENTERS, Center, Ranking, rank_centers
from leo.field.layer import Layer
from leo.field.view import Ask
from leo.generation.connection import Connection
from leo.generation.leaning import Biases
from leo.generation.walk import Plan, walk
from leo.records import SpokenWord, Utterance
from leo.testing import ScriptedClock, toy_field
from leo.text.function_words import FUNCTION_WORDS
from leo.text.prose import join
from leo.text.tokens import MARKS, SENTENCE_ENDS, is_word, tokens
from tests.conftest import SEED
from tests.helpers import sentences

PROMPTS = (
    "Hello, who are you?",
    "The lamp in the kitchen was warm and round.",
    "I love the rain and the sea!",
    "zeppelin",
    "What is a sombrero? I am afraid of it.",
)


@pytest.fixture(scope="module")
def turns(tmp_path_factory: pytest.TempPathFactory) -> list[Turn]:
    """Imagine many turns, once: imagining changes nothing in a newborn."""
    path = tmp_path_factory.mktemp("walks") / "leo.db"
    with LeoField(path, seed=SEED, clock=ScriptedClock(), strict=True) as newborn:
        return [
            newborn.imagine(prompt, seed=seed, temperature=temperature)
            for prompt in PROMPTS
            for seed in range(12)
            for temperature in (0.5, 1.0, 2.0)
        ]


def test_every_utterance_is_well_formed(turns: list[Turn]) -> None:
    """It starts from a center, ends with a sentence end, and is neither cut nor endless."""
    for turn in turns:
        said = turn.utterance.words
        assert said[0].context == "start"
        assert said[-1].word in SENTENCE_ENDS
        assert 2 <= len(said) <= 81
        assert turn.reply == turn.utterance.text


def test_every_word_keeps_its_reasons(turns: list[Turn]) -> None:
    """Probability, candidates, context and sources of each word agree with each other."""
    for turn in turns:
        for before, word in pairwise(turn.utterance.words):
            _check(before, word)


def _check(before: SpokenWord, word: SpokenWord) -> None:
    chances = [one.probability for one in word.candidates]
    assert 0 < word.probability <= 1
    assert chances == sorted(chances, reverse=True)
    assert len(chances) <= 5
    assert 0 <= word.entropy <= 1
    assert all(share.value for share in word.shares)
    if word.context in ("trigram", "bigram", "opening", "fitted"):
        assert word.sources
        assert word.after[-1] == before.word
        assert len(word.after) == {"trigram": 2, "bigram": 1}.get(word.context, len(word.after))
        shown = {one.word: one.probability for one in word.candidates}
        assert shown.get(word.word, word.probability) == word.probability
    else:
        assert word.context in ("woven", "jump", "close")


async def test_the_words_were_heard_one_after_the_other(
    leo: AsyncLeoField, turns: list[Turn]
) -> None:
    """Every pair within a sentence is a pair of the field, but for words taken up and ends."""
    assert leo._life is not None
    own = leo._life.field.own
    for turn in turns:
        for before, word in pairwise(turn.utterance.words):
            if {before.context, word.context} & {"woven", "close", "jump", "fitted"}:
                continue
            one, other = own.id(before.word), own.id(word.word)
            assert one is not None
            assert other is not None
            assert other in own.look_now(Ask("next", (one,), frozenset({other}))).cells


def test_nothing_is_repeated_or_echoed(turns: list[Turn]) -> None:
    """No run of four tokens twice, no sentence twice, no four words of the prompt in a row."""
    for turn in turns:
        said = turn.utterance.tokens
        runs = [said[i : i + 4] for i in range(len(said) - 3)]
        assert len(runs) == len(set(runs))
        cut = sentences(said)
        assert len(cut) == len(set(cut))
        words = [word for word in said if is_word(word)]
        prompt = [word for word in turn.percept.tokens if is_word(word)]
        windows = {tuple(prompt[i : i + 4]) for i in range(len(prompt) - 3)}
        assert not windows & {tuple(words[i : i + 4]) for i in range(len(words) - 3)}


def test_at_most_one_word_of_the_observers_is_woven_in(turns: list[Turn]) -> None:
    """It is his word, no function word, of three letters or more, and never the first."""
    woven = 0
    for turn in turns:
        taken = [w for w in turn.utterance.words if w.context == "woven" and w.word not in MARKS]
        woven += len(taken)
        assert len(taken) <= 1
        for word in taken:
            assert word.word in turn.percept.tokens
            assert word.word not in FUNCTION_WORDS
            assert len(word.word) >= 3
            assert turn.utterance.words.index(word) >= 2
    assert woven > 10


async def test_an_unknown_word_is_wondered_at(leo: AsyncLeoField) -> None:
    """A word the field does not know is taken up as a question of its own."""
    said = [(await leo.imagine("A zeppelin!", seed=seed)).reply for seed in range(30)]

    assert sum("Zeppelin? " in reply + " " for reply in said) > 8
    assert not any(reply.startswith("Zeppelin") for reply in said)


def test_different_luck_says_different_things(turns: list[Turn]) -> None:
    """Leo does not say the same again and again."""
    hot = [turn.reply for turn in turns if turn.settings.temperature == 1.0]

    assert len(set(hot)) > 0.8 * len(hot)


def centers_of(layer: Layer) -> list[Center]:
    """Give a toy field's centers."""
    ranking = Ranking(CENTERS)
    rank_centers(ranking, layer, range(layer.size))
    return [Center(id_, layer.word(id_), score) for id_, score in ranking.ordered()]


async def say(layer: Layer, seed: int = 0, limit: int = 400, **more: object) -> Utterance:
    """Walk through a toy field."""
    plan = Plan(1.0, 1.0, Biases(0.4, {}), 20, limit, **more)  # type: ignore[arg-type]
    return await walk(layer, centers_of(layer), plan, luck=Random(seed))


async def test_an_empty_field_is_silent() -> None:
    """Who has heard nothing says nothing, in a well-formed way."""
    silence = await say(Layer())

    assert silence.text == "…"
    assert silence.entropy == 0.0


async def test_a_field_without_sentence_ends_terminates() -> None:
    """Where no end was ever heard, the sentence is closed and a new one starts."""
    layer = await toy_field("round and round and round we go", "round we run")
    for seed in range(30):
        said = await say(layer, seed)
        assert said.words[-1].word == "."
        assert len(said.words) <= 81
    assert any(word.context == "close" for word in said.words)


async def test_a_field_of_one_word_speaks() -> None:
    """One word is enough for a reply."""
    assert (await say(await toy_field("Moon"))).text == "Moon."


async def test_a_chain_is_followed() -> None:
    """A field that heard one sentence says it, once, and comes to an end."""
    said = await say(await toy_field("The small lamp was warm."))

    assert said.text.startswith("The small lamp was warm.")
    assert said.text.count("was") == 1


async def test_a_known_word_is_woven_where_it_could_stand() -> None:
    """The observer's word is taken when it comes up, and keeps the n-gram's sources."""
    layer = await toy_field("The cat saw a dog. The cat saw a bird. The cat saw a boat.")
    boat = layer.id("boat")
    said = await say(layer, connection=Connection("boat", "boat", boat, 2))
    [word] = [word for word in said.words if word.context == "woven"]

    assert word.word == "boat"
    assert word.sources == ("origin",)
    assert 0 < word.probability < 1


def test_the_text_is_prose(turns: list[Turn]) -> None:
    """Formatting the reply's tokens again gives the reply, but for words usually capital."""
    for turn in turns:
        words = [token.word for token in tokens(turn.reply)]
        assert words == list(turn.utterance.tokens)
        assert join(words).lower() == turn.reply.lower()
