"""Arithmetic: exact, or not at all."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leo.recall.arithmetic import DECIMALS, LONGEST, worked_out

numbers = st.integers(-99, 99)
signs = st.sampled_from("+-*/")


def told(text: str) -> str | None:
    """Work a text out, and give what is told."""
    found = worked_out(text)
    return None if found is None else found.text


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("2 + 2", "2 + 2 = 4"),
        ("what is 2 + 2?", "2 + 2 = 4"),
        ("35 / 7", "35 / 7 = 5"),
        ("7 / 3", "7 / 3 ≈ 2.33333"),
        ("5 / 0", None),
        ("3 * -5", "3 × -5 = -15"),
        ("-3 - -2", "-3 - -2 = -1"),
        ("0.1 + 0.2", "0.1 + 0.2 = 0.3"),
    ],
)
def test_the_table_of_the_spec(text: str, result: str | None) -> None:
    """Golden results; what has no end is rounded, and the sign says so."""
    assert told(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [("2+2", "2 + 2 = 4"), ("10-3", "10 - 3 = 7"), ("10 -3", "10 - 3 = 7"), ("7*8", "7 × 8 = 56")],
)
def test_a1_tight_signs_are_signs(text: str, result: str) -> None:
    """Corrected rule: without spaces it is the same sum."""
    assert told(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("2 + 2 + 2", "2 + 2 + 2 = 6"),
        ("2 + 3 * 4", "2 + 3 × 4 = 14"),
        ("(2 + 3) * 4", "(2 + 3) × 4 = 20"),
        ("-(2 + 3)^2", "-(2 + 3) ^ 2 = -25"),
        ("What is 1/3 + 1/6?", "1 / 3 + 1 / 6 = 0.5"),
        ("What is (1 + 2", None),
        ("What is 2 + ?", None),
    ],
)
def test_a2_the_whole_expression_or_nothing(text: str, result: str | None) -> None:
    """Corrected rule: never a part of what was asked; powers, signs, times, plus, in that order."""
    assert told(text) == result


@pytest.mark.parametrize(
    "text",
    [
        "1,000 + 2",
        "1,5 + 2",
        "1e5 + 1",
        "chapter 3/4",
        "Meet me on 3/4/2024.",
        "2024-05-06",
        "What is 2024-05-06?",
        "Call 555-1234.",
        "What is 555-1234?",
        "we won 3-2",
        "pages 10 - 12",
        "10:30 - 11:00",
        "$5 + $3",
        "50% + 2",
        "What is 3 % 2 + 1?",
        "007 + 1",
        "Version 3.4.5 - 2",
        "100 000 + 2",
        "x + 2",
        "the 5 + years",
        "seven plus 2",
        "2 plus two",
        "What is 2+2 and 3+3?",
        "half of 2 + 2",
        "2 + 3 million",
        "sqrt(4) + 2",
        "9^99",
        "2^0.5",
        "0^-1",
        "It was -5 outside.",
        "C++ 11",
        "-3",
        "",
        "   ",
        "What is the sum?",
    ],
)
def test_a3_what_may_be_something_else_is_left_alone(text: str) -> None:
    """Dates, telephones, scores, prices, separators, words: no answer, never a wrong one."""
    assert told(text) is None


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("What is 7 times 8?", "7 × 8 = 56"),
        ("12 divided by 5", "12 / 5 = 2.4"),
        ("10 minus 3.", "10 - 3 = 7"),
        ("3 plus 4 multiplied by 2", "3 + 4 × 2 = 11"),
        ("2 to the power of 10", "2 ^ 10 = 1024"),
        ("3 x 4", "3 × 4 = 12"),
        ("3x4", "3 × 4 = 12"),
        ("6 ÷ 4", "6 / 4 = 1.5"),
        ("5 − 7", "5 - 7 = -2"),
        ("2**3", "2 ^ 3 = 8"),
    ],
)
def test_a4_words_and_other_signs_are_understood(text: str, result: str) -> None:
    """Times, divided by, powers, brackets and the printer's signs."""
    assert told(text) == result


def test_a5_the_expression_is_written_evenly() -> None:
    """Corrected rule: whatever the spacing, it is told the same way."""
    assert told("  2+   2  ") == told("2 +2") == told("2 + 2 =") == "2 + 2 = 4"


@given(numbers, numbers, signs)
@example(5, 0, "/")
@example(0, 0, "/")
@example(-7, 3, "/")
def test_spaced_and_tight_agree_with_exact_arithmetic(a: int, b: int, sign: str) -> None:
    """For all small numbers and signs the two forms agree, and with fractions."""
    spaced, tight = told(f"What is {a} {sign} {b}?"), told(f"What is {a}{sign}{b}?")
    if sign == "/" and b == 0:
        assert spaced is None
        assert tight is None
        return
    one, other = Fraction(a), Fraction(b)
    exact = {"+": one + other, "-": one - other, "*": one * other, "/": one / (other or 1)}[sign]
    assert spaced == tight
    assert spaced is not None
    relation, result = spaced.split()[-2:]
    if relation == "=":
        assert Fraction(result) == exact
    else:
        assert float(result) == pytest.approx(float(exact), rel=1e-5)


@given(st.text(max_size=60))
def test_it_never_raises(text: str) -> None:
    """Any text is a sum or none."""
    found = worked_out(text)
    assert found is None or len(found.result) <= LONGEST + 16


def _chained(parts: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    """Put some parts in a row, with signs between them."""
    more = st.lists(st.tuples(signs, parts), min_size=1, max_size=most - 1)
    return st.builds(lambda one, rest: " ".join([one, *map(" ".join, rest)]), parts, more)


_plain = st.one_of(st.integers(0, 12).map(str), st.sampled_from(["0.5", "2.5", "0.1"]))
_powers = st.builds("{} ^ {}".format, _plain, st.integers(-2, 2))
_parts = st.one_of(_plain, _powers, st.one_of(_plain, _powers).map("-{}".format))
_brackets = st.one_of(
    st.builds("{}({})".format, st.sampled_from(["", "-"]), _chained(_parts, 2)),
    st.builds("({}) ^ {}".format, _chained(_plain, 2), st.integers(0, 2)),
)
sums = _chained(st.one_of(_parts, _brackets), 3)
"""Sums that can all be read, and whose results are short enough to be told."""


@given(sums)
@example("2 + 3 * 4")
@example("-2 ^ 2 - (1 - 0.5) ^ 2")
@example("1 / 3 + 1")
@example("1 / (2 - 2)")
@example("0 ^ -1 + 1")
def test_what_is_told_is_true(expression: str) -> None:
    """Whatever is a sum comes out as Python's own fractions have it, or rounded from that."""
    found = worked_out(f"what is {expression}?")
    try:
        value = _by_python(expression)
    except ZeroDivisionError:
        assert found is None
        return
    assert found is not None
    assert found.exact == ((value * 10**DECIMALS).denominator == 1)
    if found.exact:
        assert Fraction(found.result) == value
    else:
        assert float(found.result) == pytest.approx(float(value), rel=1e-5)


@given(st.lists(st.sampled_from([*"0123456789+-*/^(). x", "plus ", "?"]), max_size=24))
@example([*"2 + 3*4"])
@example([*"(7 x 8)-1", "plus ", "2"])
def test_what_is_told_of_scraps_is_true(pieces: list[str]) -> None:
    """Also what nobody meant for a sum is told right, if it is told."""
    found = worked_out("what is " + "".join(pieces))
    if found is None or not found.exact:
        return
    told_as = " ".join(found.pieces).replace("×", "*")
    assert _by_python(told_as) == Fraction(found.result)


def _by_python(expression: str) -> Fraction:
    """Let Python reckon with fractions; its order of signs is the usual one."""
    split = _split(expression.replace("^", "**"))
    number = "".join(f"Fraction('{p}')" if p[0].isdigit() else p for p in split)
    return Fraction(eval(number, {"Fraction": Fraction}))


def _split(expression: str) -> list[str]:
    import re

    return re.findall(r"\d+(?:\.\d+)?|\*\*|[()+\-*/]", expression)


@pytest.mark.parametrize("mark", [*".-+( )^", "- ", ". "])
def test_a_million_marks_are_looked_through_once(mark: str) -> None:
    """Marks without a number are no sum, and cost no more than their length."""
    assert told(mark * 1_000_000) is None


@pytest.mark.parametrize(
    "text",
    [
        "what is (((9 ^ 64) ^ 64) ^ 64) ^ 64?",
        "what is 2 ^ 64 ^ 64?",
        "what is " + "9" * 5_000 + " + 1?",
        "what is 7 / 3" + " * 99999999999999" * 80 + "?",
        "what is " + "(" * 5_000 + "1" + ")" * 5_000 + " + 1?",
        "what is " + "-" * 5_000 + "1?",
        "what is 1" + " + 1" * 5_000 + "?",
        "what is 1 / 3 ^ 63 ^ 63?",
    ],
    ids=["powers", "tower", "digits", "product", "brackets", "signs", "terms", "fraction"],
)
def test_a_sum_without_bounds_is_left_alone(text: str) -> None:
    """Nobody asks such a thing: no answer, no error, and no endless reckoning."""
    assert told(text) is None
