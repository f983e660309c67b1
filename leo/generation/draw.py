"""Drawing one of several candidates, in log space, with what must be remembered of it."""

import math
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from leo.field.view import View
from leo.records import Candidate

__all__ = ["MIN_TEMPERATURE", "Draw", "distribution", "draw", "entropy_of", "rounded"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MIN_TEMPERATURE = 0.01
"""Colder is the same as always taking the strongest."""

SHOWN = 5
"""Candidates kept with a word."""

_FOUR_DIGITS = "%.4g"
"""Significant digits of numbers kept with a word."""


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """The word drawn, and what it competed against; told when it is asked for.

    Attributes
    ----------
    ids
        The candidates, ascending: of equals the older is named first.
    chances
        Their probabilities.
    place
        Where the drawn one stands among them.
    """

    ids: Ints
    chances: Floats
    place: int

    @property
    def id(self) -> int:
        """The word drawn."""
        return int(self.ids[self.place])

    @property
    def probability(self) -> float:
        """Its probability."""
        return float(self.chances[self.place])

    @property
    def best(self) -> tuple[tuple[int, float], ...]:
        """The strongest candidates: ids with probabilities."""
        best = (-self.chances).argsort(kind="stable")[:SHOWN]
        return tuple(zip(self.ids[best].tolist(), self.chances[best].tolist(), strict=True))

    def candidates(self, view: View) -> tuple[Candidate, ...]:
        """Name the strongest candidates."""
        return tuple([Candidate(view.word(id_), rounded(p)) for id_, p in self.best])


def rounded(value: float) -> float:
    """Keep four significant digits."""
    return float(_FOUR_DIGITS % value)


def distribution(logs: Floats, temperature: float) -> Floats:
    """Turn log-weights into probabilities that sum to 1.

    Parameters
    ----------
    logs
        Log-weights, at least one.
    temperature
        Divides the log-weights; towards 0 the strongest word becomes certain.
    """
    weights = np.exp((logs - np.maximum.reduce(logs)) / max(MIN_TEMPERATURE, temperature))
    return np.asarray(weights / np.add.reduce(weights))


def draw(ids: Ints, chances: Floats, rng: Random) -> Draw:
    """Draw a word; one number is taken from the random numbers.

    Parameters
    ----------
    ids, chances
        The candidates, ascending, and their probabilities.
    rng
        Random numbers.
    """
    place = int(chances.cumsum().searchsorted(rng.random(), side="right"))
    if place == len(chances):  # the sum may fall short of 1 by a rounding
        possible = np.flatnonzero(chances)
        if not len(possible):
            raise ValueError("no candidate has a chance; probabilities must sum to 1")
        place = int(possible[-1])
    return Draw(ids, chances, place)


def entropy_of(logs: Floats) -> float:
    """Give the normalised Shannon entropy of log-weights as they are (untempered), in [0, 1]."""
    if len(logs) < 2:
        return 0.0
    lower = logs - np.maximum.reduce(logs)
    weights = np.exp(lower)
    total = float(np.add.reduce(weights))
    nats = math.log(total) - float(weights @ lower) / total
    return float(min(1.0, max(0.0, nats / math.log(len(logs)))))
