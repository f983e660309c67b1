"""What kept School from asking and the dream from coming, and whom the friend sounds like."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

import plotly.graph_objects as go

from leo.recall.school import SchoolNote
from leo.records import Turn
from leo.reflection.dreaming import DreamReport
from leo.reflection.fragments import Fragment
from leo.text.function_words import is_content
from leo.text.tokens import tokens
from leo_widgets.figures.style import (
    BLUE,
    COLOURS,
    GREEN,
    LEGEND_TOP,
    PINK,
    empty,
    framed,
    safe,
)

__all__ = ["fragments", "gates", "vocabularies"]

ROW = 24
"""Pixels per fragment."""

LABEL = 36
"""Characters of a fragment."""

ASKED, DREAMED = "asked", "dreamed"


def gates(turns: Sequence[Turn]) -> go.Figure:
    """Draw how often School asked and Leo dreamed, and what kept them from it.

    Parameters
    ----------
    turns
        The turns; all of them count.
    """
    title = "How often School asked and a dream came, and what kept them from it"
    asked = Counter(
        note.blocked or ASKED for turn in turns if (note := turn.note(SchoolNote)) is not None
    )
    dreamt = Counter(
        dream.why_not or DREAMED for turn in turns if (dream := turn.note(DreamReport)) is not None
    )
    rows = {"School": asked, "Dream": dreamt}
    reasons = dict.fromkeys([ASKED, DREAMED, *asked, *dreamt])
    shown = [why for why in reasons if asked[why] or dreamt[why]]
    if not shown:
        return empty(title, "No turn with school or dream yet.", wide=True)
    others = [colour for colour in COLOURS if colour not in (GREEN, PINK)]
    colours = {ASKED: GREEN, DREAMED: PINK}
    bars = [
        go.Bar(
            y=list(rows),
            x=[count[why] for count in rows.values()],
            name=why,
            orientation="h",
            marker={"color": colours.get(why, others[i % len(others)])},
            hovertemplate=f"{why}: " + "%{x} turns<extra>%{y}</extra>",
        )
        for i, why in enumerate(shown)
    ]
    return framed(
        bars,
        title,
        height=260,
        wide=True,
        barmode="stack",
        margin={"l": 70, "r": 16, "t": LEGEND_TOP, "b": 44},
        xaxis={"title": {"text": "turns"}},
        yaxis={"autorange": "reversed"},
    )


def fragments(kept: Sequence[Fragment]) -> go.Figure:
    """Draw what the friend of his dreams speaks from, and how much each sentence weighs.

    Parameters
    ----------
    kept
        The friend's fragments.
    """
    title = "What the friend of his dreams speaks from: what fades goes, what moved him comes"
    if not kept:
        return empty(title, "The friend has nothing to speak from.", wide=True)
    ranked = sorted(kept, key=lambda one: (-one.weight, one.id))
    places = [-i for i in range(len(ranked))]
    bars = go.Bar(
        y=places,
        x=[round(one.weight, 4) for one in ranked],
        orientation="h",
        marker={"color": PINK},
        customdata=[safe(one.text) for one in ranked],
        hovertemplate="%{customdata}<br>weight %{x:.2f}<extra></extra>",
        showlegend=False,
    )
    return framed(
        [bars],
        title,
        height=90 + ROW * len(ranked),
        wide=True,
        margin={"l": 250, "r": 16, "t": 44, "b": 44},
        xaxis={"title": {"text": "weight"}, "rangemode": "tozero"},
        yaxis={"tickvals": places, "ticktext": [_short(one.text) for one in ranked]},
    )


def _short(text: str) -> str:
    return safe(text if len(text) <= LABEL else text[: LABEL - 1] + "…")


def vocabularies(turns: Sequence[Turn]) -> go.Figure:
    """Draw how many content words you, Leo and the friend of his dreams share, two by two.

    Parameters
    ----------
    turns
        The turns; all of them count.
    """
    title = "Whom does the friend sound like? Content words in common, of all that two said"
    dreams = [note for turn in turns if (note := turn.note(DreamReport)) is not None]
    lines = [line for dream in dreams for line in dream.lines]
    words = {
        "you": _content(turn.prompt for turn in turns),
        "Leo": _content(turn.reply for turn in turns),
        "Leo in dreams": _content(one.text for one in lines if one.speaker == "leo"),
        "the friend": _content(one.text for one in lines if one.speaker == "friend"),
    }
    pairs = [(a, b) for a, b in combinations(words, 2) if words[a] and words[b]]
    if not lines or not pairs:
        return empty(title, "No dream yet.", wide=True)
    shares = [len(words[a] & words[b]) / len(words[a] | words[b]) for a, b in pairs]
    bars = go.Bar(
        x=[round(share, 4) for share in shares],
        y=[f"{a} and {b}" for a, b in pairs],
        orientation="h",
        marker={"color": BLUE},
        customdata=[len(words[a] & words[b]) for a, b in pairs],
        hovertemplate="%{y}: %{customdata} words, %{x:.1%}<extra></extra>",
        showlegend=False,
    )
    return framed(
        [bars],
        title,
        height=110 + ROW * len(pairs),
        wide=True,
        margin={"l": 180, "r": 16, "t": 44, "b": 44},
        xaxis={"tickformat": ".0%", "rangemode": "tozero"},
        yaxis={"autorange": "reversed"},
    )


def _content(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(t.word for text in texts for t in tokens(text) if is_content(t.word))
