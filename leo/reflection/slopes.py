"""Straight lines through a few points: how fast something rises, and how surely."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Slope", "slope_of"]


@dataclass(frozen=True, slots=True)
class Slope:
    """A slope and its standard error, both per unit of x; the error needs three points."""

    value: float
    error: float | None

    def sure(self, times: float) -> bool:
        """Tell whether the slope is more than some standard errors away from level."""
        return self.error is not None and abs(self.value) > times * self.error


def slope_of(xs: Sequence[float], ys: Sequence[float]) -> Slope:
    """Fit a line by ordinary least squares.

    Parameters
    ----------
    xs, ys
        Equally many points. Fewer than two, or all at one x, have no slope: it is 0, and
        nothing is known about it.
    """
    n = len(xs)
    if n < 2 or min(xs) == max(xs):  # asked of the points: the mean of equal ones is rounded
        return Slope(0.0, None)
    mean_x, mean_y = math.fsum(xs) / n, math.fsum(ys) / n
    spread = math.fsum([(x - mean_x) ** 2 for x in xs])
    if spread == 0:  # so near to each other that their squares are nothing
        return Slope(0.0, None)
    both = math.fsum([(x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)])
    value = both / spread
    if n < 3:
        return Slope(value, None)
    rest = math.fsum(
        [(y - mean_y - value * (x - mean_x)) ** 2 for x, y in zip(xs, ys, strict=True)]
    )
    return Slope(value, math.sqrt(rest / (n - 2) / spread))
