"""Switches: which modules take part, and how warm he speaks."""

import html
import os
from typing import Any

import ipywidgets

from leo import AsyncLeoField, Turn
from leo_widgets.chat import Chat
from leo_widgets.window import Window
from leo_widgets.wire import Latest

__all__ = ["Switches"]

WIDE = {"description_width": "initial"}
"""So that a label is not cut."""


class Switches(Window):
    """A box for each module, and the temperature of a chat; what is off is said.

    A switch is an event of his life: it is journaled, and holds until it is changed.

    Parameters
    ----------
    leo
        The Leo.
    path
        Where he lives, if none is given (see `Chat`).
    chat
        Whose temperature is set; without one there is no slider.

    Attributes
    ----------
    modules, temperature, told
        The boxes by module, ticked where it is on; the slider; what is off, in words.
    """

    def __init__(
        self,
        leo: AsyncLeoField | None = None,
        *,
        path: str | os.PathLike[str] | None = None,
        chat: Chat | None = None,
    ) -> None:
        self._chat = chat
        super().__init__(leo, path=path)

    def _controls(self) -> list[ipywidgets.Widget]:
        self._following_him = False
        self._asked: list[str] | None = None  # what was pressed and has not reached him yet
        self._switch = Latest(self._runner, self._pass_on, "switching modules")
        self.modules = {name: self._box(name) for name in self.leo.modules}
        self.temperature = ipywidgets.FloatSlider(
            1.0, min=0.1, max=3.0, step=0.1, description="temperature", style=WIDE
        )
        self.temperature.observe(self._warmed, names="value")
        self.told = ipywidgets.HTML()
        row = ipywidgets.Layout(flex_flow="row wrap", width="100%")
        boxes = ipywidgets.HBox(list(self.modules.values()), layout=row)
        return [boxes, *([self.temperature] if self._chat else []), self.told]

    def _box(self, name: str) -> ipywidgets.Checkbox:
        narrow = ipywidgets.Layout(width="9em")
        box = ipywidgets.Checkbox(True, description=name, indent=False, layout=narrow)
        box.observe(self._switched, names="value")
        return box

    # ------------------------------------------------------------ from the browser

    def _switched(self, change: dict[str, Any]) -> None:
        if not self._following_him:
            self._asked = [name for name, one in self.modules.items() if not one.value]
            self._switch.ask()

    async def _pass_on(self) -> None:
        """Tell him what was pressed last."""
        asked = self._asked
        try:
            leo = await self._guest.enter()
            if asked is not None:
                await leo.set_without(asked)
        finally:
            if self._asked is asked:
                self._asked = None
            await self._draw()

    def _warmed(self, change: dict[str, Any]) -> None:
        if self._chat is not None:
            self._chat.temperature = change["new"]
        self._say()

    # ------------------------------------------------------------ following

    def _happened(self, turn: Turn) -> None:
        self._redraw()

    async def _draw(self) -> None:
        """Show what is on, whoever switched it; not while a press is on its way to him."""
        if self._asked is not None:
            return
        off = self.leo.without
        self._following_him = True
        try:
            for name, box in self.modules.items():
                box.value = name not in off
        finally:
            self._following_him = False
        self._say()
        self.panel.error = ""

    def _say(self) -> None:
        off = [name for name, box in self.modules.items() if not box.value]
        parts = [f"off: <b>{html.escape(', '.join(off))}</b>"] if off else []
        if self._chat is not None and self.temperature.value != 1:
            parts.append(f"temperature <b>{self.temperature.value:g}</b>")
        self.told.value = "; ".join(parts) or "Everything is on, at his own temperature."
