"""PlotPanel: plotly figures in a notebook, drawn by one widget, offline.

One widget draws any number of figures from a synced trait that holds plain plotly JSON. It
ships plotly's own bundle once, survives a page reload, fills its cell and follows the theme.
"""

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets as t

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["PlotPanel", "program", "show"]

STATIC = Path(__file__).parent / "static"


@functools.cache
def program() -> str:
    """Give the panel's program: plotly's bundle, then ours; made once per process."""
    from plotly.offline import get_plotlyjs  # noqa: PLC0415  5 MB, only when a figure is shown

    # The bundle is UMD: a module object of its own keeps it away from the page's globals.
    bundle: str = get_plotlyjs()
    return (
        "const Plotly = (() => { const module = {exports: {}}; const exports = module.exports; "
        "const define = undefined;\n"
        + bundle
        + "\nreturn module.exports; })();\n"
        + (STATIC / "panel.js").read_text(encoding="utf-8")
    )


class PlotPanel(anywidget.AnyWidget):
    """Figures, one below or beside the other.

    Parameters
    ----------
    figures
        Figures by name, in the order in which they are shown.
    """

    _css = (STATIC / "panel.css").read_text(encoding="utf-8")

    figures = t.Dict(help="Plotly JSON by name; the truth for every view.").tag(sync=True)
    selected = t.Dict(help="The point clicked last: figure, x, y, curve, point.").tag(sync=True)
    error = t.Unicode("", help="What kept a figure from being drawn.").tag(sync=True)

    def __init__(self, figures: "Mapping[str, go.Figure] | None" = None, **kwargs: Any) -> None:
        type(self)._esm = program()
        super().__init__(**kwargs)
        if figures:
            self.put(figures)

    def put(self, figures: "Mapping[str, go.Figure]", *, only: bool = False) -> None:
        """Show figures, new ones below those that are there; nothing is sent if none changed.

        Parameters
        ----------
        figures
            Figures by name.
        only
            Take all others away.
        """
        old = {} if only else self.figures
        shown = {**old, **{name: _plain(figure) for name, figure in figures.items()}}
        if shown != self.figures:
            self.figures = shown

    def on_select(self, callback: Callable[[dict[str, Any]], None]) -> None:
        """Call a function with each point that is clicked."""
        self.observe(lambda change: callback(change["new"]), names="selected")


def _plain(figure: "go.Figure") -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(figure.to_json())
    plain.get("layout", {}).pop("template", None)  # most of a small figure's bytes
    return {"data": plain["data"], "layout": plain.get("layout", {})}


def show(figure: "go.Figure") -> PlotPanel:
    """Show one figure in a notebook, offline."""
    return PlotPanel({"figure": figure})
