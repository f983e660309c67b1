"""Figures are pure functions of Turns; the numbers in them are the Turns' own."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from leo.records import BlendReason, Candidate, Chambers, Cue, Fault, Growth, Learned, Turn
from leo.testing import make_turn
from leo_widgets import figures
from tests.widgets import test_module_figures, test_observation_figures, test_population_figures

MANY = [make_turn(i) for i in range(1, 501)]
BARE = make_turn(1, prompt="", reply="…", learned=())
FAULTY = make_turn(2, faults=(Fault("spy", "before", "KeyError: 'x'", ""),))
IMAGINED = make_turn(None)
CASES = {
    "none": [],
    "one": [make_turn(1)],
    "bare": [BARE],
    "faulty": [make_turn(1), FAULTY],
    "imagined": [make_turn(1), IMAGINED],
    "many": MANY,
}


def last(turns: list[Turn]) -> Turn | None:
    """Give the last turn, if any."""
    return turns[-1] if turns else None


DRAW: dict[str, Callable[[list[Turn]], Any]] = {
    "growth": figures.growth,
    "reading": lambda turns: figures.reading([(i, t.totals) for i, t in enumerate(turns)]),
    "pulse": figures.pulse,
    "cues": lambda turns: figures.cues(last(turns)),
    "impression": lambda turns: figures.impression(last(turns)),
    "experts": lambda turns: figures.experts(last(turns)),
    "words": lambda turns: figures.words(last(turns)),
    "reasons": lambda turns: figures.reasons(last(turns), 0),
    "timings": lambda turns: figures.timings(last(turns)),
}


@pytest.mark.parametrize("turns", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW.keys())
def test_every_figure_takes_every_run(draw: Callable[[list[Turn]], Any], turns: list[Turn]) -> None:
    """A figure of nothing says so; a figure of something has traces and a title."""
    figure = draw(turns)

    assert figure.layout.title.text
    assert (len(figure.data) > 0) == bool(turns)
    if not turns:
        assert figure.layout.annotations[0].text


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW.keys())
def test_law_9_a_figure_is_a_pure_function_of_turns(draw: Callable[[list[Turn]], Any]) -> None:
    """The same Turns, also when they come out of the journal, give the same figure."""
    turns = MANY[:5]
    stored = [Turn.from_json(turn.to_json()) for turn in turns]
    first = draw(turns).to_json()

    assert draw(turns).to_json() == first
    assert draw(stored).to_json() == first
    assert turns == stored


def test_law_9_figures_know_neither_leo_nor_widgets() -> None:
    """Loading the figures loads no organism, no store and no widget."""
    code = (
        "import sys, leo_widgets.figures; "
        "print([m for m in ('ipywidgets', 'anywidget', 'leo_widgets.chat') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_every_figure_is_tested() -> None:
    """A figure that is added is put to the same tests."""
    observed = {*test_observation_figures.DRAW, "ablation", *test_population_figures.DRAW}
    assert set(figures.__all__) == set(DRAW) | set(test_module_figures.DRAW) | observed


def test_growth_shows_totals_and_what_was_new_by_source() -> None:
    """Curves begin at the first turn's own growth; bars are new entries by source."""
    learned = (
        Learned("observer", Growth(5, 1, 2, 3, 4), None),
        Learned("book", Growth(9, 2, 0, 0, 5), "text"),
    )
    turns = [
        make_turn(1, totals=Growth(100, 10, 20, 30, 40), learned=learned),
        make_turn(2, totals=Growth(110, 13, 25, 31, 60), learned=learned[:1]),
    ]
    traces = {trace.name: trace for trace in figures.growth(turns).data}

    assert list(traces["words"].customdata) == [10, 13]
    assert list(traces["words"].y) == [3, 6]
    assert list(traces["pairs"].y) == [9, 29]
    assert list(traces["new, from observer"].y) == [10, 10]
    assert list(traces["new, from book"].y) == [7, 0]
    assert "new, from dream" not in traces


@pytest.mark.parametrize("draw", [figures.growth, figures.pulse])
def test_turns_are_counted_in_whole_numbers(draw: Callable[[list[Turn]], Any]) -> None:
    """A short life has a tick at each turn, and none between; a long one leaves some out."""
    assert [draw(MANY[:n]).layout.xaxis.dtick for n in (1, 2, 8, 9)] == [1, 1, 1, None]


def test_pulse_shows_the_six_numbers() -> None:
    """Each curve is the number of that name in the Turns."""
    turns = MANY[:4]
    traces = {trace.name: list(trace.y) for trace in figures.pulse(turns).data}

    assert traces == {
        "novelty": [turn.percept.pulse.novelty for turn in turns],
        "arousal": [turn.percept.pulse.arousal for turn in turns],
        "entropy expected": [turn.percept.pulse.expected_entropy for turn in turns],
        "entropy spoken": [turn.utterance.entropy for turn in turns],
        "pulse": [turn.percept.pulse.pulse for turn in turns],
        "quality": [turn.quality.overall for turn in turns],
    }


def test_impression_shows_chambers_before_and_after_with_the_cues() -> None:
    """The radar has both shapes, and says what touched a chamber."""
    turn = make_turn(1)
    felt = replace(
        turn.percept.impression,
        raw=Chambers(0.5, 0.4, 0.3, 0.2, 0.1),
        chambers=Chambers(0.5, 0.4, 0.15, 0.0, 0.1),
        cues=(Cue("warmth", "love", 0.5),),
        dominant="warmth",
    )
    figure = figures.impression(replace(turn, percept=replace(turn.percept, impression=felt)))
    raw, after = figure.data

    assert list(raw.r) == [0.5, 0.4, 0.3, 0.2, 0.1, 0.5]
    assert list(after.r) == [0.5, 0.4, 0.15, 0.0, 0.1, 0.5]
    assert after.customdata[0] == "love: +0.5"
    assert after.customdata[1] == "nothing touched it"
    assert "mostly warmth" in figure.layout.title.text


def test_a_neutral_impression_is_called_neutral() -> None:
    """Without a dominant chamber the title says neutral."""
    turn = make_turn(1)
    felt = replace(turn.percept.impression, dominant=None)
    figure = figures.impression(replace(turn, percept=replace(turn.percept, impression=felt)))

    assert "neutral" in figure.layout.title.text


def test_experts_show_weights_and_reasons() -> None:
    """Bars are the blend's weights; the hover text holds the reasons, the note the steps."""
    turn = make_turn(1)
    reasons = (BlendReason("much is new", "creative", 0.04),)
    figure = figures.experts(replace(turn, blend=replace(turn.blend, reasons=reasons)))
    [bars] = figure.data

    assert list(bars.y)[::-1] == [one.expert for one in turn.blend.weights]
    assert list(bars.x)[::-1] == [one.weight for one in turn.blend.weights]
    assert bars.customdata[2] == "much is new: +0.040"
    assert "0.86 experts → 0.92 impression" in figure.layout.annotations[0].text


def test_words_show_every_token_in_order() -> None:
    """Bars are probabilities, coloured by context, labelled with the words, one outlined."""
    turn = make_turn(1)
    said = turn.utterance.words
    figure = figures.words(turn, selected=2)
    bars = {x: y for t in figure.data if t.type == "bar" for x, y in zip(t.x, t.y, strict=True)}
    outlined = [
        x
        for t in figure.data
        if t.type == "bar"
        for x, width in zip(t.x, t.marker.line.width, strict=True)
        if width
    ]

    assert bars == {i: word.probability for i, word in enumerate(said)}
    assert list(figure.layout.xaxis.ticktext) == [word.text.strip() for word in said]
    assert outlined == [2]
    contexts = {t.name for t in figure.data if t.type == "bar"}
    lines = [t for t in figure.data if t.type == "scatter"]
    assert list(lines[0].y) == [word.entropy for word in said]
    assert list(lines[1].customdata) == [word.temperature for word in said]
    assert contexts == {word.context for word in said}


def test_reasons_show_candidates_and_shares() -> None:
    """One word's figure has its candidates, its biases, its context and its sources."""
    turn = make_turn(1)
    word = turn.utterance.words[4]
    candidates, shares = figures.reasons(turn, 4).data

    assert dict(zip(candidates.y, candidates.x, strict=True)) == {
        one.word: one.probability for one in word.candidates
    }
    assert dict(zip(shares.y, shares.x, strict=True)) == {
        one.bias: one.value for one in word.shares
    }
    title = figures.reasons(turn, 4).layout.title.text
    assert title.startswith("Why “kitchen”?")
    assert "after “in the”" in title
    assert "heard from origin" in title


@pytest.mark.parametrize("index", [None, -1, 999])
def test_reasons_of_no_word_ask_for_one(index: int | None) -> None:
    """Without a word the figure says what to do."""
    figure = figures.reasons(make_turn(1), index)

    assert len(figure.data) == 0
    assert "Click a word" in figure.layout.annotations[0].text


def test_text_is_never_markup() -> None:
    """Words and cues that look like markup are shown as they are."""
    turn = make_turn(1)
    said = turn.utterance.words
    evil = replace(
        said[0], text="<b>x</b>", word="<b>x</b>", candidates=(Candidate("<a href=y>", 0.5),)
    )
    turn = replace(turn, utterance=replace(turn.utterance, words=(evil, *said[1:])))
    for figure in (figures.words(turn), figures.reasons(turn, 0)):
        text = figure.to_json().replace("\\u003c", "<").replace("\\u003e", ">")
        assert "<b>x" not in text
        assert "<a " not in text
        assert "&lt;" in text


def test_curves_are_bounded() -> None:
    """A life of three thousand turns is drawn as its last two thousand."""
    turns = [make_turn(i) for i in range(1, 3001)]

    assert figures.pulse(turns).data[0].x[0] == 1001
    assert len(figures.growth(turns).data[0].x) == 2000
