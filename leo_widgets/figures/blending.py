"""Blending: who moved the mixture of experts, and by how much."""

import plotly.graph_objects as go

from leo.records import Turn
from leo_widgets.figures.style import GREY, empty, framed, safe

__all__ = ["blending"]

TITLE = "Who moved the mixture of experts"

ROW = 28
"""Pixels per reason."""

LEANS = "a module leans"
"""What a blend says of a module's boost; which module it was stands in the Turn's leanings."""


def blending(turn: Turn | None) -> go.Figure:
    """List every change of an expert's weight, with its reason; modules are named.

    Parameters
    ----------
    turn
        The turn.
    """
    if turn is None:
        return empty(TITLE, "No turn yet.", wide=True)
    leaned = iter([one.module for one in turn.leanings for _ in one.experts])
    rows = [
        (
            next(leaned, LEANS) if reason.why == LEANS else reason.why,
            reason.expert,
            f"{reason.change:+.3f}",
        )
        for reason in turn.blend.reasons
    ]
    if not rows:
        return empty(TITLE, "Nobody: this is the mixture he is born with.", wide=True)
    look = {
        "align": ["left", "left", "right"],
        "fill": {"color": "rgba(0,0,0,0)"},
        "line": {"color": GREY, "width": 0.5},
    }
    table = go.Table(
        columnwidth=[6, 2, 1.4],
        header={"values": ["reason or module", "expert", "change"], **look},
        cells={
            "values": [[safe(cell) for cell in column] for column in zip(*rows, strict=True)],
            "height": ROW,
            **look,
        },
    )
    return framed(
        [table],
        f"{TITLE}<br><sup>Changes add up; then all weights are made to sum to one.</sup>",
        height=96 + ROW * (len(rows) + 1),
        wide=True,
        margin={"l": 14, "r": 16, "t": 60, "b": 8},
    )
