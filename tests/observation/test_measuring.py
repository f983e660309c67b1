"""From turns to measures: what is compared with what."""

import pytest

from leo.observation.measuring import Spoken, measured, sentences_of, spoken
from leo.observation.nearness import FieldNearness
from leo.observation.observed import Observed
from leo.testing import make_turn
from leo.text.birth import Birth
from tests.observation.kit import spoken_words, words

BORN = frozenset({words("The old roof leaks in spring.")})


def said(topic: str, turn: int, heard: str, reply: str) -> Spoken:
    """Make what is kept of a turn."""
    return Spoken(
        topic=topic,
        turn=turn,
        said=heard,
        heard=words(heard),
        reply=reply,
        words=spoken_words(reply),
        quality=0.5,
        entropy=0.25,
        fired=("game",),
        by="leo",
    )


LIFE = (
    said("a", 1, "The red boat sails.", "The red lamp."),
    said("a", 2, "It rains on the roof.", "A boat sails to the old roof."),
    said("b", 3, "The red boat sails.", "Bread. The old roof leaks in spring."),
    said("b", 4, "My bread is warm, and I eat it.", "…"),
)


async def of_life(life: tuple[Spoken, ...] = LIFE) -> list[Observed]:
    """Measure a life, by its words alone."""
    whole, others = FieldNearness(None), FieldNearness(None, same=False)
    return await measured(7, life, whole, others, BORN)


async def test_every_turn_is_measured_in_its_place() -> None:
    """Who, where and what was said are kept as they were."""
    found = await of_life()
    assert [(one.seed, one.topic, one.turn) for one in found] == [
        (7, "a", 1),
        (7, "a", 2),
        (7, "b", 3),
        (7, "b", 4),
    ]
    assert [(one.said, one.reply) for one in found] == [(one.said, one.reply) for one in LIFE]
    assert (found[0].quality, found[0].entropy, found[0].fired, found[0].by) == (
        0.5,
        0.25,
        ("game",),
        "leo",
    )
    assert [one.words for one in found] == [3, 7, 7, 0]


async def test_the_echo_and_what_it_would_be_by_chance() -> None:
    """Against its own message, and the mean over the two other messages, each counted once."""
    one, two, three, four = await of_life()
    assert one.external_vocab == pytest.approx(2 / 3, abs=1e-6)  # the, red of the, red, lamp
    assert one.chance == pytest.approx((1 / 3 + 0) / 2, abs=1e-6)  # the; nothing of bread
    assert two.external_vocab == pytest.approx(2 / 5, abs=1e-6)  # the, roof
    assert two.chance == pytest.approx((3 / 5 + 0) / 2, abs=1e-6)  # the, boat, sails
    assert three.external_vocab == pytest.approx(1 / 6, abs=1e-6)
    assert three.chance == pytest.approx((2 / 6 + 1 / 6) / 2, abs=1e-6)  # the, roof; bread
    assert (four.external_vocab, four.chance, four.optimal) == (0.0, 0.0, False)
    assert one.content_echo == 0.5
    assert (two.content_echo, two.content_chance) == (0.25, 0.25)  # roof; boat, sails of four, or 0


async def test_a_window_stays_in_its_topic() -> None:
    """The second reply is held against both messages; a new topic begins with its own."""
    one, two, three, _ = await of_life()
    assert one.window_echo == one.external_vocab
    assert two.window_echo == pytest.approx(4 / 5, abs=1e-6)  # the, roof, boat, sails; not old
    assert three.window_echo == three.external_vocab


async def test_a_window_has_four_messages() -> None:
    """The fifth reply no longer hears the first message, the fourth does."""
    life = tuple(said("a", i + 1, f"word{i} here", "word0 was it") for i in range(5))
    found = await of_life(life)
    assert [one.window_echo > 0 for one in found] == [True, True, True, True, False]


async def test_relevance_is_against_the_other_messages() -> None:
    """Without a field only the words themselves are near, and association knows nothing."""
    one, two, three, four = await of_life()
    assert one.relevance == pytest.approx(1 / 3 - 0, abs=1e-6)  # red of red, boat, sails
    assert two.relevance == pytest.approx(1 / 2 - (2 / 3 + 0) / 2, abs=1e-6)
    assert three.relevance == pytest.approx(0 - (1 / 2 + 1 / 3) / 2, abs=1e-6)
    assert four.relevance == 0.0
    assert {one.association for one in (one, two, three, four)} == {0.0}


async def test_reciting_is_found() -> None:
    """A sentence of the birth texts counts, and one of an earlier message; not its own echo."""
    found = await of_life()
    assert [one.recited for one in found] == [0, 0, 1, 0]
    back = (
        said("a", 1, "We go home in the rain.", "We go home in the rain."),
        said("a", 2, "And then?", "We go home in the rain. We go home in the rain."),
    )
    assert [one.recited for one in await of_life(back)] == [0, 2]


async def test_loops_look_at_the_whole_life_and_repetition_at_the_reply() -> None:
    """Saying the same again in the next reply is a loop, and repeats nothing inside a reply."""
    again = (
        said("a", 1, "One.", "The old roof leaks."),
        said("a", 2, "Two.", "The old roof leaks."),
    )
    first, second = await of_life(again)
    assert (first.loops, first.repeated, second.repeated) == (0.0, 0, 0)
    # 10 tokens have 9 + 8 + 7 + 6 runs; the second sentence's 4 + 3 + 2 + 1 came before
    assert second.loops == pytest.approx(10 / 30, abs=1e-6)


async def test_sentences_and_variety() -> None:
    """Whole and all sentences, distinct words and pairs, and trigrams that were known."""
    _, _, three, four = await of_life()
    assert (three.whole, three.sentences) == (1, 2)  # one word alone is none
    assert (three.distinct_1, three.distinct_2) == pytest.approx((8 / 9, 1), abs=1e-6)
    assert (three.attested, four.attested) == (0.0, None)
    assert (four.whole, four.sentences) == (0, 1)


def test_what_is_kept_of_a_turn() -> None:
    """Its words with their reasons, its message's tokens, and who acted."""
    turn = make_turn(3, prompt="Do you hear the rain?", reply="The rain is warm.")
    kept = spoken("rain", turn)
    assert (kept.topic, kept.turn, kept.said) == ("rain", 3, "Do you hear the rain?")
    assert kept.heard == turn.percept.tokens == ("do", "you", "hear", "the", "rain", "?")
    assert kept.tokens == ("the", "rain", "is", "warm", ".")
    assert (kept.reply, kept.words) == (turn.reply, turn.utterance.words)
    assert (kept.quality, kept.entropy) == (turn.quality.overall, turn.utterance.entropy)
    assert (kept.fired, kept.by) == ((), "leo")


def test_the_sentences_of_a_birth() -> None:
    """The longer ones of every text; none without a birth."""
    birth = Birth(
        "t", (("origin", "It rained all day long. So."), ("book", "He ate. We ran to the sea!"))
    )
    assert sentences_of(birth) == {
        words("It rained all day long."),
        words("We ran to the sea!"),
    }
    assert sentences_of(None) == frozenset()
