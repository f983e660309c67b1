"""The records: deeply immutable, and the same after a trip through JSON."""

import dataclasses
import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.errors import TurnFormatError
from leo.records import (
    Fault,
    Growth,
    Influence,
    Learned,
    Note,
    Pull,
    Turn,
    UnknownNote,
    Weight,
)
from leo.testing import SpyNote, make_turn
from leo.text.tokens import clean
from tests.strategies import texts


@dataclass(frozen=True, slots=True)
class DreamLikeNote(Note):
    """A note with a nested value, as a module would write it."""

    lines: tuple[str, ...]
    depth: float


def walk(value: Any) -> None:
    """Fail on anything in a record that could be changed."""
    if dataclasses.is_dataclass(value):
        assert value.__dataclass_params__.frozen, type(value)  # type: ignore[union-attr]
        for field in dataclasses.fields(value):
            walk(getattr(value, field.name))
    elif isinstance(value, tuple):
        for one in value:
            walk(one)
    else:
        assert isinstance(value, str | int | float | None), type(value)


def test_a_turn_is_immutable_all_the_way_down() -> None:
    """Only frozen records, tuples and plain values are in it."""
    walk(make_turn(notes=(SpyNote("spy", ("before",), 1), DreamLikeNote(("a",), 0.5))))


@given(texts, texts, st.integers(1, 10**6), st.floats(0, 1))
def test_a_turn_survives_json(prompt: str, reply: str, number: int, echo: float) -> None:
    """Reading what was written gives the same Turn, whatever was said."""
    turn = make_turn(
        number,
        clean(prompt),
        reply=clean(reply),
        external_vocab=echo,
        notes=(SpyNote("spy", ("before", "after"), 3), DreamLikeNote((clean(prompt),), echo)),
        faults=(Fault("spy", "after", "KeyError: 'x'", "Traceback"),),
        learned=(Learned("ring", Growth(1, 2, 3, 4, 5), clean(reply)),),
    )
    again = Turn.from_json(turn.to_json())

    assert again == turn
    assert again.to_json() == turn.to_json()
    assert again.faults[0].traceback == "Traceback"
    assert again.timings == turn.timings


def test_a_note_of_an_unknown_kind_is_kept() -> None:
    """A Leo whose module is gone keeps its notes as they were written."""
    turn = make_turn(notes=(DreamLikeNote(("a", "b"), 0.5),))
    stranger = turn.to_json().replace("DreamLikeNote", "GoneNote")
    again = Turn.from_json(stranger)

    [note] = again.notes
    assert isinstance(note, UnknownNote)
    assert (note.kind, json.loads(note.data)) == ("GoneNote", {"lines": ["a", "b"], "depth": 0.5})
    assert again.to_json() == stranger


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a stored Turn"),
        ("[]", "format None"),
        ('{"format": 99}', "format 99"),
        ('{"format": 1, "notes": []}', "damaged"),
        ('{"format": 1}', "its notes are None"),
        ('{"format": 1, "notes": [1]}', "is no note"),
        ('{"format": 1, "notes": [{"kind": [], "data": 1}]}', "is no note"),
        ("[" * 100_000, "not a stored Turn"),
    ],
)
def test_what_is_no_turn_is_refused(text: str, message: str) -> None:
    """The error says what is wrong."""
    with pytest.raises(TurnFormatError, match=message):
        Turn.from_json(text)


def test_a_damaged_field_is_named() -> None:
    """A value of the wrong type is reported by its place."""
    plain = json.loads(make_turn().to_json())
    plain["quality"]["overall"] = "good"
    with pytest.raises(TurnFormatError, match=r"quality\.overall"):
        Turn.from_json(json.dumps(plain))


def test_timings_and_tracebacks_stand_outside_equality() -> None:
    """Two equal turns may have taken different times."""
    turn = make_turn(faults=(Fault("a", "b", "c", "here"),))
    other = replace(turn, timings=(), faults=(Fault("a", "b", "c", "there"),))

    assert other == turn
    assert other.without_timings().to_json() == turn.without_timings().to_json()
    assert other.to_json() != turn.to_json()


def test_texts_are_told_with_their_sources() -> None:
    """Prompt and reply are not stored twice, and come back in the order of learning."""
    learned = (
        Learned("ring", Growth(), "a thought"),
        Learned("observer", Growth(), None),
        Learned("reply", Growth(), None),
    )
    turn = make_turn(prompt="Hi.", reply="Yes.", learned=learned)

    assert turn.texts() == (("ring", "a thought"), ("observer", "Hi."), ("reply", "Yes."))


factors = st.floats(0.25, 4)
influences = st.builds(
    Influence,
    factors,
    factors,
    st.floats(0, 1),
    st.lists(st.builds(Weight, st.just("creative"), st.floats(-1, 1)), max_size=2).map(tuple),
    st.lists(
        st.builds(Pull, st.just("moon"), st.floats(0, 1), st.just("recall"), st.just("me")),
        max_size=2,
    ).map(tuple),
)


@given(influences, influences, influences)
def test_influence_is_a_monoid(a: Influence, b: Influence, c: Influence) -> None:
    """Leaning nowhere is neutral, and it does not matter how leans are bracketed."""
    assert a + Influence() == a == Influence() + a
    left, right = (a + b) + c, a + (b + c)
    assert left.temperature == pytest.approx(right.temperature)
    assert left.length == pytest.approx(right.length)
    assert (left.wound, left.experts, left.pulls) == (right.wound, right.experts, right.pulls)


@pytest.mark.parametrize("place", ["prompt", "reply"])
@pytest.mark.parametrize("lone", ["\\ud800", "\\uDFFF", "\ud800"])
def test_a_stored_turn_with_half_a_letter_is_damaged(place: str, lone: str) -> None:
    """A lone surrogate can be written into no file: it is refused when it is read."""
    turn = make_turn(prompt="@") if place == "prompt" else make_turn(reply="@")
    stored = turn.to_json().replace('"@"', f'"{lone}"')
    with pytest.raises(TurnFormatError, match="surrogate"):
        Turn.from_json(stored)


def test_a_pair_of_surrogates_is_a_letter() -> None:
    """Other programs write an emoji as two halves; both together are whole."""
    turn = make_turn(prompt="@")
    stored = turn.to_json().replace('"prompt":"@"', '"prompt":"\\ud83c\\udf89"')
    assert Turn.from_json(stored).prompt == "🎉"


def test_the_error_of_a_damaged_turn_is_short() -> None:
    """However long what is wrong is, the error quotes its beginning and says where it stood."""
    stored = make_turn().to_json().replace('"start"', f'"{"moon" * 100_000}"', 1)
    with pytest.raises(TurnFormatError, match=r"(?s)moon.*context`$") as found:
        Turn.from_json(stored)
    assert len(str(found.value)) < 500
