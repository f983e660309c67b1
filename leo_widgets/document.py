"""One HTML document that needs no kernel and no network: its frame, its figures, its file.

What is said is plain HTML. Figures travel as blocks of JSON and are drawn by plotly's own
bundle, which stands in the document once; nothing else may run in it.
"""

import base64
import contextlib
import hashlib
import html
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiofiles
import aiofiles.os

from leo.errors import StoreError

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["STATIC", "Frame", "Plain", "block", "box", "frame", "plain", "write"]

STATIC = Path(__file__).parent / "static"

STYLE = "page.css"

DRAWING = "drawing.js"
"""Draws the figures; the document's own program comes after it."""

POLICY = "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src data: blob:"
"""What the document may do: run its own two scripts, known by their digests, and no other."""

_TAG = re.compile(r"<[^>]*>")

Plain = dict[str, Any]
"""A figure's plotly JSON, with its title in plain words as ``label``."""


@dataclass(frozen=True)
class Frame:
    """What stands before the body's words and figures, and what after them."""

    head: str
    end: str


def frame(title: str, program: str) -> Frame:
    """Make the frame; reads files, so a loop has a thread do it.

    Parameters
    ----------
    title
        The document's; plain text.
    program
        Name of the static file that shows what is in it.
    """
    from plotly.offline import get_plotlyjs  # noqa: PLC0415  5 MB, only when a page is made

    drawing, own, style = (
        (STATIC / name).read_text(encoding="utf-8") for name in (DRAWING, program, STYLE)
    )
    scripts = [_lines(get_plotlyjs()), _lines(f"{drawing}\n{own}")]
    policy = POLICY.format(" ".join(map(_digest, scripts)))
    told = "\n".join(f"<script>{script}</script>" for script in scripts)
    return Frame(_head(title, style, policy), f"{told}\n</body>\n</html>\n")


def _head(title: str, style: str, policy: str) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{style}</style>\n</head>"
    )


def _lines(text: str) -> str:
    """End lines as a browser does before it takes a script's digest."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _digest(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def plain(figure: "go.Figure") -> Plain:
    """Make a figure plain values, with a label for who cannot see it."""
    found: Plain = json.loads(figure.to_json())
    layout = found.get("layout", {})
    layout.pop("template", None)  # most of a small figure's bytes
    label = _TAG.sub(" ", layout.get("title", {}).get("text", ""))
    return {
        "data": found["data"],
        "layout": layout,
        "label": " ".join(html.unescape(label).split()),
    }


def block(of: str, drawn: dict[str, Plain]) -> str:
    """Write figures as a block of data; no ``<`` in it, so no text can end it or open another."""
    text = json.dumps(drawn, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" data-figures="{of}">{text}</script>'


def box(figure: str, of: str) -> str:
    """Write the place where a figure of a block is drawn."""
    name = html.escape(figure)
    return (
        f'<div class="figure" role="img" aria-label="{name}"'
        f' data-figure="{name}" data-of="{of}"></div>\n'
    )


async def write(path: str | os.PathLike[str], text: str) -> Path:
    """Write a document to a file, whole or not at all, and give its path.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    place = Path(path)
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
