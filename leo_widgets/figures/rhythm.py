"""Game: what kind of turn Leo expected of himself, and how well he knows himself."""

from collections.abc import Sequence

import plotly.graph_objects as go

from leo.records import Turn
from leo.reflection.expecting import GameHint
from leo.reflection.game import GamePlayed
from leo_widgets.figures.style import (
    BLUE,
    GREY,
    LEGEND_TOP,
    ORANGE,
    empty,
    framed,
    safe,
    x_of,
)

__all__ = ["game"]

LAST = 200
"""Turns that are shown."""


def game(turns: Sequence[Turn]) -> go.Figure:
    """Draw what was expected of the last turn, and how often expectations came true.

    Parameters
    ----------
    turns
        The turns; on the left the last one, on the right the shares of hits so far.
    """
    title = "Rhythm: the kind of turn Leo expected of himself, and how often he was right"
    turns = list(turns)[-LAST:]
    points = [
        (x, note)
        for x, turn in zip(x_of(turns), turns, strict=True)
        if (note := turn.note(GamePlayed)) is not None and note.score.turns
    ]
    hint = turns[-1].note(GameHint) if turns else None
    if hint is None or not points:
        return empty(title, "Nothing was expected yet.", wide=True)
    played = turns[-1].note(GamePlayed)
    came = played.kind if played else ""
    likely = hint.likely
    places = [-i for i in range(len(likely))]
    bars = go.Bar(
        y=places,
        x=[one.probability for one in likely],
        orientation="h",
        marker={"color": [ORANGE if one.kind == came else BLUE for one in likely]},
        customdata=[safe(one.kind) for one in likely],
        hovertemplate="%{customdata}<br>%{x:.1%}<extra></extra>",
        name="expected (orange: what came)",
    )
    return framed(
        [bars, *_rates(points)],
        f"{title}<br><sup>Seen before: {hint.level}. Entropy {hint.entropy:.2f} of 1; "
        f"{hint.unseen:.0%} left for what never came.</sup>",
        height=340,
        wide=True,
        margin={"l": 150, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"domain": [0, 0.44], "tickformat": ".0%"},
        yaxis={"tickvals": places, "ticktext": [_short(one.kind) for one in likely]},
        xaxis2={"domain": [0.56, 1], "title": {"text": "turn"}, "anchor": "y2"},
        yaxis2={"anchor": "x2", "range": [0, 1.02], "tickformat": ".0%"},
    )


def _rates(points: Sequence[tuple[int, GamePlayed]]) -> list[go.Scatter]:
    curves = (
        ("right mode", GREY, [note.score.mode_hits / note.score.turns for _, note in points]),
        ("right kind", ORANGE, [note.score.hits / note.score.turns for _, note in points]),
        ("commonest kind", BLUE, [n.score.baseline_hits / n.score.turns for _, n in points]),
    )
    return [
        go.Scatter(
            x=[x for x, _ in points],
            y=[round(value, 4) for value in values],
            name=name,
            mode="lines",
            line={"color": colour, "width": 2},
            xaxis="x2",
            yaxis="y2",
            hovertemplate=name + " %{y:.0%}<extra>turn %{x}</extra>",
        )
        for name, colour, values in curves
    ]


def _short(kind: str) -> str:
    """Shorten a kind of turn to its mode, its entropy, its expert and its quality."""
    parts = kind.split("/")
    return safe(", ".join((parts[1], *parts[4:8:2], parts[7]))) if len(parts) > 7 else safe(kind)
