"""How near replies are to messages, worked out by hand on a birth of two sentences."""

import math

import numpy as np

from leo.field.field import newborn
from leo.observation.nearness import FieldNearness, surplus
from leo.text.birth import Birth, Text
from tests.observation.kit import words

TINY = Birth("test", (("origin", "The boat sails. The boat leaks."), ("book", "Bread smells.")))

MESSAGES = (words("Is the boat far?"), words("We eat bread."))


async def near(said: str, heard: str, *, same: bool = True, birth: Birth | None = TINY) -> float:
    """Give how near one reply is to one message."""
    found = await FieldNearness(birth, same=same).between([words(heard)], [words(said)])
    assert found.shape == (1, 1)
    return float(found[0, 0])


async def test_a_word_is_nearest_to_itself() -> None:
    """1 for the word itself, known or not; function words and marks say nothing."""
    assert await near("The boat.", "A boat!") == 1.0
    assert await near("Zeppelins", "zeppelins?", birth=None) == 1.0
    assert await near("It is.", "It is.") == 0.0
    assert await near("The boat.", "It is.") == await near("It is.", "The boat.") == 0.0


async def test_the_mean_over_the_message_of_the_best_of_the_reply() -> None:
    """Of boat and bread, one is said: a half. What else is said takes nothing away."""
    assert await near("boat", "boat bread", birth=None) == 0.5
    assert await near("boat and a hundred zeppelins", "boat bread", birth=None) == 0.5
    assert await near("bread boat", "boat", birth=None) == 1.0


async def test_words_that_met_are_near() -> None:
    """Where they met over how often each was heard: boat twice, sails once, in one window."""
    layer = (await newborn(TINY)).layer
    boat, sails = layer.id("boat"), layer.id("sails")
    assert boat is not None
    assert sails is not None
    assert (layer.count(boat), layer.count(sails)) == (2, 1)

    found = await near("It sails.", "A boat.")
    assert 0 < found <= 1
    assert found == await near("A boat.", "It sails.")
    assert found == await near("It sails.", "A boat.", same=False)
    assert await near("It sails.", "The bread.") == 0.0
    assert await near("It sails.", "A boat.", birth=None) == 0.0


async def test_nearness_is_their_meetings_over_the_geometric_mean() -> None:
    """Bread was heard 8 times, smells once; they met once, which counts twice for a new word."""
    alone: list[Text] = [("book", "Bread.")] * 7
    often = Birth("often", (("origin", "Bread smells."), *alone))
    found = await near("It smells.", "Bread.", birth=often)
    assert math.isclose(found, 2 / math.sqrt(8 * 1))
    assert await near("It leaks.", "A boat.") == 1.0  # 2 of sqrt(2 * 1): never more than the word


async def test_without_the_words_themselves_only_neighbours_count() -> None:
    """A reply of the message's own words is not near by that; one of its neighbours is."""
    assert await near("The boat.", "A boat.", same=False) == 0.0
    assert await near("It sails.", "A boat.", same=False) > 0.0


async def test_a_reply_of_a_messages_words_is_nearest_to_that_message() -> None:
    """Each reply in its row, each message in its column."""
    found = await FieldNearness(TINY).between(MESSAGES, [*MESSAGES, words("It leaks.")])
    assert found.shape == (3, 2)
    assert found[0, 0] > found[0, 1]
    assert found[1, 1] > found[1, 0]
    assert found[2, 0] > found[2, 1] == 0.0


def test_the_surplus_by_hand() -> None:
    """The own column less the mean of those that are others; the rest does not count."""
    near_ = np.array([[0.9, 0.1, 0.3], [0.2, 0.4, 0.8]])
    all_others = np.array([[False, True, True], [True, False, True]])
    one_other = np.array([[False, True, False], [False, False, True]])
    assert surplus(near_, [0, 1], all_others).tolist() == [0.9 - 0.2, 0.4 - 0.5]
    np.testing.assert_allclose(surplus(near_, [0, 1], one_other), [0.8, -0.4])


async def test_replies_that_do_not_listen_have_no_surplus() -> None:
    """Dealt out anew at random, the same replies belong to no message more than to another."""
    birth = Birth("test", (("origin", " ".join(f"word{i} thing{i}." for i in range(40))),))
    heard = [words(f"Tell of word{i}.") for i in range(40)]
    said = [words(f"The thing{i}.") for i in range(40)]
    close = await FieldNearness(birth).between(heard, said)
    own = np.arange(40)
    others = ~np.eye(40, dtype=np.bool_)
    listened = surplus(close, own.tolist(), others).mean()

    rng = np.random.default_rng(7)
    dealt = [surplus(close[rng.permutation(40)], own.tolist(), others).mean() for _ in range(200)]
    assert listened > 0.3
    assert abs(float(np.mean(dealt))) < 0.01
    assert listened > max(dealt)
