"""The first word comes from the field.

The function has no prompt among its parameters, and no temperature that a prompt could have
moved: only the centers, the user's own factor and luck.
"""

from collections.abc import Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from leo.field.centers import Center
from leo.generation.draw import Draw, distribution, draw, entropy_of

__all__ = ["first_word", "start_entropy"]


def first_word(centers: Sequence[Center], rng: Random, user_temperature: float) -> Draw | None:
    """Pick where to start, in proportion to the centers' scores; ``None`` if there are none."""
    if not centers:
        return None
    ids, logs = _logs(centers)
    return draw(ids, distribution(logs, user_temperature), rng)


def start_entropy(centers: Sequence[Center]) -> float:
    """Give the normalised entropy of the centers, in [0, 1]."""
    return entropy_of(_logs(centers)[1])


def _logs(centers: Sequence[Center]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    ordered = sorted(centers, key=lambda center: center.id)
    ids = np.array([center.id for center in ordered], np.int64)
    return ids, np.log([center.score for center in ordered])
