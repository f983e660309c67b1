"""Fragments: what the imaginary friend is made of, and how it fades and grows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import median
from typing import Final

__all__ = ["FRAGMENTS", "Fragment", "aged", "drawn", "first"]

FRAGMENTS: Final = 20
"""Fragments that are kept."""

SHORTEST: Final = 10
"""Characters that a fragment exceeds."""

FADES: Final = 0.98
"""What a fragment keeps of its weight with every dream."""

GONE: Final = 0.1
"""Weight below which it is forgotten."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A sentence the friend may speak from, with its number and its weight."""

    id: int
    text: str
    weight: float


def first(sentences: Sequence[str]) -> tuple[Fragment, ...]:
    """Choose the first fragments from the origin, evenly over its whole length."""
    long = [one for one in sentences if len(one) > SHORTEST]
    step = max(1.0, len(long) / FRAGMENTS)
    chosen = [long[int(i * step)] for i in range(min(FRAGMENTS, len(long)))]
    return tuple(Fragment(i + 1, text, 1.0) for i, text in enumerate(chosen))


def drawn(fragments: Sequence[Fragment], n: int, luck: Random) -> tuple[Fragment, ...]:
    """Draw fragments without replacement, each in proportion to its weight.

    The keys log(u) / weight give the right order at once (Efraimidis and Spirakis, 2006).
    """
    keyed = [(math.log(1 - luck.random()) / one.weight, one.id, one) for one in fragments]
    return tuple(one for _, _, one in sorted(keyed, reverse=True)[:n])


def aged(fragments: Sequence[Fragment], new: Sequence[str], next_id: int) -> tuple[Fragment, ...]:
    """Let a dream pass: all fade, the faint are forgotten, newcomers stand in the middle.

    A newcomer begins with the median weight and is never the one that has to go, so it
    outlives its first dream; among equals the oldest goes.

    Parameters
    ----------
    fragments
        As they were.
    new
        Texts that are to become fragments; those known already are left out.
    next_id
        First number that was never used.
    """
    faded = [replace(one, weight=one.weight * FADES) for one in fragments]
    kept = [one for one in faded if one.weight >= GONE]
    known = {one.text for one in kept}
    fresh = [text for text in dict.fromkeys(new) if text not in known]
    weight = median(one.weight for one in kept) if kept else 1.0
    room = max(0, FRAGMENTS - len(fresh))
    strongest = sorted(kept, key=lambda one: (-one.weight, -one.id))[:room]
    stay = sorted(strongest, key=lambda one: one.id)
    return (*stay, *(Fragment(next_id + i, text, weight) for i, text in enumerate(fresh)))
