"""Bending JSON: values at random places are replaced by hostile ones."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from tests.reliability.fuzz.given import Given

__all__ = ["Place", "bend", "leaves", "value_at", "with_value"]

Place: TypeAlias = tuple[str | int, ...]
"""The way to a value inside others."""


def leaves(value: Any, at: Place = ()) -> Iterator[Place]:
    """Go through the places of all values that hold no others."""
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from leaves(one, (*at, key))
    elif isinstance(value, list) and value:
        for i, one in enumerate(value):
            yield from leaves(one, (*at, i))
    else:
        yield at


def value_at(value: Any, at: Place) -> Any:
    """Give the value at a place."""
    for step in at:
        value = value[step]
    return value


def with_value(value: Any, at: Place, new: Any) -> Any:
    """Put a value at a place; what holds it is copied."""
    if not at:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = with_value(copy[at[0]], at[1:], new)
    return copy


def bend(value: Any, given: Given, most: int = 4) -> Any:
    """Replace a few values by hostile ones, or take away what holds them."""
    for _ in range(1 + given.byte() % most):
        places = list(leaves(value))
        at = places[int.from_bytes(given.take(2), "big") % len(places)]
        at = at[: len(at) - given.byte() % 3] if given.byte() % 4 == 0 else at
        value = with_value(value, at, _hostile(given)) if at else value
    return value


def _hostile(given: Given) -> Any:
    kind = given.byte() % 8
    if kind < 4:
        return given.text()
    if kind < 6:
        return given.number()
    return ([], {}, None, True, False, [[]], {"": None}, given.whole())[given.byte() % 8]
