"""Tokens to text: spacing and capitals, word by word.

It is a small function over tokens, so it can run while Leo is still speaking, and running
it again over its own result changes nothing. It never deletes or replaces a word.
"""

from collections.abc import Callable, Iterable

import regex

from leo.text.tokens import MARKS, SENTENCE_ENDS

__all__ = ["capital", "join", "sentences", "shown", "spacing"]

_ENDED = regex.compile(r"(?<=[.!?…])\s+")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")


def spacing(before: str | None, token: str) -> str:
    """Give the white space that stands between two neighbouring tokens."""
    if before is None or (token in MARKS and token != "—"):
        return ""
    if _UNSPACED.match(token) and _UNSPACED.match(before):
        return ""
    return " "


def capital(form: str) -> str:
    """Raise the first letter, and leave the rest as it is written.

    A letter whose capital does not lead back to it (such as the German sharp s) stays.
    """
    first = form[:1]
    raised = first.upper()
    return raised + form[1:] if raised.lower() == first.lower() else form


def shown(before: str | None, token: str, form: str) -> str:
    """Give a token as it appears in running text: white space, then the written form.

    Parameters
    ----------
    before
        The canonical token before it, ``None`` at the beginning.
    token
        The canonical token.
    form
        How the word is usually written.
    """
    opens = before is None or before in SENTENCE_ENDS
    return spacing(before, token) + (capital(form) if opens else form)


def join(words: Iterable[str], form: Callable[[str], str] = str) -> str:
    """Write canonical tokens as text.

    Parameters
    ----------
    words
        Canonical tokens.
    form
        Gives the usual written form of a word; by default the word itself.
    """
    text: list[str] = []
    before: str | None = None
    for word in words:
        text.append(shown(before, word, form(word)))
        before = word
    return "".join(text)


def sentences(text: str) -> tuple[str, ...]:
    """Cut text after each sentence's end.

    Examples
    --------
    >>> sentences("Good. It is raining! Is it")
    ('Good.', 'It is raining!', 'Is it')
    """
    return tuple(one for one in _ENDED.split(text.strip()) if one)
