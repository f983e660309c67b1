"""Nearest moments: how far apart two are by what was felt, and by what was said.

Both distances are in [0, 1], symmetric, and 0 from a moment to itself.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Alike", "Near", "Scale", "by_words", "estimate_of", "idf", "leans_of", "nearest"]

Vector = NDArray[np.float64]

NARROW: Final = 0.05
"""Least standard deviation that a feature is held to have: what never changed says little."""

CLOSE: Final = 4.0
"""How fast a neighbour's say falls with its distance (exponentially)."""

FELT: Final = 0.5
"""Share of the features in the whole distance; the rest is that of the words."""

LEAN: Final = 0.05
"""The most that an expert gains or loses."""

TELLING: Final = 0.003
"""Covariance of an expert's weight with quality at which three quarters of it are reached."""

SUPPORT: Final = 2.0
"""Neighbours that one would like to have seen, beside those there are (shrinkage)."""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Mean and standard deviation of each feature over all episodes."""

    mean: Vector
    deviation: Vector

    @staticmethod
    def of(moments: Vector) -> "Scale":
        """Measure episodes, one per row."""
        return Scale(moments.mean(axis=0), np.maximum(moments.std(axis=0), NARROW))

    def distances(self, moments: Vector, x: Vector) -> Vector:
        """Give the distance of each moment to one: 1 - exp(-d²/2), d² the mean squared z-score.

        Raises
        ------
        ValueError
            If the moments have other features than this one.
        """
        if x.shape != self.mean.shape:
            raise ValueError(f"{x.size} features were given, episodes have {self.mean.size}")
        apart = ((moments - x) / self.deviation) ** 2
        return np.asarray(1 - np.exp(-apart.mean(axis=1) / 2))


def idf(total: int, stands: int) -> float:
    """Give a word's inverse document frequency: in how many of all episodes it stands."""
    return math.log(1 + total / (1 + stands))


class _Squares(dict[str, float]):
    """The squared frequency of words, worked out for each that is asked for."""

    def __init__(self, total: int, stand: Mapping[str, int]) -> None:
        super().__init__()
        self._total, self._stand = total, stand

    def __missing__(self, word: str) -> float:
        square = self[word] = idf(self._total, self._stand.get(word, 0)) ** 2
        return square


class Alike:
    """Tells how far sets of words are from one, weighted by inverse document frequency.

    Parameters
    ----------
    heard
        Content words.
    total, stand
        How many episodes there are, and in how many of them each word stands.
    """

    def __init__(self, heard: frozenset[str], total: int, stand: Mapping[str, int]) -> None:
        self._square = _Squares(total, stand).__getitem__
        self._heard, self._length = heard, self._squared(heard)

    def distance(self, said: frozenset[str]) -> float:
        """Give the cosine distance, [0, 1]."""
        if self._heard == said:
            return 0.0
        either = self._length * self._squared(said)
        both = self._squared(self._heard & said)
        return 1.0 if either == 0 else max(0.0, 1 - both / math.sqrt(either))

    def _squared(self, words: frozenset[str]) -> float:
        return math.fsum(map(self._square, words))


def by_words(
    heard: frozenset[str], said: frozenset[str], total: int, stand: Mapping[str, int]
) -> float:
    """Give the cosine distance of two sets of words; see `Alike`."""
    return Alike(heard, total, stand).distance(said)


@dataclass(frozen=True, slots=True)
class Near:
    """An episode and how near it is: its place, and its distances."""

    place: int
    features: float
    words: float
    distance: float


def nearest(felt: Vector, said: Vector, k: int) -> tuple[Near, ...]:
    """Rank episodes by both distances together, the newer first among equals.

    Parameters
    ----------
    felt, said
        Distance of each episode by features and by words.
    k
        How many.
    """
    whole = FELT * felt + (1 - FELT) * said
    order = np.lexsort((-np.arange(len(whole)), whole))[: max(0, k)]
    return tuple(
        Near(int(i), round(float(felt[i]), 4), round(float(said[i]), 4), round(float(whole[i]), 4))
        for i in order
    )


def estimate_of(near: Sequence[Near], qualities: Sequence[float]) -> float:
    """Give the mean quality of neighbours, near ones weighing more."""
    weights = [math.exp(-CLOSE * one.distance) for one in near]
    return math.fsum(w * q for w, q in zip(weights, qualities, strict=True)) / math.fsum(weights)


def leans_of(
    near: Sequence[Near], qualities: Sequence[float], blends: Sequence[Sequence[float]]
) -> tuple[float, ...]:
    """Tell which experts went with better and which with worse replies nearby.

    Parameters
    ----------
    near, qualities
        Neighbours, and how good their replies were.
    blends
        The experts' weights in each.

    Returns
    -------
    tuple of float
        Per expert, at most `LEAN` either way: the covariance with quality, squashed, and
        shrunk for the few neighbours it rests on.
    """
    weights = [math.exp(-CLOSE * one.distance) for one in near]
    whole = math.fsum(weights)
    mean = math.fsum(w * q for w, q in zip(weights, qualities, strict=True)) / whole
    found: list[float] = []
    for of in zip(*blends, strict=True):
        usual = math.fsum(w * b for w, b in zip(weights, of, strict=True)) / whole
        both = math.fsum(
            w * (q - mean) * (b - usual) for w, q, b in zip(weights, qualities, of, strict=True)
        )
        known = len(near) / (len(near) + SUPPORT)
        found.append(round(LEAN * known * math.tanh(both / whole / TELLING), 4))
    return tuple(found)
