"""How modules lean on a reply, and the mixture of experts that speaks it."""

import math
from dataclasses import dataclass
from typing import Literal

from leo.records.label import Label

__all__ = [
    "EXPERT_NAMES",
    "Blend",
    "BlendReason",
    "Influence",
    "Pull",
    "TemperatureStep",
    "Weight",
]

EXPERT_NAMES = ("structural", "semantic", "creative", "precise", "wounded")
"""The five ways to speak."""


@dataclass(frozen=True, slots=True)
class Pull:
    """A word that is drawn towards the reply: weight in [0, 1], by which bias, by whom."""

    word: str
    weight: float
    bias: Literal["gravity", "recall", "notes"]
    by: Label


@dataclass(frozen=True, slots=True)
class Weight:
    """A named share or boost of one expert; an unknown name or no number is a ``ValueError``."""

    expert: Label
    weight: float

    def __post_init__(self) -> None:
        if self.expert not in EXPERT_NAMES:
            raise ValueError(f"no expert is called {self.expert!r}; there are {EXPERT_NAMES}")
        if not math.isfinite(self.weight):
            raise ValueError(f"the weight of {self.expert} is {self.weight}; it must be finite")


@dataclass(frozen=True, slots=True)
class Influence:
    """How modules lean on the coming reply; leans add up (a monoid, ``Influence()`` is neutral).

    Attributes
    ----------
    temperature
        Factor; factors multiply.
    length
        Factor on the target length; factors multiply.
    wound
        Level of the wound in [0, 1]; the highest counts.
    experts
        Additions to expert weights.
    pulls
        Words drawn towards the reply.
    """

    temperature: float = 1.0
    length: float = 1.0
    wound: float = 0.0
    experts: tuple[Weight, ...] = ()
    pulls: tuple[Pull, ...] = ()

    def __add__(self, other: "Influence") -> "Influence":
        """Lean both ways at once."""
        return Influence(
            temperature=self.temperature * other.temperature,
            length=self.length * other.length,
            wound=max(self.wound, other.wound),
            experts=self.experts + other.experts,
            pulls=self.pulls + other.pulls,
        )


@dataclass(frozen=True, slots=True)
class Leaning:
    """How one module leaned on the coming reply; see `Influence`.

    Attributes
    ----------
    module
        Its name.
    temperature, length
        Its factors; 1 changes nothing.
    wound
        The level it told of, [0, 1].
    experts
        Its additions to expert weights.
    """

    module: Label
    temperature: float
    length: float
    wound: float
    experts: tuple[Weight, ...]


@dataclass(frozen=True, slots=True)
class BlendReason:
    """One change of an expert's weight while blending, and why."""

    why: Label
    expert: Label
    change: float


@dataclass(frozen=True, slots=True)
class TemperatureStep:
    """The temperature after one step from the experts' to the effective one."""

    step: Label
    temperature: float


@dataclass(frozen=True, slots=True)
class Blend:
    """The experts' mixture: weights summing to 1, effective temperature, semantic weight."""

    weights: tuple[Weight, ...]
    dominant: Label
    semantic: float
    temperature: float
    reasons: tuple[BlendReason, ...]
    steps: tuple[TemperatureStep, ...]
