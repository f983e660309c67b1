"""The field around a word: what Leo thinks of when he hears it."""

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from leo.views import Link, Neighbour, Neighbourhood
from leo_widgets.figures.style import COLOURS, GREY, LEGEND, RED, empty, framed, safe

__all__ = ["field_map"]

TITLE = "The field around a word"
HEIGHT = 620
"""Pixels: a map wants to be about as high as it is wide."""

LEGEND_BELOW = 110
"""Pixels for the names of themes; beside the map they would cover it on a narrow screen."""

NEAREST, FARTHEST = 0.35, 1.0
"""Distance from the middle of the strongest and the weakest company."""

SMALLEST, LARGEST = 9, 34
"""Pixels across of the rarest and the most frequent word."""

WIDTHS = ((0.66, 3.5), (0.33, 2.0), (0.0, 0.8))
"""Share of the strongest link from which a link is drawn that many pixels wide."""

Place = tuple[float, float]


def field_map(now: Neighbourhood | None, before: Neighbourhood | None = None) -> go.Figure:
    """Draw a word in the middle and its company around it: the nearer, the more they meet.

    Parameters
    ----------
    now
        The neighbourhood. Colour is the theme, size how often the word was heard, a diamond a
        center that sentences start from; red links were made or strengthened by its turn.
    before
        The same word's neighbourhood at another time, to compare: words that were not there
        are ringed, and each word keeps its place.
    """
    if now is None or not now.words:
        told = f"Leo has never heard “{safe(now.word)}”." if now and now.word else "Name a word."
        return empty(TITLE, told, height=HEIGHT, wide=True)
    places = _places(now, before)
    old = {one.word for one in before.words} if before else None
    traces = [*_lines(now.links, places), *_dots(now.words, places, old)]
    when = "now" if now.at is None else f"after turn {now.at}"
    changed = "" if old is None else f"; ringed: not there {_when(before)}"
    return framed(
        traces,
        f"The field around “{safe(now.word)}” {when}{changed}",
        height=HEIGHT,
        wide=True,
        margin={"l": 16, "r": 16, "t": 48, "b": LEGEND_BELOW},
        legend={**LEGEND, "y": 0, "yanchor": "top"},
        xaxis={"visible": False, "range": [-1.25, 1.25], "constrain": "domain"},
        yaxis={
            "visible": False,
            "range": [-1.2, 1.2],
            "scaleanchor": "x",
            "constrain": "domain",  # else a change of width would move the range for good
        },
        hovermode="closest",
    )


def _when(other: Neighbourhood | None) -> str:
    return "now" if other is None or other.at is None else f"after turn {other.at}"


def _places(now: Neighbourhood, before: Neighbourhood | None) -> dict[str, Place]:
    """Put words of one theme side by side; a word's angle is the same in both neighbourhoods."""
    themes: dict[str, int] = {}
    for one in (*now.words[1:], *(before.words[1:] if before else ())):
        themes.setdefault(one.word, -1 if one.theme is None else one.theme)
    order = sorted(themes, key=lambda word: (themes[word], word))
    strongest = max((one.strength for one in now.words[1:]), default=1.0)
    places: dict[str, Place] = {now.words[0].word: (0.0, 0.0)}
    for one in now.words[1:]:
        angle = 2 * math.pi * order.index(one.word) / max(1, len(order))
        distance = FARTHEST - (FARTHEST - NEAREST) * one.strength / strongest
        places[one.word] = (
            round(distance * math.cos(angle), 4),
            round(distance * math.sin(angle), 4),
        )
    return places


def _lines(links: Sequence[Link], places: dict[str, Place]) -> list[Any]:
    strongest = max((link.count for link in links), default=1.0)
    groups: dict[tuple[float, bool], list[Link]] = {}
    for link in links:
        width = next(width for share, width in WIDTHS if link.count >= share * strongest)
        groups.setdefault((width, link.added > 0), []).append(link)
    traces: list[Any] = []
    told = False
    for (width, added), some in sorted(groups.items()):
        xs = [x for link in some for x in (places[link.one][0], places[link.other][0], None)]
        ys = [y for link in some for y in (places[link.one][1], places[link.other][1], None)]
        traces.append(
            go.Scatter(
                x=xs,
                y=ys,
                mode="lines",
                line={"width": width, "color": RED if added else GREY},
                opacity=0.9 if added else 0.35,
                hoverinfo="skip",
                name="added by this turn",
                legendgroup="added",
                showlegend=added and not told,
            )
        )
        told = told or added
    return traces


def _dots(words: Sequence[Neighbour], places: dict[str, Place], old: set[str] | None) -> list[Any]:
    most = max(one.count for one in words)
    themes = sorted({one.theme for one in words if one.theme is not None})
    colours = {theme: COLOURS[i % (len(COLOURS) - 1)] for i, theme in enumerate(themes)}
    traces: list[Any] = []
    for theme in (*themes, None):
        some = [one for one in words if one.theme == theme]
        if some:
            colour = GREY if theme is None else colours[theme]
            name = "no theme" if theme is None else _named(some)
            traces.append(_group(some, places, old, colour, name, most))
    return traces


def _group(
    some: Sequence[Neighbour],
    places: dict[str, Place],
    old: set[str] | None,
    colour: str,
    name: str,
    most: float,
) -> go.Scatter:
    new = [old is not None and one.word not in old for one in some]
    return go.Scatter(
        x=[places[one.word][0] for one in some],
        y=[places[one.word][1] for one in some],
        mode="markers+text",
        text=[safe(one.word) for one in some],
        textposition="top center",
        name=name,
        customdata=[[one.word, one.count, one.strength, _role(one)] for one in some],
        marker={
            "color": colour,
            "size": [SMALLEST + (LARGEST - SMALLEST) * math.sqrt(one.count / most) for one in some],
            "symbol": ["diamond" if one.center else "circle" for one in some],
            "line": {"width": [3 if ringed else 0 for ringed in new], "color": RED},
        },
        hovertemplate="%{customdata[0]}: heard %{customdata[1]} times, "
        "belongs %{customdata[2]:.0%}%{customdata[3]}<extra></extra>",
    )


def _named(some: Sequence[Neighbour]) -> str:
    """Name a theme by its words that are here."""
    return "theme of " + ", ".join(safe(one.word) for one in some[:3])


def _role(one: Neighbour) -> str:
    return ", starts sentences" if one.center else ""
