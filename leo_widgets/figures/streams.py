"""Flow: themes as a stream over the turns, with births and deaths."""

from collections.abc import Sequence

import plotly.graph_objects as go

from leo.records import Turn
from leo.reflection.flow import FlowNote
from leo.text.tokens import is_word
from leo_widgets.figures.style import COLOURS, GREY, LEGEND_TOP, empty, framed, safe, x_of

__all__ = ["flow"]

LAST = 60
"""Turns that are shown."""

STREAMS = 8
"""Themes that have a colour of their own."""


def flow(turns: Sequence[Turn]) -> go.Figure:
    """Draw how strongly each theme was touched, turn by turn, stacked, and what became of themes.

    Parameters
    ----------
    turns
        The turns; the last sixty are shown.
    """
    title = "Flow: how much of what you said touched each theme (a word may touch several)"
    turns = list(turns)[-LAST:]
    if not any(turn.note(FlowNote) for turn in turns):
        return empty(title, "No turn with theme flow yet.", wide=True)
    xs = x_of(turns)
    strengths: dict[int, dict[int, float]] = {}
    words: dict[int, str] = {}
    for x, turn in zip(xs, turns, strict=True):
        size = max(1, sum(is_word(token) for token in turn.percept.tokens))
        for theme in turn.percept.themes:
            strengths.setdefault(theme.id, {})[x] = min(1.0, theme.score / size)
            words[theme.id] = ", ".join(theme.words[:3])
    strongest = sorted(strengths, key=lambda id_: (-sum(strengths[id_].values()), id_))[:STREAMS]
    traces = [
        go.Scatter(
            x=xs,
            y=[strengths[id_].get(x, 0.0) for x in xs],
            name=safe(words[id_]),
            mode="lines",
            stackgroup="themes",
            line={"width": 1, "color": colour},
            hovertemplate=f"theme {id_}: {safe(words[id_])}, " + "%{y:.0%}<extra>turn %{x}</extra>",
        )
        for id_, colour in zip(strongest, COLOURS, strict=False)
    ]
    traces.append(_changes(xs, turns))
    return framed(
        traces,
        title,
        height=360,
        wide=True,
        margin={"l": 56, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "turn"}, "tickformat": "d"},
        yaxis={"tickformat": ".0%", "rangemode": "tozero"},
    )


def _changes(xs: Sequence[int], turns: Sequence[Turn]) -> go.Scatter:
    told: list[str] = []
    places: list[int] = []
    for x, turn in zip(xs, turns, strict=True):
        note = turn.note(FlowNote)
        if note is not None and (note.born or note.merged or note.died):
            places.append(x)
            counts = f"{len(note.born)} born, {len(note.merged)} merged, {len(note.died)} died"
            told.append(f"themes: {counts}")
    return go.Scatter(
        x=places,
        y=[0.0] * len(places),
        name="themes were born, merged or died",
        mode="markers",
        marker={"color": GREY, "symbol": "triangle-up", "size": 10},
        customdata=told,
        hovertemplate="%{customdata}<extra>turn %{x}</extra>",
    )
