"""What was asked of Leo, and what he made of it before speaking."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from leo.records.label import Label

__all__ = [
    "ActiveTheme",
    "Chambers",
    "Cue",
    "Impression",
    "Landscape",
    "Percept",
    "Pulse",
    "Settings",
    "ThemeChange",
]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the caller chose: temperature in (0, 10], max_tokens 1..400, modules left out."""

    temperature: float
    max_tokens: int
    without: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Pulse:
    """Presence before speaking, each in [0, 1].

    ``novelty``: share of the prompt's distinct words the field does not know yet, measured
    before it learns them. ``arousal``: how loudly it was said. ``expected_entropy``: how open
    the field is about what follows the prompt's words (entropy measured while speaking is
    `Utterance.entropy`). ``pulse`` = 0.3 novelty + 0.4 arousal + 0.3 expected entropy.
    """

    novelty: float
    arousal: float
    expected_entropy: float
    pulse: float


@dataclass(frozen=True, slots=True)
class Chambers:
    """Five feelings a prompt can touch, each in [0, 1]."""

    warmth: float
    curiosity: float
    fear: float
    void: float
    playful: float

    NAMES: ClassVar[tuple[str, ...]] = ("warmth", "curiosity", "fear", "void", "playful")

    def values(self) -> tuple[float, ...]:
        """Give the five levels in the order of `NAMES`."""
        return (self.warmth, self.curiosity, self.fear, self.void, self.playful)


@dataclass(frozen=True, slots=True)
class Cue:
    """One reason for a chamber's level: what in the prompt raised it, and by how much."""

    chamber: Label
    cue: str
    amount: float


@dataclass(frozen=True, slots=True)
class Impression:
    """First impression of a prompt: chambers before and after cross-fire, with the cues.

    ``dominant`` is ``None`` for a neutral prompt. ``anomaly`` names an unusual mixture
    (``forced_stability``, ``dissociative``, ``flat``, ``ambivalent``) or is ``None``.
    ``composite`` in [-0.2, 0.8] sums it up.
    """

    raw: Chambers
    chambers: Chambers
    cues: tuple[Cue, ...]
    dominant: Label | None
    anomaly: Label | None
    composite: float


@dataclass(frozen=True, slots=True)
class ActiveTheme:
    """A theme the prompt touched: stable id, how often, and its strongest words."""

    id: int
    score: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThemeChange:
    """What a renewal did to a theme.

    Attributes
    ----------
    entry
        Journal entry after which the themes were renewed.
    what
        ``born``, ``died``, or ``merged`` into another.
    id
        The theme.
    into
        The theme it became part of; ``None`` unless it merged.
    words
        Its strongest words, as they were.
    """

    entry: int
    what: Literal["born", "died", "merged"]
    id: int
    into: int | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Landscape:
    """The themes around a turn: how many there are, and the latest changes, oldest first."""

    total: int
    changes: tuple[ThemeChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Percept:
    """What Leo makes of a prompt before he speaks.

    ``tokens`` are the canonical tokens (not stored: they follow from the prompt);
    ``unknown`` the first words among them that the field has never heard.
    """

    tokens: tuple[str, ...]
    unknown: tuple[str, ...]
    pulse: Pulse
    impression: Impression
    themes: tuple[ActiveTheme, ...]
