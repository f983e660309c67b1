"""One step: which words could come next, and what speaks for each.

The weight of a candidate is a bounded log-linear mixture. Its base is the interpolated
trigram, bigram and unigram probability (Witten and Bell's confidence in a context: counts
against distinct continuations). On it come named biases, each within a documented cap.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from leo.field.rows import RowView, count_of
from leo.field.view import Ask, View
from leo.records import WordContext
from leo.text.function_words import is_content
from leo.text.tokens import MARKS, SENTENCE_ENDS

__all__ = ["CAPS", "Biases", "Options", "Situation", "bias_shares", "options"]

CAPS: Mapping[str, float] = {
    "semantic": 2.5,
    "gravity": 2.0,
    "recall": 1.5,
    "notes": 1.0,
    "repetition": 3.0,
    "length": 3.0,
}
"""The most, in natural-log units, that each bias can add to or take from a word's weight."""

TRIGRAM_CONFIDENCE = 0.012
BIGRAM_CONFIDENCE = 0.3
"""Distinct continuations count this much against a context's counts; less means more trust."""

REPEAT = 1.5
"""Taken per earlier use of a content word in the same utterance."""

SENTENCE_MIN = 4
SENTENCE_LONG = 12
"""Words of a sentence below which its end is held back, above which it is drawn near."""


NOTHING = RowView(0, 0, {})


@dataclass(frozen=True, slots=True)
class Options:
    """The candidates of one step: log-probability, and where each was found.

    ``trigram`` (or a sentence's opening) and ``bigram`` are the rows that were looked at.
    """

    logs: dict[int, float]
    trigram: RowView
    bigram: RowView
    opens: bool

    def context(self, id: int) -> WordContext:  # noqa: A002
        """Name the longest context that knows a candidate."""
        if id not in self.trigram.cells:
            return "bigram"
        return "opening" if self.opens else "trigram"


@dataclass(frozen=True, slots=True)
class Biases:
    """What leans on every step of a walk.

    Attributes
    ----------
    semantic
        Weight of meaning, [0, 1].
    pulls
        Weight in [0, 1] by word id, for each bias that pulls words.
    """

    semantic: float
    pulls: Mapping[str, Mapping[int, float]]


async def options(
    view: View, last: tuple[int, int | None], wanted: tuple[int, ...], *, opened: int
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
    """
    this, before = last
    context = (this,) if opened == 1 or before is None else (before, this)
    following = Ask("next", context, wanted)
    opening = Ask("opening", context, wanted)
    bigram, longest, open_row = await view.look(
        [Ask("next", (this,), wanted), following, opening if 0 < opened <= 2 else following]
    )
    opens = 0 < opened <= 2 and open_row.total > 0
    trigram = open_row if opens else longest if len(context) > 1 else NOTHING
    heard = view.heard
    trust3 = _trust(trigram, TRIGRAM_CONFIDENCE)
    trust2 = _trust(bigram, BIGRAM_CONFIDENCE)
    logs: dict[int, float] = {}
    for id_ in sorted(bigram.cells.keys() | trigram.cells.keys()):
        p = (1 - trust2) * view.count(id_) / heard
        if id_ in bigram.cells:
            p += trust2 * count_of(bigram.cells[id_]) / bigram.total
        p *= 1 - trust3
        if id_ in trigram.cells:
            p += trust3 * count_of(trigram.cells[id_]) / trigram.total
        logs[id_] = math.log(p)
    return Options(logs, trigram, bigram, opens)


def _trust(row: RowView, confidence: float) -> float:
    return row.total / (row.total + confidence * row.kinds) if row.total else 0.0


@dataclass(frozen=True, slots=True)
class Situation:
    """Where an utterance stands when a word is chosen.

    Attributes
    ----------
    near
        The last content words with what stands near them.
    used
        How often each word was used in this utterance.
    in_sentence
        Words since the last sentence end.
    overdue
        How far the utterance is beyond its target, in targets; 0 before.
    """

    near: Sequence[tuple[int, RowView]]
    used: Mapping[int, int]
    in_sentence: int
    overdue: float


def bias_shares(
    view: View,
    biases: Biases,
    ids: Collection[int],
    at: Situation,
) -> dict[int, dict[str, float]]:
    """Give each bias's part in the candidates' log-weights, zero parts left out.

    The work is what leans, not how many candidates there are.

    Parameters
    ----------
    view, biases
        The field, and what leans.
    ids
        The candidates.
    at
        Where the utterance stands.

    Returns
    -------
    dict
        Shares by name, by candidate; a candidate that nothing leans on is left out.
    """
    candidates = set(ids)
    found: dict[int, dict[str, float]] = {}

    def lean(id_: int, name: str, value: float) -> None:
        if value:
            found.setdefault(id_, {})[name] = max(-CAPS[name], min(CAPS[name], value))

    for one, affinity in _affinities(view, candidates, at.near).items():
        lean(one, "semantic", 4 * biases.semantic * affinity)
    for one in candidates & at.used.keys():
        lean(one, "repetition", -REPEAT * at.used[one] * is_content(view.word(one)))
    for name, pulls in biases.pulls.items():
        for one in candidates & pulls.keys():
            lean(one, name, CAPS[name] * pulls[one])
    for mark in MARKS:
        id_ = view.id(mark)
        if id_ in candidates:
            lean(id_, "length", _length(mark, at))
    return found


def _length(mark: str, at: Situation) -> float:
    """Hold the end of a short sentence back, draw that of a long one or a long reply near."""
    if mark not in SENTENCE_ENDS:
        return -0.5 * min(1.0, at.overdue)
    long = 0.4 * max(0, at.in_sentence - SENTENCE_LONG)
    short = 1.0 * max(0, SENTENCE_MIN - at.in_sentence)
    return long - short + 2.0 * at.overdue


def _affinities(
    view: View, candidates: set[int], near: Sequence[tuple[int, RowView]]
) -> dict[int, float]:
    """Tell how much each content word belongs to the last ones: mean normalised nearness."""
    totals: dict[int, float] = {}
    for other, row in near:
        for id_ in candidates & row.cells.keys():
            if id_ != other and is_content(view.word(id_)):
                met = count_of(row.cells[id_])
                close = min(1.0, met / math.sqrt(view.count(id_) * view.count(other)))
                totals[id_] = totals.get(id_, 0.0) + close
    return {id_: total / len(near) for id_, total in totals.items()}
