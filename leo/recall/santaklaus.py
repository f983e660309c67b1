"""SantaKlaus, resonant recall: what Leo once said well comes back when it is called.

Before he speaks, the things he said himself are held against the moment. Those that have to
do with it beyond chance come back, the best first; now and then one more comes for no reason
at all. What came back draws its content words towards the reply. Nothing is learned a second
time, and nothing the observer said is ever kept here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from leo.archive import CLOSER
from leo.luck import stream
from leo.module import Judged, Kept, Lean, Module, Reader, SoFar, Voice, Write
from leo.pace import ROWS_PER_BREATH, Pace
from leo.recall.archived import (
    ARCHIVE,
    MEMORY_ROWS,
    Called,
    memory_of,
    put_away,
    put_away_before,
    with_archived,
)
from leo.recall.memories import Recalled
from leo.recall.resonance import Asking, Hit, Memory, Rarity, Scorer, content_of, resonance
from leo.records import Influence, Note, Percept, Pull

__all__ = ["PulledWord", "RecallNote", "RecallStats", "Remembered", "SantaKlaus"]

GOOD: Final = 0.6
"""Quality from which (inclusive) Leo remembers what he said."""

RECALLED: Final = 5
"""Memories that come back by merit at a time."""

SILLY: Final = 0.15
"""Probability that one more comes back by luck."""

PULLED: Final = 16
"""Words that are drawn at most."""

OTHERS: Final = 8
"""Candidates beside the recalled that a note names."""

TEXT: Final = 240
"""Characters of a memory in a note; of the others in it, a third."""


@dataclass(frozen=True, slots=True)
class PulledWord:
    """A word that recall draws towards the reply, and how strongly, (0, 1]."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class RecallNote(Note):
    """What came back before speaking.

    Attributes
    ----------
    hits
        What was recalled, best first; what came by luck stands last and says so.
    others
        The best of the candidates that stayed away.
    bar
        Weight of shared words, in nats, that a memory must exceed: what chance hardly gives.
    memories, candidates
        How many there are, and how many were thought of: those that share a word with the moment,
        of a great many those that share most.
    pulled
        The words that are drawn.
    """

    hits: tuple[Hit, ...]
    others: tuple[Hit, ...]
    bar: float
    memories: int
    candidates: int
    pulled: tuple[PulledWord, ...]


@dataclass(frozen=True, slots=True)
class Remembered(Note):
    """What Leo will remember of this turn, and what he put away for it (``None``: nothing)."""

    memory: int
    quality: float
    forgot: int | None


@dataclass(frozen=True, slots=True)
class RecallStats:
    """How many memories there are, how many were ever recalled, and how often in all."""

    memories: int
    ever_recalled: int
    recalls: int


@dataclass(frozen=True, slots=True)
class _Held:
    """What was held against a moment: what comes, the best of the rest, all that may come."""

    hits: tuple[Hit, ...]
    others: tuple[Hit, ...]
    candidates: int
    memories: Mapping[int, Memory]
    rarity: Rarity


class SantaKlaus(Module[Recalled]):
    """Brings back what Leo once said well.

    Parameters
    ----------
    recalled
        Memories that come back by merit at a time.
    silly
        Probability that one more comes back by luck, [0, 1].
    sticky
        Phrases that tire a memory holding them.
    """

    name = "santaklaus"
    migrations = (
        "CREATE TABLE santaklaus_memories (id INTEGER PRIMARY KEY, turn INTEGER NOT NULL, "
        "at REAL NOT NULL, text TEXT NOT NULL, quality REAL NOT NULL, arousal REAL NOT NULL, "
        "used REAL, uses INTEGER NOT NULL) STRICT",
        "ALTER TABLE santaklaus_memories ADD COLUMN archived INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX santaklaus_at_hand ON santaklaus_memories (id) WHERE archived = 0",
        "CREATE INDEX santaklaus_archived ON santaklaus_memories (id) WHERE archived = 1",
        *ARCHIVE.migrations(),
    )

    def __init__(
        self, recalled: int = RECALLED, silly: float = SILLY, sticky: Sequence[str] = ()
    ) -> None:
        self._recalled, self._silly = recalled, silly
        self._sticky = tuple(phrase.lower() for phrase in sticky)
        self.state = Recalled()

    async def load(self, reader: Reader) -> Recalled:
        """Read the memories at hand, and count those in the archive."""
        self._reader = reader
        rows = await reader.fetch(f"{MEMORY_ROWS} WHERE archived = 0 ORDER BY id")
        counts = await reader.fetch(
            "SELECT (SELECT max(id) FROM santaklaus_memories), "
            "(SELECT count(*) FROM santaklaus_memories WHERE archived = 1)"
        )
        pace = Pace(ROWS_PER_BREATH)
        memories: dict[int, Memory] = {}
        places: dict[str, list[int]] = {}
        for row in rows:
            words = content_of(str(row[3]))
            memory = memory_of(row, words)
            await pace.spend(len(words) + 1)
            memories[memory.id] = memory
            for word in words:
                places.setdefault(word, []).append(memory.id)
        last, others = (int(str(one or 0)) for one in counts[0])
        found = {word: tuple(ids) for word, ids in places.items()}
        return Recalled(memories, found, last, others)

    async def before(self, percept: Percept, so_far: SoFar) -> Lean[Recalled]:
        """Recall, and draw the words of what came back."""
        themes = tuple(dict.fromkeys(word for one in percept.themes for word in one.words))
        asking = Asking(
            content_of(" ".join(percept.tokens)),
            themes,
            percept.pulse.arousal,
            so_far.moment.at,
            self._sticky,
        )
        held = await self._held(asking)
        silly = self._luckily(asking, held, so_far.moment.seed)
        hits, strayed = (*held.hits, *silly), _ids(silly)
        others = tuple(one for one in held.others if one.memory not in strayed)
        pulled = self._pulled(hits, held, asking)
        note = RecallNote(
            hits=tuple(_cut(hit, TEXT) for hit in hits),
            others=tuple(_cut(hit, TEXT // 3) for hit in others[:OTHERS]),
            bar=round(asking.bar(held.rarity), 4),
            memories=self.state.total,
            candidates=held.candidates,
            pulled=pulled,
        )
        pulls = tuple(Pull(one.word, one.weight, "recall", self.name) for one in pulled)
        used = [held.memories[hit.memory] for hit in hits]
        return Lean(Influence(pulls=pulls), note, self.state.marked(used, so_far.moment.at))

    async def after(self, judged: Judged, voice: Voice) -> Kept[Recalled] | None:
        """Remember what was said, if it was said well and not before."""
        own, moment = judged.utterance.own.text, judged.moment
        words = content_of(own)
        if judged.quality.overall < GOOD or not words or await self._known(own, words):
            return None
        memory = Memory(
            id=self.state.last + 1,
            turn=moment.turn,
            at=moment.at,
            text=own,
            words=frozenset(words),
            quality=judged.quality.overall,
            arousal=judged.percept.pulse.arousal,
        )
        state = self.state.kept(memory)
        dropped = None if state.dropped is None else state.dropped.id
        return Kept(Remembered(memory.id, memory.quality, dropped), state)

    def rows(self, note: Note | None, state: Recalled) -> Sequence[Write]:
        """Write what was used, what is new and what is put away."""
        new = () if state.added is None else (state.added,)
        return (
            Write(
                "UPDATE santaklaus_memories SET used = ?, uses = ? WHERE id = ?",
                tuple((one.used, one.uses, one.id) for one in state.used),
            ),
            Write(
                "INSERT INTO santaklaus_memories VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
                tuple(
                    (m.id, m.turn, m.at, m.text, m.quality, m.arousal, m.used, m.uses) for m in new
                ),
            ),
            *(() if state.dropped is None else put_away(state.dropped, full=state.full)),
        )

    # ------------------------------------------------------------ questions

    @property
    def memories(self) -> tuple[Memory, ...]:
        """What Leo remembers saying, oldest first, but for what is in the archive."""
        return tuple(self.state.memories.values())

    async def recall(
        self,
        prompt: str,
        *,
        arousal: float = 0.0,
        themes: Sequence[str] = (),
        at: float | None = None,
    ) -> tuple[Hit, ...]:
        """Tell what a prompt would bring back, best first; nothing is marked as used.

        Parameters
        ----------
        prompt
            What would be said.
        arousal
            How loudly, [0, 1].
        themes
            Words of the themes it would touch.
        at
            When, in seconds; by default when the newest memory was made.
        """
        newest = max((one.at for one in self.state.memories.values()), default=0.0)
        when = newest if at is None else at
        asking = Asking(content_of(prompt), tuple(themes), arousal, when, self._sticky)
        return (await self._held(asking)).hits

    def stats(self) -> RecallStats:
        """Count all memories, and the recalls of those at hand."""
        uses = [one.uses for one in self.state.memories.values()]
        return RecallStats(self.state.total, sum(one > 0 for one in uses), sum(uses))

    # ------------------------------------------------------------ how it is done

    def _sharing(self, words: Sequence[str]) -> list[Memory]:
        places = self.state.places
        ids = sorted({id_ for word in words for id_ in places.get(word, ())})
        return [self.state.memories[id_] for id_ in ids]

    async def _held(self, asking: Asking) -> _Held:
        """Hold what shares a word with the moment against it."""
        sharing = {one.id: one for one in self._sharing(tuple(asking.evidence()))}
        called = Called(sharing, len(sharing), {})
        if self.state.archived:
            closer = max(CLOSER, self._recalled + OTHERS)
            called = await with_archived(self._reader, self.state, asking, sharing, closer)
        rarity, pace = self.state.rarity(called.held), Pace(ROWS_PER_BREATH)
        scorer = Scorer(asking, rarity)
        found: list[Hit] = []
        for memory in called.memories.values():
            await pace.spend(len(memory.words))
            found.append(scorer.hit(memory))
        found.sort(key=lambda hit: (-hit.score, -hit.memory))
        bar = asking.bar(rarity)
        hits = [hit for hit in found if hit.merits(bar)][: self._recalled]
        chosen = _ids(hits)
        others = tuple(hit for hit in found if hit.memory not in chosen)
        memories = {**self.state.memories, **called.memories}
        return _Held(tuple(hits), others, called.candidates, memories, rarity)

    async def _known(self, text: str, words: Sequence[str]) -> bool:
        """Tell whether he remembers saying just this."""
        if any(one.text == text for one in self._sharing(words)):
            return True
        return bool(self.state.archived) and await put_away_before(self._reader, text, words)

    def _luckily(self, asking: Asking, held: _Held, seed: int) -> tuple[Hit, ...]:
        """Now and then let one more of those at hand come, whatever it is about."""
        luck, chosen = stream(seed, f"{self.name} silly"), _ids(held.hits)
        left = [one for one in self.state.memories.values() if one.id not in chosen]
        if luck.random() >= self._silly or not left:
            return ()
        return (resonance(luck.choice(left), asking, held.rarity, silly=True),)

    def _pulled(self, hits: Sequence[Hit], held: _Held, asking: Asking) -> tuple[PulledWord, ...]:
        """Weigh the content words of what came back; the prompt's own need no memory."""
        pulled: dict[str, float] = {}
        for hit in hits:
            for word in sorted(held.memories[hit.memory].words.difference(asking.words)):
                pulled[word] = pulled.get(word, 0.0) + hit.score * held.rarity.weight(word)
        best = sorted(pulled.items(), key=lambda one: (-one[1], one[0]))[:PULLED]
        return tuple(PulledWord(word, round(weight / best[0][1], 4)) for word, weight in best)


def _ids(hits: Sequence[Hit]) -> set[int]:
    return {hit.memory for hit in hits}


def _cut(hit: Hit, most: int) -> Hit:
    text = hit.text
    return hit if len(text) <= most else replace(hit, text=text[: most - 1] + "…")
