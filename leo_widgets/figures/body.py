"""The body: what a moment feels like, what is done about it, and what it resembles."""

from collections.abc import Sequence

import plotly.graph_objects as go

from leo.records import Turn
from leo.reflection.affect import BORED, OVERWHELMED, STUCK
from leo.reflection.episodes import EpisodeNote
from leo.reflection.features import FEATURES
from leo.reflection.mathbrain import Prediction
from leo_widgets.figures.style import (
    BLUE,
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

__all__ = ["affect", "episodes", "features"]

LAST = 100
"""Turns that are shown."""

LABEL = 40
"""Characters of a prompt beside its bar."""


def affect(turns: Sequence[Turn]) -> go.Figure:
    """Draw boredom, overwhelm and stuck over turns, and the temperature's factor below.

    Parameters
    ----------
    turns
        The turns; the last hundred are shown.
    """
    title = "What moments feel like (above), and by what factor the temperature is moved (below)"
    turns = list(turns)[-LAST:]
    points = [
        (x, note)
        for x, turn in zip(x_of(turns), turns, strict=True)
        if (note := turn.note(Prediction)) is not None
    ]
    if not points:
        return empty(title, "No turn with MathBrain yet.", wide=True)
    xs = [x for x, _ in points]
    feelings = (
        ("boredom", BLUE, BORED, [note.affect.boredom for _, note in points]),
        ("overwhelm", RED, OVERWHELMED, [note.affect.overwhelm for _, note in points]),
        ("stuck", GREEN, STUCK, [note.affect.stuck for _, note in points]),
    )
    traces = [
        go.Scatter(
            x=xs,
            y=[one.score for one in values],
            name=f"{name} (acts above {bound:g})",
            mode="lines+markers",
            line={"color": colour, "width": 2},
            customdata=[
                "<br>".join(f"{part} {amount:.2f}" for part, amount in one.parts) for one in values
            ],
            hovertemplate=name + " %{y:.2f}<br>%{customdata}<extra>turn %{x}</extra>",
        )
        for name, colour, bound, values in feelings
    ]
    traces.append(
        go.Scatter(
            x=xs,
            y=[note.regulation.temperature_factor for _, note in points],
            name="temperature factor",
            mode="lines+markers",
            line={"color": ORANGE, "width": 2},
            yaxis="y2",
            customdata=[safe(note.regulation.expert or "nobody") for _, note in points],
            hovertemplate="× %{y:.3f}, calls %{customdata}<extra>turn %{x}</extra>",
        )
    )
    return framed(
        traces,
        title,
        height=400,
        wide=True,
        margin={"l": 56, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "turn"}, "tickformat": "d", "anchor": "y2"},
        yaxis={"domain": [0.4, 1], "range": [0, 1.03]},
        yaxis2={"domain": [0, 0.3]},
    )


def features(turn: Turn | None) -> go.Figure:
    """Draw the 21 numbers MathBrain saw, and what each did to its guess.

    Parameters
    ----------
    turn
        The turn.
    """
    title = "What MathBrain sees (left), and how it moves the guess (right)"
    note = turn.note(Prediction) if turn else None
    if turn is None or note is None:
        return empty(title, "No turn with MathBrain yet.", wide=True)
    names = [name.replace("_", " ") for name in FEATURES]
    seen = go.Bar(
        y=names,
        x=list(note.features),
        orientation="h",
        marker={"color": BLUE},
        showlegend=False,
        hovertemplate="%{y} %{x:.3f}<extra></extra>",
    )
    moved = go.Bar(
        y=names,
        x=list(note.attribution),
        orientation="h",
        xaxis="x2",
        yaxis="y2",
        marker={"color": [GREEN if one > 0 else RED for one in note.attribution]},
        showlegend=False,
        hovertemplate="%{y} %{x:+.4f}<extra></extra>",
    )
    guess = "nothing yet" if note.predicted is None else f"{note.predicted:.3f}"
    mean = "" if note.mean is None else f", the mean so far is {note.mean:.3f}"
    return framed(
        [seen, moved],
        f"{title}<br><sup>It guesses {guess}{mean}.</sup>",
        height=520,
        wide=True,
        margin={"l": 150, "r": 16, "t": 60, "b": 32},
        xaxis={"domain": [0, 0.46], "range": [0, 1]},
        yaxis={"autorange": True},
        xaxis2={"domain": [0.54, 1], "anchor": "y2"},
        yaxis2={"anchor": "x2", "showticklabels": False},
    )


def episodes(turn: Turn | None) -> go.Figure:
    """Draw the episodes most like a moment: how far they are, and how good they were.

    Parameters
    ----------
    turn
        The turn.
    """
    title = "Moments like this one: distance by feeling and by words"
    note = turn.note(EpisodeNote) if turn else None
    if turn is None or note is None or not note.neighbours:
        return empty(title, "No episode yet.", wide=True)
    near = note.neighbours
    places = [-i for i in range(len(near))]
    told = [
        f"turn {one.turn}: {safe(one.prompt)}<br>quality {one.quality:.3f}<br>"
        f"distance {one.distance:.3f}"
        for one in near
    ]
    halves = (
        ("by feeling", BLUE, [one.features / 2 for one in near]),
        ("by words", GREY, [one.words / 2 for one in near]),
    )
    bars = [
        go.Bar(
            y=places,
            x=values,
            name=name,
            orientation="h",
            marker={"color": colour},
            customdata=told,
            hovertemplate="%{customdata}<extra></extra>",
        )
        for name, colour, values in halves
    ]
    estimate = "too few to tell" if note.estimate is None else f"expect {note.estimate:.3f}"
    leans = ", ".join(f"{one.expert} {one.weight:+.3f}" for one in note.leans) or "none"
    return framed(
        bars,
        f"{title}<br><sup>{note.episodes} episodes: {estimate}. Leans: {leans}.</sup>",
        height=LEGEND_TOP + 60 + 30 * len(near),
        wide=True,
        barmode="stack",
        margin={"l": 250, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"range": [0, 1], "title": {"text": "distance"}},
        yaxis={"tickvals": places, "ticktext": [safe(one.prompt[:LABEL]) for one in near]},
    )
