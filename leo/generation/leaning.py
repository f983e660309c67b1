"""What leans on a step: named biases, each within a documented cap.

Every bias adds to or takes from the log-weights of a few candidates. The parts of all of
them stand in one table, entry by entry, so that a step sums them up at once and each word can
still tell what leaned on it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leo.field.looks import RowView, places
from leo.field.rows import UNITS
from leo.field.view import View
from leo.generation.draw import MIN_TEMPERATURE
from leo.text.function_words import is_content
from leo.text.tokens import MARKS, SENTENCE_ENDS

__all__ = [
    "CAPS",
    "Affinity",
    "Biases",
    "Leaners",
    "Leaning",
    "Situation",
    "affinity",
    "company_of",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CAPS: Mapping[str, float] = {
    "semantic": 2.5,
    "gravity": 2.0,
    "ahead": 3.0,
    "recall": 1.5,
    "notes": 1.0,
    "repetition": 3.0,
    "length": 3.0,
}
"""The most, in natural-log units, that each bias can add to or take from a word's weight."""

REPEAT: Final = 1.5
"""Taken per earlier use of a content word in the same utterance."""

SENTENCE_MIN: Final = 4
SENTENCE_LONG: Final = 12
"""Words of a sentence below which its end is held back, above which it is drawn near."""

AHEAD: Final = 2
"""Place of that bias among the names."""

LEAST_BEND: Final = 1e-4
"""Nats below which a bias is not held to have bent a choice."""

_Part = tuple[Ints, Floats]
"""Words, and what leans on each."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Affinity:
    """Content words that belong to the last ones: how often they met, normalised."""

    ids: Ints
    values: Floats

    @staticmethod
    def none() -> "Affinity":
        """Give no words."""
        return Affinity(np.zeros(0, np.int64), np.zeros(0))


def affinity(met: Sequence[Affinity]) -> Affinity:
    """Give the mean of several words' affinities."""
    if len(met) < 2:
        return met[0] if met else Affinity.none()
    ids = np.concatenate([one.ids for one in met])
    order = ids.argsort(kind="stable")  # in the order of the words, so that sums come out the same
    ids, values = ids[order], np.concatenate([one.values for one in met])[order]
    begins = np.flatnonzero(np.diff(ids, prepend=-1))
    return Affinity(ids[begins], np.add.reduceat(values, begins) / len(met))


def company_of(view: View, word: int, row: RowView) -> Affinity:
    """Tell how much content words belong to one: how often they met, normalised.

    Parameters
    ----------
    view
        The field.
    word, row
        The word, and what stands near it.
    """
    mine = view.content(row.ids) & (row.ids != word)
    ids = row.ids[mine]
    close = row.units[mine] / UNITS / np.sqrt(view.counts(ids) * view.count(word))
    return Affinity(ids, np.minimum(1.0, close))


@dataclass(frozen=True, slots=True)
class Situation:
    """Where an utterance stands when a word is chosen.

    Attributes
    ----------
    near
        What belongs to the last content words.
    used
        How often each word was used in this utterance.
    in_sentence
        Words since the last sentence end.
    overdue
        How far the utterance is beyond its target, in targets; 0 before.
    ahead
        Candidates that lead to drawn words, and how surely, [0, 1].
    """

    near: Affinity
    used: Mapping[int, int]
    in_sentence: int
    overdue: float
    ahead: Affinity = field(default_factory=Affinity.none)


@dataclass(frozen=True, slots=True, eq=False)
class Leaning:
    """What leans on the candidates of one step.

    Attributes
    ----------
    names
        The biases.
    places, by, values
        Of each entry: the candidate's place, the bias (its place in ``names``), and its part
        in the candidate's log-weight, never 0 and within the bias's cap.
    """

    names: tuple[str, ...]
    places: Ints
    by: Ints
    values: Floats

    def added_to(self, logs: Floats) -> Floats:
        """Add everything to log-weights; leanings first, so that what is shown adds up to it."""
        return np.asarray(logs + np.bincount(self.places, self.values, len(logs)))

    def on(self, place: int) -> dict[str, float]:
        """Give each bias's part in one candidate's log-weight; without those that have none."""
        mine = np.flatnonzero(self.places == place)
        leans = sorted(zip(self.by[mine].tolist(), self.values[mine].tolist(), strict=True))
        return {self.names[by]: value for by, value in leans}

    def bends(self, chances: Floats, temperature: float) -> dict[str, float]:
        """Tell how far each bias bent the choice, in nats.

        The divergence of p from what it would be without a bias b, q ~ p exp(-b / T), is
        E[b] / T + ln E[exp(-b / T)]; only the words that b leans on count.

        Parameters
        ----------
        chances
            Probability of each candidate, all biases taken in.
        temperature
            Of this step.
        """
        if not len(self.places):
            return {}
        mine, leans = chances[self.places], self.values / max(MIN_TEMPERATURE, temperature)
        whole = np.bincount(self.by, mine, len(self.names)).tolist()
        means = np.bincount(self.by, mine * leans, len(self.names)).tolist()
        freed = np.bincount(self.by, mine * np.exp(-leans), len(self.names)).tolist()
        found: dict[str, float] = {}
        for name, share, mean, free in zip(self.names, whole, means, freed, strict=True):
            if share == free == 0:
                continue
            nats = mean + math.log(max(0.0, 1 - share) + free)
            if nats >= LEAST_BEND:
                found[name] = nats
        return found


class Leaners:
    """What leans on the steps of one utterance.

    Parameters
    ----------
    view, biases
        The field, and what leans.
    """

    def __init__(self, view: View, biases: Biases) -> None:
        self._view, self._semantic = view, biases.semantic
        pulls = [_pulled(name, by_word) for name, by_word in biases.pulls.items()]
        self._names = ("semantic", "repetition", "ahead", *biases.pulls, "length")
        self._pulls = _entries(pulls, range(AHEAD + 1, len(pulls) + AHEAD + 1))
        self._marks = [(id_, mark) for mark in sorted(MARKS) if (id_ := view.id(mark)) is not None]
        self._last = len(self._names) - 1
        self._content: dict[int, bool] = {}
        self._near = Affinity.none()
        self._lasting = self._pulls

    def at(self, candidates: Ints, situation: Situation) -> Leaning:
        """Give what leans on candidates (ascending ids) in a situation."""
        if situation.near is not self._near:
            self._near = situation.near
            drawn = _by_meaning(self._near, 4 * self._semantic)
            self._lasting = _joined(_entries([drawn], [0]), self._pulls)
        entries = _joined(self._lasting, self._passing(situation))
        if len(situation.ahead.ids):
            leads = _capped("ahead", situation.ahead.ids, CAPS["ahead"] * situation.ahead.values)
            entries = _joined(entries, _entries([leads], [AHEAD]))
        at, found = places(candidates, entries.ids)
        return Leaning(self._names, at, entries.by[found], entries.values[found])

    def _passing(self, at: Situation) -> "_Entries":
        """Make entries of what changes with every word: few, so plain numbers are quicker."""
        times = [(id_, -REPEAT * used) for id_, used in at.used.items() if self._carries(id_)]
        ends = [(id_, _length(mark, at)) for id_, mark in self._marks]
        leans = [
            (id_, by, max(-cap, min(cap, value)))
            for by, cap, words in (
                (1, CAPS["repetition"], times),
                (self._last, CAPS["length"], ends),
            )
            for id_, value in words
            if value
        ]
        if not leans:
            return _NO_ENTRIES
        ids, by, values = zip(*leans, strict=True)
        return _Entries(np.array(ids), np.array(by), np.array(values))

    def _carries(self, id_: int) -> bool:
        known = self._content.get(id_)
        if known is None:
            known = self._content[id_] = is_content(self._view.word(id_))
        return known


@dataclass(frozen=True, slots=True, eq=False)
class _Entries:
    ids: Ints
    by: Ints
    values: Floats


_NO_ENTRIES = _Entries(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def _entries(parts: Sequence[_Part], biases: Sequence[int]) -> _Entries:
    """Make entries of the parts of some biases."""
    if not parts:
        return _NO_ENTRIES
    ids, values = (np.concatenate(each) for each in zip(*parts, strict=True))
    return _Entries(ids, np.repeat(biases, [len(ids) for ids, _ in parts]), values)


def _joined(some: _Entries, more: _Entries) -> _Entries:
    return _Entries(
        np.concatenate([some.ids, more.ids]),
        np.concatenate([some.by, more.by]),
        np.concatenate([some.values, more.values]),
    )


def _by_meaning(near: Affinity, weight: float) -> _Part:
    return _capped("semantic", near.ids, weight * near.values)


def _pulled(name: str, pulls: Mapping[int, float]) -> _Part:
    return _part(name, [(id_, CAPS[name] * pull) for id_, pull in pulls.items()])


def _part(name: str, words: Sequence[tuple[int, float]]) -> _Part:
    ids = np.array([id_ for id_, _ in words], np.int64)
    return _capped(name, ids, np.array([value for _, value in words], np.float64))


def _capped(name: str, ids: Ints, values: Floats) -> _Part:
    leans = values != 0
    cap = CAPS[name]
    return ids[leans], np.minimum(cap, np.maximum(-cap, values[leans]))


def _length(mark: str, at: Situation) -> float:
    """Hold the end of a short sentence back, draw that of a long one or a long reply near."""
    if mark not in SENTENCE_ENDS:
        return -0.5 * min(1.0, at.overdue)
    long = 0.4 * max(0, at.in_sentence - SENTENCE_LONG)
    short = 1.0 * max(0, SENTENCE_MIN - at.in_sentence)
    return long - short + 2.0 * at.overdue
