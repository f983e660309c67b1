"""Episodes that are not at hand: how they are put away, and what brings them back.

An episode is found again by what was said in it: the archive is an index of the content words
of prompts. What it brings is held against the moment exactly like the episodes at hand, by
features too; one that shares no word with the moment stays where it is.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

from leo.archive import CLOSER, Archive, most_of
from leo.module import Reader, SqlValue, Write
from leo.reflection.features import FEATURES, FEATURES_VERSION
from leo.reflection.nearest import Scale, Vector, idf, nearest

__all__ = [
    "ARCHIVE",
    "ARCHIVED",
    "EPISODE_ROWS",
    "NONE_FOUND",
    "Episode",
    "Found",
    "Moment",
    "episode_of",
    "found_in_archive",
    "moments_of",
    "put_away",
]

ARCHIVE: Final = Archive("episodes", "turn")
"""The index of those that are not at hand."""

ARCHIVED: Final = 1_000_000
"""Episodes in the archive at most; then the oldest there is forgotten."""

COLUMNS: Final = ("at", "prompt", "reply", "blend", "quality", "features")
"""Of an episode, beside its turn."""

EPISODE_ROWS: Final = f"SELECT turn, {', '.join(COLUMNS)} FROM episodes"

TIMES: Final = 3
"""Episodes that are brought for one that is wanted: how far their words are from those of the
moment is only guessed before."""


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
class Found:
    """What the archive brought.

    Attributes
    ----------
    episodes, moments
        The episodes, oldest first, and their features, one row each.
    held
        In how many archived episodes words stand.
    """

    episodes: tuple[Episode, ...] = ()
    moments: Vector = field(default_factory=lambda: np.zeros((0, len(FEATURES))))
    held: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


NONE_FOUND: Final = Found()


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A moment that asks for episodes.

    Attributes
    ----------
    scale
        How much each feature varies among those at hand.
    features
        How it feels; ``None`` makes no difference between episodes.
    wanted
        How many episodes it asks for.
    """

    scale: Scale
    features: Vector | None
    wanted: int

    def felt(self, moments: Vector) -> Vector:
        """Give the distance of each of these by features."""
        if self.features is None:
            return np.zeros(len(moments))
        return self.scale.distances(moments, self.features)


def episode_of(row: Sequence[SqlValue], words: frozenset[str]) -> Episode:
    """Read an episode whose content words are known."""
    turn, at, prompt, reply, blend, quality, _ = row
    return Episode(turn, at, prompt, reply, words, tuple(json.loads(str(blend))), quality)  # type: ignore[arg-type]


def moments_of(features: Sequence[SqlValue]) -> Vector:
    """Read the features of episodes, one row each."""
    data = b"".join(features)  # type: ignore[arg-type]
    return np.frombuffer(data, dtype="<f8").reshape(-1, len(FEATURES))


async def found_in_archive(
    reader: Reader, words: frozenset[str], stand: Mapping[str, int], total: int, moment: Moment
) -> Found:
    """Bring the archived episodes that are nearest to a moment, of those that share most words.

    Parameters
    ----------
    reader
        The file.
    words
        Content words of what is said.
    stand
        In how many episodes at hand words stand; of all words of which one may be said.
    total
        How many episodes there are in all.
    moment
        How it feels, and how many episodes are wanted.
    """
    if not words:
        return NONE_FOUND
    held = await ARCHIVE.held(reader, words)
    weights = {word: idf(total, stand.get(word, 0) + held.get(word, 0)) ** 2 for word in words}
    shared = await ARCHIVE.find(reader, weights, held, most_of(total))
    rows = await ARCHIVE.bring(reader, COLUMNS, list(shared), f"version = {FEATURES_VERSION}")
    both = np.array([shared[row[0]] for row in rows])  # type: ignore[index]
    many = np.array([row[-1] for row in rows], dtype=float)
    apart = 1 - np.minimum(1, both / math.fsum(weights.values()) * np.sqrt(len(words) / many))
    moments = moments_of([row[-2] for row in rows])
    near = nearest(moment.felt(moments), apart, max(CLOSER, TIMES * moment.wanted))
    chosen = sorted(one.place for one in near)
    turns = [int(str(rows[place][0])) for place in chosen]
    of, more = await ARCHIVE.words_of(reader, turns, stand.keys() - words)
    episodes = tuple(
        episode_of(rows[place][:-1], of[turn]) for place, turn in zip(chosen, turns, strict=True)
    )
    return Found(episodes, moments[chosen], held | more)


def put_away(episode: Episode, *, full: bool) -> tuple[Write, ...]:
    """Put an episode into the archive, or let it go if no word could bring it back.

    From a full archive the oldest is forgotten.
    """
    if not episode.words:
        return (Write("DELETE FROM episodes WHERE turn = ?", ((episode.turn,),)),)
    oldest = "(SELECT min(turn) FROM episodes WHERE archived = 1)"
    return (
        *((Write(f"DELETE FROM episodes WHERE turn = {oldest}"),) if full else ()),
        Write("UPDATE episodes SET archived = 1 WHERE turn = ?", ((episode.turn,),)),
        *ARCHIVE.put(episode.turn, episode.words),
    )
