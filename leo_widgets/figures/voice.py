"""The inner voice looked at twice: how its judge counts, and what its speaking was worth."""

import math
from collections.abc import Sequence
from statistics import fmean, stdev

import plotly.graph_objects as go

from leo.notes import InnerVoice, Spoken
from leo.records import Turn
from leo.reflection.judging import TO_THE_POINT, TOO_LONG, length
from leo.text.tokens import is_word, tokens
from leo_widgets.figures.style import (
    BLUE,
    GREY,
    LEGEND_TOP,
    ORANGE,
    empty,
    framed,
    safe,
)

__all__ = ["judge", "overrides"]

NOT_YET = "The inner voice was not asked yet."

SURE = 1.96
"""Standard errors either way that hold 95 % of a normal distribution."""


def judge(turn: Turn | None) -> go.Figure:
    """Draw how the judge counts length, from no word to far too many, with this turn's tries.

    Parameters
    ----------
    turn
        The turn.
    """
    title = "How the inner judge counts length: one peak, no jumps"
    note = turn.note(InnerVoice) if turn else None
    if note is None:
        return empty(title, NOT_YET)
    most = range(TOO_LONG + 7)
    curve = go.Scatter(
        x=list(most),
        y=[round(length(("word",) * n), 4) for n in most],
        name="counts",
        mode="lines",
        line={"color": GREY, "width": 2},
        hovertemplate="%{x} words count %{y:.2f}<extra></extra>",
    )
    tries = [
        _tries([note.base], "about to be said", BLUE),
        _tries(note.others, "inner voice", ORANGE),
    ]
    return framed(
        [curve, *(one for one in tries if one.x)],
        title,
        height=320,
        margin={"l": 56, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": f"words (to the point: {TO_THE_POINT} of the prompt's)"}},
        yaxis={"range": [-0.03, 1.08]},
    )


def _tries(spoken: Sequence[Spoken], name: str, colour: str) -> go.Scatter:
    return go.Scatter(
        x=[sum(is_word(token.word) for token in tokens(one.text)) for one in spoken],
        y=[round(one.length, 4) for one in spoken],
        name=name,
        mode="markers",
        marker={"color": colour, "size": 10},
        customdata=[
            f"{safe(one.text)}<br>length {one.length:.2f}, to the point {one.relevance:.2f}, "
            f"varied {one.resonance:.2f}, whole {one.coherence:.2f}"
            for one in spoken
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def overrides(turns: Sequence[Turn]) -> go.Figure:
    """Draw the quality of replies by what the inner voice did: was its speaking worth it?

    Parameters
    ----------
    turns
        The turns; all of them count.
    """
    title = "Was it worth it? Quality of replies, by what the inner voice did"
    notes = [(t, note) for t in turns if (note := t.note(InnerVoice)) is not None]
    if not any(note.others for _, note in notes):
        return empty(title, NOT_YET)
    groups = {
        "was not asked": (GREY, [t for t, note in notes if not note.others]),
        "kept quiet": (BLUE, [t for t, note in notes if note.others and not note.spoke]),
        "spoke instead": (ORANGE, [t for t, note in notes if note.spoke]),
    }
    boxes = [
        go.Box(
            y=[round(t.quality.overall, 4) for t in of],
            name=f"{name} ({len(of)})",
            boxpoints="all",
            jitter=0.4,
            pointpos=0,
            marker={"color": colour, "size": 5},
            hovertemplate="%{y:.3f}<extra></extra>",
        )
        for name, (colour, of) in groups.items()
        if of
    ]
    return framed(
        boxes,
        f"{title}<br><sup>{_paired([note for _, note in notes if note.spoke])}</sup>",
        height=360,
        showlegend=False,
        margin={"l": 56, "r": 16, "t": 64, "b": 44},
        yaxis={"title": {"text": "quality"}},
    )


def _paired(spoke: Sequence[InnerVoice]) -> str:
    """Tell what was gained where it spoke, against what it replaced."""
    gains = [
        max(note.others, key=lambda one: one.score).quality - note.base.quality for note in spoke
    ]
    if len(gains) < 2:
        return "It spoke too seldom to tell what was gained."
    wide = SURE * stdev(gains) / math.sqrt(len(gains))
    return (
        f"Where it spoke, against what it replaced: {fmean(gains):+.3f} "
        f"(95 %: {fmean(gains) - wide:+.3f} to {fmean(gains) + wide:+.3f})."
    )
