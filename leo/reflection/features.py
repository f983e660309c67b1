"""What MathBrain and RAGBrain see of a moment: 21 numbers, known before a word is said.

What is only known afterwards (how the reply came out) is there as the value measured in the
turn before, and its name says so. One encoder serves predicting, learning and remembering.
"""

import math
from dataclasses import dataclass

from leo.module import Judged, SoFar
from leo.notes import InnerVoice, Rings, Trends, Wound
from leo.records import EXPERT_NAMES, Percept

__all__ = ["FEATURES", "FEATURES_VERSION", "Aftermath", "aftermath_of", "features_of"]

FEATURES_VERSION = 1
"""Raised when the meaning of a feature changes; stored vectors of another version are dropped."""

FEATURES = (
    "expected_entropy",
    "novelty",
    "arousal",
    "pulse",
    "wound",
    "active_themes",
    "emerging",
    "fading",
    "last_length",
    "last_unique",
    "last_temperature",
    "last_semantic_weight",
    "last_inner_weight",
    "last_inner_spoke",
    "last_entropy",
    "last_rings",
    *(f"last_{name}" for name in EXPERT_NAMES),
)
"""Names, in order."""

LONG_REPLY = 64
"""Tokens from which a reply's length counts as 1."""

HOT = 2.0
"""Temperature that counts as 1."""

MOST_RINGS = 3


@dataclass(frozen=True, slots=True)
class Aftermath:
    """How the last turn came out: the features from ``last_length`` on, each in [0, 1]."""

    values: tuple[float, ...]


NOTHING_YET = Aftermath((0.0,) * (len(FEATURES) - FEATURES.index("last_length")))
"""Before the first turn nothing was said."""


def _unit(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 6) if math.isfinite(value) else 0.0


def aftermath_of(judged: Judged) -> Aftermath:
    """Measure how a turn came out, for the next one."""
    said = judged.utterance.own
    voice, rings = judged.note(InnerVoice), judged.note(Rings)
    kept = sum(ring.dropped is None for ring in rings.rings) if rings else 0
    values = (
        len(said.tokens) / LONG_REPLY,
        len(set(said.tokens)) / max(1, len(said.tokens)),
        judged.blend.temperature / HOT,
        judged.blend.semantic,
        voice.weight if voice else 0.0,
        float(voice.spoke) if voice else 0.0,
        said.entropy,
        kept / MOST_RINGS,
        *(one.weight for one in judged.blend.weights),
    )
    return Aftermath(tuple(_unit(value) for value in values))


def features_of(
    percept: Percept, so_far: SoFar, last: Aftermath = NOTHING_YET
) -> tuple[float, ...]:
    """Encode a moment.

    Parameters
    ----------
    percept
        What was heard.
    so_far
        The notes of the modules that stand earlier, and the themes there are.
    last
        How the turn before came out.

    Returns
    -------
    tuple of float
        One number in [0, 1] for each of `FEATURES`.
    """
    wound, trends = so_far.note(Wound), so_far.note(Trends)
    pulse, themes = percept.pulse, so_far.moment.landscape.total
    now = (
        pulse.expected_entropy,
        pulse.novelty,
        pulse.arousal,
        pulse.pulse,
        wound.level if wound else 0.0,
        len(percept.themes) / themes if themes else 0.0,
        trends.emerging if trends else 0.0,
        trends.fading if trends else 0.0,
    )
    return (*(_unit(value) for value in now), *last.values)
