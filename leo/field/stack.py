"""The stack: a life's packed layers, and when they are merged.

When what was heard since the last packing is long enough, it is packed; a long text becomes
a layer of its own. Few layers are quick to look through and seldom merged: four of about a
size become one, and the end of a book merges whatever is not much larger than it. When that
happens follows from what was heard alone, so every reopening finds the same stack.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leo.field.counting import Ids, counted
from leo.field.layer import Layer
from leo.field.merging import Merged, merged_packs
from leo.field.packed import Packed
from leo.field.packing import packed
from leo.field.rows import UNITS
from leo.field.shelf import Nowhere, Shelf
from leo.records import Growth, Source
from leo.text.heard import Ear

__all__ = ["PACKED_FROM", "Counted", "Lately", "Tidied", "at_once", "count", "due", "tidied"]

log = logging.getLogger("leo")

LONG: Final = 20_000
"""Characters from which a text is counted at once."""

PACKED_FROM: Final = 20_000 * UNITS
"""Units heard since the last packing, from which a life is packed."""

TIER: Final = 4
"""Layers of about a size that are merged, and how much larger the next size is."""

LARGER: Final = 4
"""A layer so many times larger than all above it is left alone when a book ends."""


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """A long text, counted and not yet taken in: the stack it makes, and what it added."""

    packs: tuple[Packed, ...]
    growth: Growth


class Lately:
    """What is at hand while texts are read one after the other."""

    def __init__(self) -> None:
        self.ear, self.ids = Ear(), Ids()


def at_once(texts: Sequence[tuple[Source, str]]) -> bool:
    """Tell whether a journal entry is one long text of a book, which becomes a layer of its own."""
    return len(texts) == 1 and texts[0][0] == "book" and len(texts[0][1]) >= LONG


async def count(
    own: Layer,
    packs: Sequence[Packed],
    birth: Packed,
    text: str,
    source: Source,
    lately: Lately,
) -> Counted:
    """Count a long text on top of everything; nothing is changed.

    Parameters
    ----------
    own, packs, birth
        What was heard since the last packing, the packed layers, lowest first, and the birth.
    text, source
        The text, and who it comes from.
    lately
        What is at hand of the texts before.
    """
    stack = (*packs, await packed(own)) if own.units else tuple(packs)
    below = [*reversed(stack), birth]
    known = below[0].size
    new = await asyncio.to_thread(
        lambda: counted(lately.ear.hear(text), source, below, known, lately.ids)
    )
    return Counted((*stack, new), new.grown)


@dataclass(frozen=True, slots=True, eq=False)
class Tidied:
    """A stack in which nothing is due, and whether anything faded on the way."""

    packs: tuple[Packed, ...]
    faded: bool


async def tidied(packs: Sequence[Packed], birth: Packed, shelf: Shelf, *, last: bool) -> Tidied:
    """Merge layers that are due, outside the event loop's thread.

    Parameters
    ----------
    packs, birth
        The layers, lowest first, and what lies under them.
    shelf
        Where new layers go.
    last
        Whether a book ended.
    """
    stack, faded = list(packs), False
    while many := due([one.units for one in stack], last=last):
        old, below = stack[-many:], [*stack[:-many], birth]
        merged = await asyncio.to_thread(_merged, old, shelf, below)
        stack[-many:], faded = [merged.pack], faded or merged.faded
    return Tidied(tuple(stack), faded)


def _merged(old: Sequence[Packed], shelf: Shelf, below: Sequence[Packed]) -> Merged:
    """Merge layers on the shelf, or in memory where it cannot be written to.

    What was heard is journaled by now, and when layers are merged follows from it alone; they
    are brought to the shelf when the field is next kept.
    """
    try:
        return merged_packs(old, shelf, below)
    except OSError as error:
        log.warning("cannot write packed counts (%s); until that can be they are in memory", error)
        return merged_packs(old, Nowhere(), below)


def due(sizes: Sequence[int], *, last: bool) -> int:
    """Tell how many of the topmost layers are to become one; 0 if none.

    Parameters
    ----------
    sizes
        Units of each layer, lowest first.
    last
        Whether a book ended.
    """
    if last:
        small = (i for i in range(len(sizes) - 1) if sizes[i] < LARGER * sum(sizes[i + 1 :]))
        return len(sizes) - next(small, len(sizes))
    tiers = [_tier(size) for size in sizes]
    alike = next((i for i, one in enumerate(reversed(tiers)) if one > tiers[-1]), len(tiers))
    return alike if alike >= TIER else 0


def _tier(size: int) -> int:
    tier, bound = 0, PACKED_FROM * LARGER
    while size >= bound:
        tier, bound = tier + 1, bound * TIER
    return tier
