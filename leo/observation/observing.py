"""Observing: lives that are talked through topics, many at a time, and measured."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final, TypeAlias

from leo.async_leo import AsyncLeoField
from leo.errors import ObservationError
from leo.module import Module
from leo.modules import default_modules
from leo.observation.measuring import Spoken, measured, sentences_of, spoken
from leo.observation.nearness import FieldNearness
from leo.observation.observed import Observed, Run, RunSettings
from leo.observation.observers import Exchange, Observer, OtherLeo, Scripted
from leo.observation.topics import CHILDS_WORLD, Topic, Topics
from leo.settle import settled
from leo.testing import ScriptedClock
from leo.text.birth import DEFAULT_BIRTH, Birth

__all__ = ["SEEDS", "Company", "Conditions", "observe", "other_leo", "together"]

SEEDS: Final = (1, 2, 3, 4, 5)
"""Lives of a run."""

STEP: Final = 90.0
"""Seconds of the scripted clock between two turns, so that what waits for time can act."""

BIRTHDAY: Final = 1_700_000_000.0
"""Seconds of the scripted clock at birth."""

AT_ONCE: Final = 8
"""Lives that are lived at the same time."""

OTHER_SEED: Final = 1_000_003
"""Added to a life's seed to have that of the other Leo who talks with him."""

VERSION: Final = metadata.version("leo-organism")
"""Of the program; looked up here, because it takes a look at the disk."""

Progress: TypeAlias = Callable[[int, int], None]
"""Told turns lived and turns in all."""

Company: TypeAlias = Callable[[int], AbstractAsyncContextManager[Observer]]
"""Gives, for a life's seed, who talks with him."""

Preparation: TypeAlias = Callable[[AsyncLeoField], Awaitable[None]]
"""What a Leo goes through before he is observed."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the Leos live.

    Attributes
    ----------
    temperature
        The caller's factor, (0, 10].
    without
        Modules that are off.
    birth
        The texts they are born with.
    prepare
        What each goes through first.
    make_modules
        Makes the modules; all of Leo's by default.
    """

    temperature: float = 1.0
    without: Collection[str] = ()
    birth: Birth | None = DEFAULT_BIRTH
    prepare: Preparation | None = None
    make_modules: Callable[[], Sequence[Module[Any]]] = default_modules


def together(observer: Observer) -> Company:
    """Let one observer talk with every life; it must not remember anything."""

    @asynccontextmanager
    async def company(_: int) -> AsyncIterator[Observer]:
        yield observer

    return company


@asynccontextmanager
async def other_leo(seed: int) -> AsyncIterator[Observer]:
    """Let a newborn Leo of his own talk with each life."""
    clock = ScriptedClock(BIRTHDAY, STEP)
    async with (
        _folder("leo-observer-") as folder,
        AsyncLeoField(folder / "other.db", seed=seed + OTHER_SEED, clock=clock) as other,
    ):
        yield OtherLeo(other)


@asynccontextmanager
async def _folder(prefix: str) -> AsyncIterator[Path]:
    """Give a folder that is gone afterwards, also if the caller is cancelled while it is made."""
    made: list[tempfile.TemporaryDirectory[str]] = []
    try:
        await settled(asyncio.to_thread(lambda: made.append(_made(prefix))))
        yield Path(made[0].name)
    finally:
        for one in made:
            await settled(asyncio.to_thread(one.cleanup))


def _made(prefix: str) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix=prefix)


async def observe(
    topics: Topics = CHILDS_WORLD,
    *,
    seeds: Sequence[int] = SEEDS,
    company: Company | None = None,
    named: str = "scripted",
    conditions: Conditions | None = None,
    progress: Progress | None = None,
) -> Run:
    """Talk with a Leo of every seed through all topics, and measure every turn.

    The same arguments give the same run, as long as the observer says the same.

    Parameters
    ----------
    topics
        What is talked about.
    seeds
        One life each.
    company
        Who talks with them; the topics' prompts are said one by one by default.
    named
        What the run calls the observer.
    conditions
        How the Leos live.
    progress
        Told turns lived and turns in all.

    Raises
    ------
    ObservationError
        If there are no seeds or one comes twice, if fewer than two different messages were said,
        or if the observer cannot speak. Whatever else an observer raises ends the run, too.
    """
    if not seeds or len(set(seeds)) < len(seeds):
        raise ObservationError(f"the seeds {tuple(seeds)} must be at least one, each once")
    conditions, company = conditions or Conditions(), company or together(Scripted())
    told = _Told(progress, len(seeds) * _length(topics))
    gate = asyncio.Semaphore(AT_ONCE)
    try:
        async with _folder("leo-observe-") as folder, asyncio.TaskGroup() as group:
            lives = [
                group.create_task(_observed(folder, seed, topics, company, conditions, gate, told))
                for seed in seeds
            ]
    except BaseExceptionGroup as failed:
        # the first to fail; the others were stopped because of it
        first = failed.exceptions[0]
        raise first from first.__cause__
    return Run(
        _settings(topics, seeds, named, conditions),
        tuple(turn for life in lives for turn in life.result()),
    )


def _length(topics: Topics) -> int:
    return len(topics.chosen) * topics.conversation_settings.turns_per_topic


def _settings(
    topics: Topics, seeds: Sequence[int], named: str, conditions: Conditions
) -> RunSettings:
    return RunSettings(
        observer=named,
        seeds=tuple(seeds),
        topics=tuple(topic.id for topic in topics.chosen),
        turns_per_topic=topics.conversation_settings.turns_per_topic,
        temperature=conditions.temperature,
        without=tuple(sorted(conditions.without)),
        birth=conditions.birth.digest if conditions.birth else "",
        version=VERSION,
    )


class _Told:
    """Counts turns over all lives."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def one(self) -> None:
        """Tell of one more turn."""
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._total)


async def _observed(
    folder: Path,
    seed: int,
    topics: Topics,
    company: Company,
    conditions: Conditions,
    gate: asyncio.Semaphore,
    told: _Told,
) -> list[Observed]:
    clock = ScriptedClock(BIRTHDAY, STEP)
    async with gate, company(seed) as observer:
        leo = AsyncLeoField(
            folder / f"{seed}.db",
            seed=seed,
            clock=clock,
            modules=conditions.make_modules(),
            without=tuple(conditions.without),
            birth=conditions.birth,
            strict=True,
        )
        async with leo:
            if conditions.prepare is not None:
                await conditions.prepare(leo)
            life: list[Spoken] = []
            for topic in topics.chosen:
                life += await _talk(leo, topic, topics, observer, conditions, told)
                clock.now += topics.conversation_settings.pause_between_topics_sec
    if len({one.heard for one in life}) < 2:
        raise ObservationError(
            "fewer than two different messages were said: there is nothing to compare with"
        )
    whole, others = FieldNearness(DEFAULT_BIRTH), FieldNearness(DEFAULT_BIRTH, same=False)
    return await measured(seed, life, whole, others, sentences_of(conditions.birth))


async def _talk(
    leo: AsyncLeoField,
    topic: Topic,
    topics: Topics,
    observer: Observer,
    conditions: Conditions,
    told: _Told,
) -> list[Spoken]:
    talk: list[Exchange] = []
    found: list[Spoken] = []
    for _ in range(topics.conversation_settings.turns_per_topic):
        said = await observer.say(topic, talk)
        turn = await leo.turn(said, temperature=conditions.temperature)
        talk.append(Exchange(turn.prompt, turn.reply))
        found.append(spoken(topic.id, turn))
        told.one()
    return found
