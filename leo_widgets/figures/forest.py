"""Forest plots: a panel for each measure, a row for each thing, its change and its interval."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import plotly.graph_objects as go

from leo.observation.effects import Effect
from leo_widgets.figures.style import (
    BLUE,
    GREEN,
    GREY,
    RED,
    Trace,
    framed,
    safe,
    trace,
)

__all__ = ["Row", "forest"]

Row: TypeAlias = tuple[str, Sequence[Effect]]
"""A name, and what changes in each measure."""

COLUMNS = 3
"""Measures in a row."""

TOP = 72
"""Pixels of margin for a title and one line of legend."""

GAP = 0.03
"""Between two panels, of the width."""

KINDS = {
    "for the better": (GREEN, "diamond"),
    "for the worse": (RED, "x"),
    "neither good nor bad": (BLUE, "square"),
    "not beyond chance": (GREY, "circle-open"),
}
"""Colour and mark of a change; told apart without colours too."""

STILL = {"range": [-1, 1], "tickvals": [0]}
"""The axis of a measure that nothing changes: there is no scale, and nothing in the middle."""

WAYS = {"higher": " better →", "lower": " ← better", "neither": ""}
"""Written behind a measure's name: where the better changes stand."""


def forest(rows: Sequence[Row], title: str) -> go.Figure:
    """Draw changes with their intervals; a measure that a row has not leaves its place empty.

    Parameters
    ----------
    rows
        At least one. Marks are filled and coloured where the probability, corrected for all
        questions, is at most 0.05.
    title
        What one sees.
    """
    measures = {effect.measure: effect for _, effects in rows for effect in effects}
    high = -(-len(measures) // COLUMNS)
    names = [safe(name) for name, _ in rows]
    layout: dict[str, Any] = {}
    for i, measure in enumerate(measures):
        layout |= _axes(i, high, names)
        if not any(_moved(one) for _, all_ in rows for one in all_ if one.measure == measure):
            layout[_axis("xaxis", i)] |= STILL
    return framed(
        [*_legend(), *(one for i, name in enumerate(measures) for one in _panel(rows, name, i))],
        title,
        height=110 + high * (80 + 22 * len(rows)),
        wide=True,
        margin={"l": 96, "r": 16, "t": TOP, "b": 30},
        annotations=[_name(effect, i) for i, effect in enumerate(measures.values())],
        **layout,
    )


def _panel(rows: Sequence[Row], measure: str, i: int) -> list[Trace]:
    effects = [(name, one) for name, all_ in rows for one in all_ if one.measure == measure]
    kinds = {kind: [pair for pair in effects if _kind(pair[1]) == kind] for kind in KINDS}
    return [_marks(pairs, kind, i) for kind, pairs in kinds.items() if pairs]


def _moved(effect: Effect) -> bool:
    return bool(effect.by.low or effect.by.mean or effect.by.high)


def _legend() -> list[Trace]:
    """Name every kind of mark, also one that no change is of."""
    return [
        trace(
            "scatter",
            x=[None],
            y=[None],
            name=kind,
            legendgroup=kind,
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 9},
        )
        for kind, (colour, symbol) in KINDS.items()
    ]


def _kind(effect: Effect) -> str:
    if not effect.sure:
        return "not beyond chance"
    if effect.good is None:
        return "neither good nor bad"
    return "for the better" if effect.good else "for the worse"


def _marks(effects: Sequence[tuple[str, Effect]], kind: str, i: int) -> Trace:
    colour, symbol = KINDS[kind]
    means = [effect.by.mean for _, effect in effects]
    return trace(
        "scatter",
        x=means,
        y=[safe(name) for name, _ in effects],
        name=kind,
        legendgroup=kind,
        showlegend=False,
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 9},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [effect.by.high - effect.by.mean for _, effect in effects],
            "arrayminus": [effect.by.mean - effect.by.low for _, effect in effects],
            "color": colour,
            "thickness": 1.5,
            "width": 3,
        },
        customdata=[safe(effect.told()) for _, effect in effects],
        hovertemplate="%{y}: %{customdata}<extra></extra>",
        xaxis=_axis("x", i),
        yaxis=_axis("y", i),
    )


def _axes(i: int, rows: int, names: Sequence[str]) -> dict[str, Any]:
    row, column = divmod(i, COLUMNS)
    wide, high = 1 / COLUMNS, 1 / rows
    left, bottom = column * wide, 1 - (row + 1) * high
    return {
        _axis("xaxis", i): {
            "domain": [left + (GAP / 2 if column else 0), left + wide - GAP / 2],
            "anchor": _axis("y", i),
            "zeroline": True,
            "zerolinecolor": GREY,
            "zerolinewidth": 2,
            "rangemode": "tozero",
            "nticks": 5,
            "tickfont": {"size": 10},
        },
        _axis("yaxis", i): {
            "domain": [bottom + 0.08 * high, bottom + 0.9 * high],
            "anchor": _axis("x", i),
            "range": [len(names) - 0.5, -0.5],
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(names),
            "showticklabels": column == 0,
            "tickfont": {"size": 10},
        },
    }


def _name(effect: Effect, i: int) -> dict[str, Any]:
    """Write a measure's name above its panel, and where the better changes stand."""
    return {
        "text": f"<b>{safe(effect.measure)}</b>{WAYS[effect.better]}",
        "xref": f"{_axis('x', i)} domain",
        "yref": f"{_axis('y', i)} domain",
        "x": 0,
        "y": 1,
        "yanchor": "bottom",
        "xanchor": "left",
        "showarrow": False,
        "font": {"size": 11},
    }


def _axis(name: str, i: int) -> str:
    return name if i == 0 else f"{name}{i + 1}"
