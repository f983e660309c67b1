"""Populations: what having each module changes in many lives, and how lives are spread."""

from collections.abc import Sequence

import plotly.graph_objects as go

from leo.population.people import Difference, Mean, Population
from leo.population.settings import label
from leo_widgets.figures.forest import forest
from leo_widgets.figures.style import BLUE, GREY, Trace, empty, framed, safe, trace

__all__ = ["differences", "lives"]

BESIDE = 0.14
"""How far right of its lives a mean stands; two settings are 1 apart."""

TURNED = 6
"""Settings from which on their names are turned."""


def differences(found: Sequence[Difference]) -> go.Figure:
    """Draw the change that having each thing makes in each measure, with its interval over lives.

    Parameters
    ----------
    found
        What `Population.differences` measured. Marks are filled and coloured where the
        probability, corrected for all questions, is at most 0.05.
    """
    title = "What does it change in a life? Mean and interval over lives; coloured: beyond chance"
    if not found:
        return empty(title, "Nothing was switched off.", wide=True)
    at = len({one.temperature for one in found}) > 1
    names = [f"{one.name} at {one.temperature:g}" if at else one.name for one in found]
    return forest([(name, one.effects) for name, one in zip(names, found, strict=True)], title)


def lives(people: Population, measure: str = "relevance") -> go.Figure:
    """Draw a measure of all lives, a violin for each setting, with the mean and its interval.

    Parameters
    ----------
    people
        The lives.
    measure
        The measure's name, as in the table.
    """
    title = f"{safe(measure)}, life by life; beside it the mean and its interval"
    means = people.means((measure,))
    if not means:
        return empty(title, "No life has this measure.", wide=True)
    off = list(dict.fromkeys(one.without for one in means))
    shown = sorted(means, key=lambda one: (off.index(one.without), one.temperature))
    traces = [
        made for x, one in enumerate(shown) for made in (_spread(people, one, x), _mean(one, x))
    ]
    return framed(
        traces,
        title,
        height=380,
        wide=True,
        showlegend=False,
        margin={"l": 64, "r": 16, "t": 48, "b": 96 if len(shown) > TURNED else 56},
        xaxis={
            "tickvals": list(range(len(shown))),
            "ticktext": [safe(_named(one, means)) for one in shown],
            "tickangle": -45 if len(shown) > TURNED else 0,
            "range": [-0.6, len(shown) - 0.4],
            "showgrid": False,
        },
        yaxis={"title": {"text": safe(measure)}},
    )


def _named(one: Mean, all_: Sequence[Mean]) -> str:
    """Name a setting by what tells it from the others."""
    off, temperature = f"without {label(one.without)}", f"{one.temperature:g}"
    if len({other.temperature for other in all_}) == 1:
        return off
    if len({other.without for other in all_}) == 1:
        return f"temperature {temperature}"
    return f"{off} at {temperature}"


def _colour(one: Mean) -> str:
    """Tell lives with something off from those with everything."""
    return BLUE if one.without else GREY


def _spread(people: Population, one: Mean, x: int) -> Trace:
    values = people.values(one.measure, one.without, one.temperature)
    return trace(
        "violin",
        x=[x] * len(values),
        y=values,
        name=f"lives without {safe(label(one.without))} at {one.temperature:g}",
        width=0.8,
        side="negative",
        line={"color": _colour(one), "width": 1},
        points=False,
        spanmode="hard",
        hoverinfo="y",
    )


def _mean(one: Mean, x: int) -> Trace:
    by = one.figure
    return trace(
        "scatter",
        x=[x + BESIDE],
        y=[by.mean],
        name=f"mean without {safe(label(one.without))} at {one.temperature:g}",
        mode="markers",
        marker={"color": _colour(one), "symbol": "diamond", "size": 7},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [by.high - by.mean],
            "arrayminus": [by.mean - by.low],
            "color": _colour(one),
            "thickness": 2,
            "width": 4,
        },
        customdata=[f"{by.told()}, {one.lives} lives"],
        hovertemplate="%{customdata}<extra></extra>",
    )
