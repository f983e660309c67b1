"""Whether a run is worse than one that was stored: what a change of the program has done.

Runs of the same lives, topics and turns are compared turn by turn, which shows small changes.
Any others can only be compared as two samples, which shows large ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from leo.observation.observed import Observed, Run
from leo.observation.report import table
from leo.observation.statistics import MEASURES, Better, Figure, Measure, change, figure

__all__ = ["TOLERANCE", "Compared", "Comparison", "compare"]

TOLERANCE: Final = 0.01
"""A change this small is none, in each measure's own unit: shares are in [0, 1]."""

PAIRED: Final = "The two runs were compared turn by turn."

UNPAIRED: Final = (
    "The two runs are not of the same seeds, topics and turns. So they were compared as two "
    "samples, and only what lies apart with both whole intervals counts."
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of two runs.

    Attributes
    ----------
    measure, better
        Which, and which way is good.
    before, after
        The two figures; where the runs are compared turn by turn, over all turns of each.
    by
        How much more the later run has of it.
    regression
        Whether that is surely worse, and by more than the tolerance.
    """

    measure: str
    better: Better
    before: Figure
    after: Figure
    by: Figure
    regression: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run against a stored one.

    Attributes
    ----------
    paired
        Whether they were compared turn by turn.
    tolerance
        Change that is none.
    settings
        Settings that differ.
    said
        Turns in which the observer said something else; 0 where they were not compared so.
    measures
        Every measure of which one way is better, and that both runs have.
    missing
        Measures that only one of them has.
    """

    paired: bool
    tolerance: float
    settings: tuple[str, ...]
    said: int
    measures: tuple[Compared, ...]
    missing: tuple[str, ...]

    @property
    def regressions(self) -> tuple[Compared, ...]:
        """What has become worse."""
        return tuple(one for one in self.measures if one.regression)

    def to_markdown(self) -> str:
        """Write the table, what is worse first said, and how the runs were compared."""
        worse = ", ".join(one.measure for one in self.regressions)
        parts = [
            f"**Worse: {worse}.**" if worse else "Nothing is worse.",
            table(("measure", "better", "before", "after", "change", ""), map(_row, self.measures)),
            *self._notes(),
        ]
        return "\n\n".join(parts)

    def _notes(self) -> list[str]:
        notes = [
            f"{PAIRED if self.paired else UNPAIRED} Worse is a change of more than "
            f"{self.tolerance:g} whose whole interval is on the worse side."
        ]
        if self.settings:
            notes.append(f"Settings that differ: {', '.join(self.settings)}.")
        if self.said:
            notes.append(f"In {self.said} turns the observer said something else.")
        if self.missing:
            notes.append(f"Only one of the runs has: {', '.join(self.missing)}.")
        return notes


def _row(one: Compared) -> tuple[str, ...]:
    by = f"{one.by.mean:+.3f} ({one.by.low:+.3f} to {one.by.high:+.3f})"
    worse = "worse" if one.regression else ""
    return one.measure, one.better, one.before.told(), one.after.told(), by, worse


def compare(before: Run, after: Run, *, tolerance: float = TOLERANCE) -> Comparison:
    """Compare a run with a stored one.

    Parameters
    ----------
    before
        The stored run.
    after
        The run that must not be worse.
    tolerance
        Change that is none, in each measure's own unit; at least 0.

    Raises
    ------
    ValueError
        If the tolerance is below 0.
    ObservationError
        If both runs have a measure, but nowhere in the same turn.
    """
    if not tolerance >= 0:
        raise ValueError(f"tolerance is {tolerance}; it must be at least 0")
    was, is_ = _keyed(before), _keyed(after)
    paired = was.keys() == is_.keys()
    judged = [one for one in MEASURES if one.better != "neither"]
    both = [one for one in judged if _has(before, one) and _has(after, one)]
    missing = (one for one in judged if _has(before, one) != _has(after, one))
    return Comparison(
        paired=paired,
        tolerance=tolerance,
        settings=_differing(before, after),
        said=sum(was[key].said != is_[key].said for key in was) if paired else 0,
        measures=tuple(_compared(before, after, one, tolerance, paired=paired) for one in both),
        missing=tuple(one.name for one in missing),
    )


def _keyed(run: Run) -> dict[tuple[int, str, int], Observed]:
    return {(one.seed, one.topic, one.turn): one for one in run.turns}


def _has(run: Run, measure: Measure) -> bool:
    return any(measure.of(one)[1] for one in run.turns)


def _differing(before: Run, after: Run) -> tuple[str, ...]:
    names: Sequence[str] = [field.name for field in fields(before.settings)]
    one, other = before.settings, after.settings
    return tuple(name for name in names if getattr(one, name) != getattr(other, name))


def _compared(
    before: Run, after: Run, measure: Measure, tolerance: float, *, paired: bool
) -> Compared:
    was, is_ = figure(before, measure), figure(after, measure)
    if paired:
        by = change(before, after, measure).by
    else:
        by = Figure(is_.mean - was.mean, is_.low - was.high, is_.high - was.low)
    rise = by if measure.better == "lower" else Figure(-by.mean, -by.high, -by.low)
    worse = rise.low > 0 and rise.mean > tolerance
    return Compared(measure.name, measure.better, was, is_, by, worse)
