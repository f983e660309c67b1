"""Affect: whether a moment bores, overwhelms or has Leo stuck, and what helps.

Scores are sums of named parts, so that a figure can show what made them. What helps is
graded: nothing below a threshold, then rising. The more is too much, the less the other two
feelings have a say.
"""

from dataclasses import dataclass
from typing import Final

from leo.records import Label

__all__ = ["Affect", "Feeling", "Regulation", "felt", "regulated"]

BORED: Final = 0.6
OVERWHELMED: Final = 0.7
STUCK: Final = 0.6
"""Scores above which the temperature is moved."""

VERY_BORED: Final = 0.75
VERY_OVERWHELMED: Final = 0.85
VERY_STUCK: Final = 0.75
"""Scores above which another expert is called."""

RAMP: Final = 0.2
"""What boredom adds to the temperature's factor at most, and overwhelm takes."""

SHAKE: Final = 0.1
"""What being stuck adds."""

CALL: Final = 0.2
"""Weight that a called expert gains when the feeling is complete."""


@dataclass(frozen=True, slots=True)
class Feeling:
    """A score in [0, 1] and the named parts it is made of."""

    score: float
    parts: tuple[tuple[Label, float], ...]


@dataclass(frozen=True, slots=True)
class Affect:
    """The three feelings of a moment."""

    boredom: Feeling
    overwhelm: Feeling
    stuck: Feeling


@dataclass(frozen=True, slots=True)
class Regulation:
    """What helps.

    Attributes
    ----------
    nudges
        What each feeling adds to the temperature's factor; zeros are left out.
    temperature_factor
        1 plus the nudges, [0.8, 1.3].
    expert, weight
        The expert that is called (``None``: none), and what its weight gains.
    """

    nudges: tuple[tuple[Label, float], ...]
    temperature_factor: float
    expert: Label | None
    weight: float


def felt(
    *,
    novelty: float,
    arousal: float,
    entropy: float,
    wound: float,
    quality: float | None,
    active: float,
    themes: bool,
) -> Affect:
    """Score a moment.

    Parameters
    ----------
    novelty, arousal, entropy, wound
        Of the moment, [0, 1].
    quality
        As predicted, [0, 1]; ``None`` if nothing is known about it, which is no reason to be
        stuck.
    active
        Share of all themes that the prompt touches, [0, 1].
    themes
        Whether there are themes at all.
    """
    boredom = (
        ("nothing new", 0.35 * max(0.0, 1 - novelty)),
        ("said quietly", 0.35 * max(0.0, 1 - arousal)),
        ("nothing hurts", 0.15 * max(0.0, 1 - wound)),
        ("neither clear nor open", 0.15 * max(0.0, 1 - 2 * abs(entropy - 0.5))),
    )
    loud = (("said loudly", 0.6 * arousal), ("all is open", 0.4 * entropy))
    hurt = (("the wound", wound),)
    stuck = (
        ("expects little", 0.7 * max(0.0, 1 - quality) if quality is not None else 0.0),
        ("touches no theme", 0.3 * (1 - active) if themes else 0.0),
    )
    overwhelm = hurt if wound >= sum(part for _, part in loud) else loud
    return Affect(_feeling(boredom), _feeling(overwhelm), _feeling(stuck))


def _feeling(parts: tuple[tuple[str, float], ...]) -> Feeling:
    score = min(1.0, max(0.0, sum(part for _, part in parts)))
    return Feeling(round(score, 6), tuple((name, round(part, 6)) for name, part in parts))


def regulated(affect: Affect, speaker: str | None) -> Regulation:
    """Tell what helps against the feelings.

    Parameters
    ----------
    affect
        The feelings.
    speaker
        The expert that dominated the last reply; ``None`` before the first.
    """
    bored, overwhelmed, stuck = (
        affect.boredom.score,
        affect.overwhelm.score,
        affect.stuck.score,
    )
    flooded = _beyond(overwhelmed, OVERWHELMED)
    nudges = (
        ("boredom", RAMP * _beyond(bored, BORED) * (1 - flooded)),
        ("overwhelm", -RAMP * flooded),
        ("stuck", SHAKE * (1 - flooded) if stuck > STUCK else 0.0),
    )
    expert, beyond = _called(bored, overwhelmed, stuck, speaker)
    return Regulation(
        nudges=tuple((name, round(nudge, 6)) for name, nudge in nudges if nudge),
        temperature_factor=round(1 + sum(nudge for _, nudge in nudges), 6),
        expert=expert,
        weight=round(CALL * beyond, 6) if expert else 0.0,
    )


def _called(
    bored: float, overwhelmed: float, stuck: float, speaker: str | None
) -> tuple[str | None, float]:
    """Call an expert: out of a rut, or to calm down; overwhelm silences the other two."""
    if overwhelmed > VERY_OVERWHELMED:
        calm = speaker in {"precise", "structural", "wounded"}
        return (None, 0.0) if calm else ("precise", _beyond(overwhelmed, VERY_OVERWHELMED))
    if stuck > VERY_STUCK and speaker == "structural":
        return "semantic", _beyond(stuck, VERY_STUCK)
    if bored > VERY_BORED and speaker not in {"creative", "wounded"}:
        return "creative", _beyond(bored, VERY_BORED)
    return None, 0.0


def _beyond(score: float, threshold: float) -> float:
    """Tell how far a score is beyond its threshold, [0, 1]."""
    return min(1.0, max(0.0, (score - threshold) / (1 - threshold)))
