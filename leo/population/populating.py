"""A population: many lives over a grid of settings, kept as they go."""

import asyncio
import importlib
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

from tqdm.auto import tqdm

from leo.module import Module
from leo.modules import default_modules
from leo.observation.observing import Company
from leo.observation.topics import CHILDS_WORLD, Topics
from leo.population.kept import Keeper
from leo.population.lives import Life, Lives, Script, lives_of
from leo.population.people import Population
from leo.population.running import Live, Room, here, run
from leo.population.settings import NOTHING_OFF, Off, grid
from leo.text.birth import DEFAULT_BIRTH, Birth

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["population"]

Progress: TypeAlias = Callable[[int, int], None] | bool | None
"""Told lives lived and lives in all; or whether a bar is shown."""


async def population(  # noqa: PLR0913  all that a grid and its lives are made of
    script_or_observer: Script | Company,
    seeds: Iterable[int],
    without: Iterable[Off] = NOTHING_OFF,
    temperature: Iterable[float] = (1.0,),
    client: "Client | None" = None,
    *,
    keep: str | os.PathLike[str] | None = None,
    progress: Progress = True,
    topics: Topics = CHILDS_WORLD,
    named: str | None = None,
    birth: Birth | None = DEFAULT_BIRTH,
    make_modules: Callable[[], Sequence[Module[Any]]] = default_modules,
) -> Population:
    """Live a whole life for every seed, with each thing off, at each temperature.

    The same settings give the same lives: here, on any number of workers, and also when workers
    are lost. When the caller is cancelled, lives that wait are taken back (a worker ends the
    one that it lives, for nobody), and those that were lived are kept.

    Parameters
    ----------
    script_or_observer
        What he hears. A list of sentences is said from the first to the last. Of topics
        (`leo.observation.topics.Topics`) the prompts are said. Anything else is who talks with
        him about ``topics``, as a `leo.observation.observing.Company`: called with a life's
        seed it gives an async context manager whose value is the observer; every life has its
        own. On a cluster it is called on the worker, so it must be picklable.
    seeds
        Of his luck; one life each.
    without
        What is off in turn: a module's name, a tuple of names, or ``()`` for nothing off.
    temperature
        The caller's factors, in (0, 10].
    client
        Lives them on a Dask cluster: ``await distributed.Client(..., asynchronous=True)`` on
        this event loop. In this process without.
    keep
        A file that keeps every life as soon as it is lived. A life that stands there already is
        not lived again; a file of another script, program or observer is refused.
    progress
        Whether to show a bar, or whom to tell lives done and lives in all.
    topics
        What an observer talks about.
    named
        What an observer is called; needed with one, since the program cannot tell whether he is
        still the one whose lives a file keeps.
    birth
        The texts they are born with.
    make_modules
        Makes the modules of each; Leo's own by default.

    Raises
    ------
    ObservationError
        If the settings make no lives, a life fails (the message names its setting), the file
        cannot be used, or the client is not one of this loop.
    ImportError
        If pandas is not installed, which tables need.
    """
    await asyncio.to_thread(_load_pandas)
    lives = lives_of(script_or_observer, topics, named, birth, make_modules)
    made = lives.made
    settings = grid(seeds, without, temperature, made.modules)
    live, room = here(lives) if client is None else _on(client, lives)
    if progress is True:  # the first bar of a process makes a lock, and looks at the disk for it
        await asyncio.to_thread(tqdm.get_lock)
    async with AsyncExitStack() as stack:
        keeper = None if keep is None else await stack.enter_async_context(Keeper(keep, made))
        found = {} if keeper is None else dict(keeper.lives)
        todo = [one for one in settings if one not in found]
        told = stack.enter_context(_Told(progress, len(settings) - len(todo), len(settings)))

        async def done(life: Life) -> None:
            if keeper is not None:
                await keeper.add(life)
            found[life.setting] = life
            told.one()

        await run(todo, live, room, done)
    return Population(made, tuple(found[one] for one in settings))


def _load_pandas() -> None:
    """Fail before a thousand lives are lived whose table could not be made."""
    try:
        importlib.import_module("pandas")
    except ImportError as error:
        raise ImportError(
            "the table of a population needs pandas: pip install 'leo-organism[cluster]'"
        ) from error


def _on(client: "Client", lives: Lives) -> tuple[Live, Room]:
    from leo.population.cluster import on_cluster  # noqa: PLC0415  an extra

    return on_cluster(client, lives)


class _Told:
    """Tells how many lives were lived, to whom it should."""

    def __init__(self, progress: Progress, done: int, total: int) -> None:
        self._call = progress if callable(progress) else None
        self._done, self._total = done, total
        self._bar = tqdm(total=total, initial=done, unit="life") if progress is True else None

    def one(self) -> None:
        """Tell of one more life."""
        self._done += 1
        if self._call is not None:
            self._call(self._done, self._total)
        if self._bar is not None:
            self._bar.update()

    def __enter__(self) -> "_Told":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
