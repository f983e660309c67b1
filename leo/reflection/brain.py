"""A brain that learns while it lives: a running mean, and a network for what differs from it.

One reply teaches too little to a network of this size. So the last replies are remembered,
and after every one all of them are gone through again (experience replay, Lin 1992).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from leo.reflection.features import FEATURES, NOTHING_YET, Aftermath
from leo.reflection.mlp import Network, Vector

__all__ = ["REPLAYED", "BrainState", "learned"]

RATE: Final = 0.05
"""Step size of gradient descent. Were it 2 / (2 (HIDDEN + 1) + DECAY) = 0.0587 or more, moments
that hardly differ could throw the output layer from clamp to clamp."""

STEPS: Final = 16
"""Steps over all remembered replies, after each reply."""

REPLAYED: Final = 128
"""Replies that are remembered."""

MEMORY: Final = 0.95
"""What the averages of the losses keep from turn to turn."""


@dataclass(frozen=True, slots=True, eq=False)
class BrainState:
    """The network and what belongs to it.

    Attributes
    ----------
    network
        The weights.
    mean, count
        Mean quality of all replies, and how many they were.
    losses
        Raw averages of the loss and of the baseline's, not yet corrected for the start.
    turn
        Turn learned from last.
    last
        How that turn came out.
    moments, qualities
        The remembered replies, oldest first: features (one row each) and quality.
    features
        The moment of the running turn.
    """

    network: Network = field(default_factory=lambda: Network.born(len(FEATURES)))
    mean: float = 0.0
    count: int = 0
    losses: tuple[float, float] = (0.0, 0.0)
    turn: int = 0
    last: Aftermath = NOTHING_YET
    moments: Vector = field(default_factory=lambda: np.zeros((0, len(FEATURES))))
    qualities: Vector = field(default_factory=lambda: np.zeros(0))
    features: tuple[float, ...] = ()

    def predict(self, features: Sequence[float]) -> float | None:
        """Guess the quality, [0, 1]; ``None`` before the first reply."""
        if not self.count:
            return None
        return min(1.0, max(0.0, self.mean + self.network.output(np.asarray(features))))

    def corrected(self) -> tuple[float | None, float | None]:
        """Give the averaged losses, corrected for having started at nothing."""
        predictions = self.count - 1
        if predictions < 1:
            return None, None
        known = 1 - MEMORY**predictions
        return self.losses[0] / known, self.losses[1] / known


def learned(state: BrainState, features: Sequence[float], true: float) -> BrainState:
    """Learn from one reply: the mean, then a few steps over all that is remembered.

    Parameters
    ----------
    state
        As it was.
    features
        The moment, as it was predicted from.
    true
        Quality of the reply, [0, 1].
    """
    guess, losses = state.predict(features), state.losses
    if guess is not None:
        new = ((guess - true) ** 2, (state.mean - true) ** 2)
        losses = (
            MEMORY * losses[0] + (1 - MEMORY) * new[0],
            MEMORY * losses[1] + (1 - MEMORY) * new[1],
        )
    count = state.count + 1
    mean = state.mean + (true - state.mean) / count
    moments = np.vstack([state.moments, np.asarray(features)])[-REPLAYED:]
    qualities = np.append(state.qualities, true)[-REPLAYED:]
    network = state.network
    for _ in range(STEPS):
        network = network.stepped(network.gradient(moments, qualities - mean), RATE)
    return replace(
        state,
        network=network,
        mean=mean,
        count=count,
        losses=losses,
        moments=moments,
        qualities=qualities,
    )
