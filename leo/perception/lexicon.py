"""Small word lists that touch a feeling; each chamber's cues, in our own selection."""

import regex

__all__ = [
    "CURIOUS",
    "FEAR",
    "INTENSE",
    "LAUGHING",
    "LAUGHTER",
    "PLAYFUL",
    "REFUSAL",
    "VOID",
    "WARM",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WARM = _words(
    "love loved loving heart dear darling friend friends friendly kind kindness gentle tender "
    "warm warmth hug hold thank thanks thankful glad happy feel care caring together sweet "
    "smile welcome trust"
)
CURIOUS = _words(
    "what why how when where who which wonder curious tell explain mean learn think know find "
    "discover explore imagine secret question maybe perhaps could might guess understand feel"
)
INTENSE = _words(
    "very so really always never must now everything nothing all completely extremely urgent "
    "immediately please absolutely totally most forever hurry"
)
FEAR = _words(
    "afraid fear scared scary frightened terror worry worried anxious panic danger dangerous "
    "dark threat nightmare monster hurt alarm dread"
)
VOID = _words(
    "empty emptiness nothing nobody alone lonely loneliness silent silence void gone lost "
    "meaningless numb hollow forgotten vanish absence nowhere hopeless"
)
PLAYFUL = _words(
    "play playing game games fun funny joke laugh silly giggle tickle dance magic trick riddle "
    "hide seek jump toy bubble puzzle"
)
REFUSAL = _words("don't can't won't never stop")
LAUGHTER = _words("haha hahaha hehe lol")
LAUGHING = regex.compile(r"[😀😄😂🤣😜🎉😊]|(?<![\w(]):[D)](?!\w)|(?<!\w)<3(?!\w)")
"""Laughing signs; typed ones stand alone (``Time:Dinner`` and ``x<3`` are no laughter)."""
