"""Looking ahead: what a candidate leads to, along the field's own most trodden path.

A word such as ``the`` draws nobody, but what follows it may. For each candidate the strongest
continuation is followed for a few words, as the field alone would go, and what the prompt
draws on that path draws the candidate, less the farther away it is.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leo.field.view import View
from leo.pace import ROWS_PER_BREATH, Pace
from leo.text.tokens import SENTENCE_ENDS

__all__ = ["Ahead"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_Pair: TypeAlias = tuple[int, int]
"""Two words, one after the other."""

REACH: Final = 3
"""Words that are looked at behind a candidate."""

FADES: Final = 0.85
"""What is left of a pull per word on the way."""

LEFT: Final = tuple(FADES**i for i in range(1, REACH + 1))
"""The same for each word behind a candidate, the nearest first."""

WITHIN: Final = 3.0
"""Nats below the most probable candidate where looking ends: no lead makes up for more."""

LOOKED_AT: Final = 24
"""Candidates whose paths are followed, the most probable ones."""


class Ahead:
    """What lies ahead of the candidates of a walk.

    Parameters
    ----------
    view
        The field.
    pulls
        How strongly words are drawn, [0, 1], by id.
    """

    def __init__(self, view: View, pulls: Mapping[int, float]) -> None:
        self._view, self._pulls = view, dict(pulls)
        self._ends = frozenset(
            id_ for end in sorted(SENTENCE_ENDS) if (id_ := view.id(end)) is not None
        )
        self._next: dict[_Pair, int | None] = {}
        self._drawn: dict[_Pair, tuple[tuple[int, float], ...]] = {}
        """Drawn words on the path that a pair leads to, and how much of their pull is left."""

    async def of(self, this: int, ids: Ints, logs: Floats, used: Mapping[int, int]) -> Floats:
        """Give how strongly each candidate leads to drawn words, [0, 1]; 0 for rare candidates.

        Parameters
        ----------
        this
            The word said last.
        ids, logs
            The candidates, and their log-weights.
        used
            Words said before: these draw nobody again.
        """
        found = np.zeros(len(ids))
        if not self._pulls or len(ids) < 2:
            return found
        looked = (-logs).argsort(kind="stable")[:LOOKED_AT]
        best = logs[looked]
        looked = looked[best >= best[0] - WITHIN]
        if len(looked) < 2:
            return found
        pairs = [(this, id_) for id_ in ids[looked].tolist()]
        pace = Pace(ROWS_PER_BREATH)
        for pair in pairs:
            if pair not in self._drawn:
                self._drawn[pair] = self._along(pair)
                if pace.spent():
                    await pace.breathe()
        for place, pair in zip(looked.tolist(), pairs, strict=True):
            drawn = self._drawn[pair]
            if drawn:
                found[place] = min(1.0, sum([pull for id_, pull in drawn if id_ not in used]))
        return found

    def _along(self, pair: _Pair) -> tuple[tuple[int, float], ...]:
        """Follow the strongest continuations of a pair; give the drawn words on the way."""
        found: list[tuple[int, float]] = []
        for left in LEFT:
            if pair[1] in self._ends:
                break
            if pair not in self._next:
                self._next[pair] = self._view.strongest(pair)
            onward = self._next[pair]
            if onward is None:
                break
            if onward in self._pulls:
                found.append((onward, left * self._pulls[onward]))
            pair = pair[1], onward
        return tuple(found)
