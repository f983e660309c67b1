"""Timeline: a whole life at a glance, one strip per question."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from leo.observation.deeds import NAMES, acted
from leo.records import Turn
from leo_widgets.figures.style import BLUE, GREEN, ORANGE, RED, empty, framed, safe, x_of

__all__ = ["timeline"]

TITLE = "His life, turn by turn; click to go there"

HEIGHT = 340
"""Pixels."""

DOMAINS = {"y": (0.83, 1.0), "y2": (0.63, 0.79), "y3": (0.44, 0.59), "y4": (0.0, 0.40)}
"""Where the strips stand: quality, external vocabulary, growth, modules."""


def timeline(turns: Sequence[Turn], shown: int | None = None) -> go.Figure:
    """Draw quality, external vocabulary, growth and acting modules over turns.

    Parameters
    ----------
    turns
        The turns.
    shown
        The turn that is looked at; it is marked.
    """
    if not turns:
        return empty(TITLE, "No turn yet.", wide=True)
    xs = x_of(turns)
    grown = [sum(one.growth.entries for one in turn.learned) for turn in turns]
    traces: list[Any] = [
        _strip(xs, [round(turn.quality.overall, 3) for turn in turns], "quality", BLUE, "y"),
        _strip(xs, [round(turn.external_vocab, 3) for turn in turns], "echo", ORANGE, "y2"),
        go.Bar(
            x=xs,
            y=grown,
            name="new entries",
            marker={"color": GREEN},
            yaxis="y3",
            hovertemplate="%{y} new entries<extra>turn %{x}</extra>",
        ),
        _modules(xs, turns),
    ]
    return framed(
        traces,
        TITLE,
        height=HEIGHT,
        wide=True,
        showlegend=False,
        margin={"l": 96, "r": 16, "t": 40, "b": 40},
        xaxis={"title": {"text": "turn"}, "tickformat": "d", "anchor": "y4"},
        yaxis=_axis("y", "quality", range=[0, 1.05]),
        yaxis2=_axis("y2", "echo", range=[0, 1.05]),
        yaxis3=_axis("y3", "new", rangemode="tozero"),
        yaxis4=_axis("y4", None, autorange="reversed", showgrid=False, dtick=1),
        shapes=[_mark(shown)] if shown in xs else [],
    )


def _strip(
    xs: Sequence[int], values: Sequence[float], name: str, colour: str, axis: str
) -> go.Scatter:
    return go.Scatter(
        x=list(xs),
        y=list(values),
        name=name,
        mode="lines+markers",
        line={"color": colour, "width": 1.5},
        marker={"size": 4},
        yaxis=axis,
        hovertemplate=name + " %{y}<extra>turn %{x}</extra>",
    )


def _modules(xs: Sequence[int], turns: Sequence[Turn]) -> go.Heatmap:
    did = [acted(turn) for turn in turns]
    names = list(dict.fromkeys((*NAMES, *sorted(set().union(*did)))))
    return go.Heatmap(
        x=list(xs),
        y=[safe(name) for name in names],
        z=[[int(name in one) for one in did] for name in names],
        zmin=0,
        zmax=1,
        colorscale=[[0, "rgba(0,0,0,0)"], [1, BLUE]],
        showscale=False,
        xgap=1,
        ygap=1,
        yaxis="y4",
        hovertemplate="%{y}: turn %{x}<extra></extra>",
    )


def _axis(name: str, title: str | None, **more: Any) -> dict[str, Any]:
    told = {"title": {"text": title, "font": {"size": 11}}} if title else {}
    return {"domain": list(DOMAINS[name]), "tickfont": {"size": 10}, **told, **more}


def _mark(turn: int | None) -> dict[str, Any]:
    line = {"color": RED, "width": 2}
    return {"type": "line", "yref": "paper", "x0": turn, "x1": turn, "y0": 0, "y1": 1, "line": line}
