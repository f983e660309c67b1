"""A talk as one HTML document that needs no kernel and no network: to keep, send and print.

The transcript and the sentences are plain HTML. Figures travel as JSON, one block per turn
that is read when its turn is shown, and are drawn by plotly's own bundle, which stands in
the document once.
"""

import asyncio
import base64
import contextlib
import hashlib
import html
import json
import os
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiofiles
import aiofiles.os

from leo.errors import StoreError
from leo.records import Turn
from leo_widgets import figures
from leo_widgets.figures.style import LAST_SHOWN, x_of
from leo_widgets.sections import SECTIONS, Section
from leo_widgets.transcript import message_html, turn_messages

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["LAST", "LIFE", "page", "save_html"]

STATIC = Path(__file__).parent / "static"

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

POLICY = "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src data: blob:"
"""What the document may do: run its own two scripts, known by their digests, and no other."""

_TAG = re.compile(r"<[^>]*>")

Plain = dict[str, Any]
"""A figure's plotly JSON, with its title in plain words as ``label``."""


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
    bundle, program, style, policy = await asyncio.to_thread(_files)
    first = max(0, len(turns) - LAST)
    said, blocks = [], []
    for place, (turn, number) in enumerate(zip(turns, x_of(turns), strict=True)):
        said.append(_said(turn, number, whole=place >= first))
        await asyncio.sleep(0)
    lived = [turn for turn in turns if turn.id is not None]
    blocks.append(_block("life", await _drawn(sections, LIFE, lived, None)))
    own = frozenset(name for one in sections.values() for name in one.figures) - LIFE - ASKING
    for place in range(first, len(turns)):
        drawn = await _drawn(sections, own, turns[: place + 1], turns[place])
        blocks.append(_block(str(place), drawn))
    head, body = _head(title, style, policy), _body(title, turns, said, sections)
    script = f"<script>{bundle}</script>\n<script>{program}</script>"
    return "\n".join((head, body, *blocks, script, "</body>\n</html>\n"))


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
    place = Path(path)
    text = await page(turns, title=title, sections=sections)
    draft = place.with_name(f"{place.name}.new")
    try:
        async with aiofiles.open(draft, "w", encoding="utf-8", errors="replace") as file:
            await file.write(text)
        await aiofiles.os.replace(draft, place)
    except OSError as error:
        with contextlib.suppress(OSError):
            await aiofiles.os.remove(draft)
        raise StoreError(
            f"cannot write {place}: {error.strerror}; choose a file in a folder you may write to"
        ) from error
    return place


def _files() -> tuple[str, str, str, str]:
    """Read plotly's bundle, our program and our style, and make the policy that lets them run."""
    from plotly.offline import get_plotlyjs  # noqa: PLC0415  5 MB, only when a page is made

    program, style = (
        (STATIC / name).read_text(encoding="utf-8") for name in ("page.js", "page.css")
    )
    bundle = _lines(get_plotlyjs())
    return bundle, program, style, POLICY.format(f"{_digest(bundle)} {_digest(program)}")


def _lines(text: str) -> str:
    """End lines as a browser does before it takes a script's digest."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _digest(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


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
                drawn[name] = _plain(draw(life, turn, None))
                await asyncio.sleep(0)
    return drawn


def _plain(figure: "go.Figure") -> Plain:
    plain: Plain = json.loads(figure.to_json())
    layout = plain.get("layout", {})
    layout.pop("template", None)  # most of a small figure's bytes
    label = _TAG.sub(" ", layout.get("title", {}).get("text", ""))
    return {
        "data": plain["data"],
        "layout": layout,
        "label": " ".join(html.unescape(label).split()),
    }


def _block(of: str, drawn: dict[str, Plain]) -> str:
    """Write figures as a block of data; no ``<`` in it, so no text can end it or open another."""
    text = json.dumps(drawn, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" data-figures="{of}">{text}</script>'


# ------------------------------------------------------------ words


def _head(title: str, style: str, policy: str) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{style}</style>\n</head>"
    )


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
        f'<div class="figure" role="img" aria-label="{html.escape(figure)}"'
        f' data-figure="{html.escape(figure)}" data-of="{"life" if figure in LIFE else "turn"}">'
        "</div>\n"
        for figure in section.figures
        if figure not in ASKING
    )
    return (
        f'<section aria-label="{html.escape(name)}">\n<h2>{html.escape(name)}</h2>\n'
        f'<p>{html.escape(section.told)}</p>\n<div class="figures">\n{boxes}</div>\n'
        '<p class="why" aria-live="polite"></p>\n</section>'
    )
