"""School: names asked for, explained and recalled, and what kept Leo from asking."""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from leo.recall.school import SchoolHeard, SchoolNote
from leo.records import Turn
from leo_widgets.figures.style import (
    BLUE,
    GREEN,
    GREY,
    LEGEND_TOP,
    ORANGE,
    PINK,
    RED,
    empty,
    framed,
    safe,
    x_of,
)

__all__ = ["school"]

LAST = 100
"""Turns that are shown."""

ROW = 26
"""Pixels per name."""

KINDS = {
    "asked": (ORANGE, "circle"),
    "answer": (GREEN, "star"),
    "refusal": (RED, "x"),
    "new topic": (GREY, "x"),
    "aside": (GREY, "circle-open"),
    "recalled": (BLUE, "diamond"),
    "a sum": (PINK, "square"),
}
"""What can happen to a name, its colour and its mark."""

NO_NAME = "(no question)"
"""The row in which stands what kept Leo from asking."""

SUMS = "(sums)"


class _Mark(NamedTuple):
    kind: str
    name: str
    turn: int
    told: str


def school(turns: Sequence[Turn]) -> go.Figure:
    """Draw each name over the turns: asked, answered, recalled; and why nothing was asked.

    Parameters
    ----------
    turns
        The turns; the last hundred are shown.
    """
    title = "School: names Leo asked for, was told about, and remembered"
    turns = list(turns)[-LAST:]
    marks = [mark for x, turn in zip(x_of(turns), turns, strict=True) for mark in _marks(x, turn)]
    if not any(turn.note(SchoolNote) for turn in turns):
        return empty(title, "No turn with school yet.", wide=True)
    names = list(dict.fromkeys([NO_NAME, *(mark.name for mark in marks)]))
    places = {name: place for place, name in enumerate(names)}
    traces = [
        go.Scatter(
            x=[mark.turn for mark in marks if mark.kind == kind],
            y=[places[mark.name] for mark in marks if mark.kind == kind],
            name=kind,
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 11},
            customdata=[mark.told for mark in marks if mark.kind == kind],
            hovertemplate="%{customdata}<extra>turn %{x}</extra>",
        )
        for kind, (colour, symbol) in KINDS.items()
        if any(mark.kind == kind for mark in marks)
    ]
    return framed(
        [*traces, _blocked(turns)],
        title,
        height=LEGEND_TOP + 60 + ROW * len(names),
        wide=True,
        margin={"l": 130, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "turn"}, "tickformat": "d"},
        yaxis={"tickvals": list(places.values()), "ticktext": [safe(name) for name in names]},
    )


def _marks(x: int, turn: Turn) -> list[_Mark]:
    heard, said = turn.note(SchoolHeard), turn.note(SchoolNote)
    found: list[_Mark] = []
    if heard is not None and heard.question is not None and heard.answering is not None:
        told = f"{heard.answering}: {safe(turn.prompt)}"
        found.append(_Mark(heard.answering, heard.question.lower(), x, told))
    if heard is not None:
        words = safe(", ".join(heard.drawn))
        found += [_Mark("recalled", name, x, f"recalled: {words}") for name in heard.recalled]
    if said is not None and said.asked is not None:
        found.append(_Mark("asked", said.asked.lower(), x, f"{safe(said.asked)}?"))
    if said is not None and said.sum is not None:
        found.append(_Mark("a sum", SUMS, x, safe(said.sum)))
    return found


def _blocked(turns: Sequence[Turn]) -> go.Scatter:
    notes = [(x, turn.note(SchoolNote)) for x, turn in zip(x_of(turns), turns, strict=True)]
    blocked = [(x, note.blocked) for x, note in notes if note is not None and note.blocked]
    return go.Scatter(
        x=[x for x, _ in blocked],
        y=[0] * len(blocked),
        name="did not ask",
        mode="markers",
        marker={"color": GREY, "symbol": "line-ns-open", "size": 8},
        customdata=[safe(why) for _, why in blocked],
        hovertemplate="no question: %{customdata}<extra>turn %{x}</extra>",
    )
