"""What MathBrain hears and what it costs him: single errors, and the range of every input."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from leo.records import Turn
from leo.reflection.episodes import EpisodeNote
from leo.reflection.features import FEATURES
from leo.reflection.mathbrain import Lesson, Prediction
from leo.reflection.nearest import Scale
from leo_widgets.figures.style import (
    BLUE,
    GREY,
    LEGEND_TOP,
    ORANGE,
    RED,
    SKY,
    empty,
    framed,
    safe,
    x_of,
)

__all__ = ["inputs", "likeness", "losses"]

LAST = 200
"""Turns that are shown."""

LABEL = 60
"""Characters of a prompt."""

NO_TURN = "No turn with MathBrain yet."

TALL = 440
"""Pixels that a row per feature takes."""

_ROWS = {"autorange": "reversed", "tickfont": {"size": 10}, "dtick": 1}


def losses(turns: Sequence[Turn]) -> go.Figure:
    """Draw each squared error, its running mean, and the same for always expecting the mean.

    Parameters
    ----------
    turns
        The turns; the last two hundred are shown.
    """
    title = "Each error, and what it comes to on average (corrected for the start)"
    turns = list(turns)[-LAST:]
    notes = [
        (x, note)
        for x, turn in zip(x_of(turns), turns, strict=True)
        if (note := turn.note(Lesson)) is not None and note.loss is not None
    ]
    if not notes:
        return empty(title, NO_TURN)
    xs = [x for x, _ in notes]
    curves = (
        ("one reply", BLUE, "markers", [n.loss for _, n in notes]),
        ("one reply, mean", ORANGE, "markers", [n.baseline_loss for _, n in notes]),
        ("average", BLUE, "lines", [n.mean_loss for _, n in notes]),
        ("average, mean", ORANGE, "lines", [n.mean_baseline_loss for _, n in notes]),
    )
    traces = [
        go.Scatter(
            x=xs,
            y=[None if one is None else max(1e-8, round(one, 8)) for one in values],
            name=name,
            mode=mode,
            marker={"color": colour, "size": 5},
            line={"color": colour, "width": 2},
            opacity=0.5 if mode == "markers" else 1,
            hovertemplate=name + " %{y:.5f}<extra>turn %{x}</extra>",
        )
        for name, colour, mode, values in curves
    ]
    return framed(
        traces,
        title,
        height=340,
        margin={"l": 60, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "turn"}, "tickformat": "d"},
        yaxis={"type": "log", "title": {"text": "squared error"}, "exponentformat": "power"},
    )


def inputs(turns: Sequence[Turn]) -> go.Figure:
    """Draw the range of every input over the turns, and where it stands now.

    Parameters
    ----------
    turns
        The turns; the last two hundred are shown.
    """
    title = "What MathBrain hears: every input over the life, and now (red)"
    notes = [note for turn in list(turns)[-LAST:] if (note := turn.note(Prediction)) is not None]
    if not notes:
        return empty(title, NO_TURN, wide=True)
    names = [name.replace("_", " ") for name in FEATURES]
    seen = np.array([note.features for note in notes])
    low, mid, high = (np.quantile(seen, q, axis=0) for q in (0.0, 0.5, 1.0))
    quarter, three = (np.quantile(seen, q, axis=0) for q in (0.25, 0.75))
    return framed(
        [
            _span(names, low, high, "least to most", GREY),
            _span(names, quarter, three, "middle half", SKY),
            _points(names, mid, "median", BLUE),
            _points(names, seen[-1], "now", RED),
        ],
        title,
        height=TALL,
        wide=True,
        barmode="overlay",
        margin={"l": 130, "r": 16, "t": LEGEND_TOP - 26, "b": 44},
        xaxis={"range": [-0.02, 1.02]},
        yaxis=_ROWS,
    )


def _span(
    names: Sequence[str], low: np.ndarray, high: np.ndarray, name: str, colour: str
) -> go.Bar:
    return go.Bar(
        y=list(names),
        base=[round(float(one), 4) for one in low],
        x=[round(float(one), 4) for one in high - low],
        name=name,
        orientation="h",
        marker={"color": colour, "opacity": 0.5},
        customdata=[f"from {a:.2f} to {b:.2f}" for a, b in zip(low, high, strict=True)],
        hovertemplate="%{y}: %{customdata}<extra>" + name + "</extra>",
    )


def _points(names: Sequence[str], values: np.ndarray, name: str, colour: str) -> go.Scatter:
    return go.Scatter(
        x=[round(float(one), 4) for one in values],
        y=list(names),
        name=name,
        mode="markers",
        marker={"color": colour, "symbol": "line-ns-open", "size": 10, "line": {"width": 2}},
        hovertemplate="%{y}: %{x:.2f}<extra>" + name + "</extra>",
    )


def likeness(turns: Sequence[Turn]) -> go.Figure:
    """Draw what keeps the nearest episode apart from the last turn, feature by feature.

    Parameters
    ----------
    turns
        The turns; the last one's nearest episode must be among them.
    """
    title = "Where the nearest moment of his life felt otherwise than this one"
    moments = {
        turn.id: note.features for turn in turns if (note := turn.note(Prediction)) is not None
    }
    told = turns[-1].note(EpisodeNote) if turns else None
    near = told.neighbours[0] if told and told.neighbours else None
    if near is None or near.turn not in moments or turns[-1].id not in moments:
        return empty(title, "No like episode is at hand.", wide=True)
    then, now = np.array(moments[near.turn]), np.array(moments[turns[-1].id])
    spread = Scale.of(np.array(list(moments.values()))).deviation
    apart = ((then - now) / spread) ** 2 / len(FEATURES)
    bars = go.Bar(
        y=[name.replace("_", " ") for name in FEATURES],
        x=[round(float(one), 4) for one in apart],
        orientation="h",
        marker={"color": BLUE},
        customdata=[f"then {a:.2f}, now {b:.2f}" for a, b in zip(then, now, strict=True)],
        hovertemplate="%{y}: %{x:.3f}<br>%{customdata}<extra></extra>",
    )
    return framed(
        [bars],
        f"{title}<br><sup>Turn {near.turn}: “{safe(near.prompt[:LABEL])}”. A bar is a feature's "
        "part in the squared distance, measured in its usual spread.</sup>",
        height=TALL,
        wide=True,
        showlegend=False,
        margin={"l": 130, "r": 16, "t": 64, "b": 44},
        xaxis={"title": {"text": "part in the distance"}, "rangemode": "tozero"},
        yaxis=_ROWS,
    )
