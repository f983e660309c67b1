"""The ordered list of Leo's modules; each line says why it stands where it stands."""

from collections.abc import Callable
from typing import Any

from leo.module import Module

__all__ = ["MODULES", "default_modules"]

MODULES: tuple[Callable[[], Module[Any]], ...] = ()
"""Factories in running order. A hook hears the notes of the modules above its own line."""


def default_modules() -> tuple[Module[Any], ...]:
    """Make one fresh instance of every module, in order."""
    return tuple(make() for make in MODULES)
