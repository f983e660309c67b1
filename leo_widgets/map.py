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
    word, at, before, panel
        The word in the middle; the turn it is shown after, and an earlier one it is compared
        with (0: not at all); and the figure.
    """

    def _controls(self) -> list[ipywidgets.Widget]:
        self._chosen = False
        self._asked = 0
        self.word = ipywidgets.Text(
            description="word", placeholder="of the last reply", continuous_update=False
        )
        self.at = _slider("after turn")
        self.before = _slider("against turn")
        self.word.observe(self._typed, names="value")
        for slider in (self.at, self.before):
            slider.observe(lambda change: self._redraw(), names="value")
        self.panel.on_select(self._clicked)
        layout = ipywidgets.Layout(flex_flow="row wrap", width="100%")
        return [ipywidgets.HBox([self.word, self.at, self.before], layout=layout)]

    def _typed(self, change: dict[str, Any]) -> None:
        self._chosen = bool(change["new"].strip())
        self._redraw()

    def _clicked(self, point: dict[str, Any]) -> None:
        """Put a word that was clicked in the middle; the click may arrive on any thread."""
        custom = point.get("custom")
        if isinstance(custom, list) and custom and isinstance(custom[0], str):
            self.word.value = custom[0]

    def _reach(self) -> None:
        """Let the sliders reach all turns; the first stays at the end if it stood there."""
        last = (self._following.turns[-1].id or 0) if self._following.turns else 0
        follows = self.at.value == self.at.max
        for slider in (self.at, self.before):
            slider.max, slider.disabled = last, last == 0
        if follows:
            self.at.value = last
        self.at.min = min(1, last)

    async def _draw(self) -> None:
        """Look around the word, and draw; a later question makes an earlier one idle."""
        self._asked += 1
        asked, leo = self._asked, self.leo
        word = self.word.value.strip() if self._chosen else _said(self._following.turns)
        self._reach()
        now, before = None, None
        if word:
            past = self.at.value if self.at.value < self.at.max else None
            now = await leo.around(word, limit=NEIGHBOURS, at=past)
        if word and self.before.value:
            before = await leo.around(word, limit=NEIGHBOURS, at=self.before.value)
        if asked == self._asked:
            self.panel.put({"field map": field_map(now, before)})
            self.panel.error = ""


def _slider(told: str) -> ipywidgets.IntSlider:
    """Make a slider over turns."""
    return ipywidgets.IntSlider(0, 0, 0, description=told, disabled=True, continuous_update=False)


def _said(turns: list[Turn]) -> str:
    """Choose the word of the last reply that was leaned on most; the first among equals."""
    if not turns:
        return ""
    words = [word for word in turns[-1].utterance.own.words if is_content(word.word)]
    if not words:
        return ""
    return max(words, key=lambda word: sum(abs(share.value) for share in word.shares)).word
