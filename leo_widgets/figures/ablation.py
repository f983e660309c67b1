"""Ablation: what having each module changes, measure by measure, and what is more than chance."""

import plotly.graph_objects as go

from leo.observation.ablated import Ablation
from leo_widgets.figures.forest import forest
from leo_widgets.figures.style import empty

__all__ = ["ablation"]


def ablation(found: Ablation | None) -> go.Figure:
    """Draw the change that each module makes in each measure, with its interval.

    Parameters
    ----------
    found
        What was measured. Marks are filled and coloured where the probability, corrected for
        all questions, is at most 0.05.
    """
    title = "What does having a module change? Mean and interval; coloured: beyond chance"
    if found is None or not found.modules:
        return empty(title, "No module was switched off.", wide=True)
    return forest([(one.module, one.effects) for one in found.modules], title)
