"""WhatIf: the same words once more in imagination, with something changed."""

import asyncio
import copy
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ipywidgets
import plotly.graph_objects as go

from leo import AsyncLeoField, Turn, TurnForgotten
from leo.relive import relive
from leo_widgets.compared import absences, difference, side_by_side
from leo_widgets.figures.style import safe
from leo_widgets.page import ASKING, LIFE
from leo_widgets.sections import SECTIONS
from leo_widgets.window import Window
from leo_widgets.wire import Latest

__all__ = ["PARTS", "WhatIf"]

WIDE = {"description_width": "initial"}
"""So that a label is not cut."""

PARTS = {
    name: drawn
    for name, section in SECTIONS.items()
    if (drawn := {k: draw for k, draw in section.figures.items() if k not in LIFE | ASKING})
}
"""What can be compared: the figures of a single turn, by part."""


class WhatIf(Window):
    """Imagine a turn as it would be, and as it would be otherwise: nothing of it happens.

    The turn can be the next one, or one that was lived: then his life is lived again in a file
    of its own up to that moment (the same seed, times and words give the same Turns), and the
    Leo who lives is not touched.

    Parameters
    ----------
    leo
        The Leo.
    path
        Where he lives, if none is given (see `Chat`).

    Attributes
    ----------
    turn, prompt, without, temperature, seed, button
        Which turn (0: the next one), what is said, which modules are left out, the temperature,
        which luck (empty: that of the turn), and the button that imagines.
    each
        A button that imagines the turn without each module in turn.
    progress, cancel
        How far the life was lived again, and the button that gives it up.
    told, part, panel
        Both replies with their differences, which part is compared, and the figures of both.
    """

    def _controls(self) -> list[ipywidgets.Widget]:
        self._task: asyncio.Task[None] | None = None
        self.turn = ipywidgets.BoundedIntText(
            0, min=0, max=0, description="turn (0: next)", style=WIDE
        )
        self._recalling = Latest(self._runner, self._recall, "recalling a turn")
        self.turn.observe(self._turned, names="value")
        self.prompt = ipywidgets.Text(description="you say", continuous_update=False)
        self.without = ipywidgets.SelectMultiple(
            options=self.leo.modules, description="without", rows=5
        )
        self.temperature = ipywidgets.FloatSlider(
            1.0, min=0.1, max=3.0, step=0.1, description="temperature", style=WIDE
        )
        self.seed = ipywidgets.Text(description="seed", placeholder="of the turn")
        self.button = ipywidgets.Button(description="Imagine", button_style="primary")
        as_wide = ipywidgets.Layout(width="auto")
        self.each = ipywidgets.Button(description="Without each module", layout=as_wide)
        self.cancel = ipywidgets.Button(description="Cancel", disabled=True, icon="stop")
        self.progress = ipywidgets.IntProgress(0, 0, 1, description="living again", style=WIDE)
        self.told = ipywidgets.HTML()
        self._pair: tuple[Turn, Turn] | None = None
        self.part = ipywidgets.Dropdown(options=list(PARTS), description="compare")
        self.part.observe(lambda change: self._runner.call(self._draw_pair), names="value")
        self.button.on_click(lambda button: self._begin(self.imagine))
        self.each.on_click(lambda button: self._begin(self.imagine_each))
        self.cancel.on_click(lambda button: self._runner.call(self._cancel))
        row = ipywidgets.Layout(flex_flow="row wrap", width="100%")
        asks = [self.turn, self.prompt, self.without, self.temperature, self.seed]
        doing = [self.button, self.each, self.cancel, self.progress]
        return [
            ipywidgets.HBox(asks, layout=row),
            ipywidgets.HBox(doing, layout=row),
            self.told,
            self.part,
        ]

    # ------------------------------------------------------------ from Python

    async def imagine(self) -> tuple[Turn, Turn]:
        """Imagine both turns and show them, as if the button had been pressed.

        Returns
        -------
        tuple of Turn
            As it would be, and as it would be with what is chosen.

        Raises
        ------
        ValueError
            If the seed is no whole number.
        """
        seed, said = _number(self.seed.value), self.prompt.value
        async with self._moment() as moment:
            plain = await moment.imagine(said)
            changed = await moment.imagine(
                said, without=self.without.value, temperature=self.temperature.value, seed=seed
            )
        self._show(plain, changed)
        return plain, changed

    async def imagine_each(self) -> dict[str, Turn]:
        """Imagine the turn without each module that is on, and show whose absence changes it.

        Returns
        -------
        dict
            The imagined turns by module; the turn as it would be stands under an empty name.
        """
        said = self.prompt.value
        async with self._moment() as moment:
            found = {"": await moment.imagine(said)}
            for name in moment.leo.modules:
                if name not in found[""].settings.without:
                    found[name] = await moment.imagine(said, without=[name])
        self.told.value = absences(found)
        self.panel.put({}, only=True)
        self.panel.error = ""
        return found

    # ------------------------------------------------------------ imagining

    async def _draw(self) -> None:
        """Say again what was said last, unless somebody wrote something else."""
        turns = self._following.turns
        self.turn.max = (turns[-1].id or 0) if turns else 0
        if (
            not self.turn.value
            and turns
            and self.prompt.value in {"", *(turn.prompt for turn in turns[-2:-1])}
        ):
            self.prompt.value = turns[-1].prompt

    def _turned(self, change: dict[str, Any]) -> None:
        self._recalling.ask()

    async def _recall(self) -> None:
        """Say what was said in the turn that is chosen, as warmly as then."""
        number = self.turn.value
        if not number:
            return
        found = await _of_life(self.leo, number)
        if number == self.turn.value:
            self.prompt.value = found.prompt
            self.temperature.value = found.settings.temperature

    def _begin(self, work: Callable[[], Awaitable[object]]) -> None:
        self._runner.spawn(lambda: self._do(work), "imagining")

    async def _do(self, work: Callable[[], Awaitable[object]]) -> None:
        if self._task is not None:
            raise ValueError("something is being imagined already; wait, or cancel it")
        self._task = asyncio.current_task()
        self.button.disabled = self.each.disabled = True
        self.cancel.disabled, self.panel.error = False, ""
        try:
            await work()
        except asyncio.CancelledError:
            self.told.value = "Cancelled; nothing of it happened."
        finally:
            self._task = None
            self.button.disabled = self.each.disabled = False
            self.cancel.disabled = True

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    @asynccontextmanager
    async def _moment(self) -> AsyncIterator["_Moment"]:
        """Give the moment that is chosen: the present, or one of his past, lived again."""
        leo, number = await self.ready(), self.turn.value
        if not number:
            yield _Moment(leo, None)
            return
        lived = await _of_life(leo, number)
        folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="leo-again-")
        path = Path(folder.name) / "again.db"
        try:
            self.progress.value, self.progress.max = 0, max(1, number - 1)
            await relive(leo, path, before=number, progress=self._lived)
            self.progress.value = self.progress.max
            modules = [copy.copy(leo.module(name)) for name in leo.modules]
            async with AsyncLeoField(path, clock=lambda: lived.at, modules=modules) as then:
                yield _Moment(then, lived)
        finally:
            await asyncio.to_thread(folder.cleanup)

    def _lived(self, done: int, total: int) -> None:
        self.progress.value = done

    def _show(self, plain: Turn, changed: Turn) -> None:
        self.told.value = side_by_side(plain, changed)
        self._pair = (plain, changed)
        self._draw_pair()

    def _draw_pair(self) -> None:
        """Draw a part of both turns, figure beside figure."""
        if self._pair is None:
            return
        plain, changed = self._pair
        drawn: dict[str, go.Figure] = {}
        for kind, draw in PARTS[self.part.value].items():
            for name, told, turn in (
                ("plain", "as it is", plain),
                ("changed", difference(changed, plain), changed),
            ):
                figure = draw([turn], turn, None)
                figure.update_layout(title_text=f"{figure.layout.title.text} ({safe(told)})")
                drawn[f"{kind}, {name}"] = figure
        self.panel.put(drawn, only=True)
        self.panel.error = ""


@dataclass(frozen=True)
class _Moment:
    """A Leo who stands before a turn: the next one, or one that was lived."""

    leo: AsyncLeoField
    lived: Turn | None

    async def imagine(
        self,
        prompt: str,
        *,
        without: Collection[str] = (),
        temperature: float | None = None,
        seed: int | None = None,
    ) -> Turn:
        """Imagine the turn, with its own settings where nothing else is asked for."""
        if self.lived is None:
            return await self.leo.imagine(
                prompt, without=without, temperature=temperature or 1.0, seed=seed
            )
        own = self.lived.settings
        return await self.leo.imagine(
            prompt,
            without={*own.without, *without},
            temperature=own.temperature if temperature is None else temperature,
            seed=self.lived.seed if seed is None else seed,
        )


async def _of_life(leo: AsyncLeoField, number: int) -> Turn:
    found = await leo.journal(number, number + 1)
    if not found:
        raise TurnForgotten(f"turn {number} was forgotten; choose another one")
    return found[0]


def _number(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"the seed must be a whole number, not {text!r}") from None
