"""Which mark may end a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.text.moods import fitting_ends
from leo.text.tokens import SENTENCE_ENDS, tokens


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ("Are you cold", "?"),
        ("Did it rain", "?"),
        ("The rain is warm", ".!…"),
        ("Tomas makes a fire in the morning", ".!…"),
        ("What a day", ".!…?"),
        ("When I sleep, the house is quiet", ".!…?"),
        ("You are cold, aren't you", ".!…?"),
        ("It rains, and what do you do", ".!…?"),
        ("I know what you like", ".!…"),
        ("Лодка плывёт", ".!…?"),
        ("Boats", ".!…?"),
    ],
)
def test_marks_that_fit(said: str, ends: str) -> None:
    """A question that opens like one, a statement, and what may be either."""
    assert fitting_ends([token.word for token in tokens(said)]) == set(ends)


@given(st.lists(st.sampled_from("are you the rain , and what boat лодка".split()), min_size=1))
def test_some_mark_always_fits(sentence: list[str]) -> None:
    """Every sentence can end."""
    ends = fitting_ends(sentence)
    assert ends
    assert ends <= SENTENCE_ENDS
