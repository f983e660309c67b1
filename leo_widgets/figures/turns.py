"""Over many turns: which memories come back, what the inner voice weighs, how themes slope."""

from collections.abc import Sequence

import plotly.graph_objects as go

from leo.notes import InnerVoice
from leo.recall.santaklaus import RecallNote
from leo.records import Turn
from leo.reflection.episodes import EpisodeNote
from leo.reflection.flow import FlowNote
from leo.reflection.metaleo import SPEAK
from leo_widgets.figures.style import (
    BLUE,
    COLOURS,
    GREEN,
    GREY,
    LEGEND_TOP,
    ORANGE,
    RED,
    empty,
    framed,
    safe,
    x_of,
)

__all__ = ["memories", "nearest", "slopes", "voice_weight"]

LAST = 100
"""Turns that are shown."""

MEMORIES = 20
"""Memories that are shown: those that came back most."""

LABEL = 40
"""Characters of a memory."""


def memories(turns: Sequence[Turn]) -> go.Figure:
    """Draw memory by turn how strongly each came back: a monopoly is a full row.

    Parameters
    ----------
    turns
        The turns; the last hundred are shown.
    """
    title = "Which memories came back when: a full row would be a monopoly"
    turns = list(turns)[-LAST:]
    xs = x_of(turns)
    scores: dict[str, dict[int, float]] = {}
    for x, turn in zip(xs, turns, strict=True):
        note = turn.note(RecallNote)
        for hit in note.hits if note else ():
            scores.setdefault(f"{hit.memory}: {hit.text}", {})[x] = hit.score
    if not scores:
        return empty(title, "Nothing came back yet.", wide=True)
    shown = sorted(scores, key=lambda one: (-len(scores[one]), one))[:MEMORIES]
    heat = go.Heatmap(
        x=xs,
        y=[safe(one if len(one) <= LABEL else one[: LABEL - 1] + "…") for one in shown],
        z=[[scores[one].get(x) for x in xs] for one in shown],
        colorscale=[[0, "rgba(0,114,178,0.25)"], [1, BLUE]],
        showscale=False,
        hoverongaps=False,
        xgap=1,
        ygap=1,
        hovertemplate="%{y}<br>score %{z:.2f}<extra>turn %{x}</extra>",
    )
    return framed(
        [heat],
        title,
        height=110 + 20 * len(shown),
        wide=True,
        margin={"l": 270, "r": 16, "t": 44, "b": 44},
        xaxis={"title": {"text": "turn"}, "tickformat": "d"},
        yaxis={"autorange": "reversed", "tickfont": {"size": 10}, "dtick": 1},
    )


def voice_weight(turns: Sequence[Turn]) -> go.Figure:
    """Draw what made moments ask for the inner voice, and when it spoke.

    Parameters
    ----------
    turns
        The turns; the last hundred are shown.
    """
    title = "How much each moment asked for the inner voice, and why; a star: it spoke instead"
    turns = list(turns)[-LAST:]
    points = [
        (x, note)
        for x, turn in zip(x_of(turns), turns, strict=True)
        if (note := turn.note(InnerVoice)) is not None
    ]
    if not points:
        return empty(title, "No turn with the inner voice yet.", wide=True)
    xs = [x for x, _ in points]
    reasons = dict.fromkeys(why for _, note in points for why, _ in note.reasons)
    bars = [
        go.Bar(
            x=xs,
            y=[dict(note.reasons).get(why, 0.0) for _, note in points],
            name=why,
            marker={"color": colour},
            hovertemplate=why + " +%{y:.2f}<extra>turn %{x}</extra>",
        )
        for why, colour in zip(reasons, COLOURS, strict=False)
    ]
    spoke = [(x, note.weight) for x, note in points if note.spoke]
    stars = go.Scatter(
        x=[x for x, _ in spoke],
        y=[weight + 0.03 for _, weight in spoke],
        name="spoke instead",
        mode="markers",
        marker={"symbol": "star", "size": 11, "color": RED},
        hovertemplate="it spoke<extra>turn %{x}</extra>",
    )
    bound = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "line": {"color": RED, "dash": "dot"},
    }
    return framed(
        [*bars, stars],
        title,
        height=320,
        wide=True,
        barmode="stack",
        margin={"l": 56, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "turn"}, "tickformat": "d"},
        yaxis={"title": {"text": "weight"}, "range": [0, 0.56]},
        shapes=[{**bound, "y0": SPEAK / 100, "y1": SPEAK / 100}],
    )


def slopes(turn: Turn | None) -> go.Figure:
    """Draw the slope of each theme with its standard error: which rise, which fade.

    Parameters
    ----------
    turn
        The turn.
    """
    title = "Which themes rise, and which fade (strength per turn, with its standard error)"
    note = turn.note(FlowNote) if turn else None
    currents = [one for one in note.currents if one.error is not None] if note else []
    if not currents:
        return empty(title, "No theme has been followed long enough yet.", wide=True)
    colours = {"emerging": GREEN, "fading": ORANGE, "steady": GREY}
    places = [-i for i in range(len(currents))]
    bars = go.Bar(
        y=places,
        x=[one.slope for one in currents],
        orientation="h",
        marker={"color": [colours[one.trend] for one in currents]},
        error_x={"type": "data", "array": [one.error for one in currents], "thickness": 1.5},
        customdata=[f"theme {one.theme}: {safe(', '.join(one.words))}" for one in currents],
        hovertemplate="%{customdata}<br>%{x:+.4f} per turn<extra></extra>",
        showlegend=False,
    )
    return framed(
        [bars],
        f"{title}<br><sup>Green emerges, orange fades, grey is steady.</sup>",
        height=130 + 26 * len(currents),
        wide=True,
        margin={"l": 200, "r": 16, "t": 64, "b": 44},
        xaxis={"title": {"text": "slope"}, "zeroline": True},
        yaxis={"tickvals": places, "ticktext": [safe(", ".join(o.words[:3])) for o in currents]},
    )


def nearest(turns: Sequence[Turn]) -> go.Figure:
    """Draw how near the nearest episode was, turn by turn: does the talk come back to moments?

    Parameters
    ----------
    turns
        The turns; the last hundred are shown.
    """
    title = "How near was the nearest moment of his life? 0 would be the same moment again"
    turns = list(turns)[-LAST:]
    points = [
        (x, note.neighbours[0])
        for x, turn in zip(x_of(turns), turns, strict=True)
        if (note := turn.note(EpisodeNote)) is not None and note.neighbours
    ]
    if not points:
        return empty(title, "No episode was looked up yet.", wide=True)
    curves = (("by feeling", BLUE), ("by words", GREY))
    return framed(
        [
            go.Scatter(
                x=[x for x, _ in points],
                y=[one.features if name == "by feeling" else one.words for _, one in points],
                name=name,
                mode="lines+markers",
                line={"color": colour, "width": 2},
                customdata=[f"turn {one.turn}: {safe(one.prompt[:LABEL])}" for _, one in points],
                hovertemplate=name + " %{y:.2f}<br>%{customdata}<extra>turn %{x}</extra>",
            )
            for name, colour in curves
        ],
        title,
        wide=True,
        margin={"l": 56, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "turn"}, "tickformat": "d"},
        yaxis={"title": {"text": "distance"}, "rangemode": "tozero"},
    )
