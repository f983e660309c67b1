"""The words of a reply: how sure Leo was of each, and every reason for one of them."""

from typing import Any

import plotly.graph_objects as go

from leo.records import SpokenWord, Turn
from leo_widgets.figures.style import (
    BLUE,
    CONTEXT_COLOURS,
    GREEN,
    GREY,
    LEGEND_TOP,
    ORANGE,
    RED,
    Trace,
    empty,
    framed,
    safe,
    trace,
)

__all__ = ["reasons", "words"]

REASONS_HEIGHT = 230
"""Pixels."""


def words(turn: Turn | None, selected: int | None = None) -> go.Figure:
    """Draw a reply word by word: probability as a bar, colour by context, entropy as a line.

    Parameters
    ----------
    turn
        The turn.
    selected
        Index of a word to outline. Each bar's customdata begins with turn and word index.
    """
    title = "The words of the reply"
    if turn is None or not turn.utterance.words:
        return empty(title, "No word was said yet.", wide=True)
    said = turn.utterance.words
    ticks = [safe(word.text.strip()) for word in said]
    traces: list[Trace] = []
    for context, colour in CONTEXT_COLOURS.items():
        at = [i for i, word in enumerate(said) if word.context == context]
        if at:
            traces.append(
                trace(
                    "bar",
                    x=at,
                    y=[said[i].probability for i in at],
                    name=context,
                    width=0.84,
                    customdata=[[turn.id, i, why(said[i])] for i in at],
                    marker={
                        "color": colour,
                        "line": {"width": [3 if i == selected else 0 for i in at], "color": RED},
                    },
                    hovertemplate="%{customdata[2]}<extra></extra>",
                )
            )
    traces.append(
        trace(
            "scatter",
            x=list(range(len(said))),
            y=[word.entropy for word in said],
            name="entropy",
            mode="lines",
            line={"color": GREY, "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
        )
    )
    warmest = max(word.temperature for word in said)
    traces.append(
        trace(
            "scatter",
            x=list(range(len(said))),
            y=[round(word.temperature / warmest, 3) for word in said],
            name=f"temperature (top: {warmest:.2f})",
            customdata=[word.temperature for word in said],
            mode="lines",
            line={"color": RED, "width": 1, "dash": "dash"},
            hovertemplate="temperature %{customdata:.2f}<extra></extra>",
        )
    )
    number = "an imagined turn" if turn.id is None else f"turn {turn.id}"
    return framed(
        traces,
        f"{title} of {number}: how probable each was. Click one.",
        height=316,
        wide=True,
        barmode="overlay",
        margin={"l": 56, "r": 16, "t": LEGEND_TOP, "b": 76},
        xaxis={
            "range": [-0.6, len(said) - 0.4],
            "tickvals": list(range(len(said))),
            "ticktext": ticks,
            "tickangle": -50,
        },
        yaxis={"range": [0, 1.03], "tickformat": ".0%"},
    )


def why(word: SpokenWord) -> str:
    """Say a word's reasons in a few lines of plotly text."""
    lines = [f"<b>{safe(word.text.strip())}</b>: {_context(word)}"]
    if word.candidates:
        others = ", ".join(f"{safe(one.word)} {one.probability:.0%}" for one in word.candidates)
        lines.append(f"{word.probability:.0%} among {others}")
    if word.shares:
        lines.append(", ".join(f"{safe(one.bias)} {one.value:+.2f}" for one in word.shares))
    if word.sources:
        lines.append("heard from " + ", ".join(word.sources))
    return "<br>".join(lines)


def _context(word: SpokenWord) -> str:
    if word.context == "opening":
        return f"how a sentence goes on that opens with “{safe(' '.join(word.after))}”"
    if word.context == "fitted":
        return f"an end known after “{safe(' '.join(word.after))}”, with the mark that fits"
    if word.after:
        return f"{word.context} after “{safe(' '.join(word.after))}”"
    told = {
        "start": "the first word, from the centers of the field",
        "jump": "a fresh start from a center",
        "woven": "your word, taken up",
        "close": "a full stop where the field had none",
        "added": "appended by a module, after his own words",
    }
    return told.get(word.context, word.context)


def reasons(turn: Turn | None, index: int | None) -> go.Figure:
    """Draw one word's reasons: what else could have been said, and what leaned on the choice.

    Parameters
    ----------
    turn
        The turn.
    index
        Which word of the reply.
    """
    title = "Why this word?"
    if turn is None or index is None or not 0 <= index < len(turn.utterance.words):
        ask = "Click a word, in the chat or above."
        return empty(title, ask, height=REASONS_HEIGHT, wide=True)
    word = turn.utterance.words[index]
    shown = {one.word: one.probability for one in word.candidates}
    shown.setdefault(word.word, word.probability)
    labels = list(shown)[::-1]
    candidates = trace(
        "bar",
        y=[safe(label) for label in labels],
        x=[shown[label] for label in labels],
        orientation="h",
        marker={"color": [ORANGE if label == word.word else BLUE for label in labels]},
        hovertemplate="%{y} %{x:.1%}<extra></extra>",
        showlegend=False,
    )
    leaning = trace(
        "bar",
        y=[safe(one.bias) for one in word.shares],
        x=[one.value for one in word.shares],
        orientation="h",
        xaxis="x2",
        yaxis="y2",
        marker={"color": [GREEN if one.value > 0 else RED for one in word.shares]},
        hovertemplate="%{y} %{x:+.2f}<extra></extra>",
        showlegend=False,
    )
    heard = f", heard from {', '.join(word.sources)}" if word.sources else ""
    return framed(
        [candidates, leaning],
        f"Why “{safe(word.text.strip())}”? {_context(word)}{heard}",
        wide=True,
        annotations=[
            _caption("could have been said", 0.0),
            _caption("leaned on it" if word.shares else "nothing leaned on it", 0.6),
        ],
        margin={"l": 90, "r": 24, "t": 60, "b": 32},
        height=REASONS_HEIGHT,
        xaxis={"domain": [0, 0.46], "tickformat": ".0%", "rangemode": "tozero"},
        yaxis={"domain": [0, 0.92]},
        xaxis2={"domain": [0.6, 1], "anchor": "y2", "visible": bool(word.shares)},
        yaxis2={"domain": [0, 0.92], "anchor": "x2", "visible": bool(word.shares)},
    )


def _caption(text: str, x: float) -> dict[str, Any]:
    return {
        "text": text,
        "showarrow": False,
        "x": x,
        "y": 1.0,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "font": {"size": 11},
    }
