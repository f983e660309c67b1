"""Appending to what was said: words that nobody drew from the field, marked as such."""

from collections.abc import Sequence
from dataclasses import replace

from leo.recall.arithmetic import Sum
from leo.records import SpokenWord, Utterance
from leo.text.prose import shown

__all__ = ["added", "sum_words"]


def sum_words(result: Sum) -> list[tuple[str, str]]:
    """Give the words of a sum: the number, and the text with its sign."""
    equals = "=" if result.exact else "≈"
    texts = [*result.pieces, f"{equals} {result.result}", "."]
    return [(text.split()[-1], text) for text in texts]


def added(utterance: Utterance, pieces: Sequence[tuple[str, str]], by: str) -> Utterance:
    """Append words to what was said; they are given, nobody drew them.

    Parameters
    ----------
    utterance
        What was said; not empty.
    pieces
        Each word, and its text as written.
    by
        Who appends.
    """
    words = list(utterance.words)
    for word, text in pieces:
        before, temperature = words[-1].word, words[-1].temperature
        words.append(
            SpokenWord(
                text=shown(before, word, text),
                word=word.lower(),
                context="added",
                after=(),
                probability=1.0,
                entropy=0.0,
                temperature=temperature,
                candidates=(),
                shares=(),
                sources=(),
            )
        )
    return replace(utterance, words=tuple(words), by=by)
