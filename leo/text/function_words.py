"""Which words carry content, and which only hold a sentence together."""

from functools import lru_cache

from leo.text.tokens import is_word

__all__ = ["FUNCTION_WORDS", "is_content"]

_WORDS = """
a about above after again all also always am an and any are aren't around as at away be
because been before being below beside between both but by can can't cannot could couldn't
did didn't do does doesn't doing don't down during each either else even ever every few for
from get gets got had has hasn't have haven't having he he's her here hers herself him
himself his how i i'd i'll i'm i've if in into is isn't it it's its itself just let let's
like many may me might mine more most much must my myself neither never no nor not now of
off on once one only or other our ours ourselves out over own perhaps please quite rather
really same shall she she's should so some still such than that that's the their theirs them
themselves then there there's these they they're this those though through till to too under
until up upon us very was wasn't we we're were weren't what what's when where which while
who whom whose why will with within without won't would wouldn't yes yet you you're your
yours yourself oh ok okay hey hi um uh
"""

FUNCTION_WORDS = frozenset(_WORDS.split())
"""English words that are too common to say what a text is about."""

MIN_CONTENT_LETTERS = 3
"""Letters a content word has at least, in scripts that write words with several letters."""


@lru_cache(maxsize=1 << 16)
def is_content(token: str) -> bool:
    """Tell whether a canonical token says what a text is about.

    Examples
    --------
    >>> [w for w in ("the", "red", "boat", ".") if is_content(w)]
    ['red', 'boat']
    """
    if not is_word(token) or token in FUNCTION_WORDS:
        return False
    return len(token) >= MIN_CONTENT_LETTERS or not token.isascii()
