"""Figures of a run with their uncertainty, topic by topic; and of many lives, life by life.

The turns of one topic are not independent of each other, so a topic is drawn or turned over as
a whole: intervals are those of a cluster bootstrap (Efron and Tibshirani, 1993), probabilities
those of sign flips over topics, and several questions at once are paid for (Holm, 1979).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from leo.errors import ObservationError
from leo.observation.observed import Observed, Run

__all__ = [
    "MEASURES",
    "Change",
    "Figure",
    "Measure",
    "change",
    "change_of",
    "figure",
    "holm",
    "mean_of",
    "topic_figure",
]

DRAWS: Final = 10_000
"""Of a bootstrap, and sign flips where there are too many to try all."""

LEVEL: Final = 0.95
"""Of every interval."""

BLOCK: Final = 500
"""Draws that are made at once, so that thousands of lives need no gigabytes."""

ALL_FLIPS: Final = 13
"""Topics up to which every way to flip their signs is tried."""

SEED: Final = 20_000
"""Of the draws, so that the same run gives the same intervals."""

NO_SPREAD: Final = 1e-12
"""What the last digit of a sum may leave where every topic changed by the same."""

Better = Literal["lower", "higher", "neither"]


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is told of a run.

    Attributes
    ----------
    name
        As in tables.
    of
        Two numbers of a turn: the figure is the sum of the first over that of the second.
    better
        Which way is good, if either.
    """

    name: str
    of: Callable[[Observed], tuple[float, float]]
    better: Better


def _each(get: Callable[[Observed], float | None]) -> Callable[[Observed], tuple[float, float]]:
    def of(one: Observed) -> tuple[float, float]:
        value = get(one)
        return (0.0, 0.0) if value is None else (float(value), 1.0)

    return of


MEASURES: Final[Sequence[Measure]] = (
    Measure("external_vocab", _each(lambda one: one.external_vocab), "lower"),
    Measure("optimal turns", _each(lambda one: one.optimal), "higher"),
    Measure("external_vocab by chance", _each(lambda one: one.chance), "neither"),
    Measure("above chance", _each(lambda one: one.external_vocab - one.chance), "neither"),
    Measure("tokens", _each(lambda one: one.token_echo), "lower"),
    Measure("four messages", _each(lambda one: one.window_echo), "lower"),
    Measure("content words", _each(lambda one: one.content_echo), "neither"),
    Measure(
        "content above chance", _each(lambda one: one.content_echo - one.content_chance), "higher"
    ),
    Measure("relevance", _each(lambda one: one.relevance), "higher"),
    Measure("association", _each(lambda one: one.association), "higher"),
    Measure("whole sentences", lambda one: (one.whole, one.sentences), "higher"),
    Measure("recited sentences", lambda one: (one.recited, one.sentences), "lower"),
    Measure("attested trigrams", _each(lambda one: one.attested), "neither"),
    Measure("distinct-1", _each(lambda one: one.distinct_1), "higher"),
    Measure("distinct-2", _each(lambda one: one.distinct_2), "higher"),
    Measure("repeated 4-grams", _each(lambda one: one.repeated), "lower"),
    Measure("loops", _each(lambda one: one.loops), "lower"),
    Measure("words", _each(lambda one: one.words), "neither"),
    Measure("quality", _each(lambda one: one.quality), "higher"),
    Measure("entropy", _each(lambda one: one.entropy), "neither"),
)
"""All that is told, in the order of tables."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean with the interval that holds it in 95 of 100 runs over other such topics."""

    mean: float
    low: float
    high: float

    def told(self, digits: int = 3) -> str:
        """Write it, as in ``0.100 (0.089 to 0.112)``."""
        return f"{self.mean:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def figure(run: Run, measure: Measure) -> Figure:
    """Give a run's figure of a measure, with its interval over topics.

    Raises
    ------
    ObservationError
        If no turn has this measure.
    """
    return _figure([_sums(run.topic(id_), measure) for id_ in run.settings.topics], measure)


def topic_figure(run: Run, topic: str, measure: Measure) -> Figure:
    """Give the figure of one topic alone, with its interval over lives; one life has none.

    Raises
    ------
    ObservationError
        If no turn of the topic has this measure.
    """
    turns = run.topic(topic)
    lives = ([one for one in turns if one.seed == seed] for seed in run.settings.seeds)
    return _figure([_sums(life, measure) for life in lives], measure)


def _figure(parts: Sequence[tuple[float, float]], measure: Measure) -> Figure:
    sums = np.array(parts)
    if not sums.size or not sums[:, 1].sum():
        raise ObservationError(f"no turn of this run has the measure {measure.name}")
    drawn = _drawn(sums)
    low, high = _interval(drawn[:, 0] / np.where(drawn[:, 1], drawn[:, 1], np.nan))
    return Figure(float(sums[:, 0].sum() / sums[:, 1].sum()), low, high)


def _drawn(parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Draw as many parts as there are, with replacement, and add them up; many times."""
    rng, count = np.random.default_rng(SEED), len(parts)
    blocks = (rng.integers(0, count, (draws, count)) for draws in _blocks())
    return np.concatenate([parts[block].sum(axis=1) for block in blocks])


def _blocks() -> list[int]:
    """Part the draws into those that are made at once."""
    return [min(BLOCK, DRAWS - begin) for begin in range(0, DRAWS, BLOCK)]


def _interval(means: NDArray[np.float64]) -> tuple[float, float]:
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.nanpercentile(means, [tail, 100 - tail])
    return float(low), float(high)


def _sums(turns: Sequence[Observed], measure: Measure) -> tuple[float, float]:
    pairs = [measure.of(one) for one in turns]
    return sum(value for value, _ in pairs), sum(weight for _, weight in pairs)


@dataclass(frozen=True, slots=True)
class Change:
    """What is different in a run, against another with the same lives, topics and turns.

    Attributes
    ----------
    by
        Difference of the two figures, with its interval.
    effect
        Mean over topics, over their standard deviation (Cohen's d of paired samples); 0 if
        nothing changed, infinite if every topic changed by the same.
    probability
        How probable a mean as far from 0 is if signs were luck, two-sided, in (0, 1].
    """

    by: Figure
    effect: float
    probability: float


def change(before: Run, after: Run, measure: Measure) -> Change:
    """Compare two runs of the same turns; those without the measure in either are left out.

    Raises
    ------
    ObservationError
        If the runs are not of the same lives, topics and turns.
    """
    by_topic: dict[str, list[tuple[float, ...]]] = {id_: [] for id_ in before.settings.topics}
    for one, other in _paired(before, after):
        (was, weighed), (is_, weighs) = measure.of(one), measure.of(other)
        if weighed and weighs:
            by_topic[one.topic].append((was, weighed, is_, weighs))
    sums = np.array([np.sum(each, axis=0) for each in by_topic.values() if each])
    if not len(sums):
        raise ObservationError(f"no turn of these runs has the measure {measure.name}")
    by = Figure(float(_more(sums.sum(axis=0))), *_interval(_more(_drawn(sums))))
    topics = _more(sums)
    return Change(by, _effect(topics), _probability(topics))


def _more(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the difference of two shares, each the sum of its values over that of its weights."""
    return np.asarray(sums[..., 2] / sums[..., 3] - sums[..., 0] / sums[..., 1])


def _paired(before: Run, after: Run) -> list[tuple[Observed, Observed]]:
    keyed = {(one.seed, one.topic, one.turn): one for one in before.turns}
    other = {(one.seed, one.topic, one.turn): one for one in after.turns}
    if keyed.keys() != other.keys():
        raise ObservationError("the two runs are not of the same seeds, topics and turns")
    return [(one, other[key]) for key, one in keyed.items()]


def _effect(topics: NDArray[np.float64]) -> float:
    mean = float(topics.mean())
    if mean == 0:
        return 0.0
    spread = float(topics.std(ddof=1)) if len(topics) > 1 else 0.0
    return mean / spread if spread > NO_SPREAD else math.copysign(math.inf, mean)


def _probability(topics: NDArray[np.float64]) -> float:
    count = len(topics)
    if count <= ALL_FLIPS:
        blocks: Iterable[NDArray[np.int64]] = [
            (np.arange(2**count)[:, None] >> np.arange(count)) & 1
        ]
    else:
        rng = np.random.default_rng(SEED)
        blocks = (rng.integers(0, 2, (draws, count)) for draws in _blocks())
    means = np.concatenate([np.abs((1 - 2 * flips) @ topics) for flips in blocks]) / count
    as_far = int((means >= abs(topics.mean()) - NO_SPREAD).sum())
    if count <= ALL_FLIPS:
        return as_far / len(means)
    return (as_far + 1) / (len(means) + 1)


def mean_of(values: Sequence[float]) -> Figure:
    """Give the mean of values that are independent, one of each life, with its interval.

    Raises
    ------
    ObservationError
        If there are none.
    """
    if not len(values):
        raise ObservationError("there are no values to take the mean of")
    drawn = _drawn(np.asarray(values, np.float64)[:, None])[:, 0] / len(values)
    return Figure(float(np.mean(values)), *_interval(drawn))


def change_of(pairs: Sequence[tuple[float, float]]) -> Change:
    """Compare values before and after, a pair of each life; as `change`, but over lives.

    Raises
    ------
    ObservationError
        If there are none.
    """
    more = np.array([after - before for before, after in pairs], np.float64)
    return Change(mean_of(more.tolist()), _effect(more), _probability(more))


def holm(probabilities: Mapping[str, float]) -> dict[str, float]:
    """Correct probabilities for how many questions were asked at once, after Holm."""
    ordered = sorted(probabilities, key=lambda name: (probabilities[name], name))
    found: dict[str, float] = {}
    highest = 0.0
    for i, name in enumerate(ordered):
        highest = max(highest, min(1.0, probabilities[name] * (len(ordered) - i)))
        found[name] = highest
    return {name: found[name] for name in probabilities}
