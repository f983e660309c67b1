"""Ablation: the same talk with one module off at a time, and what that changes.

Taking a module out does not shift the luck of the others, so whatever differs is its doing.
"""

import asyncio
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leo.async_leo import AsyncLeoField
from leo.module import Module
from leo.modules import default_modules
from leo.observation.talk import TALK
from leo.records import Turn

__all__ = ["Ablation", "ModuleEffect", "SeedEffect", "ablate"]

STEP = 90.0
"""Seconds between two turns, so that what waits for time can act."""

BIRTHDAY = 1_700_000_000.0
"""Seconds of the scripted clock at birth."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SeedEffect:
    """What one module's absence changed in the life of one seed.

    Attributes
    ----------
    seed
        Of the Leo.
    first
        First turn that came out otherwise (words, leans, blend or what was learned); ``None``
        if none did.
    replies
        Share of replies that differ.
    quality, external_vocab
        Mean over the talk with the module off, less the mean with all modules on.
    growth
        Entries in the field at the end (words, bigrams, trigrams, pairs) with the module off,
        over those with all on, less 1.
    """

    seed: int
    first: int | None
    replies: float
    quality: float
    external_vocab: float
    growth: float


@dataclass(frozen=True, slots=True)
class ModuleEffect:
    """What one module's absence changed, seed by seed."""

    module: str
    seeds: tuple[SeedEffect, ...]

    @property
    def first(self) -> int | None:
        """The earliest turn that differed over all seeds."""
        return min((one.first for one in self.seeds if one.first is not None), default=None)


@dataclass(frozen=True, slots=True)
class Ablation:
    """The same talk with each module off in turn."""

    turns: int
    modules: tuple[ModuleEffect, ...]

    @property
    def silent(self) -> tuple[str, ...]:
        """Modules whose absence changed nothing at all."""
        return tuple(one.module for one in self.modules if one.first is None)

    def to_markdown(self) -> str:
        """Write the table: mean over seeds, and in brackets the least and the most."""
        seeds = ", ".join(str(one.seed) for one in self.modules[0].seeds) if self.modules else ""
        lines = [
            "| without | first turn that differs | replies that differ | quality "
            "| external_vocab | field growth |",
            "|---|---|---|---|---|---|",
            *(_line(effect) for effect in self.modules),
            "",
            f"{self.turns} turns, seeds {seeds}. Changes are those of the talk without the "
            "module against the talk with all: mean over seeds (least to most).",
        ]
        return "\n".join(lines)


def _line(effect: ModuleEffect) -> str:
    firsts = [one.first for one in effect.seeds]
    told = ", ".join("never" if first is None else str(first) for first in firsts)
    cells = [
        effect.module,
        told,
        _spread([one.replies for one in effect.seeds], "{:.0%}"),
        _spread([one.quality for one in effect.seeds], "{:+.3f}"),
        _spread([one.external_vocab for one in effect.seeds], "{:+.3f}"),
        _spread([one.growth for one in effect.seeds], "{:+.1%}"),
    ]
    return "| " + " | ".join(cells) + " |"


def _spread(values: Sequence[float], form: str) -> str:
    mean, least, most = statistics.fmean(values), min(values), max(values)
    if least == most:
        return form.format(mean)
    return f"{form.format(mean)} ({form.format(least)} to {form.format(most)})"


async def ablate(
    *,
    turns: int = len(TALK),
    seeds: Sequence[int] = (1, 2, 3),
    make_modules: Callable[[], Sequence[Module[Any]]] = default_modules,
    progress: Progress | None = None,
) -> Ablation:
    """Live the scripted talk with all modules, then without each.

    Parameters
    ----------
    turns
        How many turns of the talk; beyond its end it begins again.
    seeds
        One life each.
    make_modules
        Makes the modules; all of Leo's by default.
    progress
        Told lives lived and lives in all.

    Raises
    ------
    ValueError
        If there are no turns or no seeds.
    """
    if turns < 1 or not seeds:
        raise ValueError("an ablation needs at least one turn and one seed")
    names = [module.name for module in make_modules()]
    prompts = [TALK[i % len(TALK)] for i in range(turns)]
    lives, done = len(seeds) * (len(names) + 1), 0
    found: dict[str, list[SeedEffect]] = {name: [] for name in names}
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="leo-ablation-")
    try:
        for seed in seeds:
            whole: list[Turn] = []
            for name in (None, *names):
                path = Path(folder.name) / f"{seed}-{name}.db"
                life = await _live(path, seed, prompts, make_modules(), name)
                if name is None:
                    whole = life
                else:
                    found[name].append(_effect(seed, whole, life))
                done += 1
                if progress is not None:
                    progress(done, lives)
    finally:
        await asyncio.to_thread(folder.cleanup)
    effects = (ModuleEffect(name, tuple(effects)) for name, effects in found.items())
    return Ablation(turns, tuple(effects))


async def _live(
    path: Path, seed: int, prompts: Sequence[str], modules: Sequence[Module[Any]], off: str | None
) -> list[Turn]:
    without = () if off is None else (off,)
    times = iter(BIRTHDAY + STEP * i for i in range(len(prompts) + 1))
    leo = AsyncLeoField(
        path, seed=seed, clock=times.__next__, modules=modules, without=without, strict=True
    )
    async with leo:
        return [await leo.turn(prompt) for prompt in prompts]


def _effect(seed: int, whole: Sequence[Turn], life: Sequence[Turn]) -> SeedEffect:
    pairs = list(zip(whole, life, strict=True))
    first = next((one.id for one, other in pairs if _told(one) != _told(other)), None)
    differ = sum(one.reply != other.reply for one, other in pairs)
    return SeedEffect(
        seed=seed,
        first=first,
        replies=round(differ / len(pairs), 6),
        quality=_change([t.quality.overall for t in whole], [t.quality.overall for t in life]),
        external_vocab=_change([t.external_vocab for t in whole], [t.external_vocab for t in life]),
        growth=round(_size(life[-1]) / _size(whole[-1]) - 1, 6),
    )


def _told(turn: Turn) -> object:
    """Give what a module can change in others: not its own note, not its name in the settings."""
    return (turn.reply, turn.utterance, turn.influence, turn.blend, turn.learned, turn.totals)


def _change(whole: Sequence[float], life: Sequence[float]) -> float:
    return round(statistics.fmean(life) - statistics.fmean(whole), 6)


def _size(turn: Turn) -> int:
    size = turn.totals
    return size.words + size.bigrams + size.trigrams + size.pairs
