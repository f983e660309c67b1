"""Modules: which of them had a hand in a reply, and what each one did."""

import plotly.graph_objects as go

from leo.observation.deeds import deeds
from leo.records import Turn
from leo_widgets.figures.style import GREY, empty, framed, safe, trace

__all__ = ["modules"]

TITLE = "Which module had a hand in this reply?"

ROW = 28
"""Pixels per module."""

COLUMNS = (2.5, 6.1, 1.4)
"""Shares of the width: the longest name of a module fits where a panel is narrow (420 pixels)."""

LINE = 64
"""Letters of what a module did that a line holds, in a lab of ordinary width."""


def modules(turn: Turn | None) -> go.Figure:
    """List the modules in the order in which they run, with what each did and how long it took.

    Parameters
    ----------
    turn
        The turn.
    """
    if turn is None:
        return empty(TITLE, "No turn yet.", wide=True)
    done = deeds(turn)
    off = set(turn.settings.without)
    told = ["switched off" if name in off else "; ".join(done[name]) or "–" for name in done]
    times = [_time(name, turn) for name in done]
    table = trace(
        "table",
        columnwidth=list(COLUMNS),
        header={"values": ["module", "what it did", "ms"], **_look()},
        cells={
            "values": [list(map(safe, done)), list(map(safe, told)), times],
            "height": ROW,
            **_look(),
        },
    )
    sentence = "Switch one off, or imagine the turn without it, to see what it changes."
    return framed(
        [table],
        f"{TITLE}<br><sup>{sentence}</sup>",
        height=96 + ROW * (len(done) + 1) + sum(ROW // 2 * (len(text) // LINE) for text in told),
        wide=True,
        margin={"l": 14, "r": 16, "t": 60, "b": 8},
    )


def _look() -> dict[str, object]:
    return {
        "align": ["left", "left", "right"],
        "fill": {"color": "rgba(0,0,0,0)"},
        "line": {"color": GREY, "width": 0.5},
    }


def _time(name: str, turn: Turn) -> str:
    own = [timing.ms for timing in turn.timings if timing.stage.startswith(f"{name}.")]
    return f"{sum(own):.1f}" if own else ""
