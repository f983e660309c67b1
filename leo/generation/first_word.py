"""The first word comes from the field.

The function has no prompt among its parameters, and no temperature that a prompt could have
moved: only the centers, the user's own factor and luck.
"""

import math
from collections.abc import Sequence
from random import Random

from leo.field.centers import Center
from leo.generation.draw import Draw, distribution, draw, entropy_of

__all__ = ["first_word", "start_entropy"]


def first_word(centers: Sequence[Center], rng: Random, user_temperature: float) -> Draw | None:
    """Pick where to start, in proportion to the centers' scores; ``None`` if there are none."""
    if not centers:
        return None
    return draw(distribution(_logs(centers), user_temperature), rng)


def start_entropy(centers: Sequence[Center]) -> float:
    """Give the normalised entropy of the centers, in [0, 1]."""
    return entropy_of(_logs(centers))


def _logs(centers: Sequence[Center]) -> dict[int, float]:
    return {center.id: math.log(center.score) for center in sorted(centers, key=lambda c: c.id)}
