"""The texts a Leo is born with: a short origin and his first readings, both our own words."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any, TypeAlias

from leo.text.sources import Source

__all__ = ["DEFAULT_BIRTH", "Birth"]

BIRTH_VERSION = "3"
"""Raised whenever the shipped texts change; a living Leo keeps the texts he was born with."""

Text: TypeAlias = tuple[Source, str]


@dataclass(frozen=True)
class Birth:
    """Texts with their sources, in the order in which they are learned.

    Attributes
    ----------
    version
        Names the texts to a reader.
    texts
        Pairs of source and text; n-grams never run from one text into the next.
    """

    version: str
    texts: tuple[Text, ...]

    @cached_property
    def digest(self) -> str:
        """Identify the texts themselves (BLAKE2b, hexadecimal)."""
        state = hashlib.blake2b(digest_size=16)
        for source, text in self.texts:
            state.update(f"{source}\0{text}\0".encode())
        return state.hexdigest()

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Let the shipped texts be sent to another process by their name alone."""
        return "DEFAULT_BIRTH" if self is DEFAULT_BIRTH else (Birth, (self.version, self.texts))


def _paragraphs(name: str) -> list[str]:
    text = resources.files("leo.text").joinpath(name).read_text(encoding="utf-8")
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def _shipped() -> Birth:
    origin: list[Text] = [("origin", text) for text in _paragraphs("origin.txt")]
    readings: list[Text] = [("book", text) for text in _paragraphs("first_readings.txt")]
    return Birth(BIRTH_VERSION, (*origin, *readings))


DEFAULT_BIRTH = _shipped()
"""Read once, when the package is imported."""
