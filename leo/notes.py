"""Notes that one module writes and another one reads.

A note that only its own module and the figures read stands in that module's file.
"""

from dataclasses import dataclass

from leo.records import Label, Note

__all__ = ["InnerVoice", "Ring", "Rings", "Spoken", "Trends", "Wound"]


@dataclass(frozen=True, slots=True)
class Wound(Note):
    """How open the wound is when the turn begins, [0, 1] (trauma; read by many)."""

    level: float


@dataclass(frozen=True, slots=True)
class Trends(Note):
    """How strongly themes rise and fall before the turn, each in [0, 1] (flow)."""

    emerging: float
    fading: float


@dataclass(frozen=True, slots=True)
class Ring:
    """One circle of a thought.

    Attributes
    ----------
    name
        ``echo``, ``drift``, ``wounded`` or ``shard``.
    seed
        What drew the thought.
    temperature, semantic, max_tokens
        How it was spoken.
    text
        The thought.
    bigrams, trigrams
        What it added to the field, in distinct entries; 0 if it was dropped.
    dropped
        Why it was not kept; ``None`` if it was.
    """

    name: Label
    seed: str
    temperature: float
    semantic: float
    max_tokens: int
    text: str
    bigrams: int
    trigrams: int
    dropped: Label | None


@dataclass(frozen=True, slots=True)
class Rings(Note):
    """The circles of one turn, in order (overthinking; read by the inner voice)."""

    rings: tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A candidate for the reply, with its parts and its score, each in [0, 1]."""

    text: str
    temperature: float
    coherence: float
    resonance: float
    length: float
    relevance: float
    quality: float
    score: float


@dataclass(frozen=True, slots=True)
class InnerVoice(Note):
    """What the inner voice weighed: its weight with reasons, and all candidates (metaleo).

    Attributes
    ----------
    weight
        How much the moment asks for it, [0, 0.5].
    reasons
        Pairs of a trigger and what it added to the weight.
    base
        What was about to be said.
    others
        What it would have said; empty if the moment did not ask.
    spoke
        Whether it spoke instead.
    """

    weight: float
    reasons: tuple[tuple[Label, float], ...]
    base: Spoken
    others: tuple[Spoken, ...]
    spoke: bool
