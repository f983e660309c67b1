"""Looking ahead: what a candidate leads to, along the field's own most trodden path.

A word such as ``the`` draws nobody, but what follows it may. For each candidate the strongest
continuation is followed for a few words, as the field alone would go, and what the prompt
draws on that path draws the candidate, less the farther away it is.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leo.field.looks import RowView
from leo.field.view import Ask, View
from leo.text.tokens import SENTENCE_ENDS

__all__ = ["Ahead"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

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
        self._paths: dict[tuple[int, int], tuple[int, ...]] = {}

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
        looked = np.argsort(-logs, kind="stable")[:LOOKED_AT]
        looked = looked[logs[looked] >= logs[looked[0]] - WITHIN]
        if len(looked) < 2:
            return found
        await self._walk([(this, int(ids[place])) for place in looked])
        for place in looked:
            path = self._paths[this, int(ids[place])]
            found[place] = min(
                1.0,
                sum(
                    FADES**i * self._pulls.get(id_, 0.0)
                    for i, id_ in enumerate(path, 1)
                    if id_ not in used
                ),
            )
        return found

    async def _walk(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Follow the strongest continuations of pairs that were not followed before."""
        paths = {pair: [*pair] for pair in pairs if pair not in self._paths}
        going = dict(paths)
        for length in range(3, REACH + 3):
            going = {key: path for key, path in going.items() if path[-1] not in self._ends}
            asks = [Ask("next", (path[-2], path[-1])) for path in going.values()]
            for path, row in zip(going.values(), await self._view.look(asks), strict=True):
                if len(row.ids):
                    path.append(_strongest(row))
            going = {key: path for key, path in going.items() if len(path) == length}
        self._paths.update({key: tuple(path[2:]) for key, path in paths.items()})


def _strongest(row: RowView) -> int:
    return int(row.ids[row.units.argmax()])
