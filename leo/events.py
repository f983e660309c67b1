"""What is told while a turn is going on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from leo.records import Turn

__all__ = ["Event", "Revised", "Tell", "Word"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word was chosen: its text with the white space before it. Not yet kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Revised:
    """A module changed what is about to be said: the whole reply as it stands now, and who."""

    reply: str
    by: str


Event: TypeAlias = Word | Revised | Turn
"""Words as they are chosen, revisions before they are kept, and the Turn always last."""

Tell: TypeAlias = Callable[[Word | Revised], None]
"""Who wants to hear a turn while it is going on."""
