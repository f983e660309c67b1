"""What a prompt touched: pulse over turns, chambers, and the blend of experts."""

from collections.abc import Sequence

import plotly.graph_objects as go

from leo.records import Chambers, Turn
from leo_widgets.figures.style import (
    BLUE,
    COLOURS,
    GREY,
    LAST_SHOWN,
    LEGEND,
    LEGEND_TOP,
    ORANGE,
    empty,
    framed,
    safe,
    trace,
    x_of,
)

__all__ = ["cues", "experts", "impression", "pulse"]


def pulse(turns: Sequence[Turn]) -> go.Figure:
    """Draw pulse, quality and the two entropies over turns, all in [0, 1]."""
    title = "Pulse and quality"
    turns = list(turns)[-LAST_SHOWN:]
    if not turns:
        return empty(title, "No turn yet.")
    curves = {
        "novelty": [turn.percept.pulse.novelty for turn in turns],
        "arousal": [turn.percept.pulse.arousal for turn in turns],
        "entropy expected": [turn.percept.pulse.expected_entropy for turn in turns],
        "entropy spoken": [turn.utterance.entropy for turn in turns],
        "pulse": [turn.percept.pulse.pulse for turn in turns],
        "quality": [turn.quality.overall for turn in turns],
    }
    traces = [
        trace(
            "scatter",
            x=x_of(turns),
            y=values,
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 3 if name in ("pulse", "quality") else 1.5},
            marker={"size": 5},
            hovertemplate=name + " %{y:.2f}<extra>turn %{x}</extra>",
        )
        for (name, values), colour in zip(curves.items(), COLOURS, strict=False)
    ]
    return framed(
        traces,
        title,
        height=380,
        margin={"l": 56, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "turn"}, "tickformat": "d"},
        yaxis={"range": [-0.03, 1.03]},
    )


def impression(turn: Turn | None) -> go.Figure:
    """Draw the five chambers before and after cross-fire; the cues stand in the hover text."""
    if turn is None:
        return empty("First impression", "No turn yet.")
    felt = turn.percept.impression
    about = "neutral" if felt.dominant is None else f"mostly {felt.dominant}"
    names = [*Chambers.NAMES, Chambers.NAMES[0]]
    why = [
        "<br>".join(f"{safe(c.cue)}: +{c.amount:g}" for c in felt.cues if c.chamber == name)
        or "nothing touched it"
        for name in names
    ]
    traces = [
        trace(
            "scatterpolar",
            r=[*chambers.values(), chambers.values()[0]],
            theta=names,
            name=name,
            customdata=why,
            fill="toself" if filled else None,
            line={"color": colour, "dash": "solid" if filled else "dot"},
            hovertemplate="%{theta} %{r:.2f}<br>%{customdata}<extra>" + name + "</extra>",
        )
        for name, chambers, colour, filled in (
            ("as touched", felt.raw, GREY, False),
            ("after cross-fire", felt.chambers, ORANGE, True),
        )
    ]
    most = max(0.5, *felt.raw.values())
    return framed(
        traces,
        f"First impression of {_number(turn)}: {about}",
        height=300,
        polar={"radialaxis": {"range": [0, most], "tickfont": {"size": 9}, "nticks": 4}},
        margin={"l": 40, "r": 40, "t": 88, "b": 28},
        legend={**LEGEND, "y": 1.14},
    )


def cues(turn: Turn | None) -> go.Figure:
    """Draw cue by cue what the words touched: amount as a bar, chamber as colour.

    Parameters
    ----------
    turn
        The turn.
    """
    title = "What touched him, cue by cue"
    if turn is None or not turn.percept.impression.cues:
        return empty(title, "Nothing you said touched a chamber." if turn else "No turn yet.")
    found = turn.percept.impression.cues
    places = [-i for i in range(len(found))]
    traces = []
    for chamber, colour in zip(Chambers.NAMES, COLOURS, strict=False):
        at = [i for i, cue in enumerate(found) if cue.chamber == chamber]
        if at:
            traces.append(
                trace(
                    "bar",
                    y=[places[i] for i in at],
                    x=[found[i].amount for i in at],
                    orientation="h",
                    width=0.6,
                    name=chamber,
                    marker={"color": colour},
                    hovertemplate=chamber + " +%{x:g}<extra></extra>",
                )
            )
    return framed(
        traces,
        f"{title} (turn {turn.id})" if turn.id is not None else title,
        height=150 + 26 * len(found),
        showlegend=True,
        margin={"l": 110, "r": 16, "t": 88, "b": 44},
        xaxis={"title": {"text": "added to the chamber"}, "rangemode": "tozero"},
        yaxis={"tickvals": places, "ticktext": [safe(cue.cue) for cue in found]},
    )


def experts(turn: Turn | None) -> go.Figure:
    """Draw the blend of the five experts; the reasons stand in the hover text."""
    if turn is None:
        return empty("Experts", "No turn yet.")
    blend = turn.blend
    weights = blend.weights[::-1]  # plotly counts bars from below
    names = [one.expert for one in weights]
    why = [
        "<br>".join(f"{safe(r.why)}: {r.change:+.3f}" for r in blend.reasons if r.expert == name)
        or "as always"
        for name in names
    ]
    steps = " → ".join(f"{step.temperature:.2f} {safe(step.step)}" for step in blend.steps)
    bars = trace(
        "bar",
        y=names,
        x=[one.weight for one in weights],
        orientation="h",
        customdata=why,
        marker={"color": [ORANGE if name == blend.dominant else BLUE for name in names]},
        hovertemplate="%{y} %{x:.1%}<br>%{customdata}<extra></extra>",
    )
    note = {
        "text": f"temperature {steps}<br>weight of meaning {blend.semantic:.2f}",
        "showarrow": False,
        "x": 0,
        "y": -0.32,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "xshift": -66,
        "align": "left",
        "font": {"size": 10},
    }
    return framed(
        [bars],
        f"Experts of {_number(turn)}: mostly {safe(blend.dominant)}",
        height=300,
        annotations=[note],
        margin={"l": 80, "r": 16, "t": 44, "b": 76},
        xaxis={"tickformat": ".0%", "rangemode": "tozero"},
    )


def _number(turn: Turn) -> str:
    return "an imagined turn" if turn.id is None else f"turn {turn.id}"
