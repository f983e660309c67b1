"""Echo: how much of his replies are the observer's words, and whether he listens."""

from typing import Any

import plotly.graph_objects as go

from leo.observation.observed import Run
from leo.observation.words import OPTIMAL
from leo_widgets.figures.runs import (
    NOTHING,
    TICKS,
    WIDE,
    Get,
    bands,
    line,
    mean_of,
    placed,
    topic_axis,
    topics,
)
from leo_widgets.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    Trace,
    empty,
    framed,
    safe,
    trace,
)

__all__ = ["above_chance", "echo", "echo_map"]

HIGH = 0.5
"""external_vocab from here on is a high echo."""


def echo(run: Run) -> go.Figure:
    """Draw external_vocab turn by turn, a dot for each life, against what chance would give.

    Parameters
    ----------
    run
        The run; bands are its topics.
    """
    title = "How much of each reply are the observer's words? A dot for each life"
    if not run.turns:
        return empty(title, NOTHING, wide=True)
    xs, means = mean_of(run, lambda one: one.external_vocab)
    _, chance = mean_of(run, lambda one: one.chance)
    dots = trace(
        "scattergl" if len(run.turns) > 5_000 else "scatter",
        x=[x for x, _ in placed(run)],
        y=[one.external_vocab for _, one in placed(run)],
        name="a reply",
        mode="markers",
        marker={"color": BLUE, "size": 5, "opacity": 0.55},
        customdata=[[one.seed, safe(one.topic)] for _, one in placed(run)],
        hovertemplate="%{y:.2f}<extra>turn %{x} of life %{customdata[0]}: %{customdata[1]}</extra>",
    )
    lines = [
        line(xs, means, "mean of the lives", ORANGE),
        line(xs, chance, "by chance: other messages", GREY, "dash"),
    ]
    limits = [_limit(OPTIMAL, GREEN), _limit(HIGH, RED)]
    return framed(
        [dots, *lines],
        title,
        height=380,
        wide=True,
        margin=WIDE,
        shapes=[*bands(run), *limits],
        xaxis=topic_axis(run),
        yaxis={"title": {"text": "external_vocab"}, "range": [-0.03, 1.03]},
    )


def above_chance(run: Run) -> go.Figure:
    """Draw echo beside its chance baseline, and how much nearer a reply is to its own message.

    Parameters
    ----------
    run
        The run.
    """
    title = "Does he answer this message, or any? Each reply against its own and other messages"
    if not run.turns:
        return empty(title, NOTHING, wide=True)
    echoes: list[tuple[str, Get, Get]] = [
        ("all words", lambda one: one.external_vocab, lambda one: one.chance),
        ("content words", lambda one: one.content_echo, lambda one: one.content_chance),
    ]
    surplus: list[tuple[str, Get]] = [
        ("relevance", lambda one: one.relevance),
        ("association", lambda one: one.association),
    ]
    halves = [
        _violin(run, name, get, told, side, colour, legend=name == "all words")
        for name, own, others in echoes
        for get, told, side, colour in (
            (own, "its own message", "negative", BLUE),
            (others, "others, on the mean", "positive", GREY),
        )
    ]
    whole = [_violin(run, name, get, "nearer by", "both", ORANGE) for name, get in surplus]
    for one in whole:
        one.update(xaxis="x2", yaxis="y2", showlegend=False)
    zero = {"type": "line", "xref": "x2 domain", "yref": "y2", "x0": 0, "x1": 1, "y0": 0, "y1": 0}
    return framed(
        [*halves, *whole],
        title,
        height=380,
        wide=True,
        violinmode="overlay",
        margin={**WIDE, "b": 32},
        shapes=[{**zero, "line": {"color": GREY, "dash": "dash"}}],
        xaxis={"domain": [0, 0.46]},
        yaxis={"title": {"text": "share of his words"}, "rangemode": "tozero"},
        xaxis2={"domain": [0.56, 1], "anchor": "y2"},
        yaxis2={"title": {"text": "nearer than to others"}, "anchor": "x2"},
    )


def echo_map(run: Run) -> go.Figure:
    """Draw external_vocab by topic and turn, the mean of all lives.

    Parameters
    ----------
    run
        The run.
    """
    title = "Where does he echo?<br>external_vocab by topic and turn, mean of the lives"
    if not run.turns:
        return empty(title, NOTHING)
    shown = topics(run)
    _, means = mean_of(run, lambda one: one.external_vocab)
    rows = [means[first - 1 : last] for _, first, last in shown]
    heat = trace(
        "heatmap",
        x=list(range(1, max(map(len, rows)) + 1)),
        y=[safe(topic) for topic, _, _ in shown],
        z=rows,
        zmin=0,
        zmax=HIGH,
        colorscale="Cividis",
        xgap=1,
        ygap=1,
        colorbar={"thickness": 12},
        hovertemplate="%{y}, turn %{x}: %{z:.3f}<extra></extra>",
    )
    return framed(
        [heat],
        title,
        height=140 + 20 * len(shown),
        margin={"l": 16, "r": 16, "t": 64, "b": 52},
        xaxis={"title": {"text": "turn of the topic"}, "dtick": 1},
        yaxis={"autorange": "reversed", "dtick": 1, "automargin": True, **TICKS},
    )


def _limit(at: float, colour: str) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": at,
        "y1": at,
        "line": {"color": colour, "dash": "dot", "width": 1.5},
    }


def _violin(
    run: Run, name: str, get: Get, told: str, side: str, colour: str, *, legend: bool = False
) -> Trace:
    return trace(
        "violin",
        x=[name] * len(run.turns),
        y=[get(one) for one in run.turns],
        name=told,
        legendgroup=told,
        scalegroup=name,
        showlegend=legend,
        side=side,
        line={"color": colour},
        meanline={"visible": True},
        points=False,
        spanmode="hard",
        hoverinfo="y",
    )
