"""Recall: which memories came back, and what made them."""

from collections.abc import Sequence

import plotly.graph_objects as go

from leo.recall.resonance import ADMITTED, Hit
from leo.recall.santaklaus import RecallNote
from leo.records import Turn
from leo_widgets.figures.style import (
    BLUE,
    GREEN,
    GREY,
    LEGEND_TOP,
    ORANGE,
    PINK,
    RED,
    Trace,
    empty,
    framed,
    safe,
    trace,
)

__all__ = ["recall"]

PARTS = {"tokens": BLUE, "themes": GREEN, "arousal": ORANGE, "quality": PINK}
"""The components of a score, and their colours."""

LABEL = 34
"""Characters of a memory beside its bar."""

LUCK = " (by luck)"
"""Behind a memory that came for no reason; it takes its room from the memory's own."""

PULLED = 8
"""Words that are named of those drawn towards the reply."""

AWAY = 0.35
"""Opacity of a memory that stayed away."""

ROW = 30
"""Pixels per memory."""


def recall(turn: Turn | None) -> go.Figure:
    """Draw what was recalled, part by part, and the candidates that stayed away.

    Parameters
    ----------
    turn
        The turn.
    """
    title = "What Leo recalls"
    note = turn.note(RecallNote) if turn else None
    if turn is None or note is None:
        return empty(title, "No turn with recall yet.", wide=True)
    shown = [*note.hits, *note.others]
    if not shown:
        why = (
            f"Nothing came back: none of {note.memories} memories shares a word with this."
            if note.memories
            else "Leo remembers nothing of his own yet."
        )
        return empty(title, why, wide=True)
    which = "imagined" if turn.id is None else f"turn {turn.id}"
    drawn = ", ".join(safe(one.word) for one in note.pulled[:PULLED])
    return framed(
        _traces(note, shown),
        f"{title}, {which}: {len(note.hits)} of {note.memories} memories"
        "<br><sup>A bar is what speaks for a memory, the diamond what is left of it when it is "
        "tired. Pale ones stayed away: too tired, or no more in common than by chance.</sup>"
        f"<br><sup>Words it drew: {drawn or 'none'}.</sup>",
        height=LEGEND_TOP + 60 + ROW * len(shown),
        wide=True,
        barmode="stack",
        margin={"l": 250, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "score"}, "rangemode": "tozero"},
        yaxis={
            "tickvals": [-place for place in range(len(shown))],
            "ticktext": [_label(hit, hit in note.hits) for hit in shown],
        },
        shapes=[_line()],
    )


def _traces(note: RecallNote, shown: Sequence[Hit]) -> list[Trace]:
    places = [-place for place in range(len(shown))]  # the best on top
    hover = [_told(hit, note) for hit in shown]
    opacity = [1.0 if -place < len(note.hits) else AWAY for place in places]
    bars = [
        trace(
            "bar",
            y=places,
            x=[getattr(hit, part) for hit in shown],
            name=part,
            orientation="h",
            marker={"color": colour, "opacity": opacity},
            hovertemplate=part + " %{x:.3f}; the diamond tells more<extra></extra>",
        )
        for part, colour in PARTS.items()
    ]
    scores = trace(
        "scatter",
        y=places,
        x=[hit.score for hit in shown],
        name="score",
        mode="markers",
        marker={"symbol": "diamond", "size": 9, "color": GREY, "line": {"width": 1}},
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )
    return [*bars, scores]


def _line() -> dict[str, object]:
    return {
        "type": "line",
        "x0": ADMITTED,
        "x1": ADMITTED,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": RED, "dash": "dot", "width": 1.5},
    }


def _label(hit: Hit, came: bool) -> str:
    room = LABEL - len(LUCK) if hit.silly else LABEL
    text = hit.text if len(hit.text) <= room else hit.text[: room - 1] + "…"
    if hit.silly:
        return f"<i>{safe(text)}</i>{LUCK}"
    return safe(text) if came else f"<span style='opacity:.6'>{safe(text)}</span>"


def _told(hit: Hit, note: RecallNote) -> str:
    relevant = "above" if hit.shared > note.bar else "not above"
    return "<br>".join(
        (
            f"<b>{safe(hit.text)}</b>",
            f"said in turn {hit.turn}",
            f"shared words weigh {hit.shared:.2f}, {relevant} chance ({note.bar:.2f})",
            ", ".join(f"{part} {getattr(hit, part):.3f}" for part in PARTS),
            f"rested {hit.recency:.2f} × fresh {hit.use:.2f} × sticky {hit.sticky:.2f}",
            f"score {hit.score:.3f}",
        )
    )
