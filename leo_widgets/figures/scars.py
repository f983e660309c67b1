"""How a wound heals, and how loud it makes the wounded expert."""

from collections.abc import Sequence

import plotly.graph_objects as go

from leo.notes import Wound
from leo.perception.trauma import TraumaNote
from leo.perception.wound import HALF_LIFE, left
from leo.records import Turn
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

__all__ = ["scars", "wounded"]

HOUR = 3600.0
"""Seconds."""

LATER = {0: RED, 24: ORANGE, 72: SKY}
"""Hours from now, and their colours."""

DAYS = 4
"""Of the curve of healing."""

STEPS = 33


def scars(turn: Turn | None) -> go.Figure:
    """Draw the deepest scars now, in a day and in three, and the curve by which all heal.

    Parameters
    ----------
    turn
        The turn.
    """
    title = "Scarred words, and how they heal if nothing touches them"
    note = turn.note(TraumaNote) if turn else None
    if note is None or not note.scars:
        return empty(title, "No word has left a scar.", wide=True)
    words = [safe(one.name) for one in note.scars]
    bars = [
        go.Bar(
            x=words,
            y=[round(one.amount * left(hours * HOUR), 4) for one in note.scars],
            name=f"in {hours} h" if hours else "now",
            marker={"color": colour},
            hovertemplate="%{x}: %{y:.3f}<extra></extra>",
        )
        for hours, colour in LATER.items()
    ]
    hours = [24 * DAYS * i / (STEPS - 1) for i in range(STEPS)]
    curve = go.Scatter(
        x=hours,
        y=[round(left(hour * HOUR), 4) for hour in hours],
        name="what is left",
        mode="lines",
        line={"color": GREY, "width": 2},
        xaxis="x2",
        yaxis="y2",
        hovertemplate="after %{x:.0f} h %{y:.0%}<extra></extra>",
    )
    return framed(
        [*bars, curve],
        title,
        height=320,
        wide=True,
        margin={"l": 56, "r": 16, "t": LEGEND_TOP, "b": 60},
        xaxis={"domain": [0, 0.6]},
        yaxis={"title": {"text": "depth"}},
        xaxis2={
            "domain": [0.7, 1],
            "anchor": "y2",
            "title": {"text": f"hours (half in {HALF_LIFE / HOUR:.0f})"},
            "dtick": 24,
        },
        yaxis2={"anchor": "x2", "range": [0, 1.05], "tickformat": ".0%"},
    )


def wounded(turns: Sequence[Turn]) -> go.Figure:
    """Draw how much of the mixture the wounded expert had, by how open the wound was.

    Parameters
    ----------
    turns
        The turns; all of them count.
    """
    title = "How loud the wounded expert is, by how open the wound is"
    points = [
        (x, wound.level, next((w.weight for w in turn.blend.weights if w.expert == "wounded"), 0.0))
        for x, turn in zip(x_of(turns), turns, strict=True)
        if (wound := turn.note(Wound)) is not None
    ]
    if not points:
        return empty(title, "No turn with trauma yet.")
    dots = go.Scatter(
        x=[round(level, 4) for _, level, _ in points],
        y=[round(weight, 4) for _, _, weight in points],
        mode="markers",
        name="turns",
        marker={"color": BLUE, "size": 8},
        customdata=[x for x, _, _ in points],
        hovertemplate="level %{x:.2f}, weight %{y:.0%}<extra>turn %{customdata}</extra>",
    )
    return framed(
        [dots],
        title,
        height=320,
        showlegend=False,
        xaxis={"title": {"text": "level of the wound"}, "range": [-0.03, 1.03]},
        yaxis={"title": {"text": "share of the mixture"}, "tickformat": ".0%"},
    )
