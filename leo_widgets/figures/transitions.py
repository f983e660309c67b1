"""Transitions: which kind of turn followed which, as a graph."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go

from leo.records import Turn
from leo.reflection.expecting import GameHint
from leo.reflection.game import GamePlayed
from leo_widgets.figures.style import BLUE, GREY, LEGEND_TOP, ORANGE, empty, framed, safe

__all__ = ["transitions"]

LAST = 200
"""Turns that are counted."""

WIDEST = 7.0
"""Pixels across of the commonest transition."""

HEAD = 8
"""Pixels of an arrow's head, to which comes twice the width of its line."""

SOFT = "rgba(153,153,153,0.6)"
"""Grey for lines, so that a head stands out from them."""

BOW = 0.12
"""How far a line bows out, so that there and back are two lines; in lengths of the line."""

STEP = 0.03
"""How far from the middle of a line its head's two points are; in lengths of the line."""

Place = tuple[float, float]


def transitions(turns: Sequence[Turn]) -> go.Figure:
    """Draw the modes of turns in a circle, and how often one followed another.

    Parameters
    ----------
    turns
        The turns; the last two hundred are counted. Blue dots are modes of the human, orange
        ones of Leo; an arrow points at what came next, and bows out to its left as it goes.
    """
    title = "Rhythm: what kind of turn followed which"
    modes: list[str] = []
    for turn in list(turns)[-LAST:]:
        hint, played = turn.note(GameHint), turn.note(GamePlayed)
        if hint is not None and played is not None:
            modes += [_mode(hint.heard, "you"), _mode(played.kind, "Leo")]
    counts = Counter(pairwise(modes))
    if not counts:
        return empty(title, "No turn with the game yet.", wide=True)
    names = sorted(set(modes))
    places = {
        name: (math.cos(2 * math.pi * i / len(names)), math.sin(2 * math.pi * i / len(names)))
        for i, name in enumerate(names)
    }
    most = max(counts.values())
    lines = [_line(places[one], places[two], n, most) for (one, two), n in sorted(counts.items())]
    told = [_told(name, counts) for name in names]
    dots = go.Scatter(
        x=[round(places[name][0], 3) for name in names],
        y=[round(places[name][1], 3) for name in names],
        mode="markers+text",
        text=[safe(name) for name in names],
        textposition="top center",
        customdata=told,
        marker={"size": 18, "color": [ORANGE if n.startswith("Leo") else BLUE for n in names]},
        hovertemplate="%{customdata}<extra></extra>",
    )
    below = "Blue: you; orange: Leo. An arrow points at what came next; the wider, the more often."
    return framed(
        [*lines, dots],
        f"{title}<br><sup>{below}</sup>",
        height=400,
        wide=True,
        showlegend=False,
        margin={"l": 16, "r": 16, "t": LEGEND_TOP - 30, "b": 16},
        xaxis={"visible": False, "range": [-1.6, 1.6]},
        yaxis={"visible": False, "range": [-1.3, 1.35]},
    )


def _mode(kind: str, who: str) -> str:
    parts = kind.split("/")
    return f"{who}: {parts[1] if len(parts) > 1 else kind}"


def _line(one: Place, other: Place, count: int, most: int) -> go.Scatter:
    """Bow from one to the other, with the head of an arrow halfway, where lines are apart.

    Plotly turns the head away from the point before it, so two points are halfway. You and he
    take turns, so no kind follows itself.
    """
    x, y = other[0] - one[0], other[1] - one[1]
    middle = ((one[0] + other[0]) / 2 - y * BOW, (one[1] + other[1]) / 2 + x * BOW)
    halfway = [(middle[0] + x * step, middle[1] + y * step) for step in (-STEP, STEP)]
    width = round(max(0.7, WIDEST * count / most), 2)
    return go.Scatter(
        x=[round(place[0], 3) for place in (one, *halfway, other)],
        y=[round(place[1], 3) for place in (one, *halfway, other)],
        mode="lines+markers",
        line={"color": SOFT, "width": width, "shape": "spline"},
        marker={
            "symbol": "arrow",
            "angleref": "previous",
            "size": [0, 0, HEAD + 2 * width, 0],
            "color": GREY,
            "opacity": 1,
            "line": {"width": 0},
        },
        hoverinfo="skip",
    )


def _told(name: str, counts: "Counter[tuple[str, str]]") -> str:
    after = [(n, two) for (one, two), n in counts.items() if one == name]
    whole = sum(n for n, _ in after)
    said = "<br>".join(f"then {safe(two)}: {n / whole:.0%}" for n, two in sorted(after)[::-1])
    return f"<b>{safe(name)}</b><br>{said}"
