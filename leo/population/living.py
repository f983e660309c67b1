"""Living one life of a population, on this loop or as the task of a worker."""

import asyncio
import math
import pickle
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leo.async_leo import AsyncLeoField
from leo.errors import LeoError, ObservationError
from leo.observation.observed import Observed
from leo.observation.observing import Conditions, observe
from leo.observation.statistics import MEASURES, Measure
from leo.population.lives import Life, Lives, Made, digest
from leo.population.settings import Setting
from leo.records import Totals, Turn

__all__ = ["live", "lived", "what_failed"]

DIGITS: Final = 6
"""Of a life's figure."""


@dataclass
class _Last:
    """Remembers what a field held after the last turn."""

    totals: Totals | None = None

    async def watch(self, leo: AsyncLeoField) -> None:
        """Look at every turn of a Leo."""
        leo.watch(self._look)

    def _look(self, turn: Turn) -> None:
        self.totals = turn.totals

    @property
    def known(self) -> tuple[int, int, int, int]:
        """Words, bigrams, trigrams and pairs."""
        if self.totals is None:
            raise ObservationError("the life had no turn")
        found = self.totals
        return found.words, found.bigrams, found.trigrams, found.pairs


async def lived(lives: Lives, setting: Setting) -> Life:
    """Live one life from birth to its end, and give what is kept of it.

    Parameters
    ----------
    lives
        What it is made of.
    setting
        What it is lived with.
    """
    last = _Last()
    run = await observe(
        lives.topics,
        seeds=(setting.seed,),
        company=lives.company,
        named=lives.observer,
        conditions=Conditions(
            temperature=setting.temperature,
            without=setting.without,
            birth=lives.birth,
            prepare=last.watch,
            make_modules=lives.make_modules,
        ),
    )
    return Life(
        seed=setting.seed,
        without=setting.without,
        temperature=setting.temperature,
        replies=digest([one.reply for one in run.turns]),
        known=last.known,
        measured=tuple(_over(measure, run.turns) for measure in MEASURES),
    )


def _over(measure: Measure, turns: Sequence[Observed]) -> float | None:
    """Give a life's figure: the sum of what is measured over that of its weights."""
    pairs = [measure.of(one) for one in turns]
    weight = math.fsum(weight for _, weight in pairs)
    return round(math.fsum(value for value, _ in pairs) / weight, DIGITS) if weight else None


def live(lives: bytes, made: Made, setting: Setting) -> Life:
    """Live one life in a worker's thread, on an event loop of its own.

    Parameters
    ----------
    lives
        What it is made of, pickled.
    made
        What they are there, where they were asked for: nothing of it may be otherwise here.
    setting
        What it is lived with.

    Raises
    ------
    ObservationError
        If it fails, or if this worker would live another life.
    """
    there: Lives = pickle.loads(lives)
    if there.made != made:
        raise ObservationError(
            f"this worker would live another life: it has {there.made}, and {made} was asked "
            "for; install the same Leo on all workers"
        )
    found = asyncio.run(_settled(there, setting))
    if isinstance(found, BaseException):
        raise _portable(found)
    return found


async def _settled(lives: Lives, setting: Setting) -> Life | BaseException:
    """Live a life, and give what it failed of."""
    (found,) = await asyncio.gather(lived(lives, setting), return_exceptions=True)
    return found


def _portable(error: BaseException) -> ObservationError:
    """Make an error that can be sent: many cannot, or hold what cannot."""
    told = ObservationError(what_failed(error))
    told.add_note("".join(traceback.format_exception(error)))
    return told


def what_failed(error: BaseException) -> str:
    """Write an error, with its kind where it is none of Leo's."""
    return str(error) if isinstance(error, LeoError) else f"{type(error).__name__}: {error}"
