"""Episodes: moments as they are remembered, and the search for those like another one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from leo.reflection.episodic_archive import ARCHIVED, Episode, Found, Moment
from leo.reflection.features import FEATURES, NOTHING_YET, Aftermath
from leo.reflection.nearest import (
    Alike,
    Near,
    Scale,
    Vector,
    estimate_of,
    leans_of,
    nearest,
)
from leo.text.function_words import is_content
from leo.text.tokens import tokens

__all__ = ["EPISODES", "MEMORY", "Episode", "Episodes", "Like", "words_of"]

EPISODES: Final = 1000
"""Episodes that are at hand; the oldest of more goes to the archive."""

MEMORY: Final = 0.95
"""What the average of the losses keeps from turn to turn."""


@dataclass(frozen=True, slots=True)
class Like:
    """An episode, and how near it is to a moment."""

    episode: Episode
    near: Near


@dataclass(frozen=True, slots=True, eq=False)
class Episodes:
    """The episodes at hand, oldest first, and what this turn changed.

    Attributes
    ----------
    all
        The episodes at hand.
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
    archived
        How many others are in the archive.
    dropped
        The episode that the turn put away, to be written.
    full
        Whether the archive was full before.
    strangers
        Whether the file has episodes of other features at hand, which are of no use.
    """

    all: tuple[Episode, ...] = ()
    moments: Vector = field(default_factory=lambda: np.zeros((0, len(FEATURES))))
    places: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    last: Aftermath = NOTHING_YET
    loss: float = 0.0
    guesses: int = 0
    features: tuple[float, ...] = ()
    estimate: float | None = None
    archived: int = 0
    dropped: Episode | None = None
    full: bool = False
    strangers: bool = False

    @property
    def total(self) -> int:
        """How many episodes there are."""
        return len(self.all) + self.archived

    def mean_loss(self) -> float | None:
        """Give the average of the squared error, corrected for having started at nothing."""
        return self.loss / (1 - MEMORY**self.guesses) if self.guesses else None

    def grown(self, episode: Episode) -> "Episodes":
        """Keep one more, and put the oldest away where there are too many."""
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
        full = self.archived >= ARCHIVED
        more = gone is not None and bool(gone.words) and not full
        return replace(
            self,
            all=kept[-EPISODES:],
            moments=moments[-EPISODES:],
            places=places,
            archived=self.archived + more,
            dropped=gone,
            full=full,
        )

    def sharing(self, words: frozenset[str]) -> dict[str, int]:
        """Give in how many episodes at hand words stand: these, and those said with them."""
        turns = {turn for word in words for turn in self.places.get(word, ())}
        met = words.union(*(one.words for one in self.all if one.turn in turns))
        return {word: len(self.places.get(word, ())) for word in met}

    def moment(self, features: Sequence[float] | None, wanted: int) -> Moment:
        """Give a moment that asks for episodes.

        Parameters
        ----------
        features
            How it feels; ``None`` makes no difference between episodes.
        wanted
            How many.
        """
        felt = None if features is None else np.asarray(features)
        return Moment(Scale.of(self.moments), felt, wanted)

    def nearest(
        self,
        moment: Moment,
        words: frozenset[str] | None,
        stand: Mapping[str, int],
        found: Found,
    ) -> tuple[Like, ...]:
        """Rank episodes by their distance from a moment.

        Parameters
        ----------
        moment
            How it feels, and how many are wanted.
        words
            The content words of what is said; ``None`` makes no difference between episodes.
        stand
            What `sharing` gives for them.
        found
            What the archive brought; how much a feature varies is told by those at hand.
        """
        every = (*found.episodes, *self.all)
        felt = moment.felt(np.vstack([found.moments, self.moments]))
        said = np.zeros(len(every))
        if words is not None:
            counts = Counter(stand)
            counts.update(found.held)
            said = self._apart(words, every, counts)
        return tuple(Like(every[one.place], one) for one in nearest(felt, said, moment.wanted))

    def _apart(
        self, words: frozenset[str], every: Sequence[Episode], stand: Mapping[str, int]
    ) -> Vector:
        """Give each episode's distance by words: 1 for all that share none."""
        apart = np.ones(len(every))
        if not words:
            apart[[not one.words for one in every]] = 0.0
            return apart
        alike = Alike(words, self.total, stand)
        for place, one in enumerate(every):
            if not words.isdisjoint(one.words):
                apart[place] = alike.distance(one.words)
        return apart

    def told(self, near: Sequence[Like]) -> tuple[float, tuple[float, ...]]:
        """Give what neighbours tell: the quality to expect, and the lean of each expert."""
        qualities = [one.episode.quality for one in near]
        apart = [one.near for one in near]
        leans = leans_of(apart, qualities, [one.episode.blend for one in near])
        return round(estimate_of(apart, qualities), 6), leans


def words_of(text: str) -> frozenset[str]:
    """Give the content words of a text."""
    return frozenset(token.word for token in tokens(text) if is_content(token.word))
