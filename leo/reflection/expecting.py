"""What kind of turn Leo expects of himself, and what he makes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from leo.records import Label, Note
from leo.reflection.rhythm import Chances, TurnKind

__all__ = [
    "GameHint",
    "Hint",
    "Likely",
    "best_of",
    "hint_of",
    "length_hint",
    "marginal",
    "tension_hint",
]

LENGTHS: Final = {"short": 0.6, "medium": 1.0, "long": 1.4}
"""Factor on the reply's length for each hint, when it is certain."""

TENSIONS: Final = {"softer": 0.9, "same": 1.0, "stronger": 1.1}
"""Factor on the temperature for each hint, when it is certain."""

NOTED: Final = 6
"""Outcomes that a note names."""


@dataclass(frozen=True, slots=True)
class Likely:
    """A kind of turn of Leo's that may come, with its probability."""

    kind: Label
    probability: float


@dataclass(frozen=True, slots=True)
class Hint:
    """A property that the coming turn most probably has, and how probably."""

    value: Label
    probability: float


@dataclass(frozen=True, slots=True)
class GameHint(Note):
    """What kind of turn Leo expects of himself, before he speaks.

    Attributes
    ----------
    heard
        The kind of turn the human just took.
    level
        The finest context that had ever been seen.
    likely
        The most probable kinds of turn.
    unseen
        Probability left for a kind never seen.
    entropy
        Of the whole distribution, over its maximum; [0, 1].
    mode, expert, length, tension
        What the coming turn most probably is; ``None`` before anything was learned.
    temperature_factor, length_factor
        What he leans by: the factors of all outcomes, averaged by their probabilities.
    """

    heard: Label
    level: Label
    likely: tuple[Likely, ...]
    unseen: float
    entropy: float
    mode: Hint | None
    expert: Hint | None
    length: Hint | None
    tension: Hint | None
    temperature_factor: float
    length_factor: float


def length_hint(kind: TurnKind) -> str:
    """Tell how long such a turn is."""
    if kind.mode == "ack" or kind.quality == "low":
        return "short"
    return "long" if kind.mode == "story" or kind.arousal == "high" else "medium"


def tension_hint(kind: TurnKind) -> str:
    """Tell how tense such a turn is."""
    if kind.arousal == "low" and kind.wound == "high":
        return "softer"
    return "stronger" if kind.arousal == "high" and kind.wound != "low" else "same"


def hint_of(heard: TurnKind, expected: Chances, level: str) -> GameHint:
    """Tell what is expected after the human's turn, and what it means for the reply.

    Parameters
    ----------
    heard
        The human's turn.
    expected
        What may come, with probabilities.
    level
        The finest context that had been seen.
    """
    ordered = expected.ordered()
    kinds = [(TurnKind.from_key(key), p) for key, p in ordered]
    lengths = marginal((length_hint(kind), p) for kind, p in kinds)
    tensions = marginal((tension_hint(kind), p) for kind, p in kinds)
    return GameHint(
        heard=heard.key(),
        level=level,
        likely=tuple(Likely(key, round(p, 4)) for key, p in ordered[:NOTED]),
        unseen=round(expected.unseen, 4),
        entropy=round(expected.entropy(), 4),
        mode=best_of(marginal((kind.mode, p) for kind, p in kinds)),
        expert=best_of(marginal((kind.expert, p) for kind, p in kinds)),
        length=best_of(lengths),
        tension=best_of(tensions),
        temperature_factor=_mean(tensions, TENSIONS),
        length_factor=_mean(lengths, LENGTHS),
    )


def marginal(pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Sum probabilities by a property."""
    found: dict[str, float] = {}
    for value, p in pairs:
        found[value] = found.get(value, 0.0) + p
    return found


def best_of(found: Mapping[str, float]) -> Hint | None:
    """Name the most probable value; a tie goes to the first in the alphabet."""
    if not found:
        return None
    value = min(found, key=lambda one: (-found[one], one))
    return Hint(value, round(found[value], 4))


def _mean(found: Mapping[str, float], factors: Mapping[str, float]) -> float:
    """Average factors by probability; what was never seen leans nowhere."""
    return round(1.0 + sum(p * (factors[value] - 1) for value, p in found.items()), 4)
