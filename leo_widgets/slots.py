"""Slots: one trait for each of many things, so that only what changed is sent to the browser."""

from collections.abc import Callable
from typing import Any

import traitlets as t

__all__ = ["slots"]


def slots(name: str, count: int, told: str, *, sent: Callable[[Any], Any] | None = None) -> Any:
    """Make a base class with numbered synced traits: ``name0``, ``name1``, and so on.

    A trait that holds a list is sent whole whenever anything in it changes.

    Parameters
    ----------
    name
        What the traits' names begin with.
    count
        How many there are.
    told
        Help text of each.
    sent
        Makes of a value what travels to the browser; it travels as it is by default.
    """
    tags = {"to_json": lambda value, widget: sent(value)} if sent else {}
    traits = {f"{name}{i}": t.Dict(help=told).tag(sync=True, **tags) for i in range(count)}
    return type(f"_{name.title()}s", (t.HasTraits,), traits)
