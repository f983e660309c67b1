"""Runs and effects that are made up, number by number."""

from dataclasses import replace
from itertools import product
from typing import Any

from leo.observation.effects import Effect
from leo.observation.observed import Observed, Run, RunSettings
from leo.observation.statistics import Better, Figure

__all__ = ["SETTINGS", "effect", "made_run", "made_turn"]

SETTINGS = RunSettings(
    observer="scripted",
    seeds=(1, 2),
    topics=("rain", "boats"),
    turns_per_topic=2,
    temperature=1.0,
    without=(),
    birth="",
    version="0",
)

TURN = Observed(
    seed=1,
    topic="rain",
    turn=1,
    said="Do you like the rain?",
    reply="The rain is warm.",
    external_vocab=0.5,
    token_echo=0.5,
    window_echo=0.5,
    content_echo=0.5,
    chance=0.25,
    content_chance=0.125,
    relevance=0.25,
    association=0.125,
    distinct_1=1.0,
    distinct_2=1.0,
    repeated=0,
    loops=0.0,
    attested=1.0,
    whole=1,
    sentences=1,
    recited=0,
    words=4,
    quality=0.5,
    entropy=0.5,
    fired=("game",),
    by="blend",
)


def made_turn(seed: int, topic: str, turn: int, **measured: Any) -> Observed:
    """Make a measured turn."""
    return replace(TURN, seed=seed, topic=topic, turn=turn, **measured)


def made_run(
    topics: int = 2, turns: int = 2, seeds: tuple[int, ...] = (1, 2), **measured: Any
) -> Run:
    """Make a run; each value of ``measured`` is a number, or a function of topic, turn and seed.

    Topics and turns are counted from 0.
    """
    ids = tuple(f"topic-{i}" for i in range(topics))
    settings = replace(SETTINGS, topics=ids, turns_per_topic=turns, seeds=seeds)
    found = []
    for seed, topic, turn in product(seeds, range(topics), range(turns)):
        told = {
            name: one(topic, turn, seed) if callable(one) else one for name, one in measured.items()
        }
        found.append(made_turn(seed, ids[topic], topic * turns + turn + 1, **told))
    return Run(settings, tuple(found))


def effect(
    measure: str,
    by: tuple[float, float, float] = (0.0, 0.0, 0.0),
    *,
    better: Better = "higher",
    size: float | None = 0.0,
    probability: float = 1.0,
) -> Effect:
    """Make a change of one measure."""
    return Effect(measure, better, Figure(*by), size, probability)
