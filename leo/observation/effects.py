"""What having a module changes: its effects, a verdict by a stated rule, and the table.

Two runs are compared that differ in one module only: same lives, same topics, same luck. What
is looked at was chosen before anything was seen (`JUDGED`), and the probabilities are paid for
over all modules and measures together.
"""

import math
import os
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec

from leo.errors import ObservationError
from leo.observation.observed import Run, RunSettings
from leo.observation.statistics import ALL_FLIPS, MEASURES, Better, Figure, Measure, change, holm

__all__ = [
    "CHANCE",
    "JUDGED",
    "Ablation",
    "Effect",
    "ModuleEffect",
    "Verdict",
    "effects",
    "read_ablation",
]

CHANCE: Final = 0.05
"""A change counts whose probability, corrected, is at most this."""

JUDGED: Final = ("above chance", "relevance", "quality", "whole sentences", "distinct-2")
"""Measures that a module is judged by. Whether more echo than chance is good or bad is a matter
of taste, so the first is told and does not judge. Loops are told life by life and not judged:
they look back over topics, which a test that takes topics for independent mistakes for a change."""

Verdict: TypeAlias = Literal["helps", "hurts", "mixed", "only colours", "unheard", "silent"]
"""What is said of a module, see `ModuleEffect.verdict`."""

_NAMED: Final[Mapping[str, Measure]] = {measure.name: measure for measure in MEASURES}


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
        return f"{self.measure} {_change(self.by, f'; d {size}, p {self.probability:.3f}')}"


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


@dataclass(frozen=True, slots=True)
class Ablation:
    """The same lives with each module off in turn, against the lives with all.

    Attributes
    ----------
    settings
        Of the run with all modules.
    modules
        What having each of them changes, in their order.
    """

    settings: RunSettings
    modules: tuple[ModuleEffect, ...]

    @property
    def silent(self) -> tuple[str, ...]:
        """Modules whose absence changed nothing at all."""
        return tuple(one.module for one in self.modules if one.verdict == "silent")

    def to_json(self) -> str:
        """Write it, for `read_ablation`."""
        return msgspec.json.encode(self).decode()

    def to_markdown(self) -> str:
        """Write the tables, how to read them, and a sentence for each module."""
        head = ["module", "verdict", "first turn that differs", "replies that differ"]
        changes = [
            [one.module, one.verdict, _firsts(one.firsts), f"{one.replies:.0%}"]
            + [f"**{_change(e.by)}**" if e.sure else _change(e.by) for e in one.effects]
            + [_spread(one.loops), f"{one.growth:+.1%}"]
            for one in self.modules
        ]
        sizes = [[one.module, *(_size(effect) for effect in one.effects)] for one in self.modules]
        return "\n".join(
            [
                *_table([*head, *JUDGED, "loops", "field growth"], changes),
                "",
                self.how,
                "",
                *_table(["effect size d, p corrected", *JUDGED], sizes),
                "",
                *(f"- {one.sentence}" for one in self.modules),
            ]
        )

    @property
    def how(self) -> str:
        """How it was measured, and how to read it."""
        made, questions = self.settings, len(self.modules) * len(JUDGED)
        topics, lives = len(made.topics), _counted(made.seeds)
        directions = ", ".join(f"{name} {_NAMED[name].better}" for name in JUDGED)
        told = (
            f"{topics} topics × {made.turns_per_topic} turns × {lives}, observer: {made.observer}. "
            "Each change is that of having the module, with less without, turn by turn; in brackets the 95 % interval "
            f"over topics. Bold: p ≤ {CHANCE} after Holm's correction for all {questions} "
            f"questions. Good is: {directions}. Loops: mean over lives (least to most), not judged."
        )
        needed = _topics_needed(questions)
        if topics < needed:
            told += (
                f" With {topics} topics no change can be told from chance after the correction; "
                f"{needed} are needed."
            )
        return told


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
    measures = [_NAMED[name] for name in JUDGED]
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


def read_ablation(path: str | os.PathLike[str]) -> Ablation:
    """Read what `Ablation.to_json` wrote.

    Raises
    ------
    ObservationError
        If it cannot be read, or is no ablation; the message names the file.
    """
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=Ablation)
    except OSError as error:
        raise ObservationError(f"{path} cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ObservationError(f"{path} is no stored ablation: {error}") from error


def _topics_needed(questions: int) -> int:
    """Give how many topics make the least probability of a sign flip count, when paid for."""
    needed = math.ceil(1 - math.log2(CHANCE / max(1, questions)))
    return min(needed, ALL_FLIPS + 1)


def _change(by: Figure, more: str = "") -> str:
    return f"{by.mean:+.3f} ({by.low:+.3f} to {by.high:+.3f}{more})"


def _counted(seeds: Sequence[int]) -> str:
    if len(seeds) == 1:
        return f"1 life (seed {seeds[0]})"
    return f"{len(seeds)} lives (seeds {', '.join(map(str, seeds))})"


def _spread(lives: Sequence[float]) -> str:
    if len(lives) == 1:
        return f"{lives[0]:+.3f}"
    return _change(Figure(statistics.fmean(lives), min(lives), max(lives)))


def _size(effect: Effect) -> str:
    size = "∞" if effect.size is None else f"{effect.size:+.2f}"
    told = f"{size}, {effect.probability:.3f}"
    return f"**{told}**" if effect.sure else told


def _firsts(firsts: Sequence[int | None]) -> str:
    return ", ".join("never" if first is None else str(first) for first in firsts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]
