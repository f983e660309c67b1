"""LeoLab: the chat, and beside it figures that follow every turn."""

import asyncio
import os
from collections.abc import Callable
from typing import Any

import ipywidgets
import plotly.graph_objects as go

from leo import AsyncLeoField, Turn
from leo_widgets import figures
from leo_widgets.chat import Chat
from leo_widgets.following import Following
from leo_widgets.panel import PlotPanel
from leo_widgets.wire import LoopRunner

__all__ = ["LeoLab"]

FIGURES: dict[str, Callable[[list[Turn], Turn | None, int | None], go.Figure]] = {
    "words": lambda turns, shown, word: figures.words(shown, word),
    "reasons": lambda turns, shown, word: figures.reasons(shown, word),
    "recall": lambda turns, shown, word: figures.recall(shown),
    "mathbrain": lambda turns, shown, word: figures.mathbrain(turns),
    "growth": lambda turns, shown, word: figures.growth(turns),
    "pulse": lambda turns, shown, word: figures.pulse(turns),
    "impression": lambda turns, shown, word: figures.impression(shown),
    "experts": lambda turns, shown, word: figures.experts(shown),
}
"""The lab's figures in order; each is drawn from the turns, the turn shown, and a word of it."""


class LeoLab(ipywidgets.Box):  # type: ignore[misc]
    """Talk with a Leo, and watch him think.

    A word that is clicked, in the chat or in a figure, shows its reasons and its turn; a new
    turn shows itself.

    Parameters
    ----------
    leo
        The Leo.
    path
        Where he lives, if none is given (see `Chat`).

    Attributes
    ----------
    chat, panel
        The two halves; each can be shown alone.
    """

    def __init__(
        self,
        leo: AsyncLeoField | None = None,
        *,
        path: str | os.PathLike[str] | None = None,
    ) -> None:
        self.chat = Chat(leo, path=path)
        self.panel = PlotPanel()
        self._following = Following(self._happened)
        self._shown: Turn | None = None
        self._word: int | None = None
        self._runner = LoopRunner(self._failed)
        self.chat.on_word(self._select)
        self.panel.on_select(self._clicked)
        self.chat.layout = ipywidgets.Layout(flex="1 1 360px", min_width="300px")
        self.panel.layout = ipywidgets.Layout(flex="2 1 520px", min_width="300px")
        super().__init__(
            [self.chat, self.panel],
            layout=ipywidgets.Layout(
                display="flex",
                flex_flow="row wrap",
                align_items="flex-start",
                grid_gap="8px",
                width="100%",
            ),
        )
        if self._runner.loop is not None:
            self._runner.spawn(self._follow, "the lab's figures")

    # ------------------------------------------------------------ from Python

    @property
    def leo(self) -> AsyncLeoField:
        """The Leo of this lab."""
        return self.chat.leo

    async def ready(self) -> AsyncLeoField:
        """Wait until Leo is open and the figures are there, and give him."""
        leo = await self.chat.ready()
        if not self._following.begun:
            await self._follow()
        return leo

    async def say(self, text: str) -> Turn:
        """Say something, as if it had been typed, and give the Turn."""
        await self.ready()
        return await self.chat.say(text)

    def show_word(self, turn: int, index: int) -> None:
        """Show a word's reasons, as if it had been clicked."""
        self.chat.select(turn, index)

    @property
    def pending(self) -> int:
        """Tasks of the lab that are going on."""
        return self._runner.pending + self.chat.pending

    def close(self) -> None:
        """Take the lab away; Leo stays open."""
        self._following.end()
        self._runner.close()
        self.chat.close()
        self.panel.close()
        super().close()

    async def aclose(self) -> None:
        """Close the lab, and the Leo if it was the lab that opened him."""
        self.close()
        await self.chat.aclose()

    # ------------------------------------------------------------ following Leo

    async def _follow(self) -> None:
        leo = await self.chat.ready()
        if self._following.begun:
            return
        await self._following.begin(leo)
        turns = self._following.turns
        self._shown = turns[-1] if turns else None
        await self._draw()

    def _happened(self, turn: Turn) -> None:
        self._shown, self._word = turn, None
        self._redraw()

    def _clicked(self, point: dict[str, Any]) -> None:
        """Take a click on a figure; it may arrive on any thread."""
        custom = point.get("custom")
        if point.get("figure") == "words" and isinstance(custom, list) and custom[0] is not None:
            turn, index = int(custom[0]), int(custom[1])
            self._runner.call(lambda: self.chat.select(turn, index))

    def _select(self, turn: int, index: int) -> None:
        found = self._following.find(turn)
        if found is not None:
            self._shown, self._word = found, index
            self._redraw()

    def _redraw(self) -> None:
        self._runner.spawn(self._draw, "drawing the figures")

    async def _draw(self) -> None:
        """Bring the panel up to date, one figure at a time, so that Leo can go on speaking."""
        turns, shown, word = self._following.turns, self._shown, self._word
        drawn: dict[str, go.Figure] = {}
        for name, draw in FIGURES.items():
            drawn[name] = draw(turns, shown, word)
            await asyncio.sleep(0)
        if (shown, word) == (self._shown, self._word):
            self.panel.put(drawn)
            self.panel.error = ""

    def _failed(self, error: BaseException) -> None:
        self.panel.error = f"{type(error).__name__}: {error}"
