"""The inner life of one turn: circles of thought, the inner voice, and the dream."""

from collections.abc import Sequence

import plotly.graph_objects as go

from leo.notes import InnerVoice, Rings, Spoken
from leo.records import Growth, Turn
from leo.reflection.dreaming import DreamReport
from leo.reflection.judging import WEIGHTS
from leo_widgets.figures.style import (
    BLUE,
    GREEN,
    GREY,
    LEGEND_TOP,
    ORANGE,
    SKY,
    empty,
    framed,
    safe,
)

__all__ = ["dream", "inner_voice", "rings"]

SCORED = {
    "coherence": BLUE,
    "resonance": SKY,
    "length": GREY,
    "relevance": GREEN,
    "quality": ORANGE,
}
"""The parts the inner judge weighs, and their colours."""

SHADE = "rgba(128,128,128,.15)"
"""Behind a table's header, in light and dark."""

CELL = 30
"""Pixels of a row of a table."""


def rings(turn: Turn | None) -> go.Figure:
    """Draw the three circles of a turn: what was thought, how, and what it added to the field.

    Parameters
    ----------
    turn
        The turn.
    """
    title = "Overthinking: what Leo thought before he let it go"
    note = turn.note(Rings) if turn else None
    if turn is None or note is None or not note.rings:
        return empty(title, "No thought yet.", wide=True)
    kept = iter([one.growth for one in turn.learned if one.source == "ring"])
    rows = [
        (
            one.name,
            safe(one.text),
            f"{one.temperature:g} / {one.semantic:g}",
            _taught(next(kept, None)) if one.dropped is None else f"dropped: {safe(one.dropped)}",
        )
        for one in note.rings
    ]
    header = ("circle", "thought", "heat / meaning", "in the field")
    return _table(title, header, rows, (1, 5, 1.4, 3))


def _taught(growth: Growth | None) -> str:
    if growth is None:
        return "nothing to learn"
    paths = growth.bigrams + growth.trigrams
    return f"{growth.tokens} tokens; {paths} new paths, {growth.pairs} new pairs"


def dream(turn: Turn | None) -> go.Figure:
    """Draw the dream of a turn as a dialogue, or tell which gate was closed.

    Parameters
    ----------
    turn
        The turn.
    """
    title = "Dream: Leo and his imaginary friend"
    note = turn.note(DreamReport) if turn else None
    if turn is None or note is None:
        return empty(title, "No turn with dreams yet.", wide=True)
    if not note.dreamed:
        rows = [
            (
                gate.name,
                "open" if gate.open else "closed",
                "" if gate.value is None else f"{gate.value:.2f}",
                safe(gate.takes),
            )
            for gate in note.gates
        ]
        why = f"{title}: he did not dream ({safe(note.why_not or '')})"
        return _table(why, ("gate", "", "value", "it takes"), rows, (1, 1, 1, 6))
    lines = [
        (
            one.speaker,
            safe(one.text),
            f"{one.temperature:g} / {one.semantic:g}",
            f"{one.charge:.2f}",
        )
        for one in note.lines
    ]
    header = ("who", "what", "temperature / meaning", "charge")
    return _table(title, header, lines, (1, 6, 1.4, 1))


def inner_voice(turn: Turn | None) -> go.Figure:
    """Draw what was about to be said beside what the inner voice would say, part by part.

    Parameters
    ----------
    turn
        The turn.
    """
    title = "Inner voice"
    note = turn.note(InnerVoice) if turn else None
    if turn is None or note is None:
        return empty(title, "No turn with an inner voice yet.", wide=True)
    spoken = [note.base, *note.others]
    names = ["about to be said", *(f"inner voice, {one.temperature:g}" for one in note.others)]
    told = "it spoke instead" if note.spoke else "it kept quiet"
    why = ", ".join(f"{reason} +{points:g}" for reason, points in note.reasons)
    places = [-i for i in range(len(spoken))]
    return framed(
        [_bar(name, colour, spoken, places) for name, colour in SCORED.items()],
        f"{title}: {told}<br><sup>The moment asks for it with {note.weight:g} of 0.5 "
        f"({why}); above 0.15 it tries, above 0.2 it may speak.</sup>",
        height=LEGEND_TOP + 70 + 34 * len(spoken),
        wide=True,
        barmode="stack",
        margin={"l": 150, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "score"}, "range": [0, 1]},
        yaxis={"tickvals": places, "ticktext": names},
    )


def _bar(name: str, colour: str, spoken: Sequence[Spoken], places: Sequence[int]) -> go.Bar:
    return go.Bar(
        y=list(places),
        x=[round(WEIGHTS[name] * getattr(one, name), 4) for one in spoken],
        name=name,
        orientation="h",
        marker={"color": colour},
        customdata=[f"{safe(one.text)}<br>{name} {getattr(one, name):.2f}" for one in spoken],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _table(
    title: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
) -> go.Figure:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    table = go.Table(
        columnwidth=list(widths),
        header={
            "values": list(header),
            "align": "left",
            "fill": {"color": "rgba(128,128,128,.15)"},
        },
        cells={
            "values": [list(column) for column in columns],
            "align": "left",
            "height": CELL,
            "fill": {"color": "rgba(0,0,0,0)"},
        },
    )
    lines = sum(1 + max(len(cell) for cell in row) // 90 for row in rows)
    height = 110 + CELL * lines
    return framed(
        [table], title, height=height, wide=True, margin={"l": 16, "r": 16, "t": 48, "b": 8}
    )
