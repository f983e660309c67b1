"""Inspector: one Turn, part by part; a slider goes back over the whole life."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import ipywidgets
import numpy as np
import plotly.graph_objects as go

from leo import AsyncLeoField, Turn
from leo.recall.santaklaus import SantaKlaus
from leo.reflection.episodes import RAGBrain
from leo.reflection.mathbrain import MathBrain, Prediction
from leo.reflection.metaleo import MetaLeo
from leo_widgets import figures
from leo_widgets.panel import PlotPanel
from leo_widgets.window import Window

__all__ = ["SECTIONS", "Inspector", "Section"]

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
        {"modules": lambda life, turn, word: figures.modules(turn)},
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
            "calibration": lambda life, turn, word: figures.calibration(life),
            "features": lambda life, turn, word: figures.features(turn),
            "attributions": lambda life, turn, word: figures.attributions(life),
            "affect": lambda life, turn, word: figures.affect(life),
            "episodes": lambda life, turn, word: figures.episodes(turn),
            "nearest": lambda life, turn, word: figures.nearest(life),
            "saturation": lambda life, turn, word: figures.saturation(life),
        },
        {"moments_map": _moments, "network": _network, "response": _response},
    ),
    "wound": Section(
        "The more your words meet the text he was born from, the wider the wound; it halves daily.",
        {"trauma": lambda life, turn, word: figures.trauma(life)},
    ),
    "themes": Section(
        "Themes are words that keep each other company; a wide stream is what you speak of.",
        {
            "flow": lambda life, turn, word: figures.flow(life),
            "slopes": lambda life, turn, word: figures.slopes(turn),
            "identity": lambda life, turn, word: figures.identity(life),
        },
    ),
    "school": Section(
        "Names nobody ever told Leo about: when he asked, what you answered, when he remembered.",
        {"school": lambda life, turn, word: figures.school(life)},
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
            "dream": lambda life, turn, word: figures.dream(turn),
        },
        {"snippets": _snippets},
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


class Inspector(Window):
    """Look into a turn: choose a part, and go back and forth over this Leo's life.

    While the slider stands at the last turn, it follows every new one.

    Parameters
    ----------
    leo
        The Leo.
    path
        Where he lives, if none is given (see `Chat`).

    Attributes
    ----------
    overview, turn, part, told, panel
        The strips of the whole life (a click goes there), the slider over turns, the choice of
        parts, the sentence that says how to read, and the figures.
    """

    def _controls(self) -> list[ipywidgets.Widget]:
        self._word: int | None = None
        self.part = ipywidgets.ToggleButtons(
            options=list(SECTIONS), description="part", style={"button_width": "auto"}
        )
        self.turn = ipywidgets.IntSlider(1, 1, 1, description="turn", disabled=True)
        self.turn.layout = ipywidgets.Layout(flex="1 1 300px")
        self.overview = PlotPanel()
        self._play = ipywidgets.Play(1, 1, 1, interval=800, description="play")
        ipywidgets.jslink((self._play, "value"), (self.turn, "value"))
        self.told = ipywidgets.HTML(SECTIONS[self.part.value].told)
        self.part.observe(self._chosen, names="value")
        self.turn.observe(self._chosen, names="value")
        self.panel.on_select(self._clicked)
        self.overview.on_select(self._jumped)
        way = ipywidgets.HBox(
            [self._play, self.turn], layout=ipywidgets.Layout(flex_flow="row wrap", width="100%")
        )
        return [self.overview, way, self.part, self.told]

    # ------------------------------------------------------------ from Python

    def show(self, part: str, turn: int | None = None) -> None:
        """Show a part of a turn, as if both had been chosen by hand.

        Parameters
        ----------
        part
            One of `SECTIONS`.
        turn
            A turn's number; the one that is shown by default.

        Raises
        ------
        ValueError
            If there is no such part.
        """
        if part not in SECTIONS:
            raise ValueError(f"no part is called {part!r}; there are {', '.join(SECTIONS)}")
        self.part.value = part
        if turn is not None:
            self.turn.value = turn

    # ------------------------------------------------------------ following and drawing

    async def _follow(self) -> None:
        leo = await self._guest.enter()
        if not self._following.begun:
            await self._following.begin(leo)
            self._reach()
        await self._draw()

    def _happened(self, turn: Turn) -> None:
        if self._reach():
            self._redraw()

    def _reach(self) -> bool:
        """Let the slider reach all turns; tell whether it stands where the last one is shown."""
        numbers = [turn.id for turn in self._following.turns if turn.id is not None]
        if not numbers:
            return True
        follows = bool(self.turn.disabled or self.turn.value == self.turn.max)
        for one in (self._play, self.turn):
            one.max = numbers[-1]
        self.turn.disabled = False
        if follows:
            self._play.value = self.turn.value = numbers[-1]
        return follows

    def _chosen(self, change: dict[str, Any]) -> None:
        self._word = None
        self.told.value = SECTIONS[self.part.value].told
        self._redraw()

    def _clicked(self, point: dict[str, Any]) -> None:
        """Take a click on a word; it may arrive on any thread."""
        custom = point.get("custom")
        if point.get("figure") == "words" and isinstance(custom, list) and custom[0] is not None:
            self._word = int(custom[1])
            self._redraw()

    def _jumped(self, point: dict[str, Any]) -> None:
        """Go to the turn that was clicked in the overview; it may arrive on any thread."""
        x = point.get("x")
        if isinstance(x, int | float) and self.turn.min <= x <= self.turn.max:
            self.turn.value = round(x)

    async def _draw(self) -> None:
        """Draw the chosen part of the chosen turn, one figure at a time."""
        chosen = part, number, word = self.part.value, self.turn.value, self._word
        whole = await self._following.life(number)
        life = [one for one in whole if one.id is not None and one.id <= number]
        turn = life[-1] if life and life[-1].id == number else None
        drawn: dict[str, go.Figure] = {}
        for name, draw in SECTIONS[part].figures.items():
            drawn[name] = draw(life, turn, word)
            await asyncio.sleep(0)
            if chosen != (self.part.value, self.turn.value, self._word):
                return  # somebody went on; that has a drawing of its own
        for name, look in SECTIONS[part].live.items():
            drawn[name] = look(self.leo, turn)
        self.panel.put(drawn, only=True)
        self.panel.error = ""
        self.overview.put({"timeline": figures.timeline(whole, number)})
