"""Inspector: one Turn, part by part; a slider goes back over the whole life."""

import asyncio
from typing import Any

import ipywidgets

from leo import Turn
from leo_widgets import figures
from leo_widgets.guard import NOTHING, guard
from leo_widgets.panel import Drawn, PlotPanel, drawn
from leo_widgets.sections import SECTIONS
from leo_widgets.window import Window
from leo_widgets.wire import word_clicked

__all__ = ["Inspector"]


class Inspector(Window):
    """Look into a turn: choose a part, and go back and forth over this Leo's life.

    While the slider stands at the last turn, it follows every new one.

    Parameters
    ----------
    leo
        The Leo.
    path
        Where he lives, if none is given (see `Chat`).

    Attributes
    ----------
    overview, turn, part, told, panel
        The strips of the whole life (a click goes there), the slider over turns, the choice of
        parts, the sentence that says how to read, and the figures.
    """

    def _controls(self) -> list[ipywidgets.Widget]:
        self._word: int | None = None
        self.part = ipywidgets.ToggleButtons(
            options=list(SECTIONS), description="part", style={"button_width": "auto"}
        )
        wide = ipywidgets.Layout(flex="1 1 300px")
        self.turn = ipywidgets.IntSlider(1, 1, 1, description="turn", disabled=True, layout=wide)
        self.overview = PlotPanel()
        self._play = ipywidgets.Play(1, 1, 1, interval=800, description="play")
        self._tie = ipywidgets.jslink((self._play, "value"), (self.turn, "value"))
        guard(self._tie, NOTHING, self._failed)
        self.told = ipywidgets.HTML(SECTIONS[self.part.value].told)
        self.part.observe(self._chosen, names="value")
        self.turn.observe(self._chosen, names="value")
        self.panel.on_select(self._clicked)
        self.overview.on_select(self._jumped)
        way = ipywidgets.HBox(
            [self._play, self.turn], layout=ipywidgets.Layout(flex_flow="row wrap", width="100%")
        )
        return [self.overview, way, self.part, self.told]

    def close(self) -> None:
        """Take the widget away; Leo stays open."""
        self._tie.close()  # it is nobody's child, and would go on naming what is closed
        super().close()

    # ------------------------------------------------------------ from Python

    def show(self, part: str, turn: int | None = None) -> None:
        """Show a part of a turn, as if both had been chosen by hand.

        Parameters
        ----------
        part
            One of `SECTIONS`.
        turn
            A turn's number; the one that is shown by default.

        Raises
        ------
        ValueError
            If there is no such part.
        """
        if part not in SECTIONS:
            raise ValueError(f"no part is called {part!r}; there are {', '.join(SECTIONS)}")
        self.part.value = part
        if turn is not None:
            self.turn.value = turn

    # ------------------------------------------------------------ following and drawing

    async def _follow(self) -> None:
        leo = await self._guest.enter()
        if not self._following.begun:
            await self._following.begin(leo)
            self._reach()
        await self._draw()

    def _happened(self, turn: Turn) -> None:
        if self._reach():
            self._redraw()

    def _reach(self) -> bool:
        """Let the slider reach all turns; tell whether it stands where the last one is shown."""
        numbers = [turn.id for turn in self._following.turns if turn.id is not None]
        if not numbers:
            return True
        follows = bool(self.turn.disabled or self.turn.value == self.turn.max)
        for one in (self._play, self.turn):
            one.max = numbers[-1]
        self.turn.disabled = False
        if follows:
            self._play.value = self.turn.value = numbers[-1]
        return follows

    def _chosen(self, change: dict[str, Any]) -> None:
        self._word = None
        self.told.value = SECTIONS[self.part.value].told
        self._redraw()

    def _clicked(self, point: dict[str, Any]) -> None:
        """Take a click on a word; it may arrive on any thread."""
        clicked = word_clicked(point)
        if clicked is not None:
            self._word = clicked[1]
            self._redraw()

    def _jumped(self, point: dict[str, Any]) -> None:
        """Go to the turn that was clicked in the overview; it may arrive on any thread."""
        x = point.get("x")
        if isinstance(x, int | float) and self.turn.min <= x <= self.turn.max:
            self.turn.value = round(x)

    async def _draw(self) -> None:
        """Draw the chosen part of the chosen turn, one figure at a time."""
        chosen = part, number, word = self.part.value, self.turn.value, self._word
        whole = await self._following.life(number)
        life = [one for one in whole if one.id is not None and one.id <= number]
        turn = life[-1] if life and life[-1].id == number else None
        ready: dict[str, Drawn] = {}
        for name, draw in SECTIONS[part].figures.items():
            ready[name] = drawn(draw(life, turn, word))
            await asyncio.sleep(0)
            if chosen != (self.part.value, self.turn.value, self._word):
                return  # somebody went on; that has a drawing of its own
        for name, look in SECTIONS[part].live.items():
            ready[name] = drawn(look(self.leo, turn))
        self.panel.put(ready, only=True)
        self.panel.error = ""
        if turn is None and not self.turn.disabled:
            self.told.value = f"Turn {number} was forgotten."
        self.overview.put({"timeline": figures.timeline(whole, number)})
