"""The records of one turn: frozen, one per stage, in the order in which they are born.

.. code-block:: text

    Settings -> Percept -> Influence -> Blend -> Utterance -> Quality -> Turn

A hook can read only what exists when it runs, because its signature has only those
records. None has a default for a measured number: a number that was not measured is
missing, never 0.5.
"""

from leo.records.around import Fault, Growth, Learned, Note, Timing, Totals, UnknownNote
from leo.records.heard import (
    ActiveTheme,
    Chambers,
    Cue,
    Impression,
    Landscape,
    Percept,
    Pulse,
    Settings,
    ThemeChange,
)
from leo.records.label import Label
from leo.records.leaning import (
    EXPERT_NAMES,
    Blend,
    BlendReason,
    Influence,
    Leaning,
    Pull,
    TemperatureStep,
    Weight,
)
from leo.records.spoken import (
    SOURCES,
    Candidate,
    Quality,
    QualityReason,
    Share,
    Source,
    SpokenWord,
    Unsaid,
    Utterance,
    WordContext,
)
from leo.records.turn import FORMAT, Turn

__all__ = [
    "EXPERT_NAMES",
    "FORMAT",
    "SOURCES",
    "ActiveTheme",
    "Blend",
    "BlendReason",
    "Candidate",
    "Chambers",
    "Cue",
    "Fault",
    "Growth",
    "Impression",
    "Influence",
    "Label",
    "Landscape",
    "Leaning",
    "Learned",
    "Note",
    "Percept",
    "Pull",
    "Pulse",
    "Quality",
    "QualityReason",
    "Settings",
    "Share",
    "Source",
    "SpokenWord",
    "TemperatureStep",
    "ThemeChange",
    "Timing",
    "Totals",
    "Turn",
    "UnknownNote",
    "Unsaid",
    "Utterance",
    "Weight",
    "WordContext",
]
