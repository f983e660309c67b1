"""Figures of what modules noted: the numbers in them are the notes' own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from leo.observation.talk import TALK
from leo.recall.resonance import Hit
from leo.recall.santaklaus import PulledWord, RecallNote
from leo.records import Note, Turn
from leo.reflection.affect import Affect, Feeling
from leo.reflection.episodes import EpisodeKept
from leo.reflection.mathbrain import Lesson
from leo.testing import ScriptedClock, make_turn
from leo_widgets import figures
from tests.conftest import Open

CALM = Feeling(0.2, (("said quietly", 0.2),))
GOOD = Hit(3, 7, "The <b>rain</b> stayed.", 5.5, 0.1, 0.05, 0.18, 0.2, 0.5, 0.8, 1.0, 0.212)
LUCKY = replace(GOOD, memory=1, turn=2, silly=True)
AWAY = replace(GOOD, memory=2, turn=5, text="A very long memory " * 9, shared=1.0, score=0.53)
RECALL = RecallNote((GOOD, LUCKY), (AWAY,), 3.25, 12, 2, (PulledWord("rain", 1.0),))


def lesson(predicted: float | None, true: float, mean: float | None = 0.01) -> Lesson:
    """Make a lesson; without a prediction it is the first."""
    loss = None if predicted is None else (predicted - true) ** 2
    affect = Affect(CALM, CALM, CALM)
    return Lesson(predicted, true, loss, loss, mean, mean, 3, 0.0, 5.9, affect)


def noted(number: int, *notes: Note) -> Turn:
    """Make a turn with notes."""
    return make_turn(number, notes=notes)


NOTED = [
    noted(1, RECALL, lesson(None, 0.85, None), EpisodeKept(None, 0.85, None, None, 1)),
    noted(2, RECALL, lesson(0.8, 0.9), EpisodeKept(0.7, 0.9, 0.04, 0.02, 2)),
]

DRAW: dict[str, Callable[[list[Turn]], Any]] = {
    "recall": lambda turns: figures.recall(turns[-1] if turns else None),
    "mathbrain": figures.mathbrain,
}


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW.keys())
@pytest.mark.parametrize("turns", [[], [make_turn(1)]], ids=["no turn", "no note"])
def test_without_notes_a_figure_says_so(draw: Callable[[list[Turn]], Any], turns: Any) -> None:
    """A run without the module gives a figure with a title and a reason, and no data."""
    figure = draw(turns)

    assert figure.layout.title.text
    assert not figure.data
    assert figure.layout.annotations[0].text


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW.keys())
def test_law_9_a_figure_is_a_pure_function_of_turns(draw: Callable[[list[Turn]], Any]) -> None:
    """The same Turns, also when they come out of the journal, give the same figure."""
    stored = [Turn.from_json(turn.to_json()) for turn in NOTED]

    assert stored == NOTED
    assert draw(stored).to_json() == draw(NOTED).to_json() == draw(NOTED).to_json()


def test_recall_stacks_the_components_of_each_memory() -> None:
    """Bars are the components, the diamond is the damped score, and markup is never markup."""
    figure = figures.recall(NOTED[-1])
    traces = {trace.name: trace for trace in figure.data}
    labels = figure.layout.yaxis.ticktext

    assert list(traces["tokens"].x) == [0.1, 0.1, 0.1]
    assert list(traces["themes"].x) == [0.05, 0.05, 0.05]
    assert list(traces["arousal"].x) == [0.18, 0.18, 0.18]
    assert list(traces["quality"].x) == [0.2, 0.2, 0.2]
    assert list(traces["score"].x) == [0.212, 0.212, 0.53]
    assert "&lt;b&gt;rain" in labels[0]
    assert "by luck" in labels[1]
    assert len(labels[2]) < 90
    assert traces["tokens"].marker.opacity == (1.0, 1.0, 0.35)
    assert "not above chance (3.25)" in traces["score"].customdata[2]
    assert "2 of 12 memories" in figure.layout.title.text


def test_recall_of_nothing_says_why() -> None:
    """No memory at all, and none that shares a word, are told apart."""
    none = RecallNote((), (), 0.0, 0, 0, ())
    texts = [
        figures.recall(noted(1, note)).layout.annotations[0].text
        for note in (none, replace(none, memories=4))
    ]

    assert "remembers nothing" in texts[0]
    assert "none of 4 memories" in texts[1]


def test_mathbrain_shows_prediction_truth_rival_and_losses() -> None:
    """Every curve is the number of that name in the notes; the first reply had no prediction."""
    traces = {trace.name: list(trace.y) for trace in figures.mathbrain(NOTED).data}

    assert traces == {
        "true quality": [0.85, 0.9],
        "MathBrain expected": [None, 0.8],
        "like episodes": [None, 0.7],
        "loss of MathBrain": [None, 0.01],
        "loss of like episodes": [None, 0.02],
        "loss of expecting the mean": [None, 0.01],
    }


async def test_a_real_talk_is_shown(make: Open) -> None:
    """From the Turns of a living Leo: a bar for each memory, a point for each turn."""
    async with make(clock=ScriptedClock(step=90)) as leo:
        turns = [await leo.turn(prompt) for prompt in TALK[:12]]
    for turn in turns:
        note = turn.note(RecallNote)
        assert note is not None
        shown = len(note.hits) + len(note.others)
        assert len(figures.recall(turn).layout.yaxis.ticktext or ()) == shown
    brain = {trace.name: trace for trace in figures.mathbrain(turns).data}
    assert list(brain["true quality"].y) == [turn.quality.overall for turn in turns]
    assert list(brain["true quality"].x) == list(range(1, 13))
