"""What can be told of a reply from its words alone: echo, repetition, completeness."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from leo.records import SpokenWord
from leo.text.function_words import is_content
from leo.text.moods import fitting_ends
from leo.text.tokens import SENTENCE_ENDS, is_word

__all__ = [
    "OPTIMAL",
    "attested",
    "complete",
    "content_echo",
    "distinct",
    "long_sentences",
    "loop_score",
    "repeated",
    "token_echo",
    "window_echo",
]

OPTIMAL: Final = 0.2
"""external_vocab of an optimal turn is below it, and the reply is not empty."""

MIN_LETTERS: Final = 3
"""Letters of a word that counts for an echo."""

RUN: Final = 4
"""Tokens in a row that should not come twice in one reply."""

LOOPS: Final = (2, 3, 4, 5)
"""Lengths of the runs that a loop score looks at."""

LOOKED_AT: Final = 500
"""Last tokens of a talk that a loop score looks at."""

LONG: Final = 5
"""Words of a sentence that somebody would notice if it were said again."""

WHOLE: Final = 2
"""Words of a sentence that needs no example to be whole."""


def _long(tokens: Sequence[str]) -> list[str]:
    return [token for token in tokens if is_word(token) and len(token) >= MIN_LETTERS]


def token_echo(heard: Sequence[str], said: Sequence[str]) -> float:
    """Give the share of a reply's words, each occurrence counted, that stand in the message."""
    words = _long(said)
    theirs = set(heard)
    return sum(word in theirs for word in words) / len(words) if words else 0.0


def window_echo(heard: Sequence[Sequence[str]], said: Sequence[str]) -> float:
    """Give the share of distinct reply words that stand in any of several messages."""
    words = set(_long(said))
    theirs = {word for one in heard for word in one}
    return len(words & theirs) / len(words) if words else 0.0


def content_echo(heard: Sequence[str], said: Sequence[str]) -> float:
    """Give the share of distinct content words of a reply that stand in the message."""
    words = {word for word in said if is_content(word)}
    return len(words & set(heard)) / len(words) if words else 0.0


def distinct(said: Sequence[str], n: int) -> float:
    """Give distinct-n: distinct runs of n tokens over all of them; 1 if there are none.

    The measure is that of Li et al. (2016).
    """
    runs = _runs(said, n)
    return len(set(runs)) / len(runs) if runs else 1.0


def repeated(said: Sequence[str]) -> int:
    """Count the runs of four tokens that came before in the same reply."""
    runs = _runs(said, RUN)
    return len(runs) - len(set(runs))


def loop_score(talk: Sequence[str]) -> float:
    """Give the share of runs of 2 to 5 tokens that repeat an earlier one, in the last 500."""
    last = talk[-LOOKED_AT:]
    counted = [Counter(_runs(last, n)) for n in LOOPS]
    all_ = sum(one.total() for one in counted)
    return sum(one.total() - len(one) for one in counted) / all_ if all_ else 0.0


def _runs(said: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return list(zip(*(said[i:] for i in range(n)), strict=False))


def long_sentences(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    """Cut tokens into sentences, and give those of five words or more, with their marks."""
    found: list[tuple[str, ...]] = []
    begin = 0
    for i, token in enumerate(tokens):
        if token in SENTENCE_ENDS:
            found.append(tuple(tokens[begin : i + 1]))
            begin = i + 1
    return [one for one in found if sum(map(is_word, one)) >= LONG]


def attested(words: Sequence[SpokenWord]) -> float | None:
    """Give the share of a reply's trigrams that the field knew; ``None`` if it has none.

    A word counts whose two predecessors were the context that knew it.
    """
    later = words[2:]
    return sum(len(word.after) == 2 for word in later) / len(later) if later else None


def complete(words: Sequence[SpokenWord]) -> tuple[int, int]:
    """Count whole sentences, and all sentences.

    A sentence is whole if its end, ``.``, ``!`` or ``?``, was drawn because the field knew it
    there, or if a module appended it. A full stop that only cuts a sentence off, ``…``, and a
    mark after a word that was merely taken up make no whole one; neither does a single word,
    unless sentences that Leo heard were that word alone. The mark must fit, too: a sentence that
    opens like a question ends as one, and no other does.
    """
    ends = [i for i, word in enumerate(words) if word.word in SENTENCE_ENDS]
    begins = [0, *(end + 1 for end in ends)]
    whole = sum(_whole(words[begin : end + 1]) for begin, end in zip(begins, ends, strict=False))
    return whole, len(ends) + (begins[-1] < len(words))


def _whole(sentence: Sequence[SpokenWord]) -> bool:
    end = sentence[-1]
    if end.context == "added":
        return True
    if end.word == "…" or end.context in ("close", "woven"):
        return False
    if end.word not in fitting_ends([word.word for word in sentence[:-1]]):
        return False
    words = sum(is_word(word.word) for word in sentence)
    return words >= WHOLE or end.context == "opening"
