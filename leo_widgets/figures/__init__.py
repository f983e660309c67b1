"""Figures: pure functions from Turns, and from runs that were observed, to plotly figures.

They compute nothing about Leo: every number stands in a record, a figure arranges it.
"""

from leo_widgets.figures.ablation import ablation
from leo_widgets.figures.bends import bends
from leo_widgets.figures.blending import blending
from leo_widgets.figures.body import affect, episodes, features
from leo_widgets.figures.checks import identity, rest, voice_scores
from leo_widgets.figures.echo import above_chance, echo, echo_map
from leo_widgets.figures.gates import fragments, gates, vocabularies
from leo_widgets.figures.growth import growth, reading
from leo_widgets.figures.habits import fired, loops, openness
from leo_widgets.figures.inner import dream, inner_voice, rings
from leo_widgets.figures.inputs import inputs, likeness, losses
from leo_widgets.figures.learning import attributions, calibration, response
from leo_widgets.figures.lessons import school
from leo_widgets.figures.lines import trend, wound_and_themes
from leo_widgets.figures.mathbrain import mathbrain
from leo_widgets.figures.memory import moments_map, saturation, snippets
from leo_widgets.figures.modules import modules
from leo_widgets.figures.network import network
from leo_widgets.figures.population import differences, lives
from leo_widgets.figures.presence import cues, experts, impression, pulse
from leo_widgets.figures.recall import recall
from leo_widgets.figures.rhythm import game
from leo_widgets.figures.scars import scars, wounded
from leo_widgets.figures.streams import flow
from leo_widgets.figures.time import timings
from leo_widgets.figures.timeline import timeline
from leo_widgets.figures.transitions import transitions
from leo_widgets.figures.turns import memories, nearest, slopes, voice_weight
from leo_widgets.figures.voice import judge, overrides
from leo_widgets.figures.words import reasons, words
from leo_widgets.figures.wound import trauma

__all__ = [
    "ablation",
    "above_chance",
    "affect",
    "attributions",
    "bends",
    "blending",
    "calibration",
    "cues",
    "differences",
    "dream",
    "echo",
    "echo_map",
    "episodes",
    "experts",
    "features",
    "fired",
    "flow",
    "fragments",
    "game",
    "gates",
    "growth",
    "identity",
    "impression",
    "inner_voice",
    "inputs",
    "judge",
    "likeness",
    "lives",
    "loops",
    "losses",
    "mathbrain",
    "memories",
    "modules",
    "moments_map",
    "nearest",
    "network",
    "openness",
    "overrides",
    "pulse",
    "reading",
    "reasons",
    "recall",
    "response",
    "rest",
    "rings",
    "saturation",
    "scars",
    "school",
    "slopes",
    "snippets",
    "timeline",
    "timings",
    "transitions",
    "trauma",
    "trend",
    "vocabularies",
    "voice_scores",
    "voice_weight",
    "words",
    "wound_and_themes",
    "wounded",
]
