"""Figures: pure functions from Turns to plotly figures.

They compute nothing about Leo: every number stands in a record, a figure arranges it.
"""

from leo_widgets.figures.growth import growth
from leo_widgets.figures.mathbrain import mathbrain
from leo_widgets.figures.presence import experts, impression, pulse
from leo_widgets.figures.recall import recall
from leo_widgets.figures.words import reasons, words

__all__ = [
    "experts",
    "growth",
    "impression",
    "mathbrain",
    "pulse",
    "reasons",
    "recall",
    "words",
]
