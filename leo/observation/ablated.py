"""An ablation: what having each module changes, as a record, a table and sentences."""

import math
import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from leo.errors import ObservationError
from leo.observation.effects import CHANCE, JUDGED, NAMED, Effect, ModuleEffect, told_change
from leo.observation.observed import RunSettings
from leo.observation.statistics import ALL_FLIPS, Figure

__all__ = ["Ablation", "read_ablation"]


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
            + [f"**{told_change(e.by)}**" if e.sure else told_change(e.by) for e in one.effects]
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
        directions = ", ".join(f"{name} {NAMED[name].better}" for name in JUDGED)
        told = (
            f"{topics} topics × {made.turns_per_topic} turns × {lives}, observer: {made.observer}. "
            "Each change is that of having the module, with less without, turn by turn; in "
            "brackets the 95 % interval over topics."
            f" Bold: p ≤ {CHANCE} after Holm's correction for all {questions} "
            f"questions. Good is: {directions}. Loops: mean over lives (least to most), not judged."
        )
        needed = _topics_needed(questions)
        if topics < needed:
            told += (
                f" With {topics} topics no change can be told from chance after the correction; "
                f"{needed} are needed."
            )
        return told


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


def _counted(seeds: Sequence[int]) -> str:
    if len(seeds) == 1:
        return f"1 life (seed {seeds[0]})"
    return f"{len(seeds)} lives (seeds {', '.join(map(str, seeds))})"


def _spread(lives: Sequence[float]) -> str:
    if len(lives) == 1:
        return f"{lives[0]:+.3f}"
    return told_change(Figure(statistics.fmean(lives), min(lives), max(lives)))


def _size(effect: Effect) -> str:
    size = "∞" if effect.size is None else f"{effect.size:+.2f}"
    told = f"{size}, {effect.probability:.3f}"
    return f"**{told}**" if effect.sure else told


def _firsts(firsts: Sequence[int | None]) -> str:
    return ", ".join("never" if first is None else str(first) for first in firsts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]
