"""PlotPanel: plotly figures in a notebook, drawn by one widget, offline.

One widget draws many figures, each from a synced trait that holds its plain plotly JSON. All
panels share plotly's own bundle, which is sent once. A panel survives a page reload, fills its
cell and follows the theme.
"""

import functools
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import anywidget
import ipywidgets
import numpy as np
import traitlets as t

from leo_widgets.guard import FIGURES, NOTHING, guard
from leo_widgets.numbers import packed
from leo_widgets.slots import slots
from leo_widgets.still import Still, figures_html
from leo_widgets.told import told

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["Drawn", "PlotPanel", "drawn", "program", "show"]

STATIC = Path(__file__).parent / "static"


@functools.cache
def program() -> str:
    """Give plotly's own bundle as a module; read once per process."""
    from plotly.offline import get_plotlyjs  # noqa: PLC0415  5 MB, only when a figure is shown

    # The bundle is UMD: a module object of its own keeps it away from the page's globals.
    bundle: str = get_plotlyjs()
    return (
        "const module = {exports: {}}; (function () { const exports = module.exports; "
        "const define = undefined;\n" + bundle + "\n})(); export default module.exports;\n"
    )


class Program(ipywidgets.Widget):  # type: ignore[misc]
    """Plotly's program, sent to the browser once for all panels of a kernel."""

    source = t.Unicode(help="The program, as a module.").tag(sync=True)

    _made: "ClassVar[Program | None]" = None

    @classmethod
    def shared(cls) -> "Program":
        """Give the kernel's one, made anew if it was closed."""
        if cls._made is None or cls._made.comm is None:
            cls._made = cls(source=program())
            guard(cls._made, NOTHING, _unseen)
        return cls._made


def _unseen(refused: BaseException) -> None:
    """The program has no place to show it; the log has it."""


SLOTS = 16
"""Figures that a panel can hold; each has a trait of its own, so that only what is new travels."""

_Slots: Any = slots("slot", SLOTS, "Plotly JSON of one figure.", sent=packed)

Drawn: TypeAlias = dict[str, Any]
"""Plotly JSON of one figure as a panel shows it; made by `drawn`."""


class PlotPanel(Still, anywidget.AnyWidget, _Slots):  # type: ignore[misc]
    """Figures, one below or beside the other.

    Parameters
    ----------
    figures
        Figures by name, in the order in which they are shown.
    """

    _esm = (STATIC / "panel.js").read_text(encoding="utf-8")
    _css = (STATIC / "panel.css").read_text(encoding="utf-8")

    program = t.Unicode("", help="The model that holds plotly's program.").tag(sync=True)
    shown: "t.List[list[Any]]" = t.List(
        help="Pairs of a figure's name and its slot, in order."
    ).tag(sync=True)
    selected = t.Dict(help="The point clicked last: figure, x, y, curve, point.").tag(sync=True)
    error = t.Unicode("", help="What kept a figure from being drawn.").tag(sync=True)

    def __init__(self, figures: "Mapping[str, go.Figure] | None" = None, **kwargs: Any) -> None:
        super().__init__(program=Program.shared().model_id, **kwargs)
        guard(self, FIGURES, self._refused)
        if figures:
            self.put(figures)

    @property
    def figures(self) -> dict[str, dict[str, Any]]:
        """Plotly JSON by name, in the order in which it is shown."""
        return {name: getattr(self, f"slot{slot}") for name, slot in self.shown}

    def put(self, figures: "Mapping[str, go.Figure | Drawn]", *, only: bool = False) -> None:
        """Show figures, new ones below those that are there; only what changed is sent.

        Parameters
        ----------
        figures
            Figures by name, or what `drawn` made of them.
        only
            Take all others away.

        Raises
        ------
        ValueError
            If they are more than a panel holds.
        """
        old = dict(self.shown)
        kept = {} if only else old
        names = [*kept, *(name for name in figures if name not in kept)]
        if len(names) > SLOTS:
            raise ValueError(f"a panel holds {SLOTS} figures, not {len(names)}; use two panels")
        free = iter(sorted(set(range(SLOTS)) - {old[name] for name in names if name in old}))
        slots = {name: old[name] if name in old else next(free) for name in names}
        with self.hold_sync():
            for name, figure in figures.items():
                plain = figure if isinstance(figure, dict) else drawn(figure)
                setattr(self, f"slot{slots[name]}", plain)
            for slot in set(old.values()) - set(slots.values()):
                setattr(self, f"slot{slot}", {})
            self.shown = [[name, slot] for name, slot in slots.items()]

    def _still(self) -> str:
        return figures_html(self.figures.values())

    def _refused(self, refused: BaseException) -> None:
        self.error = f"{type(refused).__name__}: {refused}"

    def on_select(self, callback: Callable[[dict[str, Any]], None]) -> None:
        """Call a function with each point that is clicked."""
        self.observe(lambda change: callback(change["new"]), names="selected")


def drawn(figure: "go.Figure") -> Drawn:
    """Give a figure as plain plotly JSON, with its text alternative.

    Parameters
    ----------
    figure
        The figure.
    """
    layout = _plain(figure.layout.to_plotly_json())
    layout.pop("template", None)  # most of a small figure's bytes
    plain: Drawn = {"data": [_plain(one.to_plotly_json()) for one in figure.data], "layout": layout}
    layout["meta"] = {**layout.get("meta", {}), "told": told(plain)}
    return plain


def _plain(value: Any) -> Any:
    """Give a value as JSON knows it: arrays as lists, and what is no number as nothing."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def show(figure: "go.Figure") -> PlotPanel:
    """Show one figure in a notebook, offline."""
    return PlotPanel({"figure": figure})
