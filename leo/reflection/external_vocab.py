"""How much of a reply is the observer's own vocabulary: the echo ratio."""

from collections.abc import Sequence

from leo.text.tokens import is_word

__all__ = ["external_vocab"]

MIN_LETTERS = 3
"""Letters of a word that counts."""


def external_vocab(heard: Sequence[str], said: Sequence[str]) -> float:
    """Give the share of distinct reply words that stand in the message, in [0, 1].

    Words of three letters or more count, each once; a reply without any gives 0.
    """
    words = {word for word in said if is_word(word) and len(word) >= MIN_LETTERS}
    return round(len(words & set(heard)) / len(words), 6) if words else 0.0
