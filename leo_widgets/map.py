"""FieldMap: what Leo thinks of when he hears a word, live."""

from typing import Any

import ipywidgets

from leo import Turn
from leo.text.function_words import is_content
from leo_widgets.figures.field_map import field_map
from leo_widgets.window import Window

__all__ = ["FieldMap"]

NEIGHBOURS = 24
"""Words around the one in the middle."""


class FieldMap(Window):
    """A word and its company in Leo's field; click a word to put it in the middle.

    Until a word is chosen, the map follows the talk: in the middle stands a word of the last
    reply. Links that the last turn made or strengthened are drawn in red.

    Parameters
    ----------
    leo
        The Leo.
    path
        Where he lives, if none is given (see `Chat`).

    Attributes
    ----------
    word, compare, panel
        The word in the middle, whether words are marked that were not there before the last
        turn, and the figure.
    """

    def _controls(self) -> list[ipywidgets.Widget]:
        self._chosen = False
        self._asked = 0
        self.word = ipywidgets.Text(
            description="word", placeholder="of the last reply", continuous_update=False
        )
        self.compare = ipywidgets.Checkbox(
            False, description="mark what the last turn brought", indent=False
        )
        self.compare.layout = ipywidgets.Layout(width="auto")
        self.word.observe(self._typed, names="value")
        self.compare.observe(lambda change: self._redraw(), names="value")
        self.panel.on_select(self._clicked)
        layout = ipywidgets.Layout(flex_flow="row wrap", width="100%")
        return [ipywidgets.HBox([self.word, self.compare], layout=layout)]

    def _typed(self, change: dict[str, Any]) -> None:
        self._chosen = bool(change["new"].strip())
        self._redraw()

    def _clicked(self, point: dict[str, Any]) -> None:
        """Put a word that was clicked in the middle; the click may arrive on any thread."""
        custom = point.get("custom")
        if isinstance(custom, list) and custom and isinstance(custom[0], str):
            self.word.value = custom[0]

    async def _draw(self) -> None:
        """Look around the word, and draw; a later question makes an earlier one idle."""
        self._asked += 1
        asked, leo = self._asked, self.leo
        word = self.word.value.strip() if self._chosen else _said(self._following.turns)
        now = await leo.around(word, limit=NEIGHBOURS) if word else None
        last = self._following.turns[-1].id if self._following.turns else None
        before = None
        if self.compare.value and now is not None and last is not None and last > 1:
            before = await leo.around(word, limit=NEIGHBOURS, at=last - 1)
        if asked == self._asked:
            self.panel.put({"field map": field_map(now, before)})
            self.panel.error = ""


def _said(turns: list[Turn]) -> str:
    """Choose the word of the last reply that was leaned on most; the first among equals."""
    if not turns:
        return ""
    words = [word for word in turns[-1].utterance.own.words if is_content(word.word)]
    if not words:
        return ""
    return max(words, key=lambda word: sum(abs(share.value) for share in word.shares)).word
