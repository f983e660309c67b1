"""Looking ahead: what a candidate leads to, along the field's own most trodden path.

A word such as ``the`` draws nobody, but what follows it may. For each candidate the strongest
continuation is followed for a few words, as the field alone would go, and what the prompt
draws on that path draws the candidate, less the farther away it is.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leo.field.view import View
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
        await self._walk([pair for pair in pairs if pair not in self._drawn])
        for place, pair in zip(looked.tolist(), pairs, strict=True):
            drawn = self._drawn[pair]
            if drawn:
                found[place] = min(1.0, sum([pull for id_, pull in drawn if id_ not in used]))
        return found

    async def _walk(self, pairs: Sequence[_Pair]) -> None:
        """Follow the strongest continuations of pairs."""
        paths = {pair: [*pair] for pair in pairs}
        going = list(paths.values())
        for _ in range(REACH):
            going = [path for path in going if path[-1] not in self._ends]
            await self._ask([(path[-2], path[-1]) for path in going])
            onward = [(path, self._next[path[-2], path[-1]]) for path in going]
            going = [path for path, id_ in onward if id_ is not None]
            for path, id_ in onward:
                if id_ is not None:
                    path.append(id_)
        for pair, path in paths.items():
            self._drawn[pair] = tuple(
                (id_, FADES**i * self._pulls[id_])
                for i, id_ in enumerate(path[2:], 1)
                if id_ in self._pulls
            )

    async def _ask(self, pairs: Sequence[_Pair]) -> None:
        """Find out what follows pairs most, where that is not known."""
        asked = [pair for pair in dict.fromkeys(pairs) if pair not in self._next]
        self._next.update(zip(asked, await self._view.strongest(asked), strict=True))
