"""From a percept and a blend to words: how a reply or a private thought is walked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from leo.field.centers import Center
from leo.field.view import View
from leo.generation.connection import connect
from leo.generation.gravity import COMPANY_SHARE, company
from leo.generation.guards import echo_windows
from leo.generation.leaning import Biases
from leo.generation.mouth import Hear
from leo.generation.walk import TARGET, Plan, walk, wander
from leo.luck import stream
from leo.records import Blend, Influence, Percept, Pull, Settings, Unsaid, Utterance
from leo.text.function_words import is_content
from leo.text.tokens import tokens

__all__ = ["Manner", "speak", "speak_privately", "think"]

MIN_TARGET = 8
"""Tokens that even the shortest reply aims at."""

THOUGHT = 1 / 4
"""Tokens a private thought aims at, per token it may have."""

DWELT = 8
"""Last content words of its seed that draw a private thought."""

AROUSED = 0.5
"""How much longer a reply gets when the prompt was as loud as can be."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a private thought is spoken or thought; see `leo.module.Voice`."""

    seed: str
    temperature: float
    semantic: float
    max_tokens: int
    top_k: int | None


async def speak(
    view: View,
    centers: Sequence[Center],
    percept: Percept,
    influence: Influence,
    blend: Blend,
    settings: Settings,
    *,
    seed: int,
    hear: Hear | None,
) -> Utterance:
    """Speak a reply: from the field, to the observer."""
    novelty, arousal = percept.pulse.novelty, percept.pulse.arousal
    pulls = _by_bias(influence.pulls, view)
    plan = Plan(
        temperature=blend.temperature,
        start_temperature=settings.temperature,
        biases=Biases(blend.semantic, pulls),
        target=max(MIN_TARGET, TARGET * influence.length * (1 + AROUSED * arousal)),
        limit=settings.max_tokens,
        wanted=frozenset(id_ for ids in pulls.values() for id_ in ids),
        echoes=echo_windows(percept.tokens),
        ahead=_all_pulls(pulls),
        connection=connect(
            percept.tokens, percept.impression, novelty, view, stream(seed, "connection")
        ),
    )
    return await walk(
        view,
        centers,
        plan,
        luck=stream(seed, "walk"),
        start=stream(seed, "first word"),
        hear=hear,
    )


async def speak_privately(
    view: View,
    centers: Sequence[Center],
    luck: Random,
    *,
    heard: Sequence[str],
    manner: Manner,
) -> Utterance:
    """Speak drawn by a text's words, started from a center like everything else.

    Runs of the prompt's tokens (``heard``) are kept out, as from a reply.
    """
    return await walk(view, centers, await _private(view, heard, manner), luck=luck)


async def think(
    view: View,
    centers: Sequence[Center],
    luck: Random,
    *,
    heard: Sequence[str],
    manner: Manner,
) -> Unsaid:
    """Think what `speak_privately` would say, without the reasons of its words."""
    return await wander(view, centers, await _private(view, heard, manner), luck=luck)


async def _private(view: View, heard: Sequence[str], manner: Manner) -> Plan:
    own = _dwelt_on(manner.seed, view)
    near = await company(own, view)
    pulls = {id_: COMPANY_SHARE * share for id_, share in near.items()} | dict.fromkeys(own, 1.0)
    return Plan(
        temperature=manner.temperature,
        start_temperature=1.0,
        biases=Biases(manner.semantic, {"gravity": pulls}),
        target=THOUGHT * manner.max_tokens,
        limit=manner.max_tokens,
        wanted=frozenset(own),
        top_k=manner.top_k,
        echoes=echo_windows(heard),
    )


def _dwelt_on(seed: str, view: View) -> list[int]:
    """List the words that draw a thought wholly: the last content words of its seed."""
    words = [token.word for token in tokens(seed) if is_content(token.word)][-DWELT:]
    return [id_ for word in dict.fromkeys(words) if (id_ := view.id(word)) is not None]


def _all_pulls(by_bias: Mapping[str, Mapping[int, float]]) -> dict[int, float]:
    found: dict[int, float] = {}
    for pulls in by_bias.values():
        for id_, weight in pulls.items():
            found[id_] = max(found.get(id_, 0.0), weight)
    return found


def _by_bias(pulls: Iterable[Pull], view: View) -> dict[str, dict[int, float]]:
    """Weigh words by bias; two who draw the same word draw more, never more than 1."""
    found: dict[str, dict[int, float]] = {}
    for pull in pulls:
        id_ = view.id(pull.word)
        if id_ is not None:
            weights = found.setdefault(pull.bias, {})
            weights[id_] = 1 - (1 - weights.get(id_, 0.0)) * (1 - min(1.0, pull.weight))
    return found
