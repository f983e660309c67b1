"""Episodes that are not at hand: how they are put away, and what brings them back.

An episode is found again by what was said in it: the archive is an index of the content words
of prompts. What it brings is held against the moment exactly like the episodes at hand, by
features too; one that shares no word with the moment stays where it is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

from leo.archive import Archive, most_of
from leo.module import Reader, SqlValue, Write
from leo.reflection.features import FEATURES, FEATURES_VERSION
from leo.reflection.nearest import Vector, idf

__all__ = [
    "ARCHIVE",
    "ARCHIVED",
    "EPISODE_ROWS",
    "NONE_FOUND",
    "Episode",
    "Found",
    "episode_of",
    "found_in_archive",
    "moments_of",
    "put_away",
]

ARCHIVE: Final = Archive("episodes", "turn")
"""The index of those that are not at hand."""

ARCHIVED: Final = 1_000_000
"""Episodes in the archive at most; then the oldest there is forgotten."""

EPISODE_ROWS: Final = "SELECT turn, at, prompt, reply, blend, quality, features FROM episodes"


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


def episode_of(row: Sequence[SqlValue], words: frozenset[str]) -> Episode:
    """Read an episode whose content words are known."""
    turn, at, prompt, reply, blend, quality, _ = row
    return Episode(turn, at, prompt, reply, words, tuple(json.loads(str(blend))), quality)  # type: ignore[arg-type]


def moments_of(rows: Sequence[Sequence[SqlValue]]) -> Vector:
    """Read the features of episodes, one row each."""
    data = b"".join(row[-1] for row in rows)  # type: ignore[misc]
    return np.frombuffer(data, dtype="<f8").reshape(-1, len(FEATURES))


async def found_in_archive(
    reader: Reader, words: frozenset[str], at_hand: Mapping[str, int], total: int
) -> Found:
    """Bring the archived episodes that share most with what is said.

    Parameters
    ----------
    reader
        The file.
    words
        Content words of what is said.
    at_hand
        In how many episodes at hand words stand; of all words of which one may be said.
    total
        How many episodes there are in all.
    """
    if not words:
        return NONE_FOUND
    held = await ARCHIVE.held(reader, words | at_hand.keys())
    stand = {word: at_hand.get(word, 0) + held.get(word, 0) for word in words}
    weights = {word: idf(total, stand[word]) ** 2 for word in words}
    turns = list(await ARCHIVE.find(reader, weights, held, most_of(total)))
    rows = await reader.fetch(
        f"{EPISODE_ROWS} WHERE turn IN (SELECT value FROM json_each(?)) AND version = ? "
        "ORDER BY turn",
        (json.dumps(turns), FEATURES_VERSION),
    )
    of, more = await ARCHIVE.words_of(reader, turns)
    episodes = tuple(episode_of(row, of[row[0]]) for row in rows)  # type: ignore[index]
    return Found(episodes, moments_of(rows), {**held, **more})


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
