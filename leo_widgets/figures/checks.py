"""Checks to make: is the inner voice better, do themes stay the same, do memories tire?"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import plotly.graph_objects as go

from leo.notes import InnerVoice
from leo.recall.resonance import DAY, RECENT, SECONDS_PER_HOUR, Memory
from leo.records import Turn
from leo.reflection.metaleo import BETTER
from leo_widgets.figures.style import (
    BLUE,
    COLOURS,
    GREY,
    LEGEND_TOP,
    ORANGE,
    empty,
    framed,
    safe,
    x_of,
)

__all__ = ["identity", "rest", "voice_scores"]

LAST = 200
"""Turns that are shown."""

STREAMS = 6
"""Themes that are followed: those touched most."""

CURVE_STEPS = 25


def voice_scores(turns: Sequence[Turn]) -> go.Figure:
    """Draw what was about to be said against what the inner voice would have said, by score.

    Parameters
    ----------
    turns
        The turns; the last two hundred are shown. Above the dotted line the inner voice is
        clearly better, and may speak.
    """
    title = "Was the inner voice better? Above the line clearly, and it may speak"
    notes = [
        (x, note)
        for x, turn in zip(x_of(turns), turns, strict=True)
        if (note := turn.note(InnerVoice)) is not None and note.others
    ][-LAST:]
    if not notes:
        return empty(title, "The inner voice was not asked yet.")
    traces = [
        go.Scatter(
            x=[note.base.score for _, note in notes if note.spoke == spoke],
            y=[max(one.score for one in n.others) for _, n in notes if n.spoke == spoke],
            name="it spoke" if spoke else "it kept quiet",
            mode="markers",
            marker={"color": ORANGE if spoke else BLUE, "size": 9},
            customdata=[x for x, note in notes if note.spoke == spoke],
            hovertemplate="said %{x:.3f}, inner voice %{y:.3f}<extra>turn %{customdata}</extra>",
        )
        for spoke in (False, True)
    ]
    line = go.Scatter(
        x=[0, 1],
        y=[BETTER, 1 + BETTER],
        name="clearly better",
        mode="lines",
        line={"color": GREY, "dash": "dot"},
        hoverinfo="skip",
    )
    return framed(
        [*traces, line],
        title,
        height=340,
        margin={"l": 56, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "score of what was about to be said"}, "range": [0.3, 1]},
        yaxis={"title": {"text": "best of the inner voice"}, "range": [0.3, 1.05]},
    )


def identity(turns: Sequence[Turn]) -> go.Figure:
    """Draw how alike a theme's words are from one touch to the next: a number is one theme.

    Parameters
    ----------
    turns
        The turns; the last two hundred are shown.
    """
    title = "Does a theme stay the same? Words in common from touch to touch (Jaccard)"
    turns = list(turns)[-LAST:]
    seen: dict[int, list[tuple[int, frozenset[str]]]] = {}
    names: dict[int, str] = {}
    for x, turn in zip(x_of(turns), turns, strict=True):
        for theme in turn.percept.themes:
            seen.setdefault(theme.id, []).append((x, frozenset(theme.words)))
            names[theme.id] = ", ".join(theme.words[:3])
    followed = sorted((id_ for id_ in seen if len(seen[id_]) > 1), key=lambda i: -len(seen[i]))
    if not followed:
        return empty(title, "No theme was touched twice yet.")
    traces = [
        go.Scatter(
            x=[x for x, _ in seen[id_][1:]],
            y=_alike([words for _, words in seen[id_]]),
            name=safe(names[id_]),
            mode="lines+markers",
            line={"color": colour},
            hovertemplate=f"theme {id_}: " + "%{y:.0%}<extra>turn %{x}</extra>",
        )
        for id_, colour in zip(followed[:STREAMS], COLOURS, strict=False)
    ]
    return framed(
        traces,
        title,
        height=320,
        margin={"l": 56, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "turn"}, "tickformat": "d"},
        yaxis={"range": [0, 1.05], "tickformat": ".0%"},
    )


def _alike(words: Sequence[frozenset[str]]) -> list[float]:
    return [round(len(a & b) / len(a | b), 4) for a, b in pairwise(words)]


def rest(memories: Iterable[Memory], at: float) -> go.Figure:
    """Draw how tired memories are: what is left of a score after being recalled lately.

    Parameters
    ----------
    memories
        His memories.
    at
        Now, in seconds.
    """
    title = "How rested memories are: one that came back just now counts half"
    used = [one for one in memories if one.used is not None]
    hours = [DAY * i / (CURVE_STEPS - 1) for i in range(CURVE_STEPS)]
    if not used:
        return empty(title, "No memory came back yet.")
    since = [max(0.0, at - (one.used or 0.0)) / SECONDS_PER_HOUR for one in used]
    curve = go.Scatter(
        x=[round(hour, 3) for hour in hours],
        y=[round(_left(hour), 4) for hour in hours],
        name="what is left",
        mode="lines",
        line={"color": GREY, "dash": "dot"},
        hoverinfo="skip",
    )
    dots = go.Scatter(
        x=[round(min(DAY, hour), 4) for hour in since],
        y=[round(_left(hour), 4) for hour in since],
        name="memories",
        mode="markers",
        marker={"color": BLUE, "size": 9},
        customdata=[f"{safe(one.text[:60])}<br>came back {one.uses} times" for one in used],
        hovertemplate="%{customdata}<extra></extra>",
    )
    return framed(
        [curve, dots],
        title,
        margin={"l": 56, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "hours since it came back"}, "range": [-0.5, DAY]},
        yaxis={"range": [0, 1.05], "tickformat": ".0%"},
    )


def _left(hours: float) -> float:
    return 1 - RECENT * max(0.0, 1 - hours / DAY)
