"""Trauma: what touched the origin, and how open the wound is."""

from collections.abc import Sequence

import plotly.graph_objects as go

from leo.notes import Wound
from leo.perception.trauma import TraumaNote
from leo.perception.wound import THRESHOLD
from leo.records import Turn
from leo_widgets.figures.style import (
    BLUE,
    GREEN,
    LEGEND_TOP,
    ORANGE,
    PINK,
    RED,
    SKY,
    empty,
    framed,
    safe,
    x_of,
)

__all__ = ["trauma"]

LAST = 100
"""Turns that are shown."""

PARTS = {"overlap": BLUE, "novelty": GREEN, "arousal": ORANGE, "entropy": SKY, "trigger": PINK}
"""The parts of a score, and their colours."""

BANDS = ((0.3, "the wounded expert speaks"), (0.5, "thoughts go home"), (0.7, "no questions"))
"""Levels from which something changes, and what."""

PALE = "rgba(255,255,255,0.8)"
"""Behind what is written over bars, in a light page and in a dark one."""


def trauma(turns: Sequence[Turn]) -> go.Figure:
    """Draw each turn's score by part, and the level of the wound with what it changes.

    Parameters
    ----------
    turns
        The turns; the last hundred are shown.
    """
    title = "Trauma: what touched the origin (bars), and how open the wound is (line)"
    turns = list(turns)[-LAST:]
    points = [
        (x, note, turn.note(Wound))
        for x, turn in zip(x_of(turns), turns, strict=True)
        if (note := turn.note(TraumaNote)) is not None
    ]
    if not points:
        return empty(title, "No turn with trauma yet.", wide=True)
    xs = [x for x, _, _ in points]
    traces: list[go.Bar | go.Scatter] = []
    for name, colour in PARTS.items():
        amounts = [_part(note, name) for _, note, _ in points]
        if any(amounts):
            traces.append(
                go.Bar(
                    x=xs,
                    y=amounts,
                    name=name,
                    marker={"color": colour},
                    customdata=[_told(note) for _, note, _ in points],
                    hovertemplate="%{customdata}<extra>turn %{x}</extra>",
                )
            )
    traces.append(
        go.Scatter(
            x=xs,
            y=[note.after for _, note, _ in points],
            name="level",
            mode="lines+markers",
            line={"color": RED, "width": 2, "shape": "hv"},
            hovertemplate="level %{y:.2f}<extra>turn %{x}</extra>",
        )
    )
    lines = [(THRESHOLD, "")] + [(level, told) for level, told in BANDS if level != THRESHOLD]
    return framed(
        traces,
        title,
        height=340,
        wide=True,
        barmode="stack",
        margin={"l": 56, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "turn"}, "tickformat": "d"},
        yaxis={"range": [0, 1.05]},
        shapes=[_line(level) for level, _ in lines],
        annotations=[_label(level, told) for level, told in BANDS],
    )


def _part(note: TraumaNote, name: str) -> float:
    return next((part.amount for part in note.parts if part.name == name), 0.0)


def _told(note: TraumaNote) -> str:
    words = ", ".join(safe(word) for word in note.touched) or "nothing of the origin"
    return (
        f"score {note.score:.2f}{', an event' if note.event else ''}<br>touched: {words}<br>"
        f"overlap {note.overlap:.2f}, by chance {note.chance:.2f}"
    )


def _line(level: float) -> dict[str, object]:
    at = {"x0": 0, "x1": 1, "xref": "paper", "y0": level, "y1": level}
    return {"type": "line", **at, "line": {"color": RED, "width": 1, "dash": "dot"}, "opacity": 0.5}


def _label(level: float, told: str) -> dict[str, object]:
    place = {"x": 1, "xref": "paper", "xanchor": "right", "y": level, "yanchor": "bottom"}
    look = {"font": {"size": 10, "color": "#333"}, "bgcolor": PALE}  # it may stand upon a bar
    return {"text": told, **place, **look, "showarrow": False}
