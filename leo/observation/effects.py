"""What having a module changes: its effects, and a verdict by a stated rule.

Two runs are compared that differ in one module only: same lives, same topics, same luck. What
is looked at was chosen before anything was seen (`JUDGED`), and the probabilities are paid for
over all modules and measures together.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from leo.observation.observed import Run
from leo.observation.statistics import MEASURES, Better, Figure, Measure, change, holm

__all__ = [
    "CHANCE",
    "JUDGED",
    "NAMED",
    "Effect",
    "ModuleEffect",
    "Verdict",
    "effects",
    "told_change",
]

CHANCE: Final = 0.05
"""A change counts whose probability, corrected, is at most this."""

JUDGED: Final = ("above chance", "relevance", "quality", "whole sentences", "distinct-2")
"""Measures that a module is judged by. Whether more echo than chance is good or bad is a matter
of taste, so the first is told and does not judge. Loops are told life by life and not judged:
they look back over topics, which a test that takes topics for independent mistakes for a change."""

Verdict: TypeAlias = Literal["helps", "hurts", "mixed", "only colours", "unheard", "silent"]
"""What is said of a module, see `ModuleEffect.verdict`."""

NAMED: Final[Mapping[str, Measure]] = {measure.name: measure for measure in MEASURES}
"""All measures by name."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What having a module changes in one measure.

    Attributes
    ----------
    measure
        Its name, and
    better
        which way is good.
    by
        Mean with the module less mean without, and the interval.
    size
        The mean over topics, over their standard deviation (Cohen's d of pairs); ``None``
        where every topic changed by the same.
    probability
        Corrected for all modules and measures together, in (0, 1].
    """

    measure: str
    better: Better
    by: Figure
    size: float | None
    probability: float

    @property
    def sure(self) -> bool:
        """Whether it is more than chance."""
        return self.probability <= CHANCE

    @property
    def good(self) -> bool | None:
        """Whether it is a change for the better; ``None`` where neither way is, or none is."""
        if self.better == "neither" or not self.by.mean:
            return None
        return (self.by.mean > 0) == (self.better == "higher")

    def told(self) -> str:
        """Write it, as in ``relevance +0.021 (+0.010 to +0.031; d +0.90, p 0.006)``."""
        size = "∞" if self.size is None else f"{self.size:+.2f}"
        return f"{self.measure} {told_change(self.by, f'; d {size}, p {self.probability:.3f}')}"


@dataclass(frozen=True, slots=True)
class ModuleEffect:
    """What having one module changes.

    Attributes
    ----------
    module
        Its name.
    firsts
        In each life, the first turn that comes out otherwise without it (words, leans, blend
        or what was learned); ``None`` where none does.
    replies
        Share of replies that differ.
    growth
        Entries in the field at the end (words, bigrams, trigrams, pairs) with the module, over
        those without, less 1; mean over lives.
    loops
        In each life, mean loop score with the module, less without.
    effects
        By measure, in the order of `JUDGED`.
    """

    module: str
    firsts: tuple[int | None, ...]
    replies: float
    growth: float
    loops: tuple[float, ...]
    effects: tuple[Effect, ...]

    @property
    def first(self) -> int | None:
        """The earliest turn that differs over all lives."""
        return min((one for one in self.firsts if one is not None), default=None)

    @property
    def sure(self) -> tuple[Effect, ...]:
        """The changes that are more than chance."""
        return tuple(effect for effect in self.effects if effect.sure)

    @property
    def verdict(self) -> Verdict:
        """Judge the module by what is more than chance.

        It helps if something became better and nothing worse, it hurts if the other way round,
        and it is mixed if both. With neither it only colours the replies; it is unheard if no
        reply differs, and silent if nothing at all does.
        """
        found = {effect.good for effect in self.sure}
        if {True, False} <= found:
            return "mixed"
        if True in found:
            return "helps"
        if False in found:
            return "hurts"
        if self.replies:
            return "only colours"
        return "silent" if self.first is None else "unheard"

    @property
    def sentence(self) -> str:
        """Say what it does, in a sentence or two."""
        if self.verdict == "silent":
            return f"{self.module} is silent: without it nothing differs."
        if self.verdict == "unheard":
            return (
                f"{self.module} is unheard: it acts from turn {self.first}, and no reply differs."
            )
        judged = "; ".join(effect.told() for effect in self.sure if effect.good is not None)
        verdict = "is mixed" if self.verdict == "mixed" else self.verdict
        moved = judged or "no judged measure moved beyond chance"
        differ = f"Without it {self.replies:.0%} of the replies differ, the first at turn"
        others = "; ".join(effect.told() for effect in self.sure if effect.good is None)
        aside = f" Neither good nor bad: {others}." if others else ""
        return f"{self.module} {verdict}: {moved}. {differ} {self.first}.{aside}"


def effects(whole: Run, without: Mapping[str, Run]) -> dict[str, tuple[Effect, ...]]:
    """Measure what having each module changes.

    Parameters
    ----------
    whole
        The run with all modules.
    without
        By module, the run without it: the same lives, topics and turns.

    Raises
    ------
    ObservationError
        If the runs are not of the same lives, topics and turns.
    """
    measures = [NAMED[name] for name in JUDGED]
    found = {
        (module, measure.name): change(run, whole, measure)
        for module, run in without.items()
        for measure in measures
    }
    paid = holm({" ".join(key): one.probability for key, one in found.items()})
    return {
        module: tuple(
            Effect(
                measure.name,
                measure.better,
                (one := found[module, measure.name]).by,
                one.effect if math.isfinite(one.effect) else None,
                paid[f"{module} {measure.name}"],
            )
            for measure in measures
        )
        for module in without
    }


def told_change(by: Figure, more: str = "") -> str:
    """Write a change, as in ``+0.021 (+0.010 to +0.031)``."""
    return f"{by.mean:+.3f} ({by.low:+.3f} to {by.high:+.3f}{more})"
