"""The settings of a population: which lives are lived, in which order."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias, TypeVar

from leo.errors import ObservationError
from leo.limits import check_seed, settings_of

__all__ = ["NOTHING_OFF", "Off", "Setting", "grid", "label"]

GivenT = TypeVar("GivenT")
CheckedT = TypeVar("CheckedT")

Off: TypeAlias = str | Sequence[str]
"""What is off in a life: a module's name, several of them, or ``()`` for nothing."""

NOTHING_OFF: Final[tuple[Off, ...]] = ((),)

MAX_TOKENS: Final = 80
"""Of a reply; a population does not change it, but its range is checked with the temperature's."""


@dataclass(frozen=True, slots=True, order=True)
class Setting:
    """What one life is lived with.

    Attributes
    ----------
    seed
        Of his luck.
    without
        Modules that are off, sorted.
    temperature
        The caller's factor, (0, 10].
    """

    seed: int
    without: tuple[str, ...] = ()
    temperature: float = 1.0

    def told(self) -> str:
        """Write it, as in ``seed 3 without dream at temperature 0.7``."""
        return f"seed {self.seed} without {label(self.without)} at temperature {self.temperature:g}"


def label(without: Collection[str]) -> str:
    """Write what is off, as in ``dream + trauma``."""
    return " + ".join(without) or "nothing"


def grid(
    seeds: Iterable[int],
    without: Iterable[Off],
    temperatures: Iterable[float],
    modules: Collection[str],
) -> tuple[Setting, ...]:
    """List the settings of a population: for each seed, for each that is off, each temperature.

    Parameters
    ----------
    seeds, without, temperatures
        Of each at least one, and none twice.
    modules
        The names that there are.

    Raises
    ------
    ObservationError
        If anything of it makes no life; the message says what would.
    """
    return tuple(
        Setting(*one)
        for one in product(
            _each("seeds", _seed, seeds),
            _each("without", lambda off: _off(off, modules), without),
            _each("temperature", _temperature, temperatures),
        )
    )


def _each(
    name: str, check: Callable[[GivenT], CheckedT], given: Iterable[GivenT]
) -> tuple[CheckedT, ...]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ObservationError(f"{name} is {given!r}; give a list, as in {name}=[{given!r}]")
    try:
        found = tuple(check(one) for one in given)
    except (TypeError, ValueError) as error:
        raise ObservationError(f"{name}: {error}") from error
    twice = sorted(repr(one) for one, times in Counter(found).items() if times > 1)
    if not found or twice:
        told = f"{twice[0]} comes twice" if twice else "there are none"
        raise ObservationError(f"{name}: {told}; give at least one, each once")
    return found


def _seed(seed: int) -> int:
    whole = check_seed(seed)
    if whole is None:
        raise TypeError("a life of a population needs a seed: None is drawn anew each time")
    return whole


def _temperature(value: float) -> float:
    return settings_of(value, MAX_TOKENS, ()).temperature


def _off(off: Off, modules: Collection[str]) -> tuple[str, ...]:
    names = (off,) if isinstance(off, str) else tuple(off)
    unknown = [name for name in names if name not in modules]
    if unknown:
        raise ValueError(f"no module is called {unknown[0]!r}; there are {', '.join(modules)}")
    if len(set(names)) < len(names):
        raise ValueError(f"{label(names)} names a module twice")
    return tuple(sorted(names))
