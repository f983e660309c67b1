"""Traces: what counts as the same words, and what is cut out of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.text.traces import CUT, Traces, has, parted, run_of, runs_of, words_of
from tests.strategies import babble, texts

SECRET = Traces(
    frozenset({"anna", "zanzibarella42"}),
    frozenset({("four", "seven", "one")}),
    frozenset({"zanz", "an"}),
)


def test_case_spaces_and_marks_make_no_difference() -> None:
    """A text is found by its words; a name also with what clings to it."""
    assert run_of("  My CAT’s here! ") == ("my", "cat", "s", "here")
    assert has("Look, my\n cat: it sleeps.", run_of("my cat"))
    assert has("Is it Mila's? Or Mila-Rose?", run_of("mila"))
    assert not has("I can. You stay.", run_of("can you"))
    assert not has("scatter", run_of("cat"))


def test_runs_stay_within_a_sentence() -> None:
    """Three words in a row, and a sentence of two words; never over a sentence's end."""
    assert runs_of("Good night. A b, c d. Yes.") == {
        ("good", "night"),
        ("a", "b", "c"),
        ("b", "c", "d"),
    }
    assert words_of("Yes. No!") == {"yes", "no"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Anna's hat is red.", "… hat is red."),
        ("ANNA!", "…!"),
        ("Is it four, seven one? No.", "Is it …? No."),
        ("four seven. One", "four seven. One"),
        ("anna zanzibarella42 anna", "…"),
        ("Anna-Anna, anna's", "…"),
        ("I saw zanz…", "I saw ……"),
        ("I saw zanz", "I saw …"),
        ("a zanz b", "a zanz b"),
        ("zanz.", "zanz."),
        ("", ""),
    ],
)
def test_only_the_trace_is_cut(text: str, left: str) -> None:
    """A word, words in a row, and a beginning where a text was shortened; the rest stays."""
    assert SECRET.cut(text) == left
    assert SECRET.cut(text) == left, "the second time it is remembered"
    assert SECRET.holds(text) == (text != left)


@given(texts)
def test_cutting_nothing_gives_the_text_itself(text: str) -> None:
    """A text without a trace is the same object, whatever is in it."""
    assert Traces().cut(text) is text


@given(babble)
def test_what_was_cut_holds_no_trace(heard: list[str]) -> None:
    """Whatever is a trace, cutting leaves none, and cutting again changes nothing."""
    traces = Traces(words_of(heard[0]), runs_of(heard[-1]))
    for text in heard:
        left = traces.cut(text)
        assert not words_of(left) & traces.words
        assert not runs_of(left) & traces.runs
        assert traces.cut(left) is left


def test_sentences_are_taken_out_whole() -> None:
    """What stands between two gaps stays together; a run may reach over a sentence's end."""
    text = "One two. Secret here!! Four five.\n\nSix.  The secret"
    assert parted(text, ("secret",)) == (
        ("One two. ", "Four five.\n\nSix.  "),
        ("Secret here!! ", "The secret"),
    )
    assert parted(text, run_of("two. Secret")) == (
        ("Four five.\n\nSix.  The secret",),
        ("One two. ", "Secret here!! "),
    )


@given(babble, st.integers(0, 5))
def test_parting_loses_nothing_else(heard: list[str], which: int) -> None:
    """Sentences are left or taken, and none is in both; what is left has the run no more."""
    text, run = " ".join(heard), run_of(heard[which % len(heard)])
    if not run:
        return
    left, taken = parted(text, run)
    assert not any(has(one, run) for one in left)
    assert any(has(one, run) for one in [" ".join(taken)])
    assert sum(map(len, (*left, *taken))) <= len(text)


def test_a_cut_is_shown() -> None:
    """What stands there instead is an ellipsis, which is no word."""
    assert run_of(CUT) == ()
