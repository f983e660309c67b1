"""Runs and effects that are made up, number by number."""

from dataclasses import replace
from itertools import product
from typing import Any

from leo.observation.effects import Effect
from leo.observation.observed import Observed, Run, RunSettings
from leo.observation.statistics import Better, Figure
from tests.observation.kit import observed

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


def made_turn(seed: int, topic: str, turn: int, **measured: Any) -> Observed:
    """Make a measured turn."""
    return observed(seed=seed, topic=topic, turn=turn, **measured)


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
