"""Cutting: what a Turn quotes of a forgotten text goes, and the rest of it stays."""

import json
from dataclasses import dataclass, replace
from typing import Literal

import pytest

from leo.notes import Ring, Rings
from leo.records import (
    ActiveTheme,
    Candidate,
    Fault,
    Growth,
    Influence,
    Label,
    Learned,
    Note,
    Pull,
    Source,
    Turn,
    UnknownNote,
)
from leo.records.cutting import Cutter, cut_turn
from leo.reflection.episodes import EpisodeNote, Neighbour
from leo.testing import make_turn
from leo.text.traces import Traces, run_of

WORDS = frozenset({"topaz", "gravity", "start", "leo", "echo", "observer", "mathbrain"})
"""A secret, and words that the program uses too."""

CUTTER = Cutter(Traces(WORDS, frozenset({run_of("warm red piano")})), {3})


@dataclass(frozen=True, slots=True)
class DiaryNote(Note):
    """A student's note of every shape."""

    text: str
    kind: Label
    mood: Literal["gravity", "joy"]
    said: tuple[tuple[str, Source], ...]
    words: dict[str, list[str]]
    best: str | None = None


@dataclass(frozen=True, slots=True)
class PickyNote(Note):
    """A note that refuses what was cut."""

    word: str

    def __post_init__(self) -> None:
        """Take nothing but letters."""
        if not self.word.isalpha():
            raise ValueError(f"{self.word!r} is no word")


def ring(text: str) -> Ring:
    """Make a ring of a text."""
    return Ring("echo", "topaz seed", 1.0, 0.5, 30, text, 0, 0, None)


def test_a_turn_that_quotes_nothing_is_given_back_itself() -> None:
    """Nothing is made anew where nothing is cut."""
    turn = make_turn(5, notes=(Rings((replace(ring("A hat."), seed="hats"),)),))
    assert cut_turn(turn, CUTTER) is turn


def test_labels_stay_and_texts_are_cut() -> None:
    """A forgotten word that is also the name of a bias, a context or a module harms no record."""
    turn = make_turn(
        5,
        reply="The topaz lamp was warm.",
        influence=Influence(pulls=(Pull("topaz", 0.5, "gravity", "mathbrain"),)),
        faults=(Fault("mathbrain", "after", "bad topaz", "line topaz"),),
        notes=(Rings((ring("A topaz sings."),)),),
    )
    theme = replace(turn.percept, themes=(ActiveTheme(1, 1.0, ("topaz", "lamp")),))
    cut = cut_turn(replace(turn, percept=theme), CUTTER)

    assert cut.influence.pulls == (Pull("…", 0.5, "gravity", "mathbrain"),)
    assert cut.faults == (Fault("mathbrain", "after", "bad …", ""),)
    assert cut.faults[0].traceback == "line …"
    assert cut.notes == (Rings((replace(ring("A … sings."), seed="… seed"),)),)
    assert cut.percept.themes[0].words == ("…", "lamp")
    assert cut.prompt == turn.prompt
    assert "topaz" not in cut.to_json()
    assert Turn.from_json(cut.to_json()) == cut


def test_a_word_that_is_cut_loses_its_reasons_with_it() -> None:
    """Spacing, numbers and sources stay; the reply is still the utterance's text."""
    turn = make_turn(5, reply="I love the warm, red piano here.")
    cut = cut_turn(turn, CUTTER)
    words = cut.utterance.words

    assert cut.reply == cut.utterance.text == "I love the …, … … here."
    assert [word.candidates for word in words if word.word == "…"] == [()] * 3
    assert [word.probability for word in words] == [0.4] * len(words)
    assert words[-2].after == ("…", "…"), "the context of the next word names them no more"
    assert words[2].after == ("i", "love")
    assert "piano" not in cut.to_json()


def test_candidates_are_cut_beside_a_word_that_stays() -> None:
    """What could have been said instead is a text too."""
    turn = make_turn(5)
    word = replace(turn.utterance.words[0], candidates=(Candidate("topaz", 0.3),))
    said = replace(turn.utterance, words=(word, *turn.utterance.words[1:]))
    cut = cut_turn(replace(turn, utterance=said), CUTTER)

    assert cut.utterance.words[0] == replace(word, candidates=(Candidate("…", 0.3),))
    assert cut.reply == turn.reply
    assert cut.learned == turn.learned


def test_what_has_a_cut_is_not_learned() -> None:
    """A text with a trace leaves the list of what the field learned, the others stay."""
    turn = make_turn(5, reply="The topaz lamp was warm.")
    learned = (
        *turn.learned,
        Learned("ring", Growth(3), "A topaz."),
        Learned("dream", Growth(3), "A lamp."),
    )
    cut = cut_turn(replace(turn, learned=learned), CUTTER)

    assert cut.learned == (turn.learned[0], learned[3])
    assert cut.texts() == (("observer", turn.prompt), ("dream", "A lamp."))


def test_a_record_of_a_forgotten_turn_tells_no_text() -> None:
    """A neighbour that was forgotten keeps its numbers, whatever it had said."""
    near = [Neighbour(n, 1.0, "Hello, you.", 0.5, 0.1, 0.2, 0.3) for n in (2, 3)]
    turn = make_turn(5, notes=(EpisodeNote(tuple(near), 0.5, (), 9),))

    assert cut_turn(turn, CUTTER).notes == (
        EpisodeNote((near[0], replace(near[1], prompt="")), 0.5, (), 9),
    )


def test_a_students_note_is_cut_wherever_a_text_can_be() -> None:
    """Tuples, lists and dictionaries are gone through; labels and choices stay."""
    note = DiaryNote(
        "My topaz.",
        "topaz",
        "gravity",
        (("topaz", "dream"), ("lamp", "dream")),
        {"topaz": ["topaz", "lamp"]},
        None,
    )
    cut = CUTTER.note(note)

    assert isinstance(cut, DiaryNote)
    assert (cut.text, cut.kind, cut.mood, cut.best) == ("My ….", "topaz", "gravity", None)
    assert cut.said == (("…", "dream"), ("lamp", "dream"))
    assert cut.words == {"…": ["…", "lamp"]}


@pytest.mark.parametrize(
    ("note", "left"),
    [
        (PickyNote("lamp"), PickyNote("lamp")),
        (PickyNote("topaz"), None),
        (UnknownNote("Gone", '{"a":"lamp"}'), UnknownNote("Gone", '{"a":"lamp"}')),
        (
            UnknownNote("Gone", json.dumps({"a": ["x\ntopaz", 7], "topaz": {"turn": 3, "b": "c"}})),
            UnknownNote("Gone", '{"a":["x\\n…",7],"…":{"turn":3,"b":""}}'),
        ),
    ],
)
def test_a_note_that_cannot_be_cut_goes(note: Note, left: Note | None) -> None:
    """A note nobody could read any more is taken out; one of an unknown kind is cut as JSON."""
    assert CUTTER.note(note) == left
