"""Text of any length that is shaped like prose, made from a seed: what the benchmarks read.

Words follow Zipf's law; every word has favourite followers, so that contexts repeat as they
do in language. The commonest words are those of Leo's own birth texts, in their order, so
that a prompt meets a field that knows its words. No corpus is needed, and everybody measures
on the same text.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from random import Random

from leo.text.birth import DEFAULT_BIRTH
from leo.text.tokens import is_word
from leo.text.tokens import tokens as tokens_of

__all__ = ["prose"]

VOCABULARY = 20_000
FAVOURITES = 24
FAITHFUL = 0.6
"""Probability that a word is followed by one of its favourites."""

SENTENCE = (5, 18)
"""Words of a sentence, at least and at most."""

SENTENCES = 6
"""Sentences of a paragraph."""

_ONSETS = """b br c cl d dr f fl g gr h j k l m n p pl r s sh sl st t th tr v w"""
_RHYMES = """a an ar e el en er i in is o on or u um ay oo ee ip at"""
_SYLLABLES = [onset + rhyme for onset in _ONSETS.split() for rhyme in _RHYMES.split()]


def _word(number: int) -> str:
    number += len(_SYLLABLES)  # two syllables at least
    word = ""
    while number:
        number, rest = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[rest]
    return word


def prose(tokens: int, seed: int = 1) -> Iterator[str]:
    """Give paragraphs until there are at least so many tokens.

    Parameters
    ----------
    tokens
        Words and marks in all.
    seed
        Of the text.
    """
    luck = Random(seed)
    heard = Counter(token.word for _, text in DEFAULT_BIRTH.texts for token in tokens_of(text))
    words = [word for word, _ in heard.most_common() if is_word(word)]
    words += [_word(rank) for rank in range(VOCABULARY - len(words))]
    zipf = list(accumulate(1 / (rank + 3) for rank in range(VOCABULARY)))
    ranks = range(VOCABULARY)
    near = list(accumulate(1 / (rank + 1) for rank in range(FAVOURITES)))
    favourites: dict[int, list[int]] = {}

    def follow(rank: int) -> int:
        if luck.random() >= FAITHFUL:
            return luck.choices(ranks, cum_weights=zipf)[0]
        if rank not in favourites:
            own = Random(f"{seed} {rank}")
            favourites[rank] = own.choices(ranks, cum_weights=zipf, k=FAVOURITES)
        return luck.choices(favourites[rank], cum_weights=near)[0]

    while tokens > 0:
        paragraph: list[str] = []
        for _ in range(SENTENCES):
            rank = follow(0)
            sentence = [words[rank]]
            for _ in range(luck.randint(*SENTENCE) - 1):
                rank = follow(rank)
                sentence.append(words[rank])
            tokens -= len(sentence) + 1
            paragraph.append(" ".join(sentence).capitalize() + ".")
        yield " ".join(paragraph)
