"""Resonance: how strongly something Leo once said answers what he hears now.

Two questions are kept apart. Whether a memory has anything to do with the moment is a gate:
the words it shares must weigh more than chance lets them. How glad Leo is to say it again is
a score, and what damps the score damps all of it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from leo.text.function_words import is_content
from leo.text.tokens import tokens

__all__ = [
    "WEIGHTS",
    "Asking",
    "Hit",
    "Memory",
    "Rarity",
    "Scorer",
    "content_of",
    "resonance",
]

WEIGHTS: Final = {"tokens": 0.4, "themes": 0.2, "arousal": 0.2, "quality": 0.2}
"""What each component is worth; they add up to one."""

ADMITTED: Final = 0.1
"""A score must exceed it."""

SURE: Final = 2.0
"""Standard deviations by which shared words must outweigh what a random memory shares."""

USUAL: Final = 0.02
"""Share of memories that a content word stands in, before anything is known."""

BELIEF: Final = 20.0
"""How many memories that belief is worth."""

THEME_WORD: Final = 0.5
"""What a word of an active theme counts, against a word of the prompt."""

DAY: Final = 24.0
"""Hours until a memory that was recalled is wholly rested."""

RECENT: Final = 0.5
"""What is taken from a memory that was recalled just now."""

TIRING: Final = 5.0
"""Recalls that halve a memory's score for good."""

STICKY: Final = 0.1
"""What is left of a memory that holds a sticky phrase."""

SECONDS_PER_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Memory:
    """Something Leo said well.

    Attributes
    ----------
    id
        Its number, from 1.
    turn, at
        When he said it: the turn, and seconds.
    text, words
        The words, and the content words among them.
    quality, arousal
        Of that turn, [0, 1].
    used, uses
        When it was last recalled (``None``: never), and how often.
    """

    id: int
    turn: int
    at: float
    text: str
    words: frozenset[str]
    quality: float
    arousal: float
    used: float | None = None
    uses: int = 0


def content_of(text: str) -> tuple[str, ...]:
    """List the distinct content words of a text, in order."""
    return tuple(dict.fromkeys(one.word for one in tokens(text) if is_content(one.word)))


@dataclass(frozen=True, slots=True)
class Rarity:
    """How often words stand in the memories: what chance is measured with.

    Parameters
    ----------
    total
        How many memories there are.
    places
        The memories at hand in which each word stands.
    more
        In how many others it stands.
    """

    total: int
    places: Mapping[str, Sequence[int]]
    more: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    _weights: dict[str, float] = field(default_factory=dict, init=False, repr=False)

    def share(self, word: str) -> float:
        """Estimate the share of memories with a word, in (0, 1)."""
        found = len(self.places.get(word, ())) + self.more.get(word, 0)
        return (found + BELIEF * USUAL) / (self.total + BELIEF)

    def weight(self, word: str) -> float:
        """Give a word's information in nats: what it says that a memory has it."""
        found = self._weights.get(word)
        if found is None:
            found = self._weights[word] = -math.log(self.share(word))
        return found


@dataclass(frozen=True, slots=True)
class Asking:
    """A moment that asks for memories.

    Attributes
    ----------
    words
        Content words of the prompt.
    themes
        Words of the themes it touches.
    arousal
        How loudly it was said, [0, 1].
    at
        Seconds.
    sticky
        Phrases in lower case that tire a memory.
    """

    words: tuple[str, ...]
    themes: tuple[str, ...]
    arousal: float
    at: float
    sticky: tuple[str, ...] = ()

    def evidence(self) -> dict[str, float]:
        """Give what each word would count that a memory shares: 1, or less for a theme's."""
        return dict.fromkeys(self.themes, THEME_WORD) | dict.fromkeys(self.words, 1.0)

    def bar(self, rarity: Rarity) -> float:
        """Measure chance: the shared weight that a random memory hardly ever reaches.

        Words are taken as independent; the bar stands `SURE` standard deviations above the
        weight that a random memory is expected to share.
        """
        mean = variance = 0.0
        for word, count in self.evidence().items():
            share, weight = rarity.share(word), count * rarity.weight(word)
            mean += share * weight
            variance += share * (1 - share) * weight * weight
        return mean + SURE * math.sqrt(variance)


@dataclass(frozen=True, slots=True)
class Hit:
    """A memory with its score, part by part.

    Attributes
    ----------
    memory, turn
        Its number, and the turn it was said in.
    text
        What he said, cut where it is long.
    shared
        Weight of the words it shares with the moment, in nats; to be held against the bar.
    tokens, themes, arousal, quality
        The components, weighted: they add up to the score before damping.
    recency, use, sticky
        Factors that damp the whole score.
    score
        What it comes to, [0, 1].
    silly
        Whether it came by luck, not by merit.
    """

    memory: int
    turn: int
    text: str
    shared: float
    tokens: float
    themes: float
    arousal: float
    quality: float
    recency: float
    use: float
    sticky: float
    score: float
    silly: bool = False

    def merits(self, bar: float) -> bool:
        """Tell whether it is relevant beyond chance, and rested enough."""
        return self.shared > bar and self.score > ADMITTED


class Scorer:
    """Scores memories against one moment; what does not depend on a memory is worked out once.

    Parameters
    ----------
    asking, rarity
        The moment, and how often words stand in all memories.
    """

    def __init__(self, asking: Asking, rarity: Rarity) -> None:
        self._asking, self._rarity = asking, rarity
        self._evidence = {
            word: count * rarity.weight(word) for word, count in asking.evidence().items()
        }
        self._heard = {word: rarity.weight(word) for word in asking.words}
        self._either = sum(self._heard.values())
        self._whole = sum(self._evidence.values())
        self._usual = self._whole / max(1.0, math.fsum(asking.evidence().values()))

    def guess(self, memory: Memory, shared: float, many: int) -> float:
        """Guess the score of a memory whose words are not known.

        Its words are taken to weigh what those of the moment do, and what it shares to be spread
        evenly over the moment's own words and those of its themes.

        Parameters
        ----------
        memory
            All but its words.
        shared
            Weight of the words it shares with the moment, in nats.
        many
            How many content words it has.
        """
        share = shared / self._whole
        both = share * self._either
        either = self._either + max(0.0, many * self._usual - both)
        tokens = WEIGHTS["tokens"] * (both / either if either else 0.0)
        themes = WEIGHTS["themes"] * (share if self._asking.themes else 0.0)
        quality = WEIGHTS["quality"] * memory.quality
        return (tokens + themes + self._aroused(memory) + quality) * math.prod(
            self._damping(memory)
        )

    def hit(self, memory: Memory, *, silly: bool = False) -> Hit:
        """Score a memory; see `resonance`."""
        asking, said = self._asking, memory.words
        shared = math.fsum([one for word, one in self._evidence.items() if word in said])
        tokens = round(WEIGHTS["tokens"] * self._jaccard(said), 4)
        themes = round(WEIGHTS["themes"] * _share(asking.themes, said), 4)
        arousal = round(self._aroused(memory), 4)
        quality = round(WEIGHTS["quality"] * memory.quality, 4)
        recency, use, sticky = self._damping(memory)
        return Hit(
            memory=memory.id,
            turn=memory.turn,
            text=memory.text,
            shared=round(shared, 4),
            tokens=tokens,
            themes=themes,
            arousal=arousal,
            quality=quality,
            recency=round(recency, 4),
            use=round(use, 4),
            sticky=sticky,
            score=round((tokens + themes + arousal + quality) * recency * use * sticky, 4),
            silly=silly,
        )

    def _aroused(self, memory: Memory) -> float:
        return WEIGHTS["arousal"] * max(0.0, 1 - abs(self._asking.arousal - memory.arousal))

    def _damping(self, memory: Memory) -> tuple[float, float, float]:
        """Give the factors of recency, use and sticky phrases."""
        asking, sticky = self._asking, 1.0
        if asking.sticky and any(phrase in memory.text.lower() for phrase in asking.sticky):
            sticky = STICKY
        return _rested(memory, asking.at), 1 / (1 + memory.uses / TIRING), sticky

    def _jaccard(self, said: frozenset[str]) -> float:
        """Weigh the words in both against the words in either (Jaccard, by information)."""
        heard, weight = self._heard, self._rarity.weight
        both = sum([one for word, one in heard.items() if word in said])
        extra = sum([weight(word) for word in sorted(said.difference(heard))])
        either = self._either + extra
        return both / either if either else 0.0


def resonance(memory: Memory, asking: Asking, rarity: Rarity, *, silly: bool = False) -> Hit:
    """Score a memory against a moment."""
    return Scorer(asking, rarity).hit(memory, silly=silly)


def _share(themes: Sequence[str], said: frozenset[str]) -> float:
    return sum(word in said for word in themes) / len(themes) if themes else 0.0


def _rested(memory: Memory, at: float) -> float:
    """Give what recency leaves; a clock that went backwards counts as just now."""
    if memory.used is None:
        return 1.0
    hours = max(0.0, at - memory.used) / SECONDS_PER_HOUR
    return 1 - RECENT * max(0.0, 1 - hours / DAY)
