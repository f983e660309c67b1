"""Text to tokens: one tokenizer for everything Leo hears and says.

A token is a word or one mark. Words are Unicode words after UAX #29 in spirit: letters,
combining marks and digits of any script, held together by apostrophes and hyphens inside
(``don't``, ``ding-dong``), or a number with its separators (``3.14``). Scripts that write
no spaces (Han, Hiragana, Katakana) are segmented by character. The canonical form is
lower-case NFC with the straight apostrophe; how a word is usually written is kept beside
it, so that speech can restore it.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

__all__ = [
    "DASHES",
    "MARKS",
    "MAX_TOKEN",
    "SENTENCE_ENDS",
    "Token",
    "clean",
    "is_word",
    "named",
    "pieces",
    "placed",
    "slices",
    "tokens",
    "whole",
]

MAX_TOKEN = 64
"""Characters; a longer run is cut (spec of the input, not of any language)."""

SLICE = 8192
"""Characters looked through at once."""

KNOWN_WORDS = 1 << 15
"""Words, as written, whose tokens are kept at hand: a text is made of few, again and again."""

DASHES = "-–—"
"""Characters that are one mark where they stand between words."""

SENTENCE_ENDS = frozenset({".", "!", "?", "…"})
"""Marks that end a sentence."""

MARKS = SENTENCE_ENDS | {",", ";", ":", "—"}
"""Every mark that is a token; all other punctuation is a separator."""

_SCRIPT = r"[\p{Han}\p{Hiragana}\p{Katakana}]"
_LETTER = rf"(?:(?!{_SCRIPT})[\p{{L}}\p{{M}}\p{{N}}])"
_TOKEN = regex.compile(
    rf"""
    \p{{N}}+(?:[.,]\p{{N}}+)+            # 3.14  1,000
    | {_SCRIPT}                          # one character, one token
    | {_LETTER}+(?:['\-]{_LETTER}+)*     # words, don't, ding-dong
    | \.{{3,}} | …                       # an ellipsis is one mark
    | [.,!?;:]
    | (?<=\s)[{DASHES}]+(?=\s) | —       # a dash between words
    """,
    regex.VERBOSE,
)
_CUT = regex.compile(rf"(?<=\s)(?=[\p{{L}}\p{{N}}])|(?<![{DASHES}])(?={_SCRIPT})(?=\p{{L}})")
"""Where a long text may be cut: no token and no rule for one reaches across."""
_INSIDE = "'-.,"  # what holds a word or number together, and never ends it
_SURROGATES = regex.compile("[\ud800-\udfff]+")
_STACKED = regex.compile(r"(\P{ccc=0}{30})(?=\P{ccc=0})")
_JOINER = "\u034f"
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'"})
_WIDE_MARKS = str.maketrans({"。": ".", "！": "!", "？": "?", "，": ",", "、": ","})


@dataclass(frozen=True, slots=True)
class Token:
    """One token as heard.

    Attributes
    ----------
    word
        Canonical form; equal words compare equal here.
    written
        As it stood in the text.
    opens
        True for the first word of a sentence, where a capital says nothing.
    """

    word: str
    written: str
    opens: bool


_MARKS = {mark: Token(mark, mark, opens=False) for mark in MARKS}


def clean(text: str) -> str:
    """Replace what no file or browser can carry (NUL, lone surrogates) by U+FFFD."""
    plain = text.replace("\0", "\ufffd")
    if plain.isascii():
        return plain
    return _SURROGATES.sub(lambda run: "\ufffd" * len(run[0]), plain)


def is_word(token: str) -> bool:
    """Tell words from marks."""
    return token not in MARKS


def _word(piece: str, opens: bool) -> Token:
    return Token(*_written(piece), opens)


def _written(piece: str) -> tuple[str, str]:
    lowered = unicodedata.normalize("NFC", piece.lower())
    return lowered[:MAX_TOKEN].rstrip(_INSIDE), piece[:MAX_TOKEN].rstrip(_INSIDE)


_met = lru_cache(maxsize=KNOWN_WORDS)(_word)


def slices(text: str) -> Iterator[str]:
    """Cut a long text into parts that can be looked at one by one.

    One call for a whole book would not let go of the interpreter.
    """
    begin = 0
    while begin < len(text):
        cut = _CUT.search(text, begin + SLICE, concurrent=False)
        end = cut.start() if cut else len(text)
        yield text[begin:end]
        begin = end


def pieces(text: str) -> list[str]:
    """Cut a short text into the pieces that `named` makes tokens of."""
    # most are letters of one alphabet, of which nothing is to be made plain
    return _TOKEN.findall(text if text.isascii() else _plain(text))


def named(piece: str) -> tuple[str, str]:
    """Give a piece's canonical form, and how it is written."""
    piece = _plain_mark(piece)
    return (piece, piece) if piece in MARKS else _written(piece)


def _plain_mark(piece: str) -> str:
    if piece[0] == ".":
        return "." if len(piece) == 1 else "…"
    return "—" if piece[0] in DASHES else piece


def tokens(text: str) -> tuple[Token, ...]:
    """Split text into tokens, in order.

    The result is the same on every path, and reading the joined canonical forms again
    gives the same words (`leo.text.prose.join` is its counterpart).
    """
    told = _told(_TOKEN.findall(_plain(text)))
    return tuple([token for token in told if token is not None])


def whole(text: str) -> str:
    """Give a text in the form in which `placed` counts its characters.

    Thirty marks on one letter are followed by a joiner (Unicode's stream-safe format): sorting
    them takes the square of their number.
    """
    plain = clean(text)
    if plain.isascii():
        return plain
    return unicodedata.normalize("NFC", _STACKED.sub(rf"\1{_JOINER}", plain))


def placed(text: str) -> Iterator[tuple[Token, int, int]]:
    """Go through the tokens of a text, each with where it begins and ends in `whole`."""
    matches = list(_TOKEN.finditer(_plain(text)))
    for token, match in zip(_told([one.group() for one in matches]), matches, strict=True):
        if token is not None:
            yield token, *match.span()


def _told(found: Iterable[str]) -> Iterator[Token | None]:
    """Give the token of each piece of a text, ``None`` for a mark that is repeated."""
    before, opens = "", True
    for piece in found:
        mark = _MARKS.get(piece) or _MARKS.get(_plain_mark(piece))
        if mark is None:
            token = _met(piece, opens) if len(piece) <= MAX_TOKEN else _word(piece, opens)
            before, opens = token.word, False
            yield token
        elif before == mark.word:  # "!!!" says no more than "!", and ". . ." is no ellipsis
            yield None
        else:
            before, opens = mark.word, opens or mark.word in SENTENCE_ENDS
            yield mark


def _plain(text: str) -> str:
    plain = whole(text)
    return plain if plain.isascii() else plain.translate(_APOSTROPHES).translate(_WIDE_MARKS)
