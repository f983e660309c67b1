"""MathBrain: how good Leo expected his replies to be, and how good they were."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from leo.records import Turn
from leo.reflection.episodes import EpisodeKept
from leo.reflection.mathbrain import Lesson
from leo_widgets.figures.style import (
    BLUE,
    GREEN,
    GREY,
    LEGEND_TOP,
    ORANGE,
    Trace,
    empty,
    framed,
    trace,
    x_of,
)

__all__ = ["mathbrain"]

LAST = 100
"""Turns that are shown."""


@dataclass(frozen=True)
class _Point:
    x: int
    lesson: Lesson
    kept: EpisodeKept | None


def mathbrain(turns: Sequence[Turn]) -> go.Figure:
    """Draw predicted and true quality over turns, and below them the losses.

    Parameters
    ----------
    turns
        The turns; the last hundred are shown.
    """
    title = "MathBrain: quality expected and true; below, the error (lower is better)"
    turns = list(turns)[-LAST:]
    points = [
        _Point(x, lesson, turn.note(EpisodeKept))
        for x, turn in zip(x_of(turns), turns, strict=True)
        if (lesson := turn.note(Lesson)) is not None
    ]
    if not points:
        return empty(title, "No turn with MathBrain yet.", wide=True)
    return framed(
        [*_qualities(points), *_losses(points)],
        title,
        height=430,
        wide=True,
        margin={"l": 60, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "turn"}, "tickformat": "d", "anchor": "y2"},
        yaxis={"domain": [0.44, 1], "title": {"text": "quality"}},
        yaxis2={"domain": [0, 0.36], "title": {"text": "mean loss"}, "rangemode": "tozero"},
    )


def _qualities(points: Sequence[_Point]) -> list[Trace]:
    estimates = [point.kept.estimate if point.kept else None for point in points]
    return [
        trace(
            "scatter",
            x=[point.x for point in points],
            y=[point.lesson.true for point in points],
            name="true quality",
            mode="markers",
            marker={"color": GREY, "size": 8},
            customdata=[_told(point) for point in points],
            hovertemplate="%{customdata}<extra>turn %{x}</extra>",
        ),
        _curve(points, [point.lesson.predicted for point in points], "MathBrain expected", BLUE),
        _curve(points, estimates, "like episodes", GREEN),
    ]


def _losses(points: Sequence[_Point]) -> list[Trace]:
    kept = [point.kept.mean_loss if point.kept else None for point in points]
    curves = [
        _curve(points, [point.lesson.mean_loss for point in points], "loss of MathBrain", BLUE),
        _curve(points, kept, "loss of like episodes", GREEN),
        _curve(
            points,
            [point.lesson.mean_baseline_loss for point in points],
            "loss of expecting the mean",
            ORANGE,
        ),
    ]
    return [{**one, "yaxis": "y2", "line": {**one["line"], "dash": "dot"}} for one in curves]


def _curve(
    points: Sequence[_Point], values: Sequence[float | None], name: str, colour: str
) -> Trace:
    return trace(
        "scatter",
        x=[point.x for point in points],
        y=list(values),
        name=name,
        mode="lines",
        line={"color": colour, "width": 2},
        hovertemplate=name + " %{y:.4f}<extra>turn %{x}</extra>",
    )


def _told(point: _Point) -> str:
    lesson = point.lesson
    if lesson.predicted is None or lesson.loss is None:
        return f"quality {lesson.true:.3f}; nothing was expected of the first reply"
    return (
        f"quality {lesson.true:.3f}, expected {lesson.predicted:.3f}<br>"
        f"loss {lesson.loss:.5f}, of the mean {lesson.baseline_loss:.5f}"
    )
