"""Straight lines and delays: how a theme's trend is measured, and whether wounds follow themes."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from leo.notes import Wound
from leo.records import Turn
from leo.reflection.flow import FlowNote
from leo.reflection.slopes import slope_of
from leo.text.tokens import is_word
from leo_widgets.figures.style import (
    BLUE,
    COLOURS,
    GREEN,
    GREY,
    LEGEND_TOP,
    ORANGE,
    empty,
    framed,
    safe,
    x_of,
)

__all__ = ["trend", "wound_and_themes"]

LAST = 60
"""Turns that are shown."""

WINDOWS = {5: ORANGE, 10: BLUE, 20: GREEN}
"""Turns over which a line is fitted for comparison, and its colour."""

LAGS = 5
"""Turns by which a wound may come before or after a theme."""

ENOUGH = 12
"""Turns from which a correlation is drawn."""

THEMES = 5
"""Themes that are compared: those touched most."""


def trend(turns: Sequence[Turn]) -> go.Figure:
    """Draw the theme that rises or falls most: its points, and lines through its last turns.

    Parameters
    ----------
    turns
        The turns; the last sixty are shown. The theme is the last turn's steepest.
    """
    title = "How a trend is measured: the steepest theme, with lines through its last turns"
    turns = list(turns)[-LAST:]
    note = turns[-1].note(FlowNote) if turns else None
    currents = [one for one in note.currents if one.error is not None] if note else []
    if note is None or not currents:
        return empty(title, "No theme has been followed long enough yet.", wide=True)
    steepest = max(currents, key=lambda one: (abs(one.slope), -one.theme))
    xs, ys = x_of(turns), _strengths(turns).get(steepest.theme, {})
    points = [ys.get(x, 0.0) for x in xs]
    dots = go.Scatter(
        x=xs,
        y=points,
        name=safe(", ".join(steepest.words[:3])),
        mode="markers",
        marker={"color": GREY, "size": 8},
        hovertemplate="%{y:.0%} of the prompt<extra>turn %{x}</extra>",
    )
    fits = [
        _fit(xs[-n:], points[-n:], f"last {n} turns", colour)
        for n, colour in WINDOWS.items()
        if len(xs) >= n
    ]
    return framed(
        [dots, *fits],
        f"{title}<br><sup>Flow itself looks at {note.window} turns: {steepest.slope:+.3f} per "
        f"turn, give or take {steepest.error:.3f}. A short window is quick and nervous.</sup>",
        height=340,
        wide=True,
        margin={"l": 56, "r": 16, "t": LEGEND_TOP + 18, "b": 44},
        xaxis={"title": {"text": "turn"}, "tickformat": "d"},
        yaxis={"tickformat": ".0%"},
    )


def _fit(xs: Sequence[int], ys: Sequence[float], name: str, colour: str) -> go.Scatter:
    slope = slope_of(xs, ys)
    middle, mean = sum(xs) / len(xs), sum(ys) / len(ys)
    ends = (xs[0], xs[-1])
    return go.Scatter(
        x=list(ends),
        y=[round(mean + slope.value * (x - middle), 4) for x in ends],
        name=f"{name}: {slope.value:+.3f}",
        mode="lines",
        line={"color": colour, "width": 2},
        hoverinfo="skip",
    )


def wound_and_themes(turns: Sequence[Turn]) -> go.Figure:
    """Draw how the wound goes with each theme, some turns before or after it was touched.

    Parameters
    ----------
    turns
        The turns; all of them count. Drawn is Pearson's correlation of the level with the
        theme's strength.
    """
    title = "Does a theme open the wound? Correlation of its strength with the level, by delay"
    pairs = [(turn, wound.level) for turn in turns if (wound := turn.note(Wound)) is not None]
    levels = np.array([level for _, level in pairs])
    if len(pairs) < ENOUGH or np.ptp(levels) == 0:
        return empty(title, f"It takes {ENOUGH} turns, and a wound that opened.", wide=True)
    kept = [turn for turn, _ in pairs]
    strengths = _strengths(kept)
    most = sorted(strengths, key=lambda id_: (-len(strengths[id_]), id_))[:THEMES]
    xs, names = x_of(kept), _names(kept)
    lags = list(range(-LAGS, LAGS + 1))
    traces = [
        go.Scatter(
            x=lags,
            y=[
                _correlation(np.array([strengths[id_].get(x, 0.0) for x in xs]), levels, lag)
                for lag in lags
            ],
            name=safe(names[id_]),
            mode="lines+markers",
            line={"color": colour},
            hovertemplate=f"theme {id_}: " + "%{y:+.2f}<extra>%{x:+d} turns</extra>",
        )
        for id_, colour in zip(most, COLOURS, strict=False)
    ]
    return framed(
        traces,
        f"{title}<br><sup>A peak right of 0: the wound opens after the theme. Few turns give high "
        "numbers by chance alone.</sup>",
        height=340,
        wide=True,
        margin={"l": 56, "r": 16, "t": LEGEND_TOP + 18, "b": 44},
        xaxis={"title": {"text": "turns by which the wound comes later"}, "dtick": 1},
        yaxis={"range": [-1.05, 1.05], "zeroline": True},
    )


def _correlation(strengths: np.ndarray, levels: np.ndarray, lag: int) -> float | None:
    """Correlate a theme's strength with the level so many turns later; ``None`` if one is flat."""
    n = len(levels)
    before = strengths[max(0, -lag) : n - max(0, lag)]
    after = levels[max(0, lag) : n - max(0, -lag)]
    if np.ptp(before) == 0 or np.ptp(after) == 0:
        return None
    return round(float(np.corrcoef(before, after)[0, 1]), 4)


def _strengths(turns: Sequence[Turn]) -> Mapping[int, Mapping[int, float]]:
    """Give each theme's share of the prompts that touched it, by turn."""
    found: dict[int, dict[int, float]] = {}
    for x, turn in zip(x_of(turns), turns, strict=True):
        size = max(1, sum(is_word(token) for token in turn.percept.tokens))
        for theme in turn.percept.themes:
            found.setdefault(theme.id, {})[x] = round(min(1.0, theme.score / size), 4)
    return found


def _names(turns: Sequence[Turn]) -> Mapping[int, str]:
    return {one.id: ", ".join(one.words[:3]) for turn in turns for one in turn.percept.themes}
