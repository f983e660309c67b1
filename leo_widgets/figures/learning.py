"""What MathBrain learned: is it calibrated, what does it listen to, and is it alive?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from leo.records import Turn
from leo.reflection.features import FEATURES
from leo.reflection.mathbrain import Lesson, Prediction
from leo.reflection.mlp import Network
from leo_widgets.figures.style import BLUE, GREY, LEGEND_TOP, ORANGE, RED, empty, framed, x_of

__all__ = ["attributions", "calibration", "response"]

LAST = 60
"""Turns that are shown feature by feature."""

BINS = 5
"""Groups of equal size that the calibration curve averages over."""

RESPONSE_STEPS = 41

NO_TURN = "No turn with MathBrain yet."


def calibration(turns: Sequence[Turn]) -> go.Figure:
    """Draw true quality against the quality that was expected; the closer to the line the better.

    Parameters
    ----------
    turns
        The turns. Beside single replies stand means over groups of equal size.
    """
    title = "Calibration: does a higher guess mean a better reply?"
    pairs = [
        (note.predicted, note.true)
        for turn in turns
        if (note := turn.note(Lesson)) is not None and note.predicted is not None
    ]
    if not pairs:
        return empty(title, NO_TURN)
    expected, true = (np.array(side) for side in zip(*pairs, strict=True))
    groups = np.array_split(np.argsort(expected, kind="stable"), min(BINS, len(pairs)))
    low, high = float(min(expected.min(), true.min())), float(max(expected.max(), true.max()))
    return framed(
        [
            _dots(expected, true, "replies", GREY, 6),
            _dots(
                np.array([expected[group].mean() for group in groups]),
                np.array([true[group].mean() for group in groups]),
                "means of groups",
                BLUE,
                11,
            ),
            go.Scatter(
                x=[low, high],
                y=[low, high],
                mode="lines",
                name="as expected",
                line={"color": ORANGE, "dash": "dot"},
                hoverinfo="skip",
            ),
        ],
        title,
        height=340,
        margin={"l": 60, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "expected quality"}},
        yaxis={"title": {"text": "true quality"}},
    )


def _dots(x: Any, y: Any, name: str, colour: str, size: int) -> go.Scatter:
    return go.Scatter(
        x=[round(float(one), 4) for one in x],
        y=[round(float(one), 4) for one in y],
        name=name,
        mode="markers",
        marker={"color": colour, "size": size},
        hovertemplate=name + ": expected %{x:.3f}, was %{y:.3f}<extra></extra>",
    )


def attributions(turns: Sequence[Turn]) -> go.Figure:
    """Draw how every feature moved the guess, turn by turn: blue up, orange down.

    Parameters
    ----------
    turns
        The turns; the last sixty are shown.
    """
    title = "What moved the guess, turn by turn: blue up, orange down"
    turns = list(turns)[-LAST:]
    points = [
        (x, note)
        for x, turn in zip(x_of(turns), turns, strict=True)
        if (note := turn.note(Prediction)) is not None and note.predicted is not None
    ]
    if not points:
        return empty(title, NO_TURN, wide=True)
    moved = [[round(value, 5) for value in note.attribution] for _, note in points]
    most = max((abs(value) for row in moved for value in row), default=0.0) or 1.0
    heat = go.Heatmap(
        x=[x for x, _ in points],
        y=[name.replace("_", " ") for name in FEATURES],
        z=[list(column) for column in zip(*moved, strict=True)],
        zmin=-most,
        zmax=most,
        colorscale=[[0, ORANGE], [0.5, "rgba(128,128,128,0.08)"], [1, BLUE]],
        colorbar={"thickness": 10, "title": {"text": "part", "side": "right"}},
        hovertemplate="%{y}: %{z:+.4f}<extra>turn %{x}</extra>",
    )
    return framed(
        [heat],
        title,
        height=440,
        wide=True,
        margin={"l": 130, "r": 16, "t": 44, "b": 44},
        xaxis={"title": {"text": "turn"}, "tickformat": "d"},
        yaxis={"autorange": "reversed", "tickfont": {"size": 10}, "dtick": 1},
    )


def response(
    net: Network | None, mean: float, features: Sequence[float] | None, name: str = "last_entropy"
) -> go.Figure:
    """Draw the guess as one feature goes from 0 to 1 and all others stay as they are.

    Parameters
    ----------
    net
        The weights.
    mean
        The usual quality, which the network adds to.
    features
        The moment; the middle of every feature by default.
    name
        One of `leo.reflection.features.FEATURES`.
    """
    title = f"What if only “{name.replace('_', ' ')}” were different?"
    if net is None or net.w1.shape[1] != len(FEATURES):
        return empty(title, "MathBrain is not here.")
    moment = np.full(len(FEATURES), 0.5) if features is None else np.asarray(features)
    place = FEATURES.index(name)
    steps = np.linspace(0, 1, RESPONSE_STEPS)
    many = np.tile(moment, (len(steps), 1))
    many[:, place] = steps
    guesses = mean + np.tanh((2 * many - 1) @ net.w1.T + net.b1) @ net.w2 + net.b2
    curve = go.Scatter(
        x=[round(float(x), 3) for x in steps],
        y=[round(min(1.0, max(0.0, float(y))), 4) for y in guesses],
        mode="lines",
        name="guess",
        line={"color": BLUE, "width": 2},
        hovertemplate="%{x:.2f}: %{y:.3f}<extra></extra>",
    )
    here = {
        "type": "line",
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": RED, "dash": "dot"},
    }
    now = round(float(moment[place]), 3)
    return framed(
        [curve],
        title,
        showlegend=False,
        shapes=[] if features is None else [{**here, "x0": now, "x1": now}],
        xaxis={"title": {"text": name.replace("_", " ")}, "range": [0, 1]},
        yaxis={"title": {"text": "expected quality"}},
    )
