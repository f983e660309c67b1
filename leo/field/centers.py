"""Centers: the words from which Leo starts to speak.

A center opened sentences before, and many ways lead on from it: its score is
``(sentences opened) ** 0.75 * log2(2 + words that followed)``. The idea is the hub of a word
graph; weighting by openings keeps a reply from beginning in the middle of a phrase. Scores
only grow between two folds, so the ranking is kept up to date word by word, at a cost that
does not depend on the field.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leo.field.layer import Layer, context_key
from leo.text.tokens import is_word

__all__ = ["CENTERS", "Center", "Ranking", "center_score", "rank_centers", "scored"]

Floats = NDArray[np.float64]

CENTERS = 48
"""Words in the pool of centers."""


OPENINGS_POWER = 0.75
"""Between counting openers as they come (1) and treating rare and frequent ones alike (0)."""


@dataclass(frozen=True, slots=True)
class Center:
    """A word to start from, and how strongly the field offers it."""

    id: int
    word: str
    score: float


class Ranking:
    """The strongest entries by a score that only grows; ties go to the older word.

    Parameters
    ----------
    limit
        Entries kept.
    scores
        Entries to begin with.
    """

    def __init__(self, limit: int, scores: Mapping[int, float] | None = None) -> None:
        self._limit = limit
        self.scores: dict[int, float] = dict(scores or {})
        self._last: tuple[float, int] | None = None

    def copy(self) -> "Ranking":
        """Give an independent copy."""
        return Ranking(self._limit, self.scores)

    @property
    def least(self) -> float:
        """Score from which a word may enter; 0 while there is room."""
        return -self._weakest[0] if len(self.scores) >= self._limit else 0.0

    @property
    def _weakest(self) -> tuple[float, int]:
        # most words are weaker still, and this one stays for long
        if self._last is None:
            self._last = max((-score, id_) for id_, score in self.scores.items())
        return self._last

    def put(self, id: int, score: float) -> None:  # noqa: A002
        """Enter a word or raise its score."""
        if score <= 0:
            return
        if id not in self.scores and len(self.scores) >= self._limit:
            if (-score, id) > self._weakest:
                return
            del self.scores[self._weakest[1]]
        self.scores[id] = score
        self._last = None

    def ordered(self) -> list[tuple[int, float]]:
        """List words and scores, strongest first."""
        return sorted(self.scores.items(), key=lambda one: (-one[1], one[0]))


def center_score(layer: Layer, id: int) -> float:  # noqa: A002
    """Score a word as a place to start from; 0 if it never opened a sentence or is a mark."""
    opened = layer.opened(id)
    if not opened or not is_word(layer.word(id)):  # most words never do
        return 0.0
    ways = layer.branches("next", context_key((id,)))
    return math.pow(opened, OPENINGS_POWER) * math.log2(2 + ways)


def scored(opened: Floats, ways: NDArray[np.int64]) -> Floats:
    """Score many words, but for rounding: how often they opened, two and how many followed."""
    return np.power(opened, OPENINGS_POWER) * np.log2(ways)


def rank_centers(ranking: Ranking, layer: Layer, touched: Iterable[int]) -> None:
    """Bring the ranking up to date for the words that were counted."""
    for id_ in touched:
        ranking.put(id_, center_score(layer, id_))
