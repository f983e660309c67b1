"""The connection: one word of the observer's that may be woven into the reply.

Leo speaks from his field, but to somebody. Warmth, curiosity and play bring the word in
sooner and more surely; fear and emptiness later and less surely, and so does much that is
new. Every one of these is monotone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from leo.field.view import View
from leo.records import Impression
from leo.text.function_words import is_content

__all__ = ["Connection", "connect", "connection_odds", "connection_word"]

BASE_POSITION = 2.0
BASE_PROBABILITY = 0.75
MIN_PROBABILITY = 0.1
MAX_PROBABILITY = 0.95
MIN_POSITION = 2
MAX_POSITION = 6

LONG_WORD = 5
"""Letters from which an unknown word is preferred to a short one."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A word to weave in (id ``None`` if the field does not know it), from which position."""

    word: str
    written: str
    id: int | None
    position: int


def connection_odds(impression: Impression, novelty: float) -> tuple[int, float]:
    """Say from which position on, and how probably, a word is woven in."""
    felt = impression.chambers
    open_ = max(felt.warmth, 0.6 * felt.curiosity, 0.6 * felt.playful)
    closed = max(felt.fear, felt.void)
    strange = max(0.0, novelty - 0.5)
    probability = BASE_PROBABILITY + 0.25 * open_ - 0.5 * closed - 0.3 * strange
    position = round(BASE_POSITION + 3 * closed + 2 * strange)
    return (
        min(MAX_POSITION, max(MIN_POSITION, position)),
        min(MAX_PROBABILITY, max(MIN_PROBABILITY, probability)),
    )


def connection_word(heard: Sequence[str], view: View) -> str | None:
    """Choose the word: known before unknown, long before short, early before late."""

    def rank(word: str) -> tuple[float, int]:
        if view.id(word) is not None:
            return (0.0, -len(word))
        return (0.5 if len(word) >= LONG_WORD else 1.0, -len(word))

    words = [word for word in dict.fromkeys(heard) if is_content(word) and word.isalpha()]
    words = [word for word in words if len(word) > 2]
    return min(words, key=rank, default=None)


def connect(
    heard: Sequence[str], impression: Impression, novelty: float, view: View, rng: Random
) -> Connection | None:
    """Decide whether a word is woven in, which, and from where on."""
    position, probability = connection_odds(impression, novelty)
    lucky = rng.random() < probability
    word = connection_word(heard, view)
    if not lucky or word is None:
        return None
    id_ = view.id(word)
    return Connection(word, word if id_ is None else view.form(id_), id_, position)
