"""Figures to check a claim with: each number is worked out again, plainly, from the Turns."""

import math
from collections import Counter
from dataclasses import replace
from statistics import correlation
from typing import Any

import numpy as np
import pytest

from leo.notes import InnerVoice, Spoken, Wound
from leo.perception.trauma import TraumaNote
from leo.recall.school import SchoolNote
from leo.records import Share, Turn
from leo.reflection.dreaming import DreamReport
from leo.reflection.features import FEATURES
from leo.reflection.flow import FlowNote
from leo.reflection.fragments import Fragment
from leo.reflection.mathbrain import Lesson, Prediction
from leo.testing import make_turn
from leo_widgets import figures


def trace(figure: Any, name: str) -> Any:
    """Find a trace by the beginning of its name."""
    return next(one for one in figure.data if (one.name or "").startswith(name))


def test_bends_are_nats_per_chosen_word(lived: list[Turn]) -> None:
    """A bar is the sum of a bias's bends over the words that had a choice; recall is there."""
    figure = figures.bends(lived)
    assert {one.name for one in figure.data} >= {"semantic", "recall", "gravity", "length"}
    for i, turn in enumerate(lived):
        chosen = [word for word in turn.utterance.words if word.candidates]
        parts = [b.value for word in chosen for b in word.bends if b.bias == "recall"]
        assert trace(figure, "recall").y[i] == pytest.approx(sum(parts) / len(chosen), abs=1e-5)


def test_without_recall_nothing_of_it_bends(lived: list[Turn]) -> None:
    """A bias that did nothing has no bars."""
    words = lived[-1].utterance.words
    bare = tuple(replace(word, bends=(Share("length", 0.5),)) for word in words)
    turn = replace(lived[-1], utterance=replace(lived[-1].utterance, words=bare))

    assert [one.name for one in figures.bends([turn]).data] == ["length"]


def test_losses_show_every_error_and_the_corrected_mean(lived: list[Turn]) -> None:
    """Markers are single errors, lines the notes' running means; nothing before the first guess."""
    figure = figures.losses(lived)
    notes = [note for t in lived if (note := t.note(Lesson)) and note.loss is not None]
    dots, average = trace(figure, "one reply"), trace(figure, "average")

    assert list(dots.y) == pytest.approx([max(1e-8, n.loss or 0) for n in notes], abs=1e-8)
    assert list(average.y) == pytest.approx([n.mean_loss for n in notes], abs=1e-8)
    assert len(notes) == len(lived) - 1


def test_inputs_show_least_most_and_now(lived: list[Turn]) -> None:
    """Every feature has its range, which holds the median and the value of the last turn."""
    figure = figures.inputs(lived)
    seen = np.array([note.features for t in lived if (note := t.note(Prediction))])
    span, now = trace(figure, "least"), trace(figure, "now")

    assert len(span.y) == len(FEATURES)
    assert list(span.base) == pytest.approx(seen.min(axis=0), abs=1e-4)
    assert [b + x for b, x in zip(span.base, span.x, strict=True)] == pytest.approx(
        seen.max(axis=0), abs=2e-4
    )
    assert list(now.x) == pytest.approx(seen[-1], abs=1e-4)


def test_likeness_splits_the_distance_of_the_nearest_episode(lived: list[Turn]) -> None:
    """The parts, summed, give back a distance near the one that was noted."""
    from leo.reflection.episodes import EpisodeNote

    figure = figures.likeness(lived)
    note = lived[-1].note(EpisodeNote)
    assert note is not None
    assert f"Turn {note.neighbours[0].turn}:" in figure.layout.title.text
    whole = sum(figure.data[0].x)
    # his own scale was measured before this turn; over a whole talk that is a small difference
    assert 1 - math.exp(-whole / 2) == pytest.approx(note.neighbours[0].features, abs=0.05)


def test_trend_fits_the_last_turns(lived: list[Turn]) -> None:
    """The steepest theme's line has the slope of a plain polynomial fit."""
    end = next(
        i
        for i in range(len(lived), 5, -1)
        if (note := lived[i - 1].note(FlowNote)) and any(c.error is not None for c in note.currents)
    )
    figure = figures.trend(lived[:end])
    dots, line = figure.data[0], trace(figure, "last 5 turns")
    slope = np.polyfit(list(dots.x)[-5:], list(dots.y)[-5:], 1)[0]
    rise = (line.y[1] - line.y[0]) / (line.x[1] - line.x[0])
    assert rise == pytest.approx(slope, abs=1e-3)


def test_a_wound_that_follows_a_theme_peaks_at_its_delay(lived: list[Turn]) -> None:
    """Planted: the level is what a theme's strength was two turns before."""
    strengths = [0.0] + [(i * 7 % 5) / 5 for i in range(1, 40)]
    theme = next(one for turn in lived for one in turn.percept.themes)
    turns = []
    for i, strength in enumerate(strengths):
        touched = (replace(theme, id=4, score=strength * 10),)
        plain = make_turn(i + 1, notes=(Wound(strengths[i - 2] if i > 1 else 0.0),))
        percept = replace(plain.percept, themes=touched, tokens=("word",) * 10)
        turns.append(replace(plain, percept=percept))
    curve = figures.wound_and_themes(turns).data[0]
    best = max(range(len(curve.x)), key=lambda i: curve.y[i])
    levels = [note.level for t in turns[1:] if (note := t.note(Wound))]

    assert curve.x[best] == 2
    assert curve.y[best] > 0.99
    assert curve.y[list(curve.x).index(1)] == pytest.approx(
        correlation(strengths[:-1], levels), abs=1e-3
    )


def test_scars_heal_by_half_a_day_each(lived: list[Turn]) -> None:
    """Now, in a day and in three: the whole, a half, an eighth."""
    turn = next(t for t in reversed(lived) if (note := t.note(TraumaNote)) and note.scars)
    figure = figures.scars(turn)
    now, day, three = (list(one.y) for one in figure.data[:3])

    assert day == pytest.approx([one / 2 for one in now], abs=1e-3)
    assert three == pytest.approx([one / 8 for one in now], abs=1e-3)


def test_the_wounded_expert_by_level(lived: list[Turn]) -> None:
    """Each dot is a turn; without an open wound the expert is silent."""
    dots = figures.wounded(lived).data[0]

    assert len(dots.x) == len(lived)
    assert all(weight == 0 for level, weight in zip(dots.x, dots.y, strict=True) if level == 0)
    assert max(dots.y) > 0


def test_gates_count_what_kept_them_away(lived: list[Turn]) -> None:
    """All turns are counted once for School and once for the dream."""
    figure = figures.gates(lived)
    counted = {one.name: tuple(one.x) for one in figure.data}
    school = Counter(n.blocked or "asked" for t in lived if (n := t.note(SchoolNote)))
    dream = Counter(d.why_not or "dreamed" for t in lived if (d := t.note(DreamReport)))

    assert {why: (school[why], dream[why]) for why in counted} == counted
    assert [sum(row) for row in zip(*counted.values(), strict=True)] == [len(lived), len(lived)]


def spoken(quality: float, score: float) -> Spoken:
    """Make a candidate."""
    return Spoken("It is still here.", 0.8, 1.0, 1.0, 0.25, 0.0, quality, score)


def voiced(number: int, base: float, other: float, *, spoke: bool) -> Turn:
    """Make a turn in which the inner voice was weighed."""
    tries = (spoken(other, 0.9), spoken(0.1, 0.2))
    return make_turn(number, notes=(InnerVoice(0.3, (), spoken(base, 0.5), tries, spoke),))


def test_overrides_tell_what_was_gained() -> None:
    """The paired difference, with an interval, over the turns where it spoke."""
    turns = [voiced(1, 0.5, 0.6, spoke=True), voiced(2, 0.5, 0.8, spoke=True)]
    figure = figures.overrides([*turns, voiced(3, 0.9, 0.1, spoke=False)])

    assert [one.name for one in figure.data] == ["kept quiet (1)", "spoke instead (2)"]
    assert "+0.200 (95 %: +0.004 to +0.396)" in figure.layout.title.text
    assert "too seldom" in figures.overrides(turns[:1]).layout.title.text


def test_the_judge_has_one_peak_and_shows_the_tries() -> None:
    """The curve rises and then falls; a try stands at its words."""
    figure = figures.judge(voiced(1, 0.5, 0.6, spoke=True))
    curve = list(figure.data[0].y)
    peak = curve.index(max(curve))

    assert curve == [*sorted(curve[:peak]), *sorted(curve[peak:], reverse=True)]
    assert trace(figure, "about to be said").x == (4,)
    assert trace(figure, "inner voice").y == (0.25, 0.25)


def test_fragments_stand_by_weight() -> None:
    """The heaviest is on top, and what it says is no markup."""
    figure = figures.fragments([Fragment(1, "a <b> c", 0.5), Fragment(2, "d", 0.9)])

    assert list(figure.data[0].x) == [0.9, 0.5]
    assert list(figure.layout.yaxis.ticktext) == ["d", "a &lt;b&gt; c"]


def test_vocabularies_are_compared_two_by_two(lived: list[Turn]) -> None:
    """Every pair of the four who spoke is there, each a share."""
    if not any(note.lines for t in lived if (note := t.note(DreamReport))):
        pytest.fail("nobody dreamed in the scripted talk")
    bars = figures.vocabularies(lived).data[0]

    assert len(bars.x) == 6
    assert all(0 <= share <= 1 for share in bars.x)
    assert "you and Leo" in bars.y
