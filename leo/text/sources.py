"""Who a learned text came from."""

from typing import Literal

__all__ = ["SOURCES", "THOUGHTS", "Source"]

Source = Literal["origin", "observer", "reply", "ring", "dream", "note", "book"]
"""Who a learned text came from."""

SOURCES: tuple[Source, ...] = ("origin", "observer", "reply", "ring", "dream", "note", "book")
"""Every source; the position is its bit in a source mask."""

THOUGHTS: frozenset[Source] = frozenset({"ring", "dream"})
"""What nobody said aloud; it weighs less than what was heard."""
