"""A talk as one HTML document that needs no kernel and no network: to keep, send and print.

The transcript and the sentences are plain HTML. Figures travel as JSON, one block per turn
that is read when its turn is shown (`leo_widgets.document`).
"""

import asyncio
import html
import os
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from leo.records import Turn
from leo_widgets import figures
from leo_widgets.document import Plain, block, box, frame, plain, write
from leo_widgets.figures.style import LAST_SHOWN, x_of
from leo_widgets.sections import SECTIONS, Section
from leo_widgets.transcript import message_html, turn_messages

__all__ = ["LAST", "LIFE", "page", "save_html"]

TITLE = "A talk with Leo"

LAST = 30
"""Turns whose own figures are in the document; of older ones there are the words only."""

_LIFE = """
affect attributions bends calibration flow game gates growth identity inputs losses
mathbrain memories nearest overrides pulse saturation school timeline transitions trauma trend
vocabularies voice_scores voice_weight wound_and_themes wounded
"""

LIFE = frozenset(_LIFE.split())
"""Figures of the whole life, drawn once."""

ASKING = frozenset(("reasons",))
"""Figures that are empty until a word is clicked; the document tells its reasons in words."""

OVERVIEW = {
    "life": Section(
        "How good each reply was, how much it echoed, what it brought, and which modules acted.",
        {"timeline": lambda life, turn, word: figures.timeline(life[-LAST_SHOWN:])},
    )
}
"""What stands before the sections of the turn that is shown."""


async def page(
    turns: Sequence[Turn],
    *,
    title: str = TITLE,
    sections: Mapping[str, Section] = SECTIONS,
) -> str:
    """Make the document; the event loop is free between any two figures.

    Parameters
    ----------
    turns
        The turns, in order.
    title
        The heading; plain text.
    sections
        What can be looked at: a sentence and figures for each part.
    """
    sections = {**OVERVIEW, **sections}
    around = await asyncio.to_thread(frame, title, "page.js")
    first = max(0, len(turns) - LAST)
    said, blocks = [], []
    for place, (turn, number) in enumerate(zip(turns, x_of(turns), strict=True)):
        said.append(_said(turn, number, whole=place >= first))
        await asyncio.sleep(0)
    lived = [turn for turn in turns if turn.id is not None]
    blocks.append(block("life", await _drawn(sections, LIFE, lived, None)))
    own = frozenset(name for one in sections.values() for name in one.figures) - LIFE - ASKING
    for place in range(first, len(turns)):
        drawn = await _drawn(sections, own, turns[: place + 1], turns[place])
        blocks.append(block(str(place), drawn))
    return "\n".join((around.head, _body(title, turns, said, sections), *blocks, around.end))


async def save_html(
    path: str | os.PathLike[str],
    turns: Sequence[Turn],
    *,
    title: str = TITLE,
    sections: Mapping[str, Section] = SECTIONS,
) -> Path:
    """Write the document of `page` to a file, whole or not at all, and give its path.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    return await write(path, await page(turns, title=title, sections=sections))


# ------------------------------------------------------------ figures


async def _drawn(
    sections: Mapping[str, Section],
    names: Collection[str],
    life: Sequence[Turn],
    turn: Turn | None,
) -> dict[str, Plain]:
    drawn: dict[str, Plain] = {}
    for section in sections.values():
        for name, draw in section.figures.items():
            if name in names:
                drawn[name] = plain(draw(life, turn, None))
                await asyncio.sleep(0)
    return drawn


# ------------------------------------------------------------ words


def _body(
    title: str, turns: Sequence[Turn], said: Sequence[str], sections: Mapping[str, Section]
) -> str:
    count = len(turns)
    parts = "\n".join(_part(name, section) for name, section in sections.items())
    off = "" if count else " disabled"
    return f"""<body>
<header>
<h1>{html.escape(title)}</h1>
<p>{_summary(turns)}</p>
<noscript><p>The figures need JavaScript; what was said does not.</p></noscript>
</header>
<nav id="transcript" aria-label="What was said" tabindex="0">
<ol>
{"".join(said) or "<li>No turn yet.</li>"}
</ol>
</nav>
<main id="looking">
<div class="way">
<label for="slider">turn</label>
<input type="range" id="slider" min="1" max="{max(1, count)}" value="{max(1, count)}"{off}>
<output id="shown" for="slider"></output>
</div>
<p id="older" hidden>Of this turn there are only the words:
single turns have figures from the last {LAST} on.</p>
<p id="failed" role="alert"></p>
{parts}
</main>"""


def _summary(turns: Sequence[Turn]) -> str:
    if not turns:
        return "No turn yet."
    begin, end = (_date(turn.at) for turn in (turns[0], turns[-1]))
    count = "1 turn" if len(turns) == 1 else f"{len(turns)} turns"
    drawn = min(LAST, len(turns))
    return f"{count}, {begin} to {end}. Figures of their own: {drawn} of {len(turns)}."


def _date(at: float) -> str:
    text = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f'<time datetime="{text}">{text}</time>'


def _said(turn: Turn, number: int, *, whole: bool) -> str:
    """Write a turn of the transcript; ``whole`` with the reasons of each word."""
    name, anchor = f"turn {number}", f"turn-{number}"
    if turn.id is None:
        name, anchor = "an imagined turn", f"imagined-{number}"
    lines = "".join(message_html(one, whole=whole) for one in turn_messages(turn))
    return f'<li id="{anchor}" data-number="{number}"><a href="#{anchor}">{name}</a>{lines}</li>\n'


def _part(name: str, section: Section) -> str:
    boxes = "".join(
        box(figure, "life" if figure in LIFE else "turn")
        for figure in section.figures
        if figure not in ASKING
    )
    return (
        f'<section aria-label="{html.escape(name)}">\n<h2>{html.escape(name)}</h2>\n'
        f'<p>{html.escape(section.told)}</p>\n<div class="figures">\n{boxes}</div>\n'
        '<p class="why" aria-live="polite"></p>\n</section>'
    )
