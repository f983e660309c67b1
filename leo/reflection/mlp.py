"""A tiny network, 21 -> 16 -> 1, written out by hand: forward, backward, one step.

``h = tanh(W1 u + b1)``, ``y = w2 h + b2``, where ``u = 2 x - 1`` centres inputs from [0, 1].
The output is what is to be added to a mean, so the output layer starts at zero: a network
that learned nothing adds nothing. Networks are values; a step makes a new one.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["CLAMP", "DECAY", "HIDDEN", "Network", "Vector"]

HIDDEN: Final = 16
"""Hidden units."""

CLAMP: Final = 5.0
"""Bound of every weight."""

BORN: Final = 21_16_1
"""Seed of the first weights, the same for every Leo: whatever differs later was learned."""

DECAY: Final = 0.1
"""Weight decay of the output layer: what is not shown again and again is let go."""

FEW: Final = 8
"""Samples that are missing at the start: few of them teach less (shrinkage)."""

SATURATED: Final = 0.99
"""Absolute value from which a hidden unit hardly moves any more."""

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The weights.

    Attributes
    ----------
    w1, b1
        From inputs to hidden units: shapes (hidden, inputs) and (hidden,).
    w2, b2
        From hidden units to the output: shape (hidden,), and a number.
    """

    w1: Vector
    b1: Vector
    w2: Vector
    b2: float

    @staticmethod
    def born(inputs: int, hidden: int = HIDDEN) -> "Network":
        """Make the first network: normal weights of variance 2 / inputs (He and others, 2015)."""
        luck = np.random.Generator(np.random.PCG64(BORN))
        w1 = luck.normal(0.0, np.sqrt(2 / inputs), (hidden, inputs))
        return Network(w1, np.zeros(hidden), np.zeros(hidden), 0.0)

    def hidden(self, x: Vector) -> Vector:
        """Run to the hidden units, each in (-1, 1); ``x`` is one input or a row per sample."""
        return np.asarray(np.tanh((2 * x - 1) @ self.w1.T + self.b1))

    def output(self, x: Vector) -> float:
        """Run forward for one input."""
        return float(self.hidden(x) @ self.w2 + self.b2)

    def loss(self, x: Vector, y: Vector) -> float:
        """Give what a step lessens: squared errors over all samples, and the decay.

        Parameters
        ----------
        x, y
            Samples, one per row, and what the output should be.
        """
        errors = self.hidden(x) @ self.w2 + self.b2 - y
        kept = (self.w2**2).sum() + self.b2**2
        return float((errors**2).sum() / (len(y) + FEW) + DECAY / 2 * kept)

    def gradient(self, x: Vector, y: Vector) -> "Network":
        """Give the gradient of `loss` by every weight, in the network's shape."""
        hidden = self.hidden(x)
        errors = 2 * (hidden @ self.w2 + self.b2 - y) / (len(y) + FEW)
        back = errors[:, None] * self.w2[None, :] * (1 - hidden**2)
        return Network(
            back.T @ (2 * x - 1),
            back.sum(axis=0),
            hidden.T @ errors + DECAY * self.w2,
            float(errors.sum() + DECAY * self.b2),
        )

    def stepped(self, gradient: "Network", rate: float) -> "Network":
        """Take one step down the gradient, within the clamp."""
        return Network(
            _clamped(self.w1 - rate * gradient.w1),
            _clamped(self.b1 - rate * gradient.b1),
            _clamped(self.w2 - rate * gradient.w2),
            min(CLAMP, max(-CLAMP, self.b2 - rate * gradient.b2)),
        )

    def attribution(self, x: Vector) -> Vector:
        """Give each input's part in the output: derivative times distance from the centre."""
        slope = (self.w2 * (1 - self.hidden(x) ** 2)) @ self.w1
        return np.asarray(slope * (2 * x - 1))

    def saturated(self, x: Vector) -> float:
        """Give the share of hidden units that hardly move any more at an input."""
        return float(np.mean(np.abs(self.hidden(x)) > SATURATED))

    @property
    def norm(self) -> float:
        """Length of all weights as one vector."""
        return float(np.linalg.norm(np.frombuffer(self.to_bytes(), dtype="<f8")))

    def to_bytes(self) -> bytes:
        """Write all weights exactly, hidden unit by hidden unit, then the output."""
        parts = (np.column_stack([self.w1, self.b1]).ravel(), self.w2, [self.b2])
        return np.concatenate(parts).astype("<f8").tobytes()

    @staticmethod
    def from_bytes(stored: bytes, inputs: int, hidden: int = HIDDEN) -> "Network":
        """Read what `to_bytes` wrote.

        Raises
        ------
        ValueError
            If it is a network of another shape.
        """
        flat = np.frombuffer(stored, dtype="<f8").astype(np.float64)
        wanted = hidden * (inputs + 1) + hidden + 1
        if flat.size != wanted:
            raise ValueError(f"{flat.size} weights are stored, {inputs}-{hidden}-1 has {wanted}")
        first = flat[: hidden * (inputs + 1)].reshape(hidden, inputs + 1)
        rest = flat[hidden * (inputs + 1) :]
        w1, b1 = np.ascontiguousarray(first[:, :-1]), np.ascontiguousarray(first[:, -1])
        return Network(w1, b1, rest[:-1].copy(), float(rest[-1]))


def _clamped(weights: Vector) -> Vector:
    return np.asarray(np.minimum(CLAMP, np.maximum(-CLAMP, weights)))  # far quicker than `np.clip`
