"""The grid: its order, and what makes no life."""

from typing import Any

import numpy as np
import pytest

from leo.errors import ObservationError
from leo.population import Setting
from leo.population.settings import grid, label

NAMES = ("game", "dream", "trauma")


def test_the_grid_is_every_setting_in_order() -> None:
    """By seed, then by what is off, then by temperature; names are sorted, numbers are plain."""
    found = grid(np.arange(2), [(), "dream", ("trauma", "game")], [np.float64(1), 0.5], NAMES)

    assert found == tuple(
        Setting(seed, off, temperature)
        for seed in (0, 1)
        for off in ((), ("dream",), ("game", "trauma"))
        for temperature in (1.0, 0.5)
    )
    assert {type(one.seed) for one in found} == {int}
    assert {type(one.temperature) for one in found} == {float}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seeds": ()}, "seeds: there are none"),
        ({"seeds": (1, 2, 1)}, "seeds: 1 comes twice"),
        ({"seeds": (1.5,)}, "seeds: seed is 1.5; it must be a whole number"),
        ({"seeds": (None,)}, "a life of a population needs a seed"),
        ({"seeds": 3}, r"seeds is 3; give a list, as in seeds=\[3\]"),
        ({"without": ()}, "without: there are none"),
        ({"without": "dream"}, r"as in without=\['dream'\]"),
        ({"without": ["dreams"]}, "no module is called 'dreams'; there are game, dream, trauma"),
        ({"without": [("dream", "dream")]}, "names a module twice"),
        ({"without": [("dream", "game"), ("game", "dream")]}, "comes twice"),
        ({"without": [3]}, "without: "),
        ({"temperatures": ()}, "temperature: there are none"),
        ({"temperatures": [0]}, r"temperature is 0; it must be in \(0, 10.0\]"),
        ({"temperatures": [10.1]}, "temperature is 10.1"),
        ({"temperatures": [float("nan")]}, "temperature is nan"),
        ({"temperatures": ["hot"]}, "temperature is 'hot'; it must be a number"),
        ({"temperatures": [1, 1.0]}, "1.0 comes twice"),
        ({"temperatures": 0.7}, r"as in temperature=\[0.7\]"),
    ],
)
def test_what_makes_no_life_is_refused(changes: dict[str, Any], told: str) -> None:
    """The message says which part of the grid it is, and what would do."""
    given: dict[str, Any] = {"seeds": [1], "without": [()], "temperatures": [1.0], **changes}
    with pytest.raises(ObservationError, match=told):
        grid(**given, modules=NAMES)


def test_a_setting_tells_itself() -> None:
    """In words, as in an error."""
    assert Setting(3, ("dream", "game"), 0.7).told() == (
        "seed 3 without dream + game at temperature 0.7"
    )
    assert label(()) == "nothing"
