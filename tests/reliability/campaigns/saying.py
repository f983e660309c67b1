"""What is said in the campaigns: an endless talk, each line of it a function of its number."""

import random
import re
from functools import cache
from typing import Final

from leo.observation.talk import TALK
from leo.text.birth import DEFAULT_BIRTH

__all__ = ["STEP", "book", "line", "sentences", "when"]

STEP: Final = 90.0
"""Seconds of Leo's own clock between two turns, so that Dream and School have their moments."""

START: Final = 1_700_000_000.0

SYLLABLES: Final = "ba do fe gi ku la mo ne pi ra su ti vo ya ze".split()

LONG: Final = 12
"""Sentences of a long line."""

RARE: Final = 3.0
"""How much rarer new words become: of the n-th line's names about n^(1/3) parts are young."""


def when(number: int) -> float:
    """Tell the time of a turn, which has to be the same after a crash."""
    return START + STEP * number


def line(number: int) -> str:
    """Give a line of the talk: from the scripted one, or a sentence with a stranger in it."""
    rng = random.Random(number)
    kind = rng.random()
    if kind < 0.4:
        return TALK[number % len(TALK)]
    if kind < 0.5:
        return f"What is {_name(rng, number)}?"
    if kind < 0.95:
        return _sentence(rng, number)
    return " ".join(_sentence(rng, number) for _ in range(LONG))


def book(characters: int, seed: int) -> str:
    """Give a text of at least so many characters, in paragraphs of five sentences."""
    rng = random.Random(f"book {seed}")
    paragraphs: list[str] = []
    length = 0
    while length < characters:
        paragraphs.append(" ".join(_sentence(rng, 500) for _ in range(5)))
        length += len(paragraphs[-1])
    return "\n\n".join(paragraphs)


def _sentence(rng: random.Random, number: int) -> str:
    words = rng.choice(sentences()).split()
    words[rng.randrange(len(words))] = _name(rng, number)
    return " ".join(words)


def _name(rng: random.Random, number: int) -> str:
    """Make up a name; the more was said, the more names there are, and old ones come back."""
    place = int(number * rng.random() ** RARE)
    name = ""
    while place or not name:
        place, syllable = divmod(place, len(SYLLABLES))
        name += SYLLABLES[syllable]
    return name.capitalize()


@cache
def sentences() -> tuple[str, ...]:
    """Give the sentences of what Leo is born with."""
    text = " ".join(text for _, text in DEFAULT_BIRTH.texts)
    return tuple(re.split(r"(?<=[.!?])\s+", text))
