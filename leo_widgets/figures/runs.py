"""What figures of an observation run share: places in the run, topics, lines."""

from collections.abc import Callable, Sequence
from itertools import groupby
from statistics import fmean
from typing import Any, TypeAlias

from leo.observation.observed import Observed, Run
from leo_widgets.figures.style import Trace, safe, trace

__all__ = [
    "NOTHING",
    "TICKS",
    "WIDE",
    "Get",
    "bands",
    "line",
    "lives",
    "mean_of",
    "placed",
    "topic_axis",
    "topics",
]

NOTHING = "No turn was observed."

BAND = "rgba(128,128,128,0.12)"
"""Every second topic's ground."""

WIDE = {"l": 56, "r": 16, "t": 72, "b": 72}
"""Pixels of margin of a wide figure: one line of legend above, names of topics below."""

TICKS = {"tickfont": {"size": 10}}

Get: TypeAlias = Callable[[Observed], float]


def lives(run: Run) -> dict[int, list[Observed]]:
    """Give the turns of each life, in order, by seed."""
    found: dict[int, list[Observed]] = {}
    for one in run.turns:
        found.setdefault(one.seed, []).append(one)
    return found


def placed(run: Run) -> list[tuple[int, Observed]]:
    """Give each turn its place in the run, from 1; a life may be older than the run."""
    return [(x, one) for life in lives(run).values() for x, one in enumerate(life, 1)]


def mean_of(run: Run, get: Get) -> tuple[list[int], list[float]]:
    """Give the places, and what the lives have there on the mean."""
    found: dict[int, list[float]] = {}
    for x, one in placed(run):
        found.setdefault(x, []).append(get(one))
    return list(found), [round(fmean(values), 6) for values in found.values()]


def topics(run: Run) -> list[tuple[str, int, int]]:
    """List the topics with their first and last place."""
    life = next(iter(lives(run).values()))
    found, begin = [], 1
    for topic, turns in groupby(life, key=lambda one: one.topic):
        count = len(list(turns))
        found.append((topic, begin, begin + count - 1))
        begin += count
    return found


def bands(run: Run) -> list[dict[str, Any]]:
    """Shade every second topic."""
    return [
        {
            "type": "rect",
            "layer": "below",
            "yref": "paper",
            "x0": first - 0.5,
            "x1": last + 0.5,
            "y0": 0,
            "y1": 1,
            "fillcolor": BAND,
            "line": {"width": 0},
        }
        for _, first, last in topics(run)[::2]
    ]


def topic_axis(run: Run) -> dict[str, Any]:
    """Name the topics below the turns."""
    shown = topics(run)
    return {
        "tickvals": [(first + last) / 2 for _, first, last in shown],
        "ticktext": [safe(topic) for topic, _, _ in shown],
        "tickangle": -45,
        "range": [0.5, shown[-1][2] + 0.5],
        "showgrid": False,
        **TICKS,
    }


def line(
    xs: Sequence[int],
    values: Sequence[float],
    name: str,
    colour: str,
    dash: str = "solid",
    *,
    width: float = 2,
    opacity: float = 1,
) -> Trace:
    """Draw a line over turns."""
    return trace(
        "scatter",
        x=list(xs),
        y=list(values),
        name=name,
        mode="lines",
        opacity=opacity,
        line={"color": colour, "dash": dash, "width": width},
        hovertemplate=name + " %{y:.3f}<extra>turn %{x}</extra>",
    )
