"""One step: which words could come next, and how likely the field makes each.

The base of a candidate's weight is the interpolated trigram, bigram and unigram probability
(Witten and Bell's confidence in a context: counts against distinct continuations). What leans
on it stands in `leo.generation.leaning`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from leo.field.arrays import changes
from leo.field.looks import NOTHING, RowView, places
from leo.field.rows import UNITS
from leo.field.view import Ask, View
from leo.records import WordContext

__all__ = ["Options", "options"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Number = TypeVar("Number", bound=np.generic)

TRIGRAM_CONFIDENCE = 0.012
BIGRAM_CONFIDENCE = 0.3
"""Distinct continuations count this much against a context's counts; less means more trust."""

TURN_CONFIDENCE = 1.0
"""The same for a trigram that opens a new sentence, which may turn to something else."""


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """The candidates of one step: their log-probabilities, and where each was found.

    ``ids`` are ascending, ``logs`` in the same order; ``trigram`` (or a sentence's opening)
    and ``bigram`` are the rows that were looked at. ``stands_for`` names the mark that was
    found in place of the one that fits.
    """

    ids: Ints
    logs: Floats
    trigram: RowView
    bigram: RowView
    opens: bool
    stands_for: Mapping[int, int] = field(default_factory=dict)

    @staticmethod
    def none() -> "Options":
        """Give no candidates."""
        return Options(NOTHING.ids, np.zeros(0), NOTHING, NOTHING, opens=False)

    def context(self, id: int) -> WordContext:  # noqa: A002
        """Name the longest context that knows a candidate."""
        if not self.trigram.cell(id):
            return "fitted" if id in self.stands_for else "bigram"
        return "opening" if self.opens else "trigram"

    def longest(self, id: int) -> int:  # noqa: A002
        """Give a candidate's cell in the longest context, 0 if that did not know it."""
        return self.trigram.cell(id) or self.trigram.cell(self.stands_for.get(id, id))

    def shorter(self, id: int) -> int:  # noqa: A002
        """Give a candidate's cell in the bigram."""
        return self.bigram.cell(id) or self.bigram.cell(self.stands_for.get(id, id))

    def ending(self, fitting: int, unfit: Ints) -> "Options":
        """Let the mark that fits the sentence stand for those that do not.

        The field knows that a sentence may end here; how it opened says with which mark.
        """
        at, _ = places(self.ids, unfit)
        if not len(at):
            return self
        place = int(self.ids.searchsorted(fitting))
        ids, logs, weights = self.ids, self.logs.copy(), self.logs[at]
        stood = int(ids[at[weights.argmax()]])
        if place < len(ids) and ids[place] == fitting:
            weights = np.concatenate([weights, logs[place : place + 1]])
        else:  # room is made for it
            ids = np.concatenate([ids[:place], [fitting], ids[place:]])
            logs = np.concatenate([logs[:place], [0.0], logs[place:]])
            at = at + (at >= place)
        logs[place] = np.logaddexp.reduce(weights)
        left = _all_but(at, len(ids))
        return self._with(ids[left], logs[left], {fitting: stood})

    def without(self, refused: Ints) -> "Options":
        """Leave out what must not come next."""
        at, _ = places(self.ids, refused)
        if not len(at):
            return self
        left = _all_but(at, len(self.ids))
        return self._with(self.ids[left], self.logs[left], self.stands_for)

    def _with(self, ids: Ints, logs: Floats, stands_for: Mapping[int, int]) -> "Options":
        return Options(ids, logs, self.trigram, self.bigram, self.opens, stands_for)


def _all_but(gone: Ints, size: int) -> Bools:
    left = np.full(size, True)
    left[gone] = False
    return left


async def options(
    view: View,
    last: tuple[int, int | None],
    wanted: frozenset[int],
    *,
    opened: int,
    top_k: int | None = None,
) -> Options:
    """Look at what may follow.

    Parameters
    ----------
    view
        The field.
    last
        The last word, and the one before it (``None`` if the field does not know it).
    wanted
        Words to consider although they are rare here.
    opened
        Words since the sentence opened; while they are one or two, the longest context is
        that opening.
    top_k
        Consider only so many, the strongest in the longest context first; all by default.
    """
    this, before = last
    context = (this,) if opened == 1 or before is None else (before, this)
    asks = [Ask("next", (this,), wanted)]
    if 0 < opened <= 2:
        asks.append(Ask("opening", context, wanted))
    bigram, *opening = await view.look(asks)
    opens = any(row.total > 0 for row in opening)  # whether such a sentence was ever opened
    trigram = opening[0] if opens else NOTHING
    if not opens and len(context) > 1:
        (trigram,) = await view.look([Ask("next", context, wanted)])
    ids, at3, at2 = _united(trigram.ids, bigram.ids)
    if top_k is not None and len(ids) > top_k:
        longest = _spread(trigram.held, at3, len(ids))
        chosen = _strongest(ids, longest, _spread(bigram.held, at2, len(ids)), wanted, top_k)
    else:
        chosen = None
    confidence = TRIGRAM_CONFIDENCE if opened else TURN_CONFIDENCE
    trust3, trust2 = _trust(trigram, confidence), _trust(bigram, BIGRAM_CONFIDENCE)
    part3, part2 = (
        _spread(trust * row.units / (row.total * UNITS or 1), at, len(ids))
        for row, trust, at in ((trigram, trust3, at3), (bigram, trust2, at2))
    )
    if chosen is not None:
        ids, part3, part2 = ids[chosen], part3[chosen], part2[chosen]
    unigram = (1 - trust2) * view.counts(ids) / view.heard
    logs = np.log((unigram + part2) * (1 - trust3) + part3)
    return Options(ids, logs, trigram, bigram, opens)


def _united(some: Ints, more: Ints) -> tuple[Ints, Ints | None, Ints | None]:
    """Unite two ascending lists of words, and give the places of each; ``None`` if it has all."""
    at = more.searchsorted(some)
    if not len(some) or (some[-1] <= more[-1:] and np.logical_and.reduce(more[at] == some)):
        return more, at, None  # whoever follows two words mostly follows the last of them
    both = np.concatenate([some, more])
    both.sort()
    ids = both[changes(both)]
    return ids, ids.searchsorted(some), ids.searchsorted(more)


def _spread(values: NDArray[Number], at: Ints | None, size: int) -> NDArray[Number]:
    """Give a row's numbers their places among all candidates, 0 for the others."""
    if at is None:
        return values
    spread = np.zeros(size, values.dtype)
    spread[at] = values
    return spread


def _strongest(ids: Ints, longest: Ints, shorter: Ints, wanted: frozenset[int], most: int) -> Bools:
    """Choose so many candidates by their cells, and the wanted ones among the rest."""
    chosen = np.zeros(len(ids), np.bool_)
    chosen[np.lexsort((-shorter, -longest))[:most]] = True
    at, _ = places(ids, np.fromiter(wanted, np.int64, len(wanted)))
    chosen[at] = True
    return chosen


def _trust(row: RowView, confidence: float) -> float:
    return row.total / (row.total + confidence * row.kinds) if row.total else 0.0
