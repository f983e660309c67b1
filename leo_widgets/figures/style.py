"""How every figure looks: one palette, one frame, and words that are never markup."""

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import plotly.graph_objects as go

from leo.records import Turn

__all__ = [
    "COLOURS",
    "CONTEXT_COLOURS",
    "LEGEND",
    "LEGEND_TOP",
    "SOURCE_COLOURS",
    "Trace",
    "empty",
    "framed",
    "safe",
    "trace",
    "x_of",
]

# Okabe and Ito's palette: told apart with every common kind of colour blindness.
BLUE, ORANGE, GREEN, PINK = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
RED, SKY, YELLOW, GREY = "#D55E00", "#56B4E9", "#F0E442", "#999999"
WINE = "#882255"  # Tol's, for one more

COLOURS = (BLUE, ORANGE, GREEN, PINK, RED, SKY, YELLOW, GREY)

SOURCE_COLOURS = {
    "observer": BLUE,
    "reply": ORANGE,
    "ring": GREEN,
    "dream": PINK,
    "note": SKY,
    "book": YELLOW,
    "origin": GREY,
}

CONTEXT_COLOURS = {
    "start": GREEN,
    "opening": YELLOW,
    "trigram": BLUE,
    "bigram": SKY,
    "fitted": WINE,
    "jump": RED,
    "woven": ORANGE,
    "close": GREY,
    "added": PINK,
}

HEIGHT = 260
"""Pixels."""

FEW = 8
"""Whole numbers that an axis shows each by a tick; of more, plotly leaves some out by itself."""

LEGEND_TOP = 104
"""Pixels of margin for a title and three lines of legend below it."""

LEGEND = {
    "orientation": "h",
    "x": 0,
    "xanchor": "left",
    "y": 1.02,
    "yanchor": "bottom",
    "font": {"size": 11},
}
"""Between title and plot; a figure that has one asks for `LEGEND_TOP`."""

Trace: TypeAlias = dict[str, Any]
"""A plotly trace as plain values, with its type; quicker made than plotly's own objects."""

LAST_SHOWN = 2000
"""Turns a curve shows; older ones are left out, so that drawing stays quick."""


def safe(text: str) -> str:
    """Make text that plotly shows as it is: it would take ``<b>`` for bold."""
    return html.escape(text, quote=False)


def x_of(turns: Sequence[Turn]) -> list[int]:
    """Give the turns' numbers; an imagined turn stands behind the last one."""
    numbers: list[int] = []
    for turn in turns:
        numbers.append(turn.id if turn.id is not None else (numbers[-1] + 1 if numbers else 1))
    return numbers


def trace(kind: str, **told: Any) -> Trace:
    """Make a trace.

    Parameters
    ----------
    kind
        Plotly's name for it: ``scatter``, ``bar``, …
    told
        Its values, as plotly names them.
    """
    return {"type": kind, **told}


def framed(
    traces: Iterable[Any], title: str, *, height: int = HEIGHT, wide: bool = False, **layout: Any
) -> go.Figure:
    """Put traces into the house's frame.

    Parameters
    ----------
    traces
        Plotly traces.
    title
        What one sees.
    height
        In pixels.
    wide
        Ask for the panel's whole width.
    layout
        Further layout, over the frame's.
    """
    base: dict[str, Any] = {
        "title": {
            "text": title,
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": 14, "t": 22 if "<br>" in title else 12},
            "font": {"size": 14},
        },
        "height": height,
        "margin": {"l": 56, "r": 16, "t": 44, "b": 44},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "uirevision": "keep",
        "hovermode": "closest",
        "legend": LEGEND,
        "meta": {"wide": wide},
    }
    drawn = list(traces)
    if "xaxis" in layout:
        layout["xaxis"] = _whole(layout["xaxis"], drawn)
    # Plotly would check every value twice, which takes most of the time; the tests do it once.
    return go.Figure(drawn, {**base, **layout}, _validate=False)


def _whole(axis: Mapping[str, Any], traces: Iterable[Any]) -> Mapping[str, Any]:
    """Let a short axis of whole numbers have no ticks between them: halves would be rounded."""
    if axis.get("tickformat") != "d":
        return axis
    given = [one["x"] for one in traces if "x" in one and one["x"] is not None]
    xs = [x for some in given for x in some if x is not None]
    few = not xs or max(xs) - min(xs) < FEW
    return {**axis, "dtick": 1} if few else axis


def empty(title: str, why: str, *, height: int = HEIGHT, wide: bool = False) -> go.Figure:
    """Say why there is nothing to see yet."""
    note = {"text": why, "showarrow": False, "x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper"}
    hidden = {"visible": False}
    return framed(
        [], title, height=height, wide=wide, annotations=[note], xaxis=hidden, yaxis=hidden
    )
