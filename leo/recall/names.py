"""Names that Leo hears, and what an observer does with a question about one."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from leo.text.function_words import FUNCTION_WORDS, is_content
from leo.text.tokens import MARKS, Token, is_word, tokens

__all__ = ["Answering", "Name", "answering", "names_in", "spoken_of"]

SHORTEST: Final = 2
LONGEST: Final = 40
"""Letters of a name."""

MOST_WORDS: Final = 4
"""Words of one name."""

SHOUTED: Final = 0.5
"""Share of words in capitals from which capitals say nothing."""

GREETINGS: Final = frozenset(["hello", "hi", "hey", "bye", "goodbye", "welcome", "thanks"])

REFUSALS: Final = (
    "no idea",
    "skip",
    "never mind",
    "nevermind",
    "i don't know",
    "i do not know",
    "don't know",
    "dunno",
    "no clue",
    "forget it",
    "not telling",
    "i won't tell",
    "don't ask",
    "do not ask",
    "none of your business",
)
"""Whole words that refuse an answer."""

_TELLS = """
he she it they him her them his their its this that these he's she's it's they're that's
a an the my our one some just somebody someone something called named means
"""
TELLS: Final = frozenset(_TELLS.split())
"""Words with which one tells who or what something is."""

_OPENERS = """
what why how who when where which can could do does did is are will would tell let
"""
OPENERS: Final = frozenset(_OPENERS.split())
"""Words that open a question or a request."""

_FOLLOWS = """
is was has had will would can could does did and isn't wasn't hasn't won't can't doesn't
"""
FOLLOWS: Final = frozenset(_FOLLOWS.split())
"""Words before which the first word of a sentence is somebody or something."""

ASIDE: Final = 2
"""Words of a message that is no more than a nod."""

Answering = Literal["answer", "refusal", "new topic", "aside"]


@dataclass(frozen=True, slots=True)
class Name:
    """A name: its canonical words joined by spaces, and how it is written."""

    key: str
    shown: str


def names_in(
    text: str, unknown: Container[str], asked: Container[str] = frozenset()
) -> tuple[Name, ...]:
    """Find the names in a text that Leo does not know, in order, each once.

    Inside a sentence a capital makes a name. At its beginning it does only if nobody ever
    said the word, and what follows is said of somebody. Neighbouring names are one name. At
    least one of its words must be unknown.

    Parameters
    ----------
    text
        What was said.
    unknown
        Canonical words that the field has never heard.
    asked
        Keys of names that were asked for without an answer; they stay unknown.
    """
    heard = tokens(text)
    if _shouted(heard):
        return ()
    found: dict[str, Name] = {}
    for run in _runs(heard, unknown):
        name = Name(" ".join(t.word for t in run), " ".join(t.written for t in run))
        if name.key in asked or any(token.word in unknown for token in run):
            found.setdefault(name.key, name)
    return tuple(found.values())


def _shouted(heard: Sequence[Token]) -> bool:
    words = [token.written for token in heard if is_word(token.word) and len(token.written) > 1]
    loud = sum(word.isupper() for word in words)
    return len(words) > 2 and loud > SHOUTED * len(words)


def _runs(heard: Sequence[Token], unknown: Container[str]) -> list[list[Token]]:
    runs: list[list[Token]] = [[]]
    for place, token in enumerate(heard):
        if token.word in MARKS or not _is_name(heard, place, unknown):
            runs.append([])
        else:
            if len(runs[-1]) == MOST_WORDS or token.opens:
                runs.append([])
            runs[-1].append(token)
    return [run for run in runs if run]


def _is_name(heard: Sequence[Token], place: int, unknown: Container[str]) -> bool:
    token = heard[place]
    letters = sum(letter.isalpha() for letter in token.written)
    if not SHORTEST <= letters <= LONGEST or len(token.written) > LONGEST:
        return False
    if token.word in FUNCTION_WORDS or not any(letter.isupper() for letter in token.written):
        return False
    if not token.opens:
        return True
    loud = token.written.isupper()
    return not loud and token.word in unknown and _spoken_about(heard, place, unknown)


def _spoken_about(heard: Sequence[Token], place: int, unknown: Container[str]) -> bool:
    """Tell whether the first word of a sentence is somebody, by the word that follows."""
    if place + 1 == len(heard):
        return True
    after = heard[place + 1]
    if after.word in MARKS or after.word in FOLLOWS or after.written[:1].isupper():
        return after.word != "i" and after.word not in FUNCTION_WORDS - FOLLOWS
    return after.word.endswith(("s", "ed")) and after.word not in unknown


def spoken_of(heard: Sequence[str], names: Container[str], most: int) -> tuple[str, ...]:
    """List the known names in a prompt's tokens, each once; longer names go before their parts.

    Parameters
    ----------
    heard
        Canonical tokens.
    names
        Keys of known names.
    most
        Names at most.
    """
    found: dict[str, None] = {}
    at = 0
    while at < len(heard) and len(found) < most:
        for size in range(MOST_WORDS, 0, -1):
            key = " ".join(heard[at : at + size])
            if key in names:
                found[key] = None
                at += size - 1
                break
        at += 1
    return tuple(found)


def answering(text: str, name: str) -> Answering:
    """Tell what an observer's words do with the question about a name.

    Parameters
    ----------
    text
        What was said after the question.
    name
        Key of the name that was asked for.
    """
    heard = [token.word for token in tokens(text)]
    words = [word for word in heard if is_word(word)]
    line = f" {' '.join(words)} "
    if any(f" {phrase} " in line for phrase in REFUSALS) or words in (["no"], ["nothing"]):
        return "refusal"
    if "?" in heard or (words and words[0] in OPENERS | GREETINGS):
        return "new topic"
    if f" {name} " in line:
        return "answer"
    if len(words) <= ASIDE and not any(word in TELLS for word in words):
        return "aside"
    told = any(word in TELLS for word in words[:3]) and any(is_content(word) for word in words)
    return "answer" if told else "new topic"
