"""Figures of populations; the numbers in them are those that were measured."""

from collections.abc import Callable
from typing import Any

import pytest

from leo.population import Population
from leo_widgets import figures
from tests.population.kit import made_life, people_of

DRAW: dict[str, Callable[[Population], Any]] = {
    "differences": lambda people: figures.differences(people.differences()),
    "lives": figures.lives,
}

HOSTILE = "<b>x</b>&"

NONE = people_of([])
ONE = people_of([made_life(1), made_life(1, HOSTILE)])
MANY = people_of(
    [
        made_life(seed, *off, temperature=heat, relevance=seed / 10 + len(off) + heat)
        for off in ((), ("dream",), ("dream", HOSTILE))
        for heat in (1.0, 0.5)
        for seed in range(14)
    ]
)


@pytest.mark.parametrize("people", [NONE, ONE, MANY], ids=["none", "one", "many"])
@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW.keys())
def test_every_figure_takes_every_population(
    draw: Callable[[Population], Any], people: Population
) -> None:
    """A figure of nothing says so; plotly knows every value, and no name of theirs is markup."""
    import plotly.graph_objects as go

    figure = draw(people)

    assert figure.layout.title.text
    assert (len(figure.data) > 0) == bool(people.lives)
    assert bool(people.lives) or figure.layout.annotations[0].text
    assert len(go.Figure(figure.to_dict()).data) == len(figure.data)
    assert HOSTILE not in figure.to_json()
    assert draw(people).to_json() == figure.to_json()


def test_differences_stand_in_a_row_for_each_thing() -> None:
    """Named with the temperature where there are several; the marks are the measured changes."""
    found = MANY.differences(("relevance", "loops"))
    figure = figures.differences(found)

    names = ["dream at 1", "dream at 0.5"]
    assert list(figure.layout.yaxis.categoryarray)[:2] == names
    sure = next(one for one in figure.data if one.name == "for the worse" and one.x[0] is not None)
    assert list(sure.x) == pytest.approx([-1, -1, -2, -2])
    assert list(sure.y)[:2] == names
    assert [one.by.mean for each in found for one in each.effects[:1]] == list(sure.x)
    alone = figures.differences(ONE.differences(("loops",)))
    assert "at 1" not in str(alone.layout.yaxis.categoryarray)


def test_where_nothing_changes_the_marks_stand_in_the_middle() -> None:
    """An axis that plotly chose would begin with them, and cut them in half."""
    figure = figures.differences(MANY.differences(("relevance", "loops")))
    still = {"relevance": figure.layout.xaxis, "loops": figure.layout.xaxis2}

    assert [name for name, axis in still.items() if axis.tickvals == (0,)] == ["loops"]
    assert (still["loops"].range, still["relevance"].range) == ((-1, 1), None)


def test_lives_stand_by_setting_with_their_mean() -> None:
    """A violin holds the values of its lives, and the mark beside it mean and interval."""
    figure = figures.lives(MANY, "relevance")
    violins = [one for one in figure.data if one.type == "violin"]
    means = [one for one in figure.data if one.type == "scatter"]

    assert list(figure.layout.xaxis.ticktext)[:3] == [
        "without nothing at 0.5",
        "without nothing at 1",
        "without dream at 0.5",
    ]
    assert list(violins[0].y) == pytest.approx([seed / 10 + 0.5 for seed in range(14)])
    (mean,) = means[0].y
    assert mean == pytest.approx(0.65 + 0.5)
    assert 0 < means[0].error_y.array[0] < 0.4
    assert len(violins) == len(means) == 6
    by_heat = figures.lives(people_of([made_life(1), made_life(1, temperature=0.5)]))
    assert list(by_heat.layout.xaxis.ticktext) == ["temperature 0.5", "temperature 1"]
    by_module = figures.lives(ONE)
    assert next(iter(by_module.layout.xaxis.ticktext)) == "without nothing"
