"""Ablation: the same lives with one module off at a time, and what that changes.

Taking a module out does not shift the luck of the others, so whatever differs is its doing.
"""

import hashlib
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import msgspec

from leo.async_leo import AsyncLeoField
from leo.luck import turn_seed
from leo.observation.ablated import Ablation
from leo.observation.effects import ModuleEffect, effects
from leo.observation.observed import Observed, Run
from leo.observation.observing import SEEDS, Conditions, Progress, observe
from leo.observation.topics import CHILDS_WORLD, Topics
from leo.records import Turn

__all__ = ["ablate"]


async def ablate(
    topics: Topics = CHILDS_WORLD,
    *,
    seeds: Sequence[int] = SEEDS,
    conditions: Conditions | None = None,
    progress: Progress | None = None,
) -> Ablation:
    """Talk the lives through the topics with all modules, then without each.

    Parameters
    ----------
    topics
        What is talked about, as the topics' prompts say.
    seeds
        One life each.
    conditions
        How the Leos live; modules that are off in them stay off.
    progress
        Told turns lived and turns in all.

    Raises
    ------
    ObservationError
        If there are no seeds or one comes twice, or fewer than two different messages were said.
    """
    conditions = conditions or Conditions()
    names = [one.name for one in conditions.make_modules() if one.name not in conditions.without]
    told = _Part(progress, 1 + len(names))
    whole = await _lived(topics, seeds, conditions, None, told)
    lives = {name: await _lived(topics, seeds, conditions, name, told) for name in names}
    changed = effects(whole.run, {name: one.run for name, one in lives.items()})
    return Ablation(
        whole.run.settings,
        tuple(
            ModuleEffect(
                module=name,
                firsts=tuple(_first(whole, one, seed) for seed in seeds),
                replies=_differ(whole.run, one.run),
                growth=statistics.fmean(_growth(whole, one, seed) for seed in seeds),
                loops=tuple(_loops(whole.run, one.run, seed) for seed in seeds),
                effects=changed[name],
            )
            for name, one in lives.items()
        ),
    )


class _Part:
    """Counts turns over several runs of the same length."""

    def __init__(self, progress: Progress | None, runs: int) -> None:
        self._progress, self._runs, self._before = progress, runs, 0

    def __call__(self, done: int, total: int) -> None:
        """Tell of a run's turns."""
        if self._progress is not None:
            self._progress(self._before + done, self._runs * total)
        if done == total:
            self._before += total


@dataclass(frozen=True)
class _Lived:
    """A run, and what its Turns had beside words; by the turn's seed, as two runs share it."""

    run: Run
    prints: dict[int, bytes] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)


async def _lived(
    topics: Topics, seeds: Sequence[int], conditions: Conditions, off: str | None, told: _Part
) -> _Lived:
    prints: dict[int, bytes] = {}
    sizes: dict[int, int] = {}

    def look(turn: Turn) -> None:
        prints[turn.seed], sizes[turn.seed] = _print(turn), _size(turn)

    async def prepare(leo: AsyncLeoField) -> None:
        if conditions.prepare is not None:
            await conditions.prepare(leo)
        leo.watch(look)

    without = (*conditions.without, *(() if off is None else (off,)))
    lived = replace(conditions, without=without, prepare=prepare)
    run = await observe(topics, seeds=seeds, conditions=lived, progress=told)
    return _Lived(run, prints, sizes)


def _print(turn: Turn) -> bytes:
    """Digest what a module can change in others: not its own note, nor its name in settings."""
    told = (turn.reply, turn.utterance, turn.influence, turn.blend, turn.learned, turn.totals)
    return hashlib.blake2b(msgspec.json.encode(told), digest_size=16).digest()


def _size(turn: Turn) -> int:
    size = turn.totals
    return size.words + size.bigrams + size.trigrams + size.pairs


def _turns(run: Run, seed: int) -> list[Observed]:
    return [one for one in run.turns if one.seed == seed]


def _first(whole: _Lived, other: _Lived, seed: int) -> int | None:
    numbers = ((one.turn, turn_seed(seed, one.turn)) for one in _turns(whole.run, seed))
    return next((turn for turn, luck in numbers if whole.prints[luck] != other.prints[luck]), None)


def _differ(whole: Run, other: Run) -> float:
    pairs = list(zip(whole.turns, other.turns, strict=True))
    return round(sum(one.reply != two.reply for one, two in pairs) / len(pairs), 6)


def _growth(whole: _Lived, other: _Lived, seed: int) -> float:
    last = turn_seed(seed, _turns(whole.run, seed)[-1].turn)
    return round(whole.sizes[last] / other.sizes[last] - 1, 6)


def _loops(whole: Run, other: Run, seed: int) -> float:
    with_, without = ([one.loops for one in _turns(run, seed)] for run in (whole, other))
    return round(statistics.fmean(with_) - statistics.fmean(without), 6)
