"""What the doctor found, check by check."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Check", "Tell"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a file.

    Attributes
    ----------
    about
        What was looked at, in a word or two.
    told
        What there is, in one sentence.
    wrong
        What is wrong with it, a sentence each; nothing, if all is well.
    """

    about: str
    told: str
    wrong: tuple[str, ...] = ()


Tell: TypeAlias = Callable[[Check], None]
"""Told each check as it is done."""
