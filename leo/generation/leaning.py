"""What leans on a step: named biases, each within a documented cap.

Every bias adds to or takes from the log-weights of a few candidates. The parts of all of
them stand in one table, entry by entry, so that a step sums them up at once and each word can
still tell what leaned on it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leo.field.arrays import changes
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

AGAIN: Final = 1
AHEAD: Final = 2
"""Places of those biases among the names."""

LEAST_BEND: Final = 1e-4
"""Nats below which a bias is not held to have bent a choice."""


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
        return _NO_AFFINITY


_NO_AFFINITY = Affinity(np.zeros(0, np.int64), np.zeros(0))


def affinity(met: Sequence[Affinity]) -> Affinity:
    """Give the mean of several words' affinities."""
    if len(met) < 2:
        return met[0] if met else Affinity.none()
    ids = np.concatenate([one.ids for one in met])
    order = ids.argsort(kind="stable")  # in the order of the words, so that sums come out the same
    ids, values = ids[order], np.concatenate([one.values for one in met])[order]
    begins = changes(ids).nonzero()[0]
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
    counts = view.counts(np.append(ids, word))  # at once: that is quicker
    close = row.units[mine] / UNITS / np.sqrt(counts[:-1] * counts[-1])
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
        mine = (self.places == place).nonzero()[0]
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
        pulls = enumerate(biases.pulls.items(), AHEAD + 1)
        self._pulls = _joined(*(_pulled(name, by_word, by) for by, (name, by_word) in pulls))
        self._names = ("semantic", "repetition", "ahead", *biases.pulls, "length")
        known = [(id_, mark) for mark in sorted(MARKS) if (id_ := view.id(mark)) is not None]
        self._marks = [(id_, mark in SENTENCE_ENDS) for id_, mark in known]
        self._last = len(self._names) - 1
        self._content: dict[int, bool] = {}
        self._near = Affinity.none()
        self._lasting = self._pulls

    def at(self, candidates: Ints, situation: Situation) -> Leaning:
        """Give what leans on candidates (ascending ids) in a situation."""
        if situation.near is not self._near:
            self._near = situation.near
            drawn = 4 * self._semantic * self._near.values
            self._lasting = _joined(_capped("semantic", self._near.ids, drawn, 0), self._pulls)
        parts = [self._lasting, self._passing(situation)]
        if len(situation.ahead.ids):
            leads = CAPS["ahead"] * situation.ahead.values
            parts.append(_capped("ahead", situation.ahead.ids, leads, AHEAD))
        entries = _joined(*parts)
        at, found = places(candidates, entries.ids)
        return Leaning(self._names, at, entries.by[found], entries.values[found])

    def _passing(self, at: Situation) -> "_Entries":
        """Make entries of what changes with every word: few, so plain numbers are quicker."""
        most = CAPS["repetition"]
        pause, end = _pause(at), _end(at)
        leans = [
            (id_, AGAIN, max(-most, -REPEAT * used))
            for id_, used in at.used.items()
            if used and self._carries(id_)
        ]
        for id_, ends in self._marks:
            value = end if ends else pause
            if value:
                leans.append((id_, self._last, value))
        ids = np.array([id_ for id_, _, _ in leans], np.int64)
        biases = np.array([by for _, by, _ in leans], np.int64)
        return _Entries(ids, biases, np.array([value for _, _, value in leans], np.float64))

    def _carries(self, id_: int) -> bool:
        known = self._content.get(id_)
        if known is None:
            known = self._content[id_] = is_content(self._view.word(id_))
        return known


class _Entries(NamedTuple):
    ids: Ints
    by: Ints
    values: Floats


_NO_ENTRIES = _Entries(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def _joined(*parts: _Entries) -> _Entries:
    if len(parts) < 2:
        return parts[0] if parts else _NO_ENTRIES
    return _Entries(
        np.concatenate([one.ids for one in parts]),
        np.concatenate([one.by for one in parts]),
        np.concatenate([one.values for one in parts]),
    )


def _pulled(name: str, pulls: Mapping[int, float], by: int) -> _Entries:
    values = [CAPS[name] * pull for pull in pulls.values()]
    return _capped(name, np.array([*pulls], np.int64), np.array(values, np.float64), by)


def _capped(name: str, ids: Ints, values: Floats, by: int) -> _Entries:
    leans = values != 0
    cap = CAPS[name]
    ids, values = ids[leans], np.minimum(cap, np.maximum(-cap, values[leans]))
    return _Entries(ids, np.full(len(ids), by), values)


def _pause(at: Situation) -> float:
    """Hold a comma back in a long reply."""
    return -0.5 * min(1.0, at.overdue)


def _end(at: Situation) -> float:
    """Hold the end of a short sentence back, draw that of a long one or a long reply near."""
    long = 0.4 * max(0, at.in_sentence - SENTENCE_LONG)
    short = 1.0 * max(0, SENTENCE_MIN - at.in_sentence)
    most = CAPS["length"]
    return max(-most, min(most, long - short + 2.0 * at.overdue))
