"""What one turn takes: ranges of its arguments, checked before anything happens."""

import math
from collections.abc import Collection, Iterable
from numbers import Real
from operator import index
from typing import Final, Literal

import regex

from leo.errors import PromptTooLong
from leo.recent import LAST_TURNS
from leo.records import Settings

__all__ = [
    "HEARD",
    "MAX_PROMPT",
    "HeardSource",
    "check_heard",
    "check_kept",
    "check_length",
    "check_names",
    "check_neighbours",
    "check_seed",
    "check_sought",
    "check_whole",
    "settings_of",
]

MAX_PROMPT = 20_000
"""Characters one turn may hear."""

MAX_TOKENS = 400
"""Tokens one reply may have."""

MAX_TEMPERATURE = 10.0

SEED_BITS = 63
"""Of a seed, besides its sign: every program that reads the file can hold it."""

TOLD = 80
"""Characters of a wrong value that its error quotes."""

MAX_NEIGHBOURS = 60
"""Words around a word."""

MIN_KEPT = LAST_TURNS
"""Turns that stay whole whatever is made smaller: those at hand."""

HeardSource = Literal["observer", "book", "note"]
HEARD: Final[tuple[HeardSource, ...]] = ("observer", "book", "note")
"""Sources of an observed text; Leo's own speech is never told to him as somebody's."""


_NAME: Final = regex.compile(r"[\w-]{1,40}")


def check_length(text: str) -> None:
    """Refuse what is no text, or too long for one turn."""
    _check_text(text, "let Leo read longer texts with leo.read(path)")


def check_sought(text: str) -> None:
    """Refuse a text that is too long to be looked for."""
    _check_text(text, "give a part of it")


def _check_text(text: str, way_out: str) -> None:
    if not isinstance(text, str):
        raise TypeError(f"a text is a str, not {_told(text)}")
    if len(text) > MAX_PROMPT:
        raise PromptTooLong(
            f"the text has {len(text)} characters, one turn hears {MAX_PROMPT}; {way_out}"
        )


def check_whole(name: str, value: int) -> int:
    """Refuse what is no whole number; ``True`` is none."""
    try:
        if isinstance(value, bool):
            raise TypeError
        return index(value)
    except TypeError:
        raise TypeError(f"{name} is {_told(value)}; it must be a whole number") from None


def check_seed(seed: int | None) -> int | None:
    """Refuse a seed that the file could not keep."""
    if seed is None:
        return None
    whole = check_whole("seed", seed)
    if whole.bit_length() > SEED_BITS:
        raise ValueError(
            f"seed is {_told(whole)}; it must be between -2**{SEED_BITS} and 2**{SEED_BITS}"
        )
    return whole


def check_names(names: Iterable[str]) -> None:
    """Refuse modules' names that cannot stand in a file's name."""
    for name in names:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(
                f"a module is called {_told(name)}; its name must be 1 to 40 letters, digits, "
                "underscores or hyphens, because it names files too"
            )


def check_neighbours(limit: int) -> None:
    """Refuse a number of neighbours that cannot be shown."""
    if not 1 <= check_whole("limit", limit) <= MAX_NEIGHBOURS:
        raise ValueError(f"limit is {_told(limit)}; it must be 1 to {MAX_NEIGHBOURS}")


def check_kept(keep: int | None) -> None:
    """Refuse to reduce the turns at hand."""
    if keep is not None and check_whole("keep", keep) < MIN_KEPT:
        raise ValueError(
            f"keep is {_told(keep)}; it must be at least {MIN_KEPT}, or None for all turns"
        )


def check_heard(text: str, source: HeardSource) -> None:
    """Refuse a text that cannot be observed."""
    if source not in HEARD:
        raise ValueError(f"source is {source!r}; it can be one of {HEARD}")
    check_length(text)


def settings_of(temperature: float, max_tokens: int, without: Collection[str]) -> Settings:
    """Check what the caller chose.

    Raises
    ------
    ValueError
        If temperature is not in (0, 10] or max_tokens not in 1..400.
    TypeError
        If they are no numbers; ``True`` is none.
    """
    warmth = _float("temperature", temperature)
    if not 0 < warmth <= MAX_TEMPERATURE:
        raise ValueError(
            f"temperature is {_told(temperature)}; it must be in (0, {MAX_TEMPERATURE}]"
        )
    if not 1 <= check_whole("max_tokens", max_tokens) <= MAX_TOKENS:
        raise ValueError(f"max_tokens is {_told(max_tokens)}; it must be 1 to {MAX_TOKENS}")
    return Settings(warmth, index(max_tokens), tuple(without))


def _float(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} is {_told(value)}; it must be a number")
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _told(value: object) -> str:
    """Quote a wrong value, however large."""
    if isinstance(value, int) and value.bit_length() > 2 * SEED_BITS:
        return "a number of many digits"
    if isinstance(value, int | float | None):
        return repr(value)
    quoted = repr(value[:TOLD]) if isinstance(value, str | bytes) else type(value).__name__
    return quoted[:TOLD]
