"""What a wound is made of: the origin it came from, a moment's touch, scars, and healing."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from leo.module import Judged
from leo.pace import ROWS_PER_BREATH, Pace
from leo.records import Label, Pulse, Source
from leo.text.function_words import is_content
from leo.text.tokens import tokens

__all__ = [
    "CHANCE_MOST",
    "FAINTEST",
    "HALF_LIFE",
    "MEMORY",
    "MOST_SCARS",
    "THRESHOLD",
    "Origin",
    "Part",
    "Scar",
    "Touch",
    "deepest",
    "left",
    "opened_level",
    "origin_of",
    "parts_of",
    "scarred",
    "score_of",
    "touch_of",
    "triggers_of",
]

HALF_LIFE: Final = 24 * 3600.0
"""Seconds in which the level and every scar halve."""

THRESHOLD: Final = 0.3
"""Score from which (inclusive) a moment is an event."""

OVERLAP_GAIN: Final = 2.0
"""Score per corrected overlap: half of a moment's weight in the wound is all of it."""

PULSE_GAINS: Final = (("novelty", 0.3), ("arousal", 0.4), ("entropy", 0.2))
"""How much each part of the pulse deepens an overlap, as a share of the overlap's part."""

TRIGGER_SCORE: Final = 0.2
"""What a trigger adds, once; below the threshold, so that a name alone is no event."""

NAME: Final = "leo"
"""His name is a trigger, and no content that a moment could share with the origin."""

TRIGGERS: Final = ("who are you", "who am i", "are you real", NAME)
"""Whole words of the observer that ask who is there."""

CHANCE_MOST: Final = 0.9
"""Overlap by chance is taken as at most this, so that a birth of nothing but the origin still
has a wound: it opens only to a moment made of the origin almost wholly."""

MEMORY: Final = 10
"""Events whose mean score is half of the level."""

MOST_SCARS: Final = 256
"""Words that bear scars at a time; beyond it the faintest heal at once."""

FAINTEST: Final = 1e-4
"""Weight below which a scar has healed."""


ORIGINS: Final = 8
"""Births whose origin is kept at hand."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The text Leo began with, as the moment is measured against it.

    Attributes
    ----------
    words
        Its content words; empty if Leo was born without one.
    idf
        Inverse document frequency of every content word of the birth texts.
    rarest
        That of a word which stands in none of them.
    chance
        Expected overlap of text drawn word by word from all birth texts, [0, 0.9].
    """

    words: frozenset[str] = frozenset()
    idf: Mapping[str, float] = field(default_factory=dict)
    rarest: float = 0.0
    chance: float = 0.0

    def weight(self, word: str) -> float:
        """Give a word's inverse document frequency."""
        return self.idf.get(word, self.rarest)

    def overlap(self, words: Sequence[str]) -> float:
        """Give the share of distinct words' weight that is the origin's, [0, 1]."""
        whole = math.fsum(self.weight(word) for word in words)
        shared = math.fsum(self.weight(word) for word in words if word in self.words)
        return shared / whole if whole else 0.0

    def corrected(self, overlap: float) -> float:
        """Take chance off an overlap: 0 for what chance gives or less, 1 for all."""
        return max(0.0, (overlap - self.chance) / (1 - self.chance))


@dataclass(frozen=True, slots=True)
class Part:
    """A named part of a score, or the scar of a word of the origin, with its amount."""

    name: Label
    amount: float


# ---------------------------------------------------------------- the origin


_origins: dict[tuple[tuple[Source, str], ...], Origin] = {}


async def origin_of(birth: Sequence[tuple[Source, str]]) -> Origin:
    """Weigh the content words of the birth texts; each text is a document.

    Leos of one birth share the result.

    Inverse document frequency is log(1 + N / n) for a word in n of N texts (after Spärck
    Jones), so every word weighs something. Chance is the expected share of the origin's words
    in the weight of a text whose words are drawn from the birth texts as often as they stand
    there: what overlap a random text of Leo's world has.
    """
    key = tuple(birth)
    if key not in _origins:
        found = await _weighed(key)
        while len(_origins) >= ORIGINS:
            del _origins[next(iter(_origins))]
        _origins[key] = found
    return _origins[key]


async def _weighed(birth: Sequence[tuple[Source, str]]) -> Origin:
    pace = Pace(ROWS_PER_BREATH)
    said: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    words: set[str] = set()
    for source, text in birth:
        heard = [token.word for token in tokens(text) if is_content(token.word)]
        said.update(heard)
        documents.update(_content(heard))
        if source == "origin":
            words.update(_content(heard))
        await pace.spend(len(heard) + 1)
    if not words:
        return Origin()
    idf = {word: math.log(1 + len(birth) / found) for word, found in documents.items()}
    every = math.fsum(said[word] * idf[word] for word in idf)
    shared = math.fsum(said[word] * idf[word] for word in idf if word in words)
    chance = min(CHANCE_MOST, shared / every)
    return Origin(frozenset(words), idf, math.log(1 + len(birth)), chance)


# ---------------------------------------------------------------- the moment


@dataclass(frozen=True, slots=True)
class Touch:
    """What was measured of one moment, unrounded.

    Attributes
    ----------
    overlap, corrected
        The overlap with the origin, and what is left of it without chance.
    touched
        The origin's words among those that the observer said.
    met
        The origin's words among all that were said.
    triggers, parts, score
        What makes the score, and the score, [0, 1].
    """

    overlap: float
    corrected: float
    touched: tuple[str, ...]
    met: tuple[str, ...]
    triggers: tuple[str, ...]
    parts: tuple[Part, ...]
    score: float

    @property
    def event(self) -> bool:
        """Whether it opens the wound."""
        return self.score >= THRESHOLD


def touch_of(origin: Origin, judged: Judged) -> Touch:
    """Measure how a moment, his own words and the observer's, touches the origin."""
    if not origin.words:
        return Touch(0.0, 0.0, (), (), (), (), 0.0)
    heard = judged.percept.tokens
    words = _content((*heard, *judged.utterance.own.tokens))
    touched = tuple(word for word in _content(heard) if word in origin.words)
    overlap = origin.overlap(words)
    corrected = origin.corrected(overlap)
    triggers = triggers_of(heard)
    parts = parts_of(corrected if touched else 0.0, judged.percept.pulse, triggered=bool(triggers))
    met = tuple(word for word in words if word in origin.words)
    return Touch(overlap, corrected, touched, met, triggers, parts, score_of(parts))


def _content(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if is_content(word) and word != NAME))


def triggers_of(heard: Sequence[str]) -> tuple[str, ...]:
    """Name the triggers among the canonical tokens of a prompt; none reaches over a mark."""
    text = f" {' '.join(heard)} "
    return tuple(trigger for trigger in TRIGGERS if f" {trigger} " in text)


def parts_of(corrected: float, pulse: Pulse, *, triggered: bool) -> tuple[Part, ...]:
    """Split a score into its parts; the pulse only deepens what the overlap touched.

    Parameters
    ----------
    corrected
        Overlap without chance, [0, 1].
    pulse
        Novelty, arousal and expected entropy of the prompt.
    triggered
        Whether there was a trigger.
    """
    overlap = min(1.0, OVERLAP_GAIN * corrected)
    beat = {
        "novelty": pulse.novelty,
        "arousal": pulse.arousal,
        "entropy": pulse.expected_entropy,
    }
    return (
        Part("overlap", overlap),
        *(Part(name, overlap * gain * beat[name]) for name, gain in PULSE_GAINS),
        Part("trigger", TRIGGER_SCORE if triggered else 0.0),
    )


def score_of(parts: Iterable[Part]) -> float:
    """Sum the parts up, to 1 at most."""
    return min(1.0, math.fsum(part.amount for part in parts))


# ---------------------------------------------------------------- the wound


def left(seconds: float) -> float:
    """Give the share that is left after a time; none is lost in no or negative time."""
    return float(0.5 ** (max(0.0, seconds) / HALF_LIFE))


@dataclass(frozen=True, slots=True)
class Scar:
    """A word's wound: its weight at a time (seconds), from which it halves every day."""

    weight: float
    at: float

    def now(self, at: float) -> float:
        """Give what is left of it; a clock that goes backwards changes nothing."""
        return self.weight * left(at - self.at)


def opened_level(scores: Sequence[float]) -> float:
    """Give the level that the last event leaves: half its score, half the mean of the last ten.

    Parameters
    ----------
    scores
        Scores of the events, oldest first, at least one.
    """
    recent = scores[-MEMORY:]
    return min(1.0, 0.5 * scores[-1] + 0.5 * math.fsum(recent) / len(recent))


def scarred(
    scars: Mapping[str, Scar], words: Sequence[str], score: float, at: float
) -> dict[str, Scar]:
    """Add an event's score to the scars of the words that met, and drop the healed ones.

    Parameters
    ----------
    scars
        As they were.
    words
        Distinct words that met the origin.
    score
        Added to each.
    at
        Time of the event, in seconds.
    """
    changed = dict(scars)
    for word in words:
        weight = scars[word].now(at) if word in scars else 0.0
        changed[word] = Scar(weight + score, at)
    kept = [part.name for part in deepest(changed, at)[:MOST_SCARS]]
    return {word: changed[word] for word in kept}


def deepest(scars: Mapping[str, Scar], at: float) -> tuple[Part, ...]:
    """List the scars that have not healed at a time (seconds), deepest first."""
    parts = (Part(word, scar.now(at)) for word, scar in scars.items())
    open_ = (part for part in parts if part.amount >= FAINTEST)
    return tuple(sorted(open_, key=lambda part: (-part.amount, part.name)))
