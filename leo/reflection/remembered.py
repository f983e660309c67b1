"""Episodes: moments as they are remembered, and the search for those like another one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from leo.reflection.features import FEATURES, NOTHING_YET, Aftermath
from leo.reflection.nearest import (
    Near,
    Scale,
    Vector,
    by_words,
    estimate_of,
    leans_of,
    nearest,
)
from leo.text.function_words import is_content
from leo.text.tokens import tokens

__all__ = ["EPISODES", "MEMORY", "Episode", "Episodes", "words_of"]

EPISODES: Final = 1000
"""Episodes that are kept; the oldest goes first."""

MEMORY: Final = 0.95
"""What the average of the losses keeps from turn to turn."""


@dataclass(frozen=True, slots=True)
class Episode:
    """A turn as it is remembered: what was said, with which experts' weights, how well."""

    turn: int
    at: float
    prompt: str
    reply: str
    words: frozenset[str]
    blend: tuple[float, ...]
    quality: float


@dataclass(frozen=True, slots=True, eq=False)
class Episodes:
    """All episodes, oldest first.

    Attributes
    ----------
    all
        The episodes.
    moments
        Their features, one row each.
    places
        The turns in which each content word of a prompt stands.
    last
        How the last turn came out.
    loss, guesses
        Raw average of the squared error, and of how many guesses.
    features, estimate
        Of the running turn.
    """

    all: tuple[Episode, ...] = ()
    moments: Vector = field(default_factory=lambda: np.zeros((0, len(FEATURES))))
    places: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    last: Aftermath = NOTHING_YET
    loss: float = 0.0
    guesses: int = 0
    features: tuple[float, ...] = ()
    estimate: float | None = None

    def mean_loss(self) -> float | None:
        """Give the average of the squared error, corrected for having started at nothing."""
        return self.loss / (1 - MEMORY**self.guesses) if self.guesses else None

    def grown(self, episode: Episode) -> "Episodes":
        """Keep one more, and let the oldest go where there are too many."""
        gone = self.all[0] if len(self.all) == EPISODES else None
        places = dict(self.places)
        for word in sorted(episode.words):
            places[word] = (*places.get(word, ()), episode.turn)
        for word in sorted(gone.words) if gone else ():
            places[word] = tuple(turn for turn in places[word] if gone and turn != gone.turn)
            if not places[word]:
                del places[word]
        moments = np.vstack([self.moments, np.asarray(self.features)])
        kept = (*self.all, episode)
        return replace(self, all=kept[-EPISODES:], moments=moments[-EPISODES:], places=places)

    def nearest(
        self, features: Sequence[float] | None, words: frozenset[str] | None, k: int
    ) -> tuple[Near, ...]:
        """Rank all episodes by their distance from a moment.

        Parameters
        ----------
        features, words
            How the moment feels, and the content words of what is said; what is not given
            makes no difference between episodes.
        k
            How many.
        """
        if not self.all:
            return ()
        felt = np.zeros(len(self.all))
        if features is not None:
            felt = Scale.of(self.moments).distances(self.moments, np.asarray(features))
        said = np.zeros(len(self.all)) if words is None else self._apart(words)
        return nearest(felt, said, k)

    def _apart(self, words: frozenset[str]) -> Vector:
        """Give each episode's distance by words: 1 for all that share none."""
        apart = np.ones(len(self.all))
        if not words:
            apart[[not one.words for one in self.all]] = 0.0
            return apart
        turns = {turn for word in words for turn in self.places.get(word, ())}
        for place, one in enumerate(self.all):
            if one.turn in turns:
                apart[place] = by_words(words, one.words, len(self.all), self.places)
        return apart

    def told(self, near: Sequence[Near]) -> tuple[float, tuple[float, ...]]:
        """Give what neighbours tell: the quality to expect, and the lean of each expert."""
        of = [self.all[one.place] for one in near]
        qualities = [one.quality for one in of]
        leans = leans_of(near, qualities, [one.blend for one in of])
        return round(estimate_of(near, qualities), 6), leans


def words_of(text: str) -> frozenset[str]:
    """Give the content words of a text."""
    return frozenset(token.word for token in tokens(text) if is_content(token.word))
