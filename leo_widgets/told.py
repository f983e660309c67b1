"""What a figure shows, in words, for who cannot see it: made from the figure itself."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["told"]

MOST = 700
"""Characters of an alternative."""

NAMED = 3
"""Bars and words that are named, the longest first."""

_TAG = re.compile(r"<[^>]*>")


def told(figure: Mapping[str, Any]) -> str:
    """Say what a figure shows: its title, then each trace in a few words.

    Parameters
    ----------
    figure
        Plotly JSON, with ``data`` and ``layout``.
    """
    layout = figure.get("layout", {})
    parts = [_plain(layout.get("title", {}).get("text", ""))]
    parts += [_plain(note.get("text", "")) for note in layout.get("annotations", ())]
    parts += [_trace(trace) for trace in figure.get("data", ())]
    whole = " ".join(f"{part.rstrip('.')}." for part in parts if part)
    return whole if len(whole) <= MOST else whole[: MOST - 1] + "…"


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


def _trace(trace: Mapping[str, Any]) -> str:
    name, kind = _plain(trace.get("name") or ""), trace.get("type", "scatter")
    if kind == "table":
        return _table(trace["cells"]["values"])
    if kind == "scatterpolar":
        return _ranked(name, trace.get("theta"), trace.get("r"))
    if kind == "bar" and trace.get("orientation") == "h":
        return _ranked(name, trace.get("y"), trace.get("x"))
    if kind == "bar" or (kind == "scatter" and "lines" in str(trace.get("mode", "lines"))):
        return _curve(name, trace.get("y"))
    return name


def _curve(name: str, values: Any) -> str:
    seen = [float(one) for one in _numbers(values)]
    if not seen or not name:
        return ""
    low, high = min(seen), max(seen)
    return f"{name}: {len(seen)} values from {low:.3g} to {high:.3g}, the last {seen[-1]:.3g}"


def _ranked(name: str, labels: Any, values: Any) -> str:
    if not isinstance(labels, Sequence) or not isinstance(values, Sequence):
        return ""
    pairs = [
        (str(label), float(value))
        for label, value in zip(labels, values, strict=False)
        if isinstance(value, int | float)
    ]
    first = sorted(pairs, key=lambda pair: -abs(pair[1]))[:NAMED]
    said = ", ".join(f"{_plain(label)} {value:.3g}" for label, value in first)
    return ": ".join(one for one in (name, said) if one)


def _table(columns: Sequence[Sequence[Any]]) -> str:
    rows = zip(*columns, strict=False)
    return "; ".join(f"{_plain(str(first))}: {_plain(str(second))}" for first, second, *_ in rows)


def _numbers(values: Any) -> list[Any]:
    listed = values if isinstance(values, Sequence) and not isinstance(values, str) else ()
    return [one for one in listed if isinstance(one, int | float)]
