"""One step: which words could come next, and what speaks for each.

The weight of a candidate is a bounded log-linear mixture. Its base is the interpolated
trigram, bigram and unigram probability (Witten and Bell's confidence in a context: counts
against distinct continuations). On it come named biases, each within a documented cap.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leo.field.rows import RowView, count_of
from leo.field.view import Ask, View
from leo.records import WordContext
from leo.text.function_words import is_content
from leo.text.tokens import SENTENCE_ENDS, is_word

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
        if bigram.total:
            p += trust2 * count_of(bigram.cells.get(id_, 0)) / bigram.total
        p *= 1 - trust3
        if trigram.total:
            p += trust3 * count_of(trigram.cells.get(id_, 0)) / trigram.total
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
    id: int,  # noqa: A002
    at: Situation,
) -> dict[str, float]:
    """Give each bias's part in a candidate's log-weight, zero parts left out.

    Parameters
    ----------
    view, biases
        The field, and what leans.
    id
        The candidate.
    at
        Where the utterance stands.
    """
    word = view.word(id)
    shares: dict[str, float] = {}
    if is_content(word):
        shares["semantic"] = 4 * biases.semantic * _affinity(view, id, at.near)
        if id in at.used:
            shares["repetition"] = -REPEAT * at.used[id]
    for name, pulls in biases.pulls.items():
        if id in pulls:
            shares[name] = CAPS[name] * pulls[id]
    if word in SENTENCE_ENDS:
        long = 0.4 * max(0, at.in_sentence - SENTENCE_LONG)
        short = 1.0 * max(0, SENTENCE_MIN - at.in_sentence)
        shares["length"] = long - short + 2.0 * at.overdue
    elif not is_word(word):
        shares["length"] = -0.5 * min(1.0, at.overdue)
    return {
        name: max(-CAPS[name], min(CAPS[name], value)) for name, value in shares.items() if value
    }


def _affinity(view: View, id_: int, near: Sequence[tuple[int, RowView]]) -> float:
    if not near:
        return 0.0
    total = 0.0
    for other, row in near:
        if other != id_ and id_ in row.cells:
            met = count_of(row.cells[id_])
            total += min(1.0, met / math.sqrt(view.count(id_) * view.count(other)))
    return total / len(near)
