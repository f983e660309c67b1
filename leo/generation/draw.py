"""Drawing one of several candidates, in log space, with what must be remembered of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from leo.field.view import View
from leo.records import Candidate

__all__ = ["MIN_TEMPERATURE", "Draw", "distribution", "draw", "entropy_of", "rounded", "take"]

MIN_TEMPERATURE = 0.01
"""Colder is the same as always taking the strongest."""

SHOWN = 5
"""Candidates kept with a word."""

DIGITS = 4
"""Significant digits of numbers kept with a word."""


@dataclass(frozen=True, slots=True)
class Draw:
    """The word drawn, its probability, and the strongest candidates (ids with probabilities)."""

    id: int
    probability: float
    best: tuple[tuple[int, float], ...]

    def candidates(self, view: View) -> tuple[Candidate, ...]:
        """Name the strongest candidates."""
        return tuple(Candidate(view.word(id_), rounded(p)) for id_, p in self.best)


def rounded(value: float) -> float:
    """Keep four significant digits."""
    return float(f"{value:.{DIGITS}g}")


def distribution(logs: Mapping[int, float], temperature: float) -> dict[int, float]:
    """Turn log-weights into probabilities that sum to 1.

    Parameters
    ----------
    logs
        Log-weight by word id, at least one.
    temperature
        Divides the log-weights; towards 0 the strongest word becomes certain.
    """
    t = max(MIN_TEMPERATURE, temperature)
    top = max(logs.values())
    weights = [math.exp((log - top) / t) for log in logs.values()]
    total = math.fsum(weights)
    return {id_: weight / total for id_, weight in zip(logs, weights, strict=True)}


def take(chances: Mapping[int, float], id: int) -> Draw:  # noqa: A002
    """Take a given word, with what it competed against."""
    floor = sorted(chances.values(), reverse=True)[:SHOWN][-1]  # numbers alone sort quickly
    strong = [one for one, p in chances.items() if p >= floor]
    best = sorted(strong, key=lambda one: (-chances[one], one))[:SHOWN]
    return Draw(id, chances[id], tuple((one, chances[one]) for one in best))


def draw(chances: Mapping[int, float], rng: Random) -> Draw:
    """Draw a word; one number is taken from the random numbers.

    Parameters
    ----------
    chances
        Probability by word id, in an order that does not depend on history.
    rng
        Random numbers.
    """
    mark = rng.random()
    chosen: int | None = None
    for id_, p in chances.items():
        if p > 0:
            chosen = id_
            mark -= p
            if mark < 0:
                break
    if chosen is None:
        raise ValueError("no candidate has a chance; probabilities must sum to 1")
    return take(chances, chosen)


def entropy_of(logs: Mapping[int, float]) -> float:
    """Give the normalised Shannon entropy of log-weights as they are (untempered), in [0, 1]."""
    if len(logs) < 2:
        return 0.0
    top = max(logs.values())
    weights = [math.exp(log - top) for log in logs.values()]
    total = math.fsum(weights)
    shares = [w / total for w in weights if w > 0]
    nats = -math.fsum([p * math.log(p) for p in shares])
    return min(1.0, max(0.0, nats / math.log(len(weights))))
