"""What came of a population: a row for each life, and what can be said of them together."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

from leo.errors import ObservationError
from leo.observation.effects import JUDGED, NAMED, Effect
from leo.observation.statistics import Better, Figure, change_of, holm, mean_of
from leo.population.lives import KNOWN, Life, Made, numbers
from leo.population.settings import label

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LOOKED_AT", "Difference", "Mean", "Population"]

LOOKED_AT: Final = (*JUDGED, "loops")
"""What is looked at by default: what modules are judged by, and loops, which may be judged here
because lives are independent of one another. It was chosen before anything was seen."""


@dataclass(frozen=True, slots=True)
class Mean:
    """What the lives of one setting have of a measure, on the mean.

    Attributes
    ----------
    without, temperature
        The setting.
    measure
        Its name.
    lives
        That have it.
    figure
        The mean over lives, and the interval that holds it in 95 of 100 such populations.
    """

    without: tuple[str, ...]
    temperature: float
    measure: str
    lives: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class Difference:
    """What having some modules changes in a life: the life with them, less the one without.

    Attributes
    ----------
    without
        The modules.
    temperature
        At which the lives were lived.
    lives
        Pairs of lives with the same seed.
    differ
        Share of pairs that did not say the same.
    effects
        By measure.
    """

    without: tuple[str, ...]
    temperature: float
    lives: int
    differ: float
    effects: tuple[Effect, ...]

    @property
    def name(self) -> str:
        """What is had."""
        return label(self.without)


@dataclass(frozen=True)
class Population:
    """Lives, each with its setting, in the order of the grid.

    Attributes
    ----------
    made
        What they have in common.
    lives
        One row each; nothing else of them is kept.
    """

    made: Made
    lives: tuple[Life, ...]

    @property
    def table(self) -> "pd.DataFrame":
        """One row a life: its setting, its figures, what his field knew, a digest of his words."""
        import pandas as pd  # noqa: PLC0415  an extra

        told = {
            "seed": [one.seed for one in self.lives],
            "without": [label(one.without) for one in self.lives],
            "temperature": [one.temperature for one in self.lives],
        }
        rows = [numbers(one, self.made) for one in self.lives]
        figures = pd.DataFrame(rows, columns=[*self.made.measures, *KNOWN])
        words = pd.DataFrame({"replies": [one.replies for one in self.lives]})
        figures = figures.astype(dict.fromkeys(self.made.measures, float))
        return pd.concat([pd.DataFrame(told), figures, words], axis=1)

    def means(self, measures: Sequence[str] = LOOKED_AT) -> tuple[Mean, ...]:
        """Give the mean of each measure for each setting, over its lives.

        Parameters
        ----------
        measures
            Names of measures, or of what a field knew at the end (``known words``, …).

        Raises
        ------
        ObservationError
            If there is no such measure.
        """
        self._check(measures)
        return tuple(
            Mean(without, temperature, measure, len(values), mean_of(values))
            for (without, temperature), lives in self._settings().items()
            for measure in measures
            if (values := [value for one in lives if (value := self._of(one, measure)) is not None])
        )

    def summary(self, measures: Sequence[str] | None = None) -> "pd.DataFrame":
        """Give `means` as a tidy table: mean, low, high of each setting and measure.

        Parameters
        ----------
        measures
            All by default.
        """
        import pandas as pd  # noqa: PLC0415  an extra

        found = self.means((*self.made.measures, *KNOWN) if measures is None else measures)
        columns = ["without", "temperature", "measure", "lives", "mean", "low", "high"]
        rows = [
            (label(one.without), one.temperature, one.measure, one.lives, *_three(one.figure))
            for one in found
        ]
        return pd.DataFrame(rows, columns=columns)

    def differences(self, measures: Sequence[str] = LOOKED_AT) -> tuple[Difference, ...]:
        """Measure what having each thing changes that is off in some lives.

        Lives with the same seed and temperature are compared. Probabilities are those of sign
        flips over lives, corrected after Holm for all that is asked at once.

        Parameters
        ----------
        measures
            Names of measures, or of what a field knew at the end.

        Raises
        ------
        ObservationError
            If there is no such measure, or no life with nothing off to compare with.
        """
        self._check(measures)
        pairs = {setting: tuple(found) for setting, found in self._pairs()}
        asked = {
            (*setting, measure): change_of(values)
            for (setting, lives), measure in product(pairs.items(), measures)
            if (values := self._values(lives, measure))
        }
        paid = holm({repr(key): one.probability for key, one in asked.items()})
        return tuple(
            Difference(
                *setting,
                lives=len(lives),
                differ=sum(one.replies != other.replies for one, other in lives) / len(lives),
                effects=tuple(
                    Effect(
                        measure,
                        _better(measure),
                        (one := asked[*setting, measure]).by,
                        one.effect if math.isfinite(one.effect) else None,
                        paid[repr((*setting, measure))],
                    )
                    for measure in measures
                    if (*setting, measure) in asked
                ),
            )
            for setting, lives in pairs.items()
        )

    def changes(self, measures: Sequence[str] = LOOKED_AT) -> "pd.DataFrame":
        """Give `differences` as a tidy table, a row for each question.

        Parameters
        ----------
        measures
            Names of measures, or of what a field knew at the end.
        """
        import pandas as pd  # noqa: PLC0415  an extra

        columns = ["having", "temperature", "lives", "differ", "measure"]
        columns += ["change", "low", "high", "d", "p", "sure"]
        rows = [
            (
                *(one.name, one.temperature, one.lives, one.differ, effect.measure),
                *(*_three(effect.by), _told(effect.size), effect.probability, effect.sure),
            )
            for one in self.differences(measures)
            for effect in one.effects
        ]
        return pd.DataFrame(rows, columns=columns)

    def values(self, measure: str, without: Sequence[str], temperature: float) -> list[float]:
        """List what the lives of one setting have of a measure, in the order of their seeds.

        Parameters
        ----------
        measure
            Its name.
        without, temperature
            The setting.
        """
        self._check((measure,))
        lives = self._settings().get((tuple(without), temperature), [])
        return [value for one in lives if (value := self._of(one, measure)) is not None]

    def _settings(self) -> Mapping[tuple[tuple[str, ...], float], list[Life]]:
        found: dict[tuple[tuple[str, ...], float], list[Life]] = {}
        for one in self.lives:
            found.setdefault((one.without, one.temperature), []).append(one)
        return found

    def _pairs(self) -> Iterator[tuple[tuple[tuple[str, ...], float], list[tuple[Life, Life]]]]:
        settings = self._settings()
        for (without, temperature), lives in settings.items():
            if not without:
                continue
            whole = {one.seed: one for one in settings.get(((), temperature), [])}
            pairs = [(one, whole[one.seed]) for one in lives if one.seed in whole]
            if not pairs:
                raise ObservationError(
                    f"no life without {label(without)} at temperature {temperature:g} has one "
                    "with nothing off to be compared with: put () into without=[...]"
                )
            yield (without, temperature), pairs

    def _values(
        self, pairs: Sequence[tuple[Life, Life]], measure: str
    ) -> list[tuple[float, float]]:
        both = ((self._of(one, measure), self._of(other, measure)) for one, other in pairs)
        return [(off, on) for off, on in both if off is not None and on is not None]

    def _of(self, life: Life, measure: str) -> float | None:
        return numbers(life, self.made)[measure]

    def _check(self, measures: Sequence[str]) -> None:
        there = (*self.made.measures, *KNOWN)
        unknown = [one for one in measures if one not in there]
        if unknown:
            raise ObservationError(
                f"no measure is called {unknown[0]!r}; there are {', '.join(there)}"
            )


def _better(measure: str) -> Better:
    return NAMED[measure].better if measure in NAMED else "neither"


def _three(figure: Figure) -> tuple[float, float, float]:
    return figure.mean, figure.low, figure.high


def _told(size: float | None) -> float:
    return math.inf if size is None else size
