"""Stills: what a widget shows, as plain HTML that stays where there is no kernel.

On GitHub, nbviewer and in exported notebooks no program of ours runs, and styles are taken
away. A still is paragraphs, lists and tables; a figure is told in words.
"""

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leo.records import Turn
from leo.records.shown import PLAIN, turn_html, turns_html
from leo_widgets.told import told
from leo_widgets.transcript import Message, as_text, message_html

__all__ = ["Snapshot", "Still", "figures_html", "lab_snapshot", "talk_snapshot"]

ROWS = 10
"""Turns in the table of a lab's snapshot."""

WIDGET = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True, slots=True, repr=False)
class Snapshot:
    """Something to look at that needs no kernel: HTML, and the same as text."""

    html: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


class Still:
    """A widget that leaves a still in the notebook's file, for readers without a kernel."""

    def _still(self) -> str:
        """Give the HTML that stands in for the widget."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add the still to what ipywidgets shows; notebooks with a kernel prefer the widget."""
        bundle = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        plain = bundle[0] if isinstance(bundle, tuple) else bundle
        if plain is not None and WIDGET in plain:
            plain["text/html"] = self._still()
        return bundle


def talk_snapshot(messages: Sequence[Message]) -> Snapshot:
    """Take a picture of a transcript.

    Parameters
    ----------
    messages
        The messages, oldest first; each word has its reason in its title.
    """
    body = "".join(map(message_html, messages)) or "<p>Nothing was said yet.</p>"
    whole = f'<div class="{PLAIN}">{body}</div>'
    return Snapshot(whole, as_text(messages) or "Nothing was said yet.")


def lab_snapshot(
    messages: Sequence[Message], turns: Sequence[Turn], figures: Mapping[str, Mapping[str, Any]]
) -> Snapshot:
    """Take a picture of a lab: the talk, the last turn, the last turns, and each figure in words.

    Parameters
    ----------
    messages
        The transcript.
    turns
        The turns, oldest first.
    figures
        Plotly JSON by name.
    """
    talk = talk_snapshot(messages)
    last = [f"<h4>The last turn</h4>{turn_html(turns[-1])}"] if turns else []
    life = [f"<h4>The last turns</h4>{turns_html(turns[-ROWS:])}"] if turns else []
    seen = [f"<h4>What the figures show</h4>{figures_html(figures.values())}"] if figures else []
    parts = ["<h4>The talk</h4>", talk.html, *last, *life, *seen]
    words = "\n".join(told(figure) for figure in figures.values())
    whole = f'<div class="{PLAIN}">{"".join(parts)}</div>'
    return Snapshot(whole, f"{talk.text}\n\n{words}".strip())


def figures_html(figures: Iterable[Mapping[str, Any]]) -> str:
    """Tell figures in words, a list entry each.

    Parameters
    ----------
    figures
        Plotly JSON.
    """
    rows = "".join(f"<li>{html.escape(told(figure))}</li>" for figure in figures)
    return f'<ul class="{PLAIN}">{rows}</ul>'
