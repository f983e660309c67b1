"""WhatIf: the same words once more in imagination, with something changed."""

import html
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

import ipywidgets
import plotly.graph_objects as go

from leo import Turn
from leo_widgets import figures
from leo_widgets.window import Window

__all__ = ["WhatIf", "compared"]

WIDE = {"description_width": "initial"}
"""So that a label is not cut."""

STYLE = "flex:1 1 260px;border:1px solid var(--jp-border-color2,#ddd);border-radius:8px;padding:8px"


def compared(one: Turn, other: Turn) -> tuple[str, str]:
    """Write two replies as HTML, the words that differ marked in each."""
    mine, theirs = ([w.word for w in turn.utterance.words] for turn in (one, other))
    blocks = SequenceMatcher(a=mine, b=theirs, autojunk=False).get_matching_blocks()
    same = {block.a + i for block in blocks for i in range(block.size)}
    met = {block.b + i for block in blocks for i in range(block.size)}
    return _marked(one, same), _marked(other, met)


def _marked(turn: Turn, same: set[int]) -> str:
    words = []
    for place, word in enumerate(turn.utterance.words):
        text = html.escape(word.text)
        words.append(text if place in same else f"<mark>{text}</mark>")
    return "".join(words)


class WhatIf(Window):
    """Imagine a turn as it would be, and as it would be otherwise: nothing of it happens.

    Parameters
    ----------
    leo
        The Leo.
    path
        Where he lives, if none is given (see `Chat`).

    Attributes
    ----------
    prompt, without, temperature, seed, button
        What is said, which modules are left out, the temperature, which luck (empty: that of the
        next turn), and the button that imagines.
    told, panel
        Both replies with their differences, and the figures of both.
    """

    def _controls(self) -> list[ipywidgets.Widget]:
        self.prompt = ipywidgets.Text(description="you say", continuous_update=False)
        self.without = ipywidgets.SelectMultiple(
            options=self.leo.modules, description="without", rows=5
        )
        self.temperature = ipywidgets.FloatSlider(
            1.0, min=0.1, max=3.0, step=0.1, description="temperature", style=WIDE
        )
        self.seed = ipywidgets.Text(description="seed", placeholder="of the next turn")
        self.button = ipywidgets.Button(description="Imagine", button_style="primary")
        self.told = ipywidgets.HTML()
        self.button.on_click(lambda button: self._runner.spawn(self._imagined, "imagining"))
        row = ipywidgets.Layout(flex_flow="row wrap", width="100%")
        asks = [self.prompt, self.without, self.temperature, self.seed, self.button]
        return [ipywidgets.HBox(asks, layout=row), self.told]

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
        leo = await self.ready()
        seed = _number(self.seed.value)
        said = self.prompt.value
        plain = await leo.imagine(said)
        changed = await leo.imagine(
            said, without=self.without.value, temperature=self.temperature.value, seed=seed
        )
        self._show(plain, changed)
        return plain, changed

    # ------------------------------------------------------------ imagining

    async def _draw(self) -> None:
        """Say again what was said last, unless somebody wrote something else."""
        turns = self._following.turns
        if turns and self.prompt.value in {"", *(turn.prompt for turn in turns[-2:-1])}:
            self.prompt.value = turns[-1].prompt

    async def _imagined(self) -> None:
        self.button.disabled = True
        try:
            await self.imagine()
        finally:
            self.button.disabled = False

    def _show(self, plain: Turn, changed: Turn) -> None:
        one, other = compared(plain, changed)
        what = html.escape(_what(changed, plain))
        self.told.value = (
            "<div style='display:flex;flex-flow:row wrap;gap:8px'>"
            f"<div style='{STYLE}'><b>as he would say it</b><br>{one}{_facts(plain)}</div>"
            f"<div style='{STYLE}'><b>{what}</b><br>{other}{_facts(changed)}</div></div>"
        )
        drawn: dict[str, go.Figure] = {}
        for name, turn in (("as it is", plain), (what, changed)):
            for kind, draw in (("words", figures.words), ("experts", figures.experts)):
                figure = draw(turn)
                figure.update_layout(title_text=f"{figure.layout.title.text} ({name})")
                drawn[f"{kind}, {'plain' if turn is plain else 'changed'}"] = figure
        self.panel.put({name: drawn[name] for name in sorted(drawn, reverse=True)}, only=True)
        self.panel.error = ""


def _number(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"the seed must be a whole number, not {text!r}") from None


def _what(changed: Turn, plain: Turn) -> str:
    off = [name for name in changed.settings.without if name not in plain.settings.without]
    told = [f"without {', '.join(off)}"] if off else []
    if changed.settings.temperature != plain.settings.temperature:
        told.append(f"temperature {changed.settings.temperature:g}")
    if changed.seed != plain.seed:
        told.append(f"seed {changed.seed}")
    return "; ".join(told) or "the same once more"


def _facts(turn: Turn) -> str:
    numbers: Sequence[tuple[str, Any]] = (
        ("quality", turn.quality.overall),
        ("echo", turn.external_vocab),
        ("entropy", turn.utterance.entropy),
    )
    facts = ", ".join(f"{name} {value:.2f}" for name, value in numbers)
    return f"<br><small>{facts}, by {html.escape(turn.utterance.by)}</small>"
