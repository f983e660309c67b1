"""What the tests of populations share: short lives, and lives that nobody lived."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from leo.module import Module
from leo.modules import default_modules
from leo.observation.statistics import MEASURES
from leo.population import Life, Made, Population, population
from leo.text.birth import DEFAULT_BIRTH, Birth

__all__ = ["BIRTH", "MADE", "SCRIPT", "few", "made_life", "people_of", "short"]

BIRTH: Final = Birth("young", DEFAULT_BIRTH.texts[:2])
"""The first two of his texts."""

SCRIPT: Final = ("Hello, Leo.", "Nobody called my name. The silence hurt.")


def few() -> Sequence[Module[Any]]:
    """Make three quick modules: a life costs a twentieth of a second then."""
    return [one for one in default_modules() if one.name in ("trauma", "game", "school")]


short = partial(population, SCRIPT, birth=BIRTH, make_modules=few, progress=None)
"""A population of such lives, of two turns each."""

MADE: Final = Made(
    script="abc",
    observer="scripted",
    turns=2,
    birth="",
    modules=("dream", "game"),
    measures=tuple(one.name for one in MEASURES),
    version="0",
)


def made_life(
    seed: int, *without: str, temperature: float = 1.0, replies: str = "", **measured: float | None
) -> Life:
    """Make up a life; measures that are not given are 0.5, and names have ``_`` for spaces."""
    told = {name.replace("_", " "): value for name, value in measured.items()}
    assert set(told) <= set(MADE.measures)
    figures = tuple(told.get(name, 0.5) for name in MADE.measures)
    return Life(seed, without, temperature, replies, (1, 2, 3, 4), figures)


def people_of(lives: Sequence[Life]) -> Population:
    """Put made-up lives together."""
    return Population(MADE, tuple(lives))
