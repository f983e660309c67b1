"""How sentences end, and how a new one begins."""

import math

import numpy as np
import pytest

from leo.field.layer import Layer
from leo.generation.gravity import OWN_SHARE, pulls_of
from leo.generation.guards import Guards
from leo.generation.step import options
from leo.testing import toy_field
from leo.text.tokens import SENTENCE_ENDS, tokens


def number(layer: Layer, word: str) -> int:
    """Give a word's id, which the field must know."""
    found = layer.id(word)
    assert found is not None
    return found


async def test_the_fitting_mark_stands_for_the_others() -> None:
    """It has their weight and its own, and says what the field knew."""
    layer = await toy_field(*["it is late?"] * 2, "is it late.", "it is late today.")
    late, is_, mark, stop = (number(layer, word) for word in ("late", "is", "?", "."))
    found = await options(layer, (late, is_), frozenset(), opened=3)
    before = dict(zip(found.ids.tolist(), found.logs.tolist(), strict=True))

    ended = found.ending(stop, np.array([mark]))
    after = dict(zip(ended.ids.tolist(), ended.logs.tolist(), strict=True))

    assert sorted(after) == list(after) == sorted(set(before) - {mark})
    assert math.exp(after[stop]) == pytest.approx(math.exp(before[mark]) + math.exp(before[stop]))
    assert found.context(mark) == "trigram"
    assert found.context(stop) == "bigram"
    assert ended.context(stop) == "fitted"
    assert ended.longest(stop) == found.trigram.cell(mark)
    assert ended.shorter(stop) == found.bigram.cell(stop)


async def test_where_no_mark_is_unfit_nothing_changes() -> None:
    """A context without such a mark stays as it is."""
    layer = await toy_field("it is late.", "are you?")
    late, is_, mark, stop = (number(layer, word) for word in ("late", "is", "?", "."))
    found = await options(layer, (late, is_), frozenset(), opened=3)
    assert found.ending(stop, np.array([mark])) is found
    assert found.context(stop) == "trigram"


def test_a_sentence_that_is_cut_off_gets_the_mark_that_fits() -> None:
    """A question is closed as one."""
    for said, end in (("are you", "?"), ("you are", "."), ("лодка", ".")):
        guards = Guards(frozenset())
        for token in tokens(said):
            guards.say(token.word)
        assert guards.end() == end
    assert Guards(frozenset()).fitting == SENTENCE_ENDS


async def test_a_new_sentence_may_turn_to_something_else() -> None:
    """After an end the last word counts for less than inside a sentence."""
    layer = await toy_field("we eat. you eat. it rains. you sleep. you sing. you run.")
    stop, eat = number(layer, "."), number(layer, "eat")
    turns = await options(layer, (stop, eat), frozenset(), opened=0)
    goes_on = await options(layer, (stop, eat), frozenset(), opened=5)
    other = number(layer, "it")
    at = turns.ids.tolist().index(other)
    assert turns.logs[at] < goes_on.logs[at] - 0.1


async def test_his_own_words_are_drawn_more_than_the_observer_s() -> None:
    """The prompt's word draws with a share of its weight, its company with most of it."""
    layer = await toy_field("the moon water . the moon boat . water moon")
    pulls = {pull.word: pull.weight for pull in await pulls_of(["moon"], layer)}
    assert pulls["moon"] == pytest.approx(OWN_SHARE)
    assert max(pulls["water"], pulls["boat"]) > pulls["moon"]
