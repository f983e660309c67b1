"""How far the biases bent the choice of words, turn by turn."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from leo.generation.leaning import CAPS
from leo.records import Turn
from leo_widgets.figures.style import COLOURS, LEGEND_TOP, empty, framed, x_of

__all__ = ["bends"]

LAST = 100
"""Turns that are shown."""


def bends(turns: Sequence[Turn]) -> go.Figure:
    """Draw how far each bias bent the choice of words: nats per word, a bar per turn.

    Parameters
    ----------
    turns
        The turns; the last hundred are shown.
    """
    title = "How far each bias bent the choice of words (divergence from a choice without it)"
    turns = list(turns)[-LAST:]
    spoken = [(x, turn) for x, turn in zip(x_of(turns), turns, strict=True) if _choices(turn)]
    traces = [
        go.Bar(
            x=[x for x, _ in spoken],
            y=[_bent(turn, name) for _, turn in spoken],
            name=name,
            marker={"color": colour},
            hovertemplate=name + ": %{y:.3f} nats per word<extra>turn %{x}</extra>",
        )
        for name, colour in zip(CAPS, COLOURS, strict=False)
    ]
    shown = [one for one in traces if any(one.y)]
    if not shown:
        return empty(title, "Nothing bent a choice yet.", wide=True)
    return framed(
        shown,
        f"{title}<br><sup>0: the words would be as likely without it. The “recall” bars are what "
        "memories did, the “notes” bars what all other modules drew.</sup>",
        height=340,
        wide=True,
        barmode="stack",
        margin={"l": 60, "r": 16, "t": LEGEND_TOP + 18, "b": 44},
        xaxis={"title": {"text": "turn"}, "tickformat": "d"},
        yaxis={"title": {"text": "nats per word"}, "rangemode": "tozero"},
    )


def _choices(turn: Turn) -> int:
    return sum(bool(word.candidates) for word in turn.utterance.words)


def _bent(turn: Turn, name: str) -> float:
    parts = (one.value for word in turn.utterance.words for one in word.bends if one.bias == name)
    return round(math.fsum(parts) / _choices(turn), 5)
