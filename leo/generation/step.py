"""One step: which words could come next, and how likely the field makes each.

The base of a candidate's weight is the interpolated trigram, bigram and unigram probability
(Witten and Bell's confidence in a context: counts against distinct continuations). What leans
on it stands in `leo.generation.leaning`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from leo.field.looks import NOTHING, RowView, places
from leo.field.rows import UNITS
from leo.field.view import Ask, View
from leo.records import WordContext

__all__ = ["Options", "options"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

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
        nothing = NOTHING.view
        return Options(nothing.ids, np.zeros(0), nothing, nothing, opens=False)

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
        mine = np.flatnonzero(self.ids == fitting)
        weight = np.logaddexp.reduce(self.logs[np.concatenate([at, mine])])
        stood = int(self.ids[at[self.logs[at].argmax()]])
        rest = self._kept(np.concatenate([at, mine]))
        place = int(rest.ids.searchsorted(fitting))
        return replace(
            rest,
            ids=np.insert(rest.ids, place, fitting),
            logs=np.insert(rest.logs, place, weight),
            stands_for={fitting: stood},
        )

    def without(self, refused: Ints) -> "Options":
        """Leave out what must not come next."""
        at, _ = places(self.ids, refused)
        return self._kept(at) if len(at) else self

    def _kept(self, gone: Ints) -> "Options":
        kept = np.ones(len(self.ids), np.bool_)
        kept[gone] = False
        return replace(self, ids=self.ids[kept], logs=self.logs[kept])


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
    if len(context) > 1:
        asks.append(Ask("next", context, wanted))
    if 0 < opened <= 2:  # last, because it is taken only if such a sentence was ever opened
        asks.append(Ask("opening", context, wanted))
    bigram, *longer = await view.look(asks)
    opens = 0 < opened <= 2 and longer[-1].total > 0
    trigram = longer[-1] if opens else longer[0] if len(context) > 1 else NOTHING.view
    ids = _united(trigram.ids, bigram.ids)
    if top_k is not None and len(ids) > top_k:
        ids = _strongest(ids, trigram, bigram, wanted, top_k)
    confidence = TRIGRAM_CONFIDENCE if opened else TURN_CONFIDENCE
    return Options(ids, _logs(view, ids, trigram, bigram, confidence), trigram, bigram, opens)


def _united(some: Ints, more: Ints) -> Ints:
    """Unite two ascending lists of words."""
    if not len(some):
        return more
    both = np.concatenate([some, more])
    both.sort()
    new = np.ones(len(both), np.bool_)
    np.not_equal(both[1:], both[:-1], out=new[1:])
    return both[new]


def _logs(view: View, ids: Ints, trigram: RowView, bigram: RowView, confidence: float) -> Floats:
    """Give the interpolated log-probability of candidates that one of the rows knows."""
    trust3, trust2 = _trust(trigram, confidence), _trust(bigram, BIGRAM_CONFIDENCE)
    unigram = (1 - trust2) * view.counts(ids) / view.heard
    shorter = (unigram + _parts(ids, bigram, trust2)) * (1 - trust3)
    return np.asarray(np.log(shorter + _parts(ids, trigram, trust3)))


def _parts(ids: Ints, row: RowView, trust: float) -> Floats:
    """Give what a row adds to the probability of each candidate."""
    parts = np.zeros(len(ids))
    if len(row.ids):
        at, known = places(ids, row.ids)
        parts[at] = (trust * row.units / (row.total * UNITS))[known]
    return parts


def _strongest(
    ids: Ints, trigram: RowView, bigram: RowView, wanted: frozenset[int], top_k: int
) -> Ints:
    """Choose ``top_k`` candidates, and the wanted ones among the rest; in ascending order."""
    longest, shorter = _cells(ids, trigram), _cells(ids, bigram)
    chosen = np.zeros(len(ids), np.bool_)
    chosen[np.lexsort((-shorter, -longest))[:top_k]] = True
    at, _ = places(ids, np.fromiter(wanted, np.int64, len(wanted)))
    chosen[at] = True
    return ids[chosen]


def _cells(ids: Ints, row: RowView) -> Ints:
    cells = np.zeros(len(ids), np.int64)
    if len(row.ids):
        at, known = places(ids, row.ids)
        cells[at] = row.held[known]
    return cells


def _trust(row: RowView, confidence: float) -> float:
    return row.total / (row.total + confidence * row.kinds) if row.total else 0.0
