"""RAGBrain, episodic memory: what moments like this one were, and how they went.

Every turn is an episode: how the moment felt (the same 21 numbers that MathBrain sees), what
was said, with which experts, and how good it was. A new moment is held against all of them.
The nearest tell what quality to expect, as a rival to MathBrain's guess, and lean a little
towards the experts that served them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from leo.module import Gone, Judged, Kept, Lean, Module, Reader, SoFar, Voice, Write
from leo.pace import ROWS_PER_BREATH, Pace
from leo.records import EXPERT_NAMES, Influence, Note, Percept, Weight
from leo.reflection.episodic_archive import (
    ARCHIVE,
    EPISODE_ROWS,
    NONE_FOUND,
    episode_of,
    found_in_archive,
    moments_of,
    put_away,
)
from leo.reflection.features import (
    FEATURES_VERSION,
    Aftermath,
    aftermath_of,
    features_of,
)
from leo.reflection.remembered import MEMORY, Episode, Episodes, Like, words_of
from leo.text.function_words import is_content

__all__ = [
    "EpisodeKept",
    "EpisodeNote",
    "EpisodesSummary",
    "Neighbour",
    "RAGBrain",
]

NEIGHBOURS: Final = 5
"""Episodes that are asked."""

ENOUGH: Final = 8
"""Episodes from which they are asked at all."""

PAGE: Final = 4096
"""Episodes looked through at a time when something is forgotten."""

SHOWN: Final = 80
"""Characters of a prompt in a note."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An episode like this moment, and how near it is: by features, by words, in all; [0, 1]."""

    turn: int
    at: float
    prompt: str
    quality: float
    features: float
    words: float
    distance: float


@dataclass(frozen=True, slots=True)
class EpisodeNote(Note):
    """What the nearest episodes tell before a word is said.

    Attributes
    ----------
    neighbours
        The nearest, nearest first.
    estimate
        Quality to be expected; ``None`` while there are too few episodes.
    leans
        What each expert gains or loses, at most 0.05.
    episodes
        How many there are.
    """

    neighbours: tuple[Neighbour, ...]
    estimate: float | None
    leans: tuple[Weight, ...]
    episodes: int


@dataclass(frozen=True, slots=True)
class EpisodeKept(Note):
    """How the estimate fared: against the true quality, and on average of late (squared)."""

    estimate: float | None
    true: float
    loss: float | None
    mean_loss: float | None
    episodes: int


@dataclass(frozen=True, slots=True)
class EpisodesSummary:
    """Episodes like a moment: how many, mean and best quality, mean distance (1 if none)."""

    count: int
    mean_quality: float
    best_quality: float
    mean_distance: float


class RAGBrain(Module[Episodes]):
    """Remembers moments, and asks those like this one.

    Parameters
    ----------
    keep_text
        Whether prompts and replies are kept in plain text; without them, episodes are found
        by how they felt only.
    """

    name = "episodes"
    migrations = (
        "CREATE TABLE episodes (turn INTEGER PRIMARY KEY, at REAL NOT NULL, "
        "version INTEGER NOT NULL, features BLOB NOT NULL, prompt TEXT NOT NULL, "
        "reply TEXT NOT NULL, blend TEXT NOT NULL, quality REAL NOT NULL) STRICT",
        "CREATE TABLE episodes_score (id INTEGER PRIMARY KEY CHECK (id = 1), loss REAL NOT NULL, "
        "guesses INTEGER NOT NULL, last TEXT NOT NULL) STRICT",
        "ALTER TABLE episodes ADD COLUMN archived INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX episodes_at_hand ON episodes (turn) WHERE archived = 0",
        "CREATE INDEX episodes_archived ON episodes (turn) WHERE archived = 1",
        *ARCHIVE.migrations(),
    )
    spared = ("episodes.reply",)  # a reply that quotes is cut, the episode stays

    def __init__(self, *, keep_text: bool = True) -> None:
        self._keep_text = keep_text
        self.state = Episodes()

    async def load(self, reader: Reader) -> Episodes:
        """Read the episodes of today's features; with none of them, nothing else is of use."""
        self._reader = reader
        rows = await reader.fetch(
            f"{EPISODE_ROWS} WHERE archived = 0 AND version = ? ORDER BY turn", (FEATURES_VERSION,)
        )
        counts = await reader.fetch(
            "SELECT (SELECT count(*) FROM episodes WHERE archived = 0), "
            "(SELECT count(*) FROM episodes WHERE archived = 1)"
        )
        strangers = int(str(counts[0][0])) > len(rows)
        if not rows:
            return Episodes(strangers=strangers)
        pace = Pace(ROWS_PER_BREATH)
        episodes: list[Episode] = []
        places: dict[str, list[int]] = {}
        for row in rows:
            words = words_of(str(row[2]))
            await pace.spend(len(words) + 1)
            episodes.append(episode_of(row, words))
            for word in words:
                places.setdefault(word, []).append(episodes[-1].turn)
        known = Episodes(
            tuple(episodes),
            moments_of([row[-1] for row in rows]),
            {word: tuple(turns) for word, turns in places.items()},
            archived=int(str(counts[0][1])),
            strangers=strangers,
        )
        score = await reader.fetch("SELECT loss, guesses, last FROM episodes_score")
        if not score:
            return known
        loss, guesses, last = score[0]
        after = Aftermath(tuple(json.loads(str(last))))
        return replace(known, loss=loss, guesses=guesses, last=after)  # type: ignore[arg-type]

    async def before(self, percept: Percept, so_far: SoFar) -> Lean[Episodes]:
        """Ask the nearest episodes."""
        state = self.state
        features = features_of(percept, so_far, state.last)
        heard = frozenset(word for word in percept.tokens if is_content(word))
        words = heard if self._keep_text else None
        near = await self._near(features, words, NEIGHBOURS)
        estimate, leans = state.told(near) if len(state.all) >= ENOUGH else (None, ())
        experts = tuple(
            Weight(name, lean) for name, lean in zip(EXPERT_NAMES, leans, strict=False) if lean
        )
        note = EpisodeNote(
            tuple(_neighbour(one, SHOWN) for one in near),
            estimate,
            experts,
            state.total,
        )
        state = replace(state, features=features, estimate=estimate)
        return Lean(Influence(experts=experts), note, state)

    async def after(self, judged: Judged, voice: Voice) -> Kept[Episodes]:
        """Keep the episode, and see how the estimate fared."""
        old, moment, true = self.state, judged.moment, judged.quality.overall
        text = (moment.prompt, judged.utterance.own.text) if self._keep_text else ("", "")
        episode = Episode(
            moment.turn,
            moment.at,
            *text,
            words_of(text[0]),
            tuple(one.weight for one in judged.blend.weights),
            true,
        )
        loss = None if old.estimate is None else (old.estimate - true) ** 2
        new = replace(old.grown(episode), last=aftermath_of(judged), features=(), estimate=None)
        if loss is not None:
            raw = MEMORY * old.loss + (1 - MEMORY) * loss
            new = replace(new, loss=raw, guesses=old.guesses + 1)
        mean = new.mean_loss()
        note = EpisodeKept(
            old.estimate,
            true,
            None if loss is None else round(loss, 6),
            None if mean is None else round(mean, 6),
            new.total,
        )
        return Kept(note, new)

    def rows(self, note: Note | None, state: Episodes) -> Sequence[Write]:
        """Write the episode, and put the oldest away."""
        if not isinstance(note, EpisodeKept):
            return ()
        new = state.all[-1]
        features = state.moments[-1].astype("<f8").tobytes()
        told = (new.prompt, new.reply, json.dumps(new.blend), new.quality)
        score = (state.loss, state.guesses, json.dumps(state.last.values))
        return (
            Write(
                "INSERT INTO episodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
                ((new.turn, new.at, FEATURES_VERSION, features, *told),),
            ),
            *(() if state.dropped is None else put_away(state.dropped, full=state.full)),
            Write(
                "DELETE FROM episodes WHERE archived = 0 AND version <> ?",
                ((FEATURES_VERSION,),) if state.strangers else (),
            ),
            Write("INSERT OR REPLACE INTO episodes_score VALUES (1, ?, ?, ?)", (score,)),
        )

    async def forget(self, reader: Reader, gone: Gone) -> Sequence[Write]:
        """Cut the replies that quote."""
        changed: list[tuple[str, int]] = []
        last = 0
        while rows := await reader.fetch(
            "SELECT turn, reply FROM episodes WHERE turn > ? ORDER BY turn LIMIT ?", (last, PAGE)
        ):
            for turn, reply in rows:
                cut = gone.traces.cut(str(reply))
                if cut != reply:
                    changed.append((cut, int(str(turn))))
            last = int(str(rows[-1][0]))
        return [Write("UPDATE episodes SET reply = ? WHERE turn = ?", tuple(changed))]

    # ------------------------------------------------------------ questions

    async def similar(
        self, text: str = "", *, features: Sequence[float] | None = None, k: int = NEIGHBOURS
    ) -> tuple[Neighbour, ...]:
        """Find the episodes most like a moment, nearest first.

        Parameters
        ----------
        text
            What would be said; without content words, only features count.
        features
            One number for each of `FEATURES`; without them, only words count.
        k
            How many.
        """
        return tuple(map(_neighbour, await self._like(text, features, k)))

    async def estimate(
        self, text: str = "", *, features: Sequence[float] | None = None
    ) -> float | None:
        """Tell the quality to expect in a moment; ``None`` while there are too few episodes."""
        if len(self.state.all) < ENOUGH:
            return None
        return self.state.told(await self._like(text, features, NEIGHBOURS))[0]

    async def summary(
        self, text: str = "", *, features: Sequence[float] | None = None, k: int = 10
    ) -> EpisodesSummary:
        """Sum up the episodes most like a moment."""
        found = await self.similar(text, features=features, k=k)
        if not found:
            return EpisodesSummary(0, 0.0, 0.0, 1.0)
        qualities = [one.quality for one in found]
        mean = sum(qualities) / len(found)
        apart = sum(one.distance for one in found) / len(found)
        return EpisodesSummary(len(found), mean, max(qualities), apart)

    # ------------------------------------------------------------ how it is done

    async def _like(self, text: str, features: Sequence[float] | None, k: int) -> tuple[Like, ...]:
        return await self._near(features, words_of(text) or None, k)

    async def _near(
        self, features: Sequence[float] | None, words: frozenset[str] | None, k: int
    ) -> tuple[Like, ...]:
        """Rank the episodes at hand, and what the archive brings."""
        state = self.state
        if not state.all:
            return ()
        moment, found = state.moment(features, k), NONE_FOUND
        stand = state.sharing(words or frozenset())
        if words and state.archived:
            found = await found_in_archive(self._reader, words, stand, state.total, moment)
        return state.nearest(moment, words, stand, found)


def _neighbour(like: Like, most: int | None = None) -> Neighbour:
    episode, near = like.episode, like.near
    return Neighbour(
        episode.turn,
        episode.at,
        episode.prompt[:most],
        episode.quality,
        near.features,
        near.words,
        near.distance,
    )
