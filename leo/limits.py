"""What one turn takes: ranges of its arguments, checked before anything happens."""

from collections.abc import Collection
from typing import Final, Literal

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
    "check_neighbours",
    "settings_of",
]

MAX_PROMPT = 20_000
"""Characters one turn may hear."""

MAX_TOKENS = 400
"""Tokens one reply may have."""

MAX_TEMPERATURE = 10.0

MAX_NEIGHBOURS = 60
"""Words around a word."""

MIN_KEPT = LAST_TURNS
"""Turns that stay whole whatever is made smaller: those at hand."""

HeardSource = Literal["observer", "book", "note"]
HEARD: Final[tuple[HeardSource, ...]] = ("observer", "book", "note")
"""Sources of an observed text; Leo's own speech is never told to him as somebody's."""


def check_length(text: str) -> None:
    """Refuse a text that is too long for one turn."""
    if len(text) > MAX_PROMPT:
        raise PromptTooLong(
            f"the text has {len(text)} characters, one turn hears {MAX_PROMPT}; "
            "let Leo read longer texts with leo.read(path)"
        )


def check_neighbours(limit: int) -> None:
    """Refuse a number of neighbours that cannot be shown."""
    if not 1 <= limit <= MAX_NEIGHBOURS:
        raise ValueError(f"limit is {limit}; it must be 1 to {MAX_NEIGHBOURS}")


def check_kept(keep: int | None) -> None:
    """Refuse to reduce the turns at hand."""
    if keep is not None and keep < MIN_KEPT:
        raise ValueError(f"keep is {keep}; it must be at least {MIN_KEPT}, or None for all turns")


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
    """
    if not 0 < temperature <= MAX_TEMPERATURE:
        raise ValueError(f"temperature is {temperature}; it must be in (0, {MAX_TEMPERATURE}]")
    if not 1 <= max_tokens <= MAX_TOKENS:
        raise ValueError(f"max_tokens is {max_tokens}; it must be 1 to {MAX_TOKENS}")
    return Settings(float(temperature), int(max_tokens), tuple(without))
