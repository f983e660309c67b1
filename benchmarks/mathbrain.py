"""Does MathBrain know more than the mean? Its loss, its rival's, and its calibration.

Scripted talks, one per seed, with all modules on. Printed per seed and over all:
mean squared error of MathBrain, of the nearest episodes, and of always expecting the mean so
far; their paired differences with a bootstrap interval (95 %); and a table of quality as
predicted against quality as it was.

    python benchmarks/mathbrain.py [--quick] [--seeds N] [--turns N]
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from kit import STEP, folder, sizes

from leo import AsyncLeoField
from leo.observation.talk import TALK
from leo.reflection.episodes import EpisodeKept
from leo.reflection.mathbrain import Lesson
from leo.testing import ScriptedClock

RESAMPLES = 10_000
BINS = (0.0, 0.8, 0.85, 0.9, 0.95, 1.01)


@dataclass(frozen=True)
class Guess:
    """What was expected of one reply, by whom, and what came."""

    brain: float
    episodes: float | None
    mean_loss: float
    true: float


async def live(path: Path, seed: int, turns: int) -> list[Guess]:
    """Live one talk: the scripted prompts in an order of the seed's own."""
    luck, guesses = random.Random(seed), []
    async with AsyncLeoField(path, seed=seed, clock=ScriptedClock(step=STEP), strict=True) as leo:
        for _ in range(turns):
            turn = await leo.turn(luck.choice(TALK))
            lesson, kept = turn.note(Lesson), turn.note(EpisodeKept)
            if lesson is None or kept is None:
                raise RuntimeError("MathBrain and RAGBrain must be on")
            if lesson.predicted is not None and lesson.baseline_loss is not None:
                guesses.append(
                    Guess(lesson.predicted, kept.estimate, lesson.baseline_loss, lesson.true)
                )
    return guesses


def interval(differences: Sequence[float]) -> tuple[float, float, float]:
    """Give the mean of paired differences, and its bootstrap interval (95 %)."""
    values = np.asarray(differences)
    luck = np.random.default_rng(1)
    means = values[luck.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(values.mean()), float(low), float(high)


def report(name: str, guesses: Sequence[Guess]) -> None:
    """Print losses and differences of some replies."""
    with_rival = [one for one in guesses if one.episodes is not None]
    brain = [(one.brain - one.true) ** 2 for one in guesses]
    rival = [((one.episodes or 0) - one.true) ** 2 for one in with_rival]
    mean = [one.mean_loss for one in guesses]
    print(f"{name}: {len(guesses)} predictions, mean squared errors")
    print(f"  MathBrain {np.mean(brain):.5f}, the mean {np.mean(mean):.5f}", end="")
    print(f", like episodes {np.mean(rival):.5f} ({len(rival)} predictions)")
    pairs = {
        "MathBrain less the mean": [b - m for b, m in zip(brain, mean, strict=True)],
        "like episodes less the mean": [
            r - one.mean_loss for r, one in zip(rival, with_rival, strict=True)
        ],
    }
    for what, differences in pairs.items():
        found, low, high = interval(differences)
        print(f"  {what}: {found:+.5f} ({low:+.5f} to {high:+.5f})")


def calibration(guesses: Sequence[Guess]) -> None:
    """Print quality as predicted against quality as it was, in bins."""
    print("calibration of MathBrain: predicted, replies, mean predicted, mean true")
    for low, high in pairwise(BINS):
        found = [one for one in guesses if low <= one.brain < high]
        if found:
            predicted = np.mean([one.brain for one in found])
            true = np.mean([one.true for one in found])
            print(f"  {low:.2f} to {high:.2f}  {len(found):4d}  {predicted:.3f}  {true:.3f}")


async def main(seeds: int, turns: int) -> None:
    """Live the talks, and print."""
    everything: list[Guess] = []
    with folder() as made:
        for seed in range(1, seeds + 1):
            guesses = await live(made / f"{seed}.db", seed, turns)
            report(f"seed {seed}", guesses)
            everything += guesses
    report("all", everything)
    calibration(everything)


if __name__ == "__main__":
    asyncio.run(main(**sizes(__doc__, seeds=(3, 1), turns=(200, 80))))
