"""One step: which words could come next, and what speaks for each.

The weight of a candidate is a bounded log-linear mixture. Its base is the interpolated
trigram, bigram and unigram probability (Witten and Bell's confidence in a context: counts
against distinct continuations). On it come named biases, each within a documented cap.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leo.field.rows import COUNT_SHIFT, UNITS, RowView, count_of
from leo.field.view import Ask, View
from leo.generation.draw import MIN_TEMPERATURE
from leo.records import WordContext
from leo.text.function_words import is_content
from leo.text.tokens import MARKS, SENTENCE_ENDS

__all__ = ["CAPS", "Biases", "Options", "Situation", "bends", "leanings", "options"]

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


LEAST_BEND = 1e-4
"""Nats below which a bias is not held to have bent a choice."""

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
    trigram = longer[-1] if opens else longer[0] if len(context) > 1 else NOTHING
    ids = sorted(bigram.cells.keys() | trigram.cells.keys())
    if top_k is not None and len(ids) > top_k:
        ids = _strongest(ids, trigram.cells, bigram.cells, wanted, top_k)
    return Options(_logs(view, ids, trigram, bigram), trigram, bigram, opens)


def _logs(view: View, ids: list[int], trigram: RowView, bigram: RowView) -> dict[int, float]:
    """Give the interpolated log-probability of candidates that one of the rows knows."""
    trust3, trust2 = _trust(trigram, TRIGRAM_CONFIDENCE), _trust(bigram, BIGRAM_CONFIDENCE)
    rest3, rest2, heard = 1 - trust3, 1 - trust2, view.heard
    in3 = _parts(trigram, trust3)
    in2 = _parts(bigram, trust2)
    return {
        id_: math.log((rest2 * count / heard + in2.get(id_, 0.0)) * rest3 + in3.get(id_, 0.0))
        for id_, count in zip(ids, view.counts(ids), strict=True)
    }


def _parts(row: RowView, trust: float) -> dict[int, float]:
    """Give what a row adds to the probability of each word that it knows."""
    total = row.total * UNITS
    return {id_: trust * (cell >> COUNT_SHIFT) / total for id_, cell in row.cells.items()}


def _strongest(
    ids: list[int],
    trigram: Mapping[int, int],
    bigram: Mapping[int, int],
    wanted: frozenset[int],
    top_k: int,
) -> list[int]:
    """Choose ``top_k`` candidates, and the wanted ones among the rest; in ascending order."""
    chosen = [id_ for id_ in ids if id_ in trigram]  # these come before all others
    if len(chosen) > top_k:
        chosen.sort(key=lambda id_: (trigram[id_], bigram.get(id_, 0)), reverse=True)
    elif len(chosen) < top_k:
        others = [id_ for id_ in ids if id_ not in trigram]
        chosen += sorted(others, key=bigram.__getitem__, reverse=True)[: top_k - len(chosen)]
    return sorted({*chosen[:top_k], *wanted.intersection(ids)})


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


def leanings(
    view: View, biases: Biases, ids: Iterable[int], at: Situation
) -> dict[str, dict[int, float]]:
    """Give each bias's part in the candidates' log-weights.

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
        By the bias's name and the candidate, within the bias's cap; what is zero is left out.
    """
    candidates = set(ids)
    near, used = _affinities(view, candidates, at.near), candidates & at.used.keys()
    repeated = [one for one in used if is_content(view.word(one))]
    marks = [(id_, mark) for mark in MARKS if (id_ := view.id(mark)) in candidates]
    found = {
        "semantic": {one: 4 * biases.semantic * affinity for one, affinity in near.items()},
        "repetition": {one: -REPEAT * at.used[one] for one in repeated},
        **{name: _pulled(name, pulls, candidates) for name, pulls in biases.pulls.items()},
        "length": {id_: _length(mark, at) for id_, mark in marks if id_ is not None},
    }
    return {name: _capped(CAPS[name], leaning) for name, leaning in found.items()}


def bends(
    chances: Mapping[int, float], leaning: Mapping[str, Mapping[int, float]], temperature: float
) -> dict[str, float]:
    """Tell how far each bias bent the choice, in nats.

    The divergence of p from what it would be without a bias b, q ~ p exp(-b / T), is
    E[b] / T + ln E[exp(-b / T)]; only the words that b leans on count.

    Parameters
    ----------
    chances
        Probability of each candidate, all biases taken in.
    leaning
        What `leanings` gave.
    temperature
        Of this step.
    """
    t = max(MIN_TEMPERATURE, temperature)
    found: dict[str, float] = {}
    for name, by in leaning.items():
        if not by:
            continue
        mine = [chances[one] for one in by]
        mean = math.fsum([p * value for p, value in zip(mine, by.values(), strict=True)]) / t
        free = max(0.0, 1 - math.fsum(mine))
        freed = [p * math.exp(-value / t) for p, value in zip(mine, by.values(), strict=True)]
        without = free + math.fsum(freed)
        nats = mean + math.log(without)
        if nats >= LEAST_BEND:
            found[name] = nats
    return found


def _pulled(name: str, pulls: Mapping[int, float], candidates: set[int]) -> dict[int, float]:
    return {one: CAPS[name] * pulls[one] for one in candidates & pulls.keys()}


def _capped(cap: float, leaning: Mapping[int, float]) -> dict[int, float]:
    return {one: max(-cap, min(cap, value)) for one, value in leaning.items() if value}


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
    """Tell how much content words belong to the last ones: how often they met, normalised."""
    totals: dict[int, float] = {}
    for word, row in near:
        met = [
            id_
            for id_ in candidates & row.cells.keys()
            if id_ != word and is_content(view.word(id_))
        ]
        own, *counts = view.counts([word, *met])
        for id_, count in zip(met, counts, strict=True):
            close = min(1.0, count_of(row.cells[id_]) / math.sqrt(count * own))
            totals[id_] = totals.get(id_, 0.0) + close
    return {id_: total / len(near) for id_, total in totals.items()}
