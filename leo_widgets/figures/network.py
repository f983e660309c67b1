"""The little network itself: every weight, and what flows through it now."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from leo.reflection.features import FEATURES
from leo.reflection.mlp import Network
from leo_widgets.figures.style import BLUE, GREY, ORANGE, empty, framed

__all__ = ["network"]

TITLE = "The network that guesses how good the reply will be"

HEIGHT = 560
"""Pixels."""

STRONGEST = 96
"""Connections that are drawn: all would be a grey cloud."""

WIDEST = 4.0
"""Pixels across of the strongest connection."""

COLUMNS = {"input": 0.0, "hidden": 1.0, "output": 2.0}

Place = tuple[float, float]


def network(net: Network | None, features: Sequence[float] | None = None) -> go.Figure:
    """Draw inputs, hidden units and output with the strongest connections.

    Blue connections excite, orange ones restrain, width is the size of the weight. A unit's
    colour is its activation for the features, if they are given.

    Parameters
    ----------
    net
        The weights.
    features
        The moment, one number in [0, 1] for each of `leo.reflection.features.FEATURES`.
    """
    if net is None:
        return empty(TITLE, "MathBrain is not here.", height=HEIGHT, wide=True)
    hidden, inputs = net.w1.shape
    traces, drawn = _traces(net, features)
    weights = net.w1.size + hidden
    told = f"{inputs} features, {hidden} units, one number; {drawn} of {weights} weights"
    return framed(
        traces,
        f"{TITLE}<br><sup>{told}. Blue excites, orange restrains.</sup>",
        height=HEIGHT,
        wide=True,
        showlegend=False,
        margin={"l": 16, "r": 16, "t": 64, "b": 16},
        xaxis={"visible": False, "range": [-0.75, 2.45]},
        yaxis={"visible": False, "range": [-1.08, 1.08]},
    )


def _traces(net: Network, features: Sequence[float] | None) -> tuple[list[Any], int]:
    """Give lines and units, and how many weights are drawn."""
    hidden, inputs = net.w1.shape
    seen = np.zeros(inputs) if features is None else np.asarray(features)
    felt = np.zeros(hidden) if features is None else np.tanh(net.w1 @ (2 * seen - 1) + net.b1)
    out = np.zeros(1) if features is None else np.array([net.w2 @ felt + net.b2])
    ins, mids = _column(inputs, COLUMNS["input"]), _column(hidden, COLUMNS["hidden"])
    ends = _column(1, COLUMNS["output"])
    first = [(net.w1[j, i], ins[i], mids[j]) for j in range(hidden) for i in range(inputs)]
    strongest = sorted(first, key=lambda one: -abs(one[0]))[: STRONGEST - hidden]
    last = [(net.w2[j], mids[j], ends[0]) for j in range(hidden)]
    names = FEATURES if inputs == len(FEATURES) else [f"input {i + 1}" for i in range(inputs)]
    units = [
        _units(ins, seen, [f"{name} {x:.2f}" for name, x in zip(names, seen, strict=True)], "left"),
        _units(mids, felt, [f"hidden unit {j + 1}: {x:+.2f}" for j, x in enumerate(felt)], None),
        _units(ends, out, [f"to the usual quality: {out[0]:+.3f}"], "top"),
    ]
    return [*_lines(strongest), *_lines(last), *units], len(strongest) + len(last)


def _column(units: int, x: float) -> list[Place]:
    return [(x, 1 - 2 * (i + 0.5) / units) for i in range(units)]


def _lines(weights: Sequence[tuple[float, Place, Place]]) -> list[Any]:
    """One trace per sign and width, so that a browser has few of them."""
    most = max((abs(weight) for weight, _, _ in weights), default=0.0)
    groups: dict[tuple[bool, int], list[tuple[Place, Place]]] = {}
    for weight, one, other in weights:
        if weight:
            step = 1 + int(3 * abs(weight) / most * 0.999)
            groups.setdefault((weight > 0, step), []).append((one, other))
    return [
        go.Scatter(
            x=[x for one, other in some for x in (one[0], other[0], None)],
            y=[round(y, 3) if y is not None else None for a, b in some for y in (a[1], b[1], None)],
            mode="lines",
            line={"color": BLUE if up else ORANGE, "width": WIDEST * step / 3},
            opacity=0.25 + 0.2 * step,
            hoverinfo="skip",
        )
        for (up, step), some in sorted(groups.items())
    ]


def _units(
    places: Sequence[Place], values: "np.ndarray[Any, Any]", told: Sequence[str], text: str | None
) -> go.Scatter:
    where = {"left": "middle left", "top": "top center", None: "middle left"}[text]
    return go.Scatter(
        x=[x for x, _ in places],
        y=[round(y, 3) for _, y in places],
        mode="markers" if text is None else "markers+text",
        text=list(told),
        textposition=where,
        textfont={"size": 10},
        marker={
            "size": 13,
            "color": [round(float(value), 3) for value in values],
            "cmin": -1,
            "cmax": 1,
            "colorscale": [[0, ORANGE], [0.5, "#ffffff"], [1, BLUE]],
            "line": {"color": GREY, "width": 1},
        },
        hovertemplate="%{text}<extra></extra>",
    )
