"""Figures of runs and ablations; the numbers in them are those that were measured."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leo.observation.ablated import Ablation, read_ablation
from leo.observation.deeds import NAMES
from leo.observation.effects import ModuleEffect, effects
from leo.observation.observed import Run, read_run
from leo.observation.words import OPTIMAL
from leo_widgets import figures
from tests.observation.made import SETTINGS, effect, made_run

HOSTILE = "<b>x</b>&"

RUN = made_run(
    3,
    2,
    external_vocab=lambda topic, turn, seed: 0.1 * topic + 0.05 * turn + 0.01 * seed,
    chance=lambda topic, turn, seed: 0.02 * topic,
    loops=lambda topic, turn, seed: 0.1 * seed,
    relevance=lambda topic, turn, seed: 0.1 * topic - 0.1,
    entropy=lambda topic, turn, seed: 0.2 * topic,
    quality=lambda topic, turn, seed: 0.5 + 0.1 * turn,
    fired=lambda topic, turn, seed: ("dream", "mine") if seed == 1 or topic == 2 else ("game",),
    by=lambda topic, turn, seed: "blend" if topic else HOSTILE,
)

NONE = replace(RUN, turns=())
ONE = made_run(1, 1, seeds=(1,))
ODD = Run(
    replace(RUN.settings, topics=(HOSTILE,)),
    tuple(replace(one, topic=HOSTILE, reply="", words=0, attested=None) for one in RUN.turns),
)

DRAW: dict[str, Callable[[Run], Any]] = {
    name: getattr(figures, name)
    for name in ("echo", "above_chance", "echo_map", "loops", "fired", "openness")
}

SURE = (
    effect("relevance", (0.2, 0.1, 0.4), size=0.9, probability=0.01),
    effect("recited", (0.1, 0.05, 0.2), better="lower", size=None, probability=0.02),
    effect("above chance", (0.1, 0.05, 0.2), better="neither", probability=0.01),
)
UNSURE = tuple(replace(one, probability=0.06) for one in SURE)
ABLATION = Ablation(
    SETTINGS,
    (
        ModuleEffect("dream", (1,), 0.5, 0.0, (0.0,), SURE),
        ModuleEffect(HOSTILE, (None,), 0.0, 0.0, (0.0,), UNSURE),
    ),
)


@pytest.mark.parametrize("run", [NONE, ONE, RUN, ODD], ids=["none", "one", "many", "odd"])
@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW.keys())
def test_every_figure_takes_every_run(draw: Callable[[Run], Any], run: Run) -> None:
    """A figure of nothing says so; a figure of something has traces and a title."""
    figure = draw(run)

    assert figure.layout.title.text
    assert (len(figure.data) > 0) == bool(run.turns)
    if not run.turns:
        assert figure.layout.annotations[0].text


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW.keys())
def test_law_9_a_figure_is_a_pure_function_of_a_run(
    draw: Callable[[Run], Any], tmp_path: Path
) -> None:
    """The same run, also when it was stored, gives the same figure."""
    path = tmp_path / "run.jsonl"
    path.write_text(RUN.to_jsonl(), encoding="utf-8")
    first = draw(RUN).to_json()

    assert draw(RUN).to_json() == first
    assert draw(read_run(path)).to_json() == first


@pytest.mark.parametrize("run", [ONE, RUN, ODD])
@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW.keys())
def test_plotly_knows_every_value(draw: Callable[[Run], Any], run: Run) -> None:
    """What is drawn without a check passes plotly's own, and no name of theirs is markup."""
    import plotly.graph_objects as go

    figure = draw(run)

    assert go.Figure(figure.to_dict()).data
    assert HOSTILE not in figure.to_json()


def named(figure: Any, name: str) -> Any:
    """Find a trace by the beginning of its name."""
    return next(one for one in figure.data if (one.name or "").startswith(name))


def test_echo_shows_each_turn_its_mean_and_chance() -> None:
    """A dot for each life and turn, lines at 0.2 and 0.5, a band for every second topic."""
    figure = figures.echo(RUN)
    dots = named(figure, "a reply")

    assert list(zip(dots.x, dots.y, strict=True)) == [
        ((i % 6) + 1, one.external_vocab) for i, one in enumerate(RUN.turns)
    ]
    assert list(named(figure, "mean").y) == pytest.approx(
        [0.015, 0.065, 0.115, 0.165, 0.215, 0.265]
    )
    assert list(named(figure, "by chance").y) == pytest.approx([0, 0, 0.02, 0.02, 0.04, 0.04])
    lines = [shape.y0 for shape in figure.layout.shapes if shape.type == "line"]
    assert lines == [OPTIMAL, 0.5]
    bands = [(one.x0, one.x1) for one in figure.layout.shapes if one.type == "rect"]
    assert bands == [(0.5, 2.5), (4.5, 6.5)]
    assert list(figure.layout.xaxis.ticktext) == list(RUN.settings.topics)
    assert list(figure.layout.xaxis.tickvals) == [1.5, 3.5, 5.5]


def test_a_life_that_is_older_than_the_run_begins_at_its_first_turn() -> None:
    """Places count from the run's first turn, whatever the life calls it."""
    later = replace(RUN, turns=tuple(replace(one, turn=one.turn + 200) for one in RUN.turns))

    assert figures.echo(later).to_json() == figures.echo(RUN).to_json()


def test_chance_stands_beside_what_was_said() -> None:
    """Halves hold echo and chance of every turn; relevance has a zero line to be above of."""
    figure = figures.above_chance(RUN)
    halves = {(one.x[0], one.side): list(one.y) for one in figure.data}

    assert halves["all words", "negative"] == [one.external_vocab for one in RUN.turns]
    assert halves["all words", "positive"] == [one.chance for one in RUN.turns]
    assert halves["content words", "positive"] == [one.content_chance for one in RUN.turns]
    assert halves["relevance", "both"] == [one.relevance for one in RUN.turns]
    assert halves["association", "both"] == [one.association for one in RUN.turns]
    assert [(one.y0, one.y1, one.yref) for one in figure.layout.shapes] == [(0, 0, "y2")]


def test_the_map_shows_topics_by_turns() -> None:
    """A row is a topic, a column a turn of it, a cell the mean of the lives."""
    heat = figures.echo_map(RUN).data[0]

    assert list(heat.y) == list(RUN.settings.topics)
    assert list(heat.x) == [1, 2]
    assert [list(map(float, row)) for row in heat.z] == [
        pytest.approx([0.015, 0.065]),
        pytest.approx([0.115, 0.165]),
        pytest.approx([0.215, 0.265]),
    ]


def test_loops_have_a_line_for_each_life() -> None:
    """Each life's own, and their mean; one of the lives stands in the legend for all."""
    figure = figures.loops(RUN)

    assert [one.y[0] for one in figure.data] == pytest.approx([0.1, 0.2, 0.15])
    assert [one.name for one in figure.data if one.showlegend is not False] == [
        "a life",
        "mean of the lives",
    ]


def test_the_raster_shows_who_acted_and_in_how_many_lives() -> None:
    """Leo's own modules in their order, then others; a cell is a share of the lives."""
    heat = figures.fired(RUN).data[0]
    rows = dict(zip(heat.y, heat.z, strict=True))

    assert list(heat.y) == [*NAMES, "mine"]
    assert list(rows["dream"]) == list(rows["mine"]) == [0.5, 0.5, 0.5, 0.5, 1, 1]
    assert list(rows["game"]) == [0.5, 0.5, 0.5, 0.5, 0, 0]
    assert list(rows["flow"]) == [0] * 6


def test_openness_is_coloured_by_who_spoke() -> None:
    """Each speaker has his dots, and how many; his name is no markup."""
    figure = figures.openness(RUN)

    assert [one.name for one in figure.data] == ["&lt;b&gt;x&lt;/b&gt;&amp; (4)", "blend (8)"]
    assert len({one.marker.color for one in figure.data}) == 2
    assert list(figure.data[1].x) == [one.entropy for one in RUN.turns if one.by == "blend"]
    assert list(figure.data[1].y) == [one.quality for one in RUN.turns if one.by == "blend"]


def test_the_ablation_marks_what_is_more_than_chance() -> None:
    """Per measure and module a mark with its interval; its kind says good, bad, neither, unsure."""
    figure = figures.ablation(ABLATION)
    marks = {
        (one.xaxis, module): (one.name, x, plus, minus)
        for one in figure.data
        if one.error_x.array is not None
        for module, x, plus, minus in zip(
            one.y, one.x, one.error_x.array, one.error_x.arrayminus, strict=True
        )
    }

    assert marks["x", "dream"] == (
        "for the better",
        0.2,
        pytest.approx(0.2),
        pytest.approx(0.1),
    )
    assert marks["x2", "dream"][0] == "for the worse"
    assert marks["x3", "dream"][0] == "neither good nor bad"
    other = "&lt;b&gt;x&lt;/b&gt;&amp;"
    assert {marks[axis, other][0] for axis in ("x", "x2", "x3")} == {"not beyond chance"}
    assert list(figure.layout.yaxis2.categoryarray) == ["dream", other]
    assert [one.text for one in figure.layout.annotations] == [
        "<b>relevance</b> better →",
        "<b>recited</b> ← better",
        "<b>above chance</b>",
    ]
    legend = [one.name for one in figure.data if one.showlegend is not False]
    assert legend == [
        "for the better",
        "for the worse",
        "neither good nor bad",
        "not beyond chance",
    ]


def test_an_ablation_of_all_measures_is_drawn_and_one_of_none_says_so(tmp_path: Path) -> None:
    """Five measures have five panels, stored or not; without modules there is a sentence."""
    import plotly.graph_objects as go

    found = effects(RUN, {"dream": RUN})["dream"]
    whole = Ablation(RUN.settings, (ModuleEffect("dream", (None,), 0.0, 0.0, (0.0,), found),))
    path = tmp_path / "found.json"
    path.write_text(whole.to_json(), encoding="utf-8")
    figure = figures.ablation(whole)

    assert len(figure.layout.annotations) == len(found) == 5
    assert {one.xaxis for one in figure.data if one.xaxis} == {"x", "x2", "x3", "x4", "x5"}
    checked = go.Figure(figure.to_dict())
    assert len(checked.data) == len(figure.data)
    assert figures.ablation(read_ablation(path)).to_json() == figure.to_json()
    for nothing in (None, Ablation(SETTINGS, ())):
        assert figures.ablation(nothing).layout.annotations[0].text
