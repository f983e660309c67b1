"""What is kept: moments as a map, the inner voice's snippets, and whether the network sleeps."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from leo.records import Turn
from leo.reflection.episodes import EpisodeNote
from leo.reflection.mathbrain import Lesson
from leo.reflection.metaleo import Snippet
from leo.reflection.mlp import Vector
from leo_widgets.figures.style import BLUE, GREY, RED, empty, framed, safe, x_of

__all__ = ["moments_map", "saturation", "snippets"]

LAST = 200
"""Turns that are shown."""

FEWEST = 3
"""Moments from which a map of them means anything."""

ROW = 28
"""Pixels per snippet."""


def saturation(turns: Sequence[Turn]) -> go.Figure:
    """Draw the share of hidden units that hardly move any more: a network asleep learns nothing.

    Parameters
    ----------
    turns
        The turns; the last two hundred are shown.
    """
    title = "Hidden units at their limit: at 100 % the network would be asleep"
    turns = list(turns)[-LAST:]
    points = [
        (x, note.saturated)
        for x, turn in zip(x_of(turns), turns, strict=True)
        if (note := turn.note(Lesson)) is not None
    ]
    if not points:
        return empty(title, "No turn with MathBrain yet.")
    curve = go.Scatter(
        x=[x for x, _ in points],
        y=[share for _, share in points],
        mode="lines",
        name="saturated",
        line={"color": BLUE, "width": 2},
        hovertemplate="%{y:.0%}<extra>turn %{x}</extra>",
    )
    return framed(
        [curve],
        title,
        showlegend=False,
        xaxis={"title": {"text": "turn"}, "tickformat": "d"},
        yaxis={"range": [-0.03, 1.03], "tickformat": ".0%"},
    )


def snippets(buffer: Sequence[Snippet]) -> go.Figure:
    """List what feeds the inner voice, oldest first: shards of thoughts and charged replies.

    Parameters
    ----------
    buffer
        The snippets.
    """
    title = "What feeds the inner voice now"
    if not buffer:
        return empty(title, "Nothing yet: it is fed by thoughts and by what moved him.", wide=True)
    look = {"align": "left", "fill": {"color": "rgba(0,0,0,0)"}, "line": {"color": GREY}}
    table = go.Table(
        columnwidth=[1, 1, 8],
        header={"values": ["turn", "from", "text"], **look},
        cells={
            "values": [
                [one.turn for one in buffer],
                [{"shard": "a thought"}.get(one.kind, "a reply") for one in buffer],
                [safe(one.text) for one in buffer],
            ],
            "height": ROW,
            **look,
        },
    )
    return framed(
        [table],
        title,
        height=90 + ROW * (len(buffer) + 2),
        wide=True,
        margin={"l": 14, "r": 16, "t": 44, "b": 8},
    )


def moments_map(moments: Vector, qualities: Sequence[float], turn: Turn | None = None) -> go.Figure:
    """Draw all remembered moments in two dimensions, coloured by quality.

    The axes are the two directions in which the standardised features differ most (principal
    components, Pearson 1901); lines lead from the last moment to those found like it.

    Parameters
    ----------
    moments
        Features, one row per moment, the last turn's last.
    qualities
        Quality of each.
    turn
        The turn whose neighbours are linked, if it is the last.
    """
    title = "All his moments on a map: near is alike, bright went well"
    if len(moments) < FEWEST:
        return empty(title, "Too few moments yet.")
    spread = moments.std(axis=0)
    alike = (moments - moments.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    _, _, axes = np.linalg.svd(alike, full_matrices=False)
    places = np.round(alike @ axes[:2].T, 3)
    dots = go.Scatter(
        x=places[:, 0].tolist(),
        y=places[:, 1].tolist(),
        mode="markers",
        marker={
            "color": [round(quality, 3) for quality in qualities],
            "colorscale": "Cividis",
            "size": 9,
            "colorbar": {"thickness": 10, "title": {"text": "quality", "side": "right"}},
        },
        customdata=list(range(1, len(places) + 1)),
        hovertemplate="moment %{customdata}, quality %{marker.color:.2f}<extra></extra>",
        showlegend=False,
    )
    return framed(
        [*_links(places, turn), dots],
        title,
        height=360,
        margin={"l": 40, "r": 16, "t": 48, "b": 32},
        xaxis={"showticklabels": False},
        yaxis={"showticklabels": False},
    )


def _links(places: Vector, turn: Turn | None) -> list[go.Scatter]:
    note = turn.note(EpisodeNote) if turn else None
    if turn is None or turn.id is None or note is None:
        return []
    first = turn.id - len(places) + 1  # every turn is a moment; the oldest may be gone
    near = [one.turn - first for one in note.neighbours if one.turn >= first]
    here = places[-1]
    return [
        go.Scatter(
            x=[value for i in near for value in (here[0], places[i][0], None)],
            y=[value for i in near for value in (here[1], places[i][1], None)],
            mode="lines",
            line={"color": RED, "width": 1},
            hoverinfo="skip",
            name="found like the last",
            showlegend=False,
        )
    ]
