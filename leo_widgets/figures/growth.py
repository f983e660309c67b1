"""How the field evolves: its size over turns, and what each turn added, by source."""

from collections.abc import Sequence

import plotly.graph_objects as go

from leo.records import SOURCES, Totals, Turn
from leo_widgets.figures.style import (
    COLOURS,
    LAST_SHOWN,
    LEGEND_TOP,
    SOURCE_COLOURS,
    Trace,
    empty,
    framed,
    trace,
    x_of,
)

__all__ = ["growth", "reading"]

TITLE = "Field evolution: what Leo learned here"
HEIGHT_TWO = 380
"""Pixels, for two plots above each other."""

LEGEND_HOLDS = 6
"""Entries for which the usual margin has room, in two columns."""

LEGEND_ROW = 20
"""Pixels of one more row of the legend."""

SIZES = (("words", "words"), ("bigrams", "bigrams"), ("trigrams", "trigrams"), ("pairs", "pairs"))


def growth(turns: Sequence[Turn]) -> go.Figure:
    """Draw the field's words, bigrams, trigrams and pairs over turns, and what was new.

    Parameters
    ----------
    turns
        Turns in order. Above: entries since the first turn shown, each kind as a curve, its
        full size in the hover text. Below: new entries of the turn, stacked by source.
    """
    turns = list(turns)[-LAST_SHOWN:]
    if not turns:
        return empty(TITLE, "Say something, and watch the field grow.", height=HEIGHT_TWO)
    xs = x_of(turns)
    first = turns[0].totals
    traces: list[Trace] = []
    for (name, label), colour in zip(SIZES, COLOURS, strict=False):
        sizes = [getattr(turn.totals, name) for turn in turns]
        before = getattr(first, name) - sum(getattr(one.growth, name) for one in turns[0].learned)
        traces.append(
            trace(
                "scatter",
                x=xs,
                y=[size - before for size in sizes],
                customdata=sizes,
                name=label,
                mode="lines+markers",
                line={"color": colour, "width": 2},
                marker={"size": 5},
                hovertemplate="%{customdata:,} " + label + " (+%{y:,})<extra>turn %{x}</extra>",
            )
        )
    for source in SOURCES:
        added = [
            sum(one.growth.entries for one in t.learned if one.source == source) for t in turns
        ]
        if any(added):
            traces.append(
                trace(
                    "bar",
                    x=xs,
                    y=added,
                    name=f"new, from {source}",
                    marker={"color": SOURCE_COLOURS[source]},
                    yaxis="y2",
                    hovertemplate="%{y:,} new entries from " + source + "<extra>turn %{x}</extra>",
                )
            )
    more = LEGEND_ROW * max(0, (len(traces) - LEGEND_HOLDS + 1) // 2)
    return framed(
        traces,
        TITLE,
        height=HEIGHT_TWO + more,
        barmode="stack",
        margin={"l": 60, "r": 16, "t": LEGEND_TOP + more, "b": 44},
        xaxis={"title": {"text": "turn"}, "anchor": "y2", "tickformat": "d"},
        yaxis={"domain": [0.44, 1], "title": {"text": "total"}, "rangemode": "tozero"},
        yaxis2={"domain": [0, 0.34], "title": {"text": "per turn"}, "rangemode": "tozero"},
    )


def reading(sizes: Sequence[tuple[int, Totals]]) -> go.Figure:
    """Draw how the field grows while Leo reads.

    Parameters
    ----------
    sizes
        Pairs of characters read and the field's size then, in order.
    """
    title = "The field while he reads"
    if not sizes:
        return empty(title, "Nothing was read yet.", wide=True)
    xs, first = [done for done, _ in sizes], sizes[0][1]
    traces = [
        trace(
            "scatter",
            x=xs,
            y=[getattr(size, name) - getattr(first, name) for _, size in sizes],
            name=label,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            hovertemplate="+%{y:,} " + label + "<extra>after %{x:,} characters</extra>",
        )
        for (name, label), colour in zip(SIZES, COLOURS, strict=False)
    ]
    return framed(
        traces,
        title,
        wide=True,
        margin={"l": 60, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "characters read"}, "tickformat": ","},
        yaxis={"title": {"text": "new entries"}, "rangemode": "tozero"},
    )
