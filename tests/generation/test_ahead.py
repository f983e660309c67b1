"""Looking ahead: what leads to a drawn word is drawn, less the farther away it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.field.layer import Layer
from leo.generation.ahead import FADES, LOOKED_AT, REACH, WITHIN, Ahead
from leo.generation.leaning import CAPS, Affinity, Biases, Leaners, Situation
from leo.testing import toy_field
from tests.strategies import babble


def number(layer: Layer, word: str) -> int:
    """Give a word's id, which the field must know."""
    found = layer.id(word)
    assert found is not None
    return found


async def leads(
    layer: Layer,
    pulls: dict[str, float],
    this: str,
    *words: str,
    logs: list[float] | None = None,
    used: tuple[str, ...] = (),
) -> dict[str, float]:
    """Ask how strongly words that may follow lead to drawn ones."""
    ids = np.array(sorted(number(layer, word) for word in words))
    ahead = Ahead(layer, {number(layer, word): pull for word, pull in pulls.items()})
    weights = np.zeros(len(ids)) if logs is None else np.array(logs)
    found = await ahead.of(
        number(layer, this), ids, weights, {number(layer, word): 1 for word in used}
    )
    return {layer.word(int(id_)): float(value) for id_, value in zip(ids, found, strict=True)}


TEXTS = ("we like the old boat.", "we saw a red house.", "we go home.")


async def test_the_path_to_a_drawn_word_draws() -> None:
    """Two words on, the pull has faded twice; a path without the word draws nothing."""
    layer = await toy_field(*TEXTS)
    found = await leads(layer, {"boat": 0.8}, "we", "like", "saw", "go")
    assert found["like"] == pytest.approx(0.8 * FADES**3)
    assert found["saw"] == found["go"] == 0


async def test_a_path_ends_with_its_sentence_and_after_its_reach() -> None:
    """What stands behind a full stop, or too far away, draws nobody."""
    layer = await toy_field("we go home. boat.", "we saw the small old red boat.")
    assert REACH == 3
    found = await leads(layer, {"boat": 1.0, "old": 0.5}, "we", "go", "saw")
    assert found == {"go": 0.0, "saw": pytest.approx(0.5 * FADES**3)}


async def test_what_was_said_draws_nobody_again() -> None:
    """A drawn word that was said leads nowhere any more."""
    layer = await toy_field(*TEXTS)
    found = await leads(layer, {"boat": 0.8}, "we", "like", "saw", used=("boat",))
    assert found == {"like": 0.0, "saw": 0.0}


async def test_rare_candidates_are_not_followed() -> None:
    """No lead makes up for more than some nats, so nobody looks there."""
    layer = await toy_field(*TEXTS)
    near, far = -WITHIN + 0.1, -WITHIN - 0.1
    drawn = {"boat": 1.0}
    for log, led in ((near, True), (far, False)):
        ids = sorted(number(layer, word) for word in ("like", "saw"))
        logs = [log if layer.word(id_) == "like" else 0.0 for id_ in ids]
        found = await leads(layer, drawn, "we", "like", "saw", logs=logs)
        assert (found["like"] > 0) == led


async def test_only_so_many_candidates_are_followed() -> None:
    """The most probable are, however many there are."""
    words = [f"word{i}" for i in range(LOOKED_AT + 5)]
    layer = await toy_field(*(f"we {word} boat." for word in words))
    ids = np.array([number(layer, word) for word in words])
    logs = np.linspace(0.0, -0.3, len(ids))
    ahead = Ahead(layer, {number(layer, "boat"): 1.0})
    found = await ahead.of(number(layer, "we"), ids, logs, {})
    assert np.count_nonzero(found) == LOOKED_AT
    assert found[:LOOKED_AT].all()


async def test_no_choice_or_no_pull_is_not_looked_at() -> None:
    """With one candidate, or nothing drawn, nothing leans."""
    layer = await toy_field(*TEXTS)
    assert await leads(layer, {"boat": 1.0}, "we", "like") == {"like": 0.0}
    assert await leads(layer, {}, "we", "like", "saw") == {"like": 0.0, "saw": 0.0}


async def test_a_lead_leans_within_its_cap() -> None:
    """The bias is named, positive, and as strong as the lead."""
    layer = await toy_field(*TEXTS)
    ids = np.array(sorted(number(layer, word) for word in ("like", "saw")))
    there = Affinity(ids[:1], np.array([0.5]))
    at = Situation(Affinity.none(), {}, 5, 0.0, there)
    leaning = Leaners(layer, Biases(0.0, {})).at(ids, at)
    assert leaning.on(0) == {"ahead": pytest.approx(CAPS["ahead"] / 2)}
    assert leaning.on(1) == {}


@given(babble, st.integers(0, 10**6))
async def test_leads_stay_between_none_and_one(texts: list[str], seed: int) -> None:
    """Whatever is drawn, and whatever the field is."""
    layer = await toy_field(*texts)
    if layer.size < 3:
        return
    rng = np.random.default_rng(seed)
    ids = np.unique(rng.integers(0, layer.size, 8))
    pulls = {int(id_): float(rng.random()) for id_ in rng.integers(0, layer.size, 4)}
    found = await Ahead(layer, pulls).of(int(ids[0]), ids, rng.normal(size=len(ids)), {})
    assert ((found >= 0) & (found <= 1)).all()
