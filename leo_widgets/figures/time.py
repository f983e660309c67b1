"""Where a turn's time went, and what went wrong in it."""

import plotly.graph_objects as go

from leo.records import Turn
from leo_widgets.figures.style import BLUE, GREY, RED, empty, framed, safe

__all__ = ["timings"]

ROW = 18
"""Pixels per stage."""

LEAST = 0.05
"""Milliseconds below which a stage is left out."""


def timings(turn: Turn | None) -> go.Figure:
    """Draw how long each stage and each module's hook took, and name the modules that failed.

    Parameters
    ----------
    turn
        The turn.
    """
    title = "Where the time of this turn went"
    if turn is None or not turn.timings:
        return empty(title, "No turn yet.", wide=True)
    shown = sorted((one for one in turn.timings if one.ms >= LEAST), key=lambda one: one.ms)
    faults = {f"{fault.module}.{fault.hook}" for fault in turn.faults}
    colours = [RED if one.stage in faults else GREY if "." in one.stage else BLUE for one in shown]
    bar = go.Bar(
        y=[safe(one.stage) for one in shown],
        x=[one.ms for one in shown],
        orientation="h",
        marker={"color": colours},
        showlegend=False,
        hovertemplate="%{y} %{x:.2f} ms<extra></extra>",
    )
    failed = "; ".join(f"{safe(fault.module)}: {safe(fault.error)}" for fault in turn.faults)
    told = f"Failed: {failed}" if failed else "Blue: stages; grey: hooks of modules within them."
    return framed(
        [bar],
        f"{title}<br><sup>{told}</sup>",
        height=110 + ROW * len(shown),
        wide=True,
        margin={"l": 150, "r": 16, "t": 60, "b": 44},
        xaxis={"title": {"text": "milliseconds"}},
        yaxis={"automargin": True},
    )
