"""The parts of a Turn as they are looked at: how to read each, and its figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import plotly.graph_objects as go

from leo import AsyncLeoField, Turn
from leo.recall.santaklaus import SantaKlaus
from leo.reflection.dream import Dream
from leo.reflection.episodes import RAGBrain
from leo.reflection.mathbrain import MathBrain, Prediction
from leo.reflection.metaleo import MetaLeo
from leo_widgets import figures

__all__ = ["SECTIONS", "Section"]

Draw = Callable[[Sequence[Turn], Turn | None, int | None], go.Figure]
"""Draws from the life up to the turn shown, that turn, and the word of it that was clicked."""

Look = Callable[[AsyncLeoField, Turn | None], go.Figure]
"""Draws from the living Leo, as he is now, and the turn shown."""


@dataclass(frozen=True)
class Section:
    """A part of a Turn: how to read it, its figures, and those that need the living Leo."""

    told: str
    figures: dict[str, Draw]
    live: dict[str, Look] = field(default_factory=dict)


def _network(leo: AsyncLeoField, turn: Turn | None) -> go.Figure:
    brain = _brain(leo)
    return figures.network(brain.state.network if brain else None, _seen(turn))


def _response(leo: AsyncLeoField, turn: Turn | None) -> go.Figure:
    brain = _brain(leo)
    net, mean = (brain.state.network, brain.state.mean) if brain else (None, 0.0)
    return figures.response(net, mean, _seen(turn))


def _moments(leo: AsyncLeoField, turn: Turn | None) -> go.Figure:
    episodes = leo.module("episodes") if "episodes" in leo.modules else None
    if not isinstance(episodes, RAGBrain):
        return figures.moments_map(np.zeros((0, 0)), ())
    kept = episodes.state
    last = turn if turn and leo.turns and turn.id == leo.turns[-1].id else None
    return figures.moments_map(kept.moments, [one.quality for one in kept.all], last)


def _rest(leo: AsyncLeoField, turn: Turn | None) -> go.Figure:
    recall = leo.module("santaklaus") if "santaklaus" in leo.modules else None
    kept = recall.state.memories.values() if isinstance(recall, SantaKlaus) else ()
    return figures.rest(kept, turn.at if turn else 0.0)


def _snippets(leo: AsyncLeoField, turn: Turn | None) -> go.Figure:
    voice = leo.module("metaleo") if "metaleo" in leo.modules else None
    return figures.snippets(voice.buffer if isinstance(voice, MetaLeo) else ())


def _fragments(leo: AsyncLeoField, turn: Turn | None) -> go.Figure:
    dream = leo.module("dream") if "dream" in leo.modules else None
    return figures.fragments(dream.fragments() if isinstance(dream, Dream) else ())


def _brain(leo: AsyncLeoField) -> MathBrain | None:
    brain = leo.module("mathbrain") if "mathbrain" in leo.modules else None
    return brain if isinstance(brain, MathBrain) else None


def _seen(turn: Turn | None) -> tuple[float, ...] | None:
    note = turn.note(Prediction) if turn else None
    return note.features if note else None


SECTIONS: dict[str, Section] = {
    "words": Section(
        "Each bar is a word: how probable it was, coloured by how it was found. Click one.",
        {
            "words": lambda life, turn, word: figures.words(turn, word),
            "reasons": lambda life, turn, word: figures.reasons(turn, word),
        },
    ),
    "modules": Section(
        "Ten modules lean on a reply before it, change it, or learn from it; a dash only watched.",
        {
            "modules": lambda life, turn, word: figures.modules(turn),
            "bends": lambda life, turn, word: figures.bends(life),
        },
    ),
    "perception": Section(
        "What your words were to Leo: five feelings, and how new, loud and open the moment was.",
        {
            "impression": lambda life, turn, word: figures.impression(turn),
            "cues": lambda life, turn, word: figures.cues(turn),
            "pulse": lambda life, turn, word: figures.pulse(life),
        },
    ),
    "experts": Section(
        "Five ways to speak were mixed for this moment; the reasons say who moved the mixture.",
        {
            "experts": lambda life, turn, word: figures.experts(turn),
            "blending": lambda life, turn, word: figures.blending(turn),
        },
    ),
    "recall": Section(
        "Things Leo once said come back when they share more with the moment than by chance.",
        {
            "recall": lambda life, turn, word: figures.recall(turn),
            "memories": lambda life, turn, word: figures.memories(life),
        },
        {"rest": _rest},
    ),
    "body": Section(
        "Before he speaks, Leo guesses how good it will be, and what he feels moves his voice.",
        {
            "mathbrain": lambda life, turn, word: figures.mathbrain(life),
            "losses": lambda life, turn, word: figures.losses(life),
            "calibration": lambda life, turn, word: figures.calibration(life),
            "features": lambda life, turn, word: figures.features(turn),
            "attributions": lambda life, turn, word: figures.attributions(life),
            "inputs": lambda life, turn, word: figures.inputs(life),
            "affect": lambda life, turn, word: figures.affect(life),
            "episodes": lambda life, turn, word: figures.episodes(turn),
            "nearest": lambda life, turn, word: figures.nearest(life),
            "likeness": lambda life, turn, word: figures.likeness(life),
            "saturation": lambda life, turn, word: figures.saturation(life),
        },
        {"moments_map": _moments, "network": _network, "response": _response},
    ),
    "wound": Section(
        "The more your words meet the text he was born from, the wider the wound; it halves daily.",
        {
            "trauma": lambda life, turn, word: figures.trauma(life),
            "scars": lambda life, turn, word: figures.scars(turn),
            "wounded": lambda life, turn, word: figures.wounded(life),
        },
    ),
    "themes": Section(
        "Themes are words that keep each other company; a wide stream is what you speak of.",
        {
            "flow": lambda life, turn, word: figures.flow(life),
            "slopes": lambda life, turn, word: figures.slopes(turn),
            "trend": lambda life, turn, word: figures.trend(life),
            "identity": lambda life, turn, word: figures.identity(life),
            "wound_and_themes": lambda life, turn, word: figures.wound_and_themes(life),
        },
    ),
    "school": Section(
        "Names nobody ever told Leo about: when he asked, what you answered, when he remembered.",
        {
            "school": lambda life, turn, word: figures.school(life),
            "gates": lambda life, turn, word: figures.gates(life),
        },
    ),
    "rhythm": Section(
        "From the last two turns Leo expects what kind of turn he will take now.",
        {
            "game": lambda life, turn, word: figures.game(life),
            "transitions": lambda life, turn, word: figures.transitions(life),
        },
    ),
    "thoughts": Section(
        "What Leo thought, said to himself and dreamed after he knew what he would say.",
        {
            "rings": lambda life, turn, word: figures.rings(turn),
            "inner_voice": lambda life, turn, word: figures.inner_voice(turn),
            "voice_weight": lambda life, turn, word: figures.voice_weight(life),
            "voice_scores": lambda life, turn, word: figures.voice_scores(life),
            "judge": lambda life, turn, word: figures.judge(turn),
            "overrides": lambda life, turn, word: figures.overrides(life),
            "dream": lambda life, turn, word: figures.dream(turn),
            "vocabularies": lambda life, turn, word: figures.vocabularies(life),
        },
        {"snippets": _snippets, "fragments": _fragments},
    ),
    "field": Section(
        "How the counts he speaks from grew, and who they came from.",
        {"growth": lambda life, turn, word: figures.growth(life)},
    ),
    "time": Section(
        "How long each stage took, and which module failed.",
        {"timings": lambda life, turn, word: figures.timings(turn)},
    ),
}
"""What can be looked at, in the order in which a turn happens."""
