"""Arithmetic: a sum that stands in a text, worked out exactly, or left alone.

Numbers are fractions, so ``0.1 + 0.2`` is 0.3. What may be a date, a telephone number, a
score, a price, a time or a thousands separator is left alone: no answer is better than a
wrong one.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import regex

__all__ = ["Sum", "worked_out"]

LONGEST: Final = 15
"""Digits of a result that is still told."""

DECIMALS: Final = 10
"""Decimals up to which a result is told exactly."""

ROUNDED: Final = 6
"""Digits of a result that has no end, told after the sign for about."""

HIGHEST_POWER: Final = 64

MOST_PIECES: Final = 100
"""Numbers, signs and brackets of a sum; a longer one is no question that anybody asks."""

MOST_BITS: Final = 4096
"""Of a numerator or denominator on the way to a result: powers of powers have no end."""

SHORT: Final = 3
"""Digits of the numbers in a bare ``10-3``; longer ones may be anything."""

_WORDS: Final = (
    (r"\bdivided by\b", "/"),
    (r"\b(?:times|multiplied by)\b", "*"),
    (r"\bplus\b", "+"),
    (r"\bminus\b", "-"),
    (r"\bto the power of\b", "^"),
    (r"(?<=[\d)]\s?)[x×·](?=\s?[\d(])", "*"),
    ("÷", "/"),
    ("−", "-"),
    (r"\*\*", "^"),
)
_RUN: Final = regex.compile(r"[\d.()+\-*/^ ]++")
_DIGIT: Final = regex.compile(r"\d")
_SIGN: Final = regex.compile(r"[+\-*/^]")
_NUMBER: Final = r"(?:0|[1-9]\d*)(?:\.\d+)?"
_PIECE: Final = regex.compile(rf"\s*({_NUMBER}|[()+\-*/^])")
_ASKED: Final = regex.compile(
    r"\b(?:what(?:'s| is| are)|how much|how many|calculate|compute|work out|sum|add)\b|=|\?",
    regex.IGNORECASE,
)
_BEYOND: Final = regex.compile(
    r"%|\b(?:percent|squared|cubed|root|half|third|quarter|dozen|hundred|thousand|million|billion|"
    r"factorial|modulo|mod|log|one|two|three|four|five|six|seven|eight|nine|ten)\b",
    regex.IGNORECASE,
)
"""What belongs to a sum and is not understood here."""

_TELEPHONE: Final = regex.compile(r"\d{3}-\d{4}")
_BEFORE: Final = frozenset(",;%$€£#_@'\"/\\")
"""Marks that make a number beside them something else than a number to reckon with."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum and what it comes to.

    Attributes
    ----------
    pieces
        The expression, number by number: each with the sign before it, as it is written.
    exact
        Whether the result is the whole truth, or rounded.
    result
        As it is written.
    """

    pieces: tuple[str, ...]
    exact: bool
    result: str

    @property
    def text(self) -> str:
        """The sum as it is told: ``2 + 2 = 4``."""
        return f"{' '.join(self.pieces)} {'=' if self.exact else '≈'} {self.result}"


class _NoSumError(Exception):
    """The text holds no sum that can be worked out."""


def worked_out(text: str) -> Sum | None:
    """Find the one sum in a text and work it out.

    Understood are ``+ - * / ^``, ``x × · ÷ −``, brackets, and the words plus, minus, times,
    multiplied by, divided by, to the power of.

    Parameters
    ----------
    text
        Whatever somebody said.

    Returns
    -------
    Sum or None
        ``None`` if there is no sum, more than one, or one that may be something else.
    """
    if _BEYOND.search(text):
        return None
    plain = text
    for words, sign in _WORDS:
        plain = regex.sub(words, sign, plain, flags=regex.IGNORECASE)
    runs = [
        match
        for match in _RUN.finditer(plain)
        if _DIGIT.search(match.group()) and _SIGN.search(match.group())
    ]
    if len(runs) != 1:
        return None
    found = runs[0].group().strip(" .")
    if not _alone(plain, runs[0]) or not _meant(plain, found):
        return None
    try:
        return _told(found)
    except (_NoSumError, ZeroDivisionError):
        return None


def _alone(text: str, run: "regex.Match[str]") -> bool:
    """Tell whether nothing clings to the run that would make it something else."""
    before, after = text[: run.start()], text[run.end() :]
    if not run.group().startswith(" "):
        if before[-1:].isalnum() or before[-1:] in _BEFORE:
            return False
        if before.endswith(":") and before[-2:-1].isdigit():
            return False
    tight = not run.group().endswith(" ")
    following = after[:1]
    if tight and (following.isalpha() or following in {"%", "_", "°"}):
        return False
    return not (tight and following in {",", ":", "'"} and after[1:2].isdigit())


def _meant(text: str, found: str) -> bool:
    """Tell a sum from a date, a telephone number, a score or a chapter."""
    signs = regex.findall(r"(?<=[\d)])\s*[+\-*/^]", found)
    tight = " " not in found
    doubtful = all(sign.strip() in {"-", "/"} for sign in signs)
    if tight and doubtful and (len(signs) > 1 or _TELEPHONE.fullmatch(found)):
        return False
    if not doubtful or _ASKED.search(text):
        return True
    if text.strip(" .!=") != found:
        return False
    return not tight or all(len(number) <= SHORT for number in regex.findall(r"\d+", found))


# ---------------------------------------------------------------- working it out


def _told(found: str) -> Sum:
    pieces = _pieces(found)
    if len(pieces) < 3:
        raise _NoSumError
    reader = _Reader(pieces)
    value = reader.whole()
    exact, result = _written(value)
    return Sum(_spaced(pieces), exact, result)


def _pieces(found: str) -> list[str]:
    pieces: list[str] = []
    at = 0
    while at < len(found):
        match = _PIECE.match(found, at)
        if match is None:
            raise _NoSumError
        if pieces and pieces[-1][0].isdigit() and match[1][0].isdigit():
            raise _NoSumError  # two numbers side by side, or a leading zero
        pieces.append(match[1])
        at = match.end()
        if len(pieces) > MOST_PIECES or len(match[1]) > MOST_BITS // 4:
            raise _NoSumError
    return pieces


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _bounded(value: Fraction) -> Fraction:
    if _bits(value) > MOST_BITS:
        raise _NoSumError
    return value


class _Reader:
    """Reads pieces by the usual order: powers, then signs, then times, then plus."""

    def __init__(self, pieces: list[str]) -> None:
        self._pieces, self._at = pieces, 0

    def whole(self) -> Fraction:
        value = self._sum()
        if self._at != len(self._pieces):
            raise _NoSumError
        return value

    def _next(self, *wanted: str) -> str | None:
        if self._at < len(self._pieces) and self._pieces[self._at] in wanted:
            self._at += 1
            return self._pieces[self._at - 1]
        return None

    def _sum(self) -> Fraction:
        value = self._product()
        while sign := self._next("+", "-"):
            other = self._product()
            value = _bounded(value + other if sign == "+" else value - other)
        return value

    def _product(self) -> Fraction:
        value = self._signed()
        while sign := self._next("*", "/"):
            other = self._signed()
            value = _bounded(value * other if sign == "*" else value / other)
        return value

    def _signed(self) -> Fraction:
        if self._next("-"):
            return -self._signed()
        return self._power()

    def _power(self) -> Fraction:
        base = self._atom()
        if not self._next("^"):
            return base
        power = self._signed()
        if power.denominator != 1 or abs(power) > HIGHEST_POWER:
            raise _NoSumError
        if _bits(base) * abs(power.numerator) > MOST_BITS:
            raise _NoSumError
        return Fraction(base**power.numerator)

    def _atom(self) -> Fraction:
        if self._next("("):
            value = self._sum()
            if not self._next(")"):
                raise _NoSumError
            return value
        if self._at < len(self._pieces) and self._pieces[self._at][0].isdigit():
            self._at += 1
            return Fraction(self._pieces[self._at - 1])
        raise _NoSumError


def _written(value: Fraction) -> tuple[bool, str]:
    """Write a result: whole, or with all its decimals, or rounded."""
    if value.denominator == 1:
        text = str(value.numerator)
        if len(text.lstrip("-")) > LONGEST:
            raise _NoSumError
        return True, text
    shifted = value * 10**DECIMALS
    if shifted.denominator == 1:
        sign = "-" if value < 0 else ""
        whole, rest = divmod(abs(shifted.numerator), 10**DECIMALS)
        if len(str(whole)) + DECIMALS > LONGEST + DECIMALS:
            raise _NoSumError
        return True, f"{sign}{whole}." + f"{rest:0{DECIMALS}d}".rstrip("0")
    try:
        return False, f"{float(value):.{ROUNDED}g}"
    except OverflowError:
        raise _NoSumError from None


def _spaced(pieces: list[str]) -> tuple[str, ...]:
    """Put the pieces together as one writes them: ``-3``, ``- 2``, ``(2``, ``3)``."""
    shown: list[str] = []
    glue = ""
    for i, piece in enumerate(pieces):
        binary = i > 0 and (pieces[i - 1][0].isdigit() or pieces[i - 1] == ")")
        if piece == ")":
            shown[-1] += piece
        elif piece in "+-*/^" and binary:
            glue += {"*": "×"}.get(piece, piece) + " "
        elif piece in "(-":
            glue += piece
        else:
            shown.append(glue + piece)
            glue = ""
    return tuple(shown)
