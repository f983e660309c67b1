"""LeoLab: the chat, and beside it everything there is to see of the Leo one talks with."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets
import plotly.graph_objects as go

from leo import AsyncLeoField, Turn
from leo_widgets import figures
from leo_widgets.chat import Chat
from leo_widgets.feed import Feed
from leo_widgets.following import Following
from leo_widgets.guard import guard_all
from leo_widgets.inspector import Inspector
from leo_widgets.map import FieldMap
from leo_widgets.page import save_html
from leo_widgets.panel import Drawn, PlotPanel, drawn
from leo_widgets.still import Snapshot, Still, lab_snapshot
from leo_widgets.switches import Switches
from leo_widgets.whatif import WhatIf
from leo_widgets.window import Window, everything
from leo_widgets.wire import Latest, LoopRunner, word_clicked

__all__ = ["LeoLab"]

LIVE_TURNS = 50
"""Turns in the live figures, so that what travels per turn does not grow; the inspector has all."""

FIGURES: dict[str, Callable[[list[Turn], Turn | None, int | None], go.Figure]] = {
    "words": lambda turns, shown, word: figures.words(shown, word),
    "reasons": lambda turns, shown, word: figures.reasons(shown, word),
    "modules": lambda turns, shown, word: figures.modules(shown),
    "recall": lambda turns, shown, word: figures.recall(shown),
    "mathbrain": lambda turns, shown, word: figures.mathbrain(turns),
    "growth": lambda turns, shown, word: figures.growth(turns),
    "pulse": lambda turns, shown, word: figures.pulse(turns),
    "impression": lambda turns, shown, word: figures.impression(shown),
    "experts": lambda turns, shown, word: figures.experts(shown),
}
"""The lab's figures in order; each is drawn from the turns, the turn shown, and a word of it."""

WINDOWS: dict[str, Callable[[AsyncLeoField], Window]] = {
    "inspect": Inspector,
    "field": FieldMap,
    "what if": WhatIf,
    "feed": Feed,
}
"""What stands behind the live figures, by tab; each is made when it is first looked at."""


class LeoLab(Still, ipywidgets.Box):  # type: ignore[misc]
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
    chat, switches
        Where one talks, and below it the modules and the temperature.
    panel, tabs
        The live figures, and the tabs they are the first of.
    """

    def __init__(
        self,
        leo: AsyncLeoField | None = None,
        *,
        path: str | os.PathLike[str] | None = None,
    ) -> None:
        self.chat = Chat(leo, path=path)
        self.panel = PlotPanel()
        self._following = Following(self._happened, self._forgot)
        self._shown: Turn | None = None
        self._word: int | None = None
        self._runner = LoopRunner(self._failed)
        self._drawing = Latest(self._runner, self._draw, "drawing the figures")
        self.chat.on_word(self._select)
        self.panel.on_select(self._clicked)
        self.chat.on_meet(self._met)
        self.switches = Switches(self.chat.leo, chat=self.chat)
        self._windows: dict[str, Window] = {}
        self.tabs = self._make_tabs()
        aside = ipywidgets.Layout(flex="1 1 360px", min_width="min(300px, 100%)")
        self._talk = talk = ipywidgets.VBox([self.chat, self.switches], layout=aside)
        super().__init__(
            [talk, self.tabs],
            layout=ipywidgets.Layout(
                display="flex",
                flex_flow="row wrap",
                align_items="flex-start",
                grid_gap="8px",
                width="100%",
            ),
        )
        guard_all(self, self._failed)
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

    def window(self, name: str) -> Window:
        """Give what stands in a tab, made if it was not looked at yet.

        Parameters
        ----------
        name
            One of ``inspect``, ``field``, ``what if``, ``feed``.

        Raises
        ------
        ValueError
            If there is no such tab.
        """
        if name not in WINDOWS:
            raise ValueError(f"no tab is called {name!r}; there are {', '.join(WINDOWS)}")
        if name not in self._windows:
            self._windows[name] = made = WINDOWS[name](self.leo)
            if isinstance(made, Inspector):
                made.turn.observe(self._went, names="value")
            place = 1 + list(WINDOWS).index(name)
            self.tabs.children[place].children = [self._windows[name]]
        return self._windows[name]

    async def save_html(self, path: str | os.PathLike[str]) -> Path:
        """Write the talk as one page that needs no kernel and no network; give its path.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        await self.ready()
        return await save_html(path, self._following.turns)

    def snapshot(self) -> Snapshot:
        """Give what the lab shows now, to stay in the notebook for readers without a kernel."""
        return lab_snapshot(self.chat.messages, self._following.turns, self.panel.figures)

    def _still(self) -> str:
        return self.snapshot().html

    @property
    def pending(self) -> int:
        """Tasks of the lab that are going on."""
        windows = (self.switches, *self._windows.values())
        return self._runner.pending + self.chat.pending + sum(one.pending for one in windows)

    def close(self) -> None:
        """Take the lab away; Leo stays open."""
        self._following.end()
        self._runner.close()
        parts = list(everything(self))[:-1]
        for one in (self.switches, *self._windows.values(), self.chat, *parts):
            one.close()
        super().close()

    async def aclose(self) -> None:
        """Close the lab, and the Leo if it was the lab that opened him."""
        self.close()
        await self.chat.aclose()

    # ------------------------------------------------------------ tabs

    def _make_tabs(self) -> ipywidgets.Tab:
        empty = [ipywidgets.VBox() for _ in WINDOWS]
        wide = ipywidgets.Layout(flex="2 1 520px", min_width="min(300px, 100%)")
        tabs = ipywidgets.Tab([self.panel, *empty], titles=["now", *WINDOWS], layout=wide)
        tabs.observe(self._turned_to, names="selected_index")
        return tabs

    def _turned_to(self, change: dict[str, Any]) -> None:
        """Make what stands in a tab when it is first looked at; on the loop."""
        place = change["new"]
        if place:
            self._runner.call(lambda: self._look_at(list(WINDOWS)[place - 1]))

    def _look_at(self, name: str) -> None:
        self.window(name)

    def _went(self, change: dict[str, Any]) -> None:
        """Let every window follow the inspector's slider through his life."""
        number, field = change["new"], self._windows.get("field")
        last = (self._following.turns[-1].id or 0) if self._following.turns else 0
        if isinstance(field, FieldMap):
            field.at.value = number
        what_if = self._windows.get("what if")
        if isinstance(what_if, WhatIf):
            what_if.turn.value = 0 if number >= last else number
        found = self._following.find(number)
        if found is not None and found is not self._shown:
            self._shown, self._word = found, None
            self._redraw()

    # ------------------------------------------------------------ following Leo

    def _met(self) -> None:
        """Look at the Leo whom the chat talks with now."""
        self._following.end()
        self._following, self._word = Following(self._happened, self._forgot), None
        for old in (self.switches, *self._windows.values()):
            old.close()
        self._windows.clear()
        self.switches = Switches(self.chat.leo, chat=self.chat)
        self._talk.children = (self.chat, self.switches)
        for place in range(1, len(self.tabs.children)):
            self.tabs.children[place].children = ()
        self.tabs.selected_index = 0
        self._runner.spawn(self._follow, "the lab's figures")

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

    def _forgot(self) -> None:
        self._runner.spawn(self._renew, "forgetting in the lab")

    async def _renew(self) -> None:
        """Show nothing any more of what was forgotten."""
        await self._following.renew()
        turns = self._following.turns
        self._shown, self._word = (turns[-1] if turns else None), None
        await self._draw()

    def _clicked(self, point: dict[str, Any]) -> None:
        """Take a click on a figure; it may arrive on any thread."""
        clicked = word_clicked(point)
        if clicked is not None:
            self._runner.call(lambda: self.chat.select(*clicked))

    def _select(self, turn: int, index: int) -> None:
        found = self._following.find(turn)
        if found is not None and 0 <= index < len(found.utterance.words):
            self._shown, self._word = found, index
            self._redraw()

    def _redraw(self) -> None:
        self._drawing.ask()

    async def _draw(self) -> None:
        """Bring the panel up to date, one figure at a time, so that Leo can go on speaking."""
        turns = self._following.turns[-LIVE_TURNS:]
        shown, word = self._shown, self._word
        ready: dict[str, Drawn] = {}
        for name, draw in FIGURES.items():
            figure = draw(turns, shown, word)
            await asyncio.sleep(0)
            ready[name] = drawn(figure)
            await asyncio.sleep(0)
        self.panel.put(ready)
        self.panel.error = ""

    def _failed(self, error: BaseException) -> None:
        self.panel.error = f"{type(error).__name__}: {error}"
