"""How widgets look where there is no kernel.

Figures are drawn by plotly in the page; of everything else there is the still that it leaves in
a notebook's file.
"""

from typing import Any

from IPython import get_ipython
from plotly.io import to_html

from leo_widgets.panel import PlotPanel
from leo_widgets.still import Still, figures_html

Bundle = tuple[dict[str, str], dict[str, Any]]


def figures(panel: PlotPanel, **_: Any) -> Bundle:
    """Draw a panel's figures by the program that the page has loaded, or tell them."""
    drawn = [
        to_html(figure, full_html=False, include_plotlyjs=False, config={"responsive": True})
        for figure in panel.figures.values()
    ]
    told = figures_html(panel.figures.values())
    return {"text/html": "\n".join(drawn) + f"<noscript>{told}</noscript>"}, {}


def still(widget: Still, **_: Any) -> Bundle:
    """Show what a widget leaves in a notebook's file."""
    return {"text/html": widget._still()}, {}


def begin() -> None:
    """Tell this kernel."""
    formatter = get_ipython().display_formatter.mimebundle_formatter
    formatter.for_type(Still, still)
    formatter.for_type(PlotPanel, figures)
