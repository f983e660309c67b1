"""Which mark may end a sentence, by how it or a clause in it opens; a rule of English."""

from collections.abc import Sequence
from typing import Final

from leo.text.function_words import FUNCTION_WORDS
from leo.text.tokens import SENTENCE_ENDS

__all__ = ["fitting_ends"]

_INVERTED = """
am is are was were do does did can could may might shall should will would has had
isn't aren't wasn't weren't doesn't didn't can't couldn't shouldn't won't wouldn't hasn't hadn't
"""

INVERTED: Final = frozenset(_INVERTED.split())
"""Verbs that open a question when they stand first."""

_WH = "what who whom whose which where when why how"

ASKING: Final = INVERTED.union(_WH.split())
"""Words that a question may open with."""

JOINTS: Final = frozenset({",", ";", ":", "—", "and", "but", "or", "so"})
"""After these a clause may open like a question."""

QUESTION: Final = frozenset({"?"})
STATEMENT: Final = SENTENCE_ENDS - QUESTION


def fitting_ends(sentence: Sequence[str]) -> frozenset[str]:
    """Give the marks that fit a sentence of these canonical tokens.

    Where no word is one that holds English sentences together, every mark fits.

    Examples
    --------
    >>> sorted(fitting_ends("are you cold".split()))
    ['?']
    >>> "?" in fitting_ends("the rain is warm".split())
    False
    >>> "?" in fitting_ends("you are cold , aren't you".split())
    True
    """
    if FUNCTION_WORDS.isdisjoint(sentence):
        return SENTENCE_ENDS
    if sentence[0] in INVERTED:
        return QUESTION
    begins = (0, *(i + 1 for i, word in enumerate(sentence) if word in JOINTS))
    if any(sentence[i] in ASKING for i in begins if i < len(sentence)):
        return SENTENCE_ENDS
    return STATEMENT
