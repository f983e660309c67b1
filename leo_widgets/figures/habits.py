"""Habits of a run: whether he goes round in circles, who acts when, and when he is good."""

import plotly.graph_objects as go

from leo.observation.deeds import NAMES
from leo.observation.observed import Run
from leo_widgets.figures.runs import NOTHING, TICKS, WIDE, bands, line, lives, mean_of, topic_axis
from leo_widgets.figures.style import (
    BLUE,
    COLOURS,
    GREY,
    LEGEND_TOP,
    empty,
    framed,
    safe,
    trace,
)

__all__ = ["fired", "loops", "openness"]


def loops(run: Run) -> go.Figure:
    """Draw how much of his last 500 tokens repeats itself, turn by turn, a line for each life.

    Parameters
    ----------
    run
        The run.
    """
    title = "Does he go round in circles? Runs of 2 to 5 tokens that came before, of the last 500"
    if not run.turns:
        return empty(title, NOTHING, wide=True)
    single = [
        line(xs, [one.loops for one in life], f"life {seed}", GREY, width=1, opacity=0.5)
        for seed, life in lives(run).items()
        for xs in [list(range(1, len(life) + 1))]
    ]
    mean = line(*mean_of(run, lambda one: one.loops), "mean of the lives", BLUE)
    for one in single[1:]:
        one["showlegend"] = False
    single[0].update(name="a life")
    return framed(
        [*single, mean],
        title,
        height=320,
        wide=True,
        margin=WIDE,
        shapes=bands(run),
        xaxis=topic_axis(run),
        yaxis={"title": {"text": "share"}, "rangemode": "tozero", "tickformat": ".0%"},
    )


def fired(run: Run) -> go.Figure:
    """Draw which modules had a hand in which turn: in how many of the lives.

    Parameters
    ----------
    run
        The run.
    """
    title = "Who acted when? Share of the lives in which a module had a hand in the turn"
    if not run.turns:
        return empty(title, NOTHING, wide=True)
    others = sorted({name for one in run.turns for name in one.fired} - set(NAMES))
    names = [*NAMES, *others]
    shares = [mean_of(run, lambda one, name=name: name in one.fired) for name in names]  # type: ignore[misc]
    heat = trace(
        "heatmap",
        x=shares[0][0],
        y=[safe(name) for name in names],
        z=[share for _, share in shares],
        zmin=0,
        zmax=1,
        colorscale=[[0, "rgba(0,0,0,0)"], [1, BLUE]],
        ygap=1,
        colorbar={"thickness": 12, "tickformat": ".0%"},
        hovertemplate="%{y}, turn %{x}: %{z:.0%}<extra></extra>",
    )
    return framed(
        [heat],
        title,
        height=180 + 20 * len(names),
        wide=True,
        margin={**WIDE, "l": 96, "t": 44},
        shapes=bands(run),
        xaxis={**topic_axis(run), "showgrid": False},
        yaxis={"autorange": "reversed", "dtick": 1, "showgrid": False, **TICKS},
    )


def openness(run: Run) -> go.Figure:
    """Draw how good each reply was against how open the field was while he spoke.

    Parameters
    ----------
    run
        The run; colours are who spoke.
    """
    title = "Is he better when the field is open?<br>Quality against entropy, by who spoke"
    if not run.turns:
        return empty(title, NOTHING)
    speakers = sorted({one.by for one in run.turns})
    traces = []
    for i, by in enumerate(speakers):
        said = [one for one in run.turns if one.by == by]
        traces.append(
            trace(
                "scatter",
                x=[one.entropy for one in said],
                y=[one.quality for one in said],
                name=f"{safe(by)} ({len(said)})",
                mode="markers",
                marker={"color": COLOURS[i % len(COLOURS)], "size": 6, "opacity": 0.6},
                customdata=[[one.turn, one.seed] for one in said],
                hovertemplate="quality %{y:.2f}, entropy %{x:.2f}"
                "<extra>turn %{customdata[0]} of life %{customdata[1]}</extra>",
            )
        )
    return framed(
        traces,
        title,
        height=380,
        margin={"l": 56, "r": 16, "t": LEGEND_TOP, "b": 52},
        xaxis={"title": {"text": "entropy while he spoke"}},
        yaxis={"title": {"text": "quality"}},
    )
