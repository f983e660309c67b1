"""The ordered list of Leo's modules; each line says why it stands where it stands."""

from collections.abc import Callable
from typing import Any

from leo.module import Module
from leo.perception.trauma import Trauma
from leo.recall.santaklaus import SantaKlaus
from leo.recall.school import School
from leo.reflection.dream import Dream
from leo.reflection.episodes import RAGBrain
from leo.reflection.flow import FlowTracker
from leo.reflection.game import GameEngine
from leo.reflection.mathbrain import MathBrain
from leo.reflection.metaleo import MetaLeo
from leo.reflection.overthinking import Overthinking

__all__ = ["MODULES", "default_modules"]

MODULES: tuple[Callable[[], Module[Any]], ...] = (
    Trauma,  # first: how open the wound is, everybody after it wants to know
    SantaKlaus,  # leans only by what was said, before anything is predicted from leans
    GameEngine,  # leans by the rhythm; buckets the wound
    FlowTracker,  # its trends are two of the features below
    Overthinking,  # thinks about what is about to be said, so before anyone replaces it
    MetaLeo,  # hears the rings, and may speak instead
    School,  # appends to whatever stands in the end; nobody revises after it
    MathBrain,  # predicts from all the above; afterwards learns from the true quality
    RAGBrain,  # remembers the moment with the same features
    Dream,  # last: it dreams of a turn that is over
)
"""Factories in running order. A hook hears the notes of the modules above its own line."""


def default_modules() -> tuple[Module[Any], ...]:
    """Make one fresh instance of every module, in order."""
    return tuple(make() for make in MODULES)
