"""The lab and the panel: figures follow every turn, and a click finds its word."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import plotly.graph_objects as go
import pytest
from ipywidgets.widgets.widget import _instances
from ipywidgets.widgets.widget_link import Link

import leo_widgets
from leo import AsyncLeoField
from leo.testing import make_turn
from leo_widgets import Feed, FieldMap, Inspector, LeoLab, PlotPanel, WhatIf, figures, show
from leo_widgets.lab import WINDOWS
from leo_widgets.panel import SLOTS
from tests.conftest import Open
from tests.widgets.conftest import Play, Sent


@pytest.fixture
async def lab(leo: AsyncLeoField) -> LeoLab:
    """Give a lab on an open Leo."""
    made = LeoLab(leo)
    made.chat.pace = 0
    await made.ready()
    return made


async def drawn(lab: LeoLab) -> None:
    """Wait until the figures are up to date."""
    while lab.pending:
        await asyncio.sleep(0)


def title(lab: LeoLab, figure: str) -> str:
    """Read a figure's title."""
    text: str = lab.panel.figures[figure]["layout"]["title"]["text"]
    return text


async def test_figures_follow_every_turn(lab: LeoLab) -> None:
    """After each turn the curves have one more point, and the words are the new reply's."""
    assert list(lab.panel.figures) == [
        "words",
        "reasons",
        "modules",
        "recall",
        "mathbrain",
        "growth",
        "pulse",
        "impression",
        "experts",
    ]
    for number in (1, 2, 3):
        turn = await lab.say("Hello, moon.")
        await drawn(lab)
        shown = lab.panel.figures

        assert shown["growth"]["data"][0]["x"] == list(range(1, number + 1))
        assert shown["pulse"]["data"][5]["y"][-1] == turn.quality.overall
        assert f"turn {number}" in title(lab, "words")
        assert shown["words"]["layout"]["xaxis"]["ticktext"][0] == turn.utterance.words[0].text


async def test_a_turn_from_a_cell_is_followed_too(lab: LeoLab, leo: AsyncLeoField) -> None:
    """Whoever asked, the figures show it."""
    await leo.turn("from a cell")
    await drawn(lab)

    assert lab.panel.figures["growth"]["data"][0]["x"] == [1]


async def test_a_word_clicked_in_the_chat_shows_its_reasons(lab: LeoLab, play: Play) -> None:
    """A click on an old turn's word shows that word and that turn in every figure."""
    first = await lab.say("Hello.")
    await lab.say("Again.")
    play(lab.chat, {"kind": "word", "turn": 1, "index": 2})
    await drawn(lab)

    assert title(lab, "reasons").startswith(f"Why “{first.utterance.words[2].text.strip()}”?")
    for figure in ("words", "impression", "experts"):
        assert "turn 1" in title(lab, figure)
    await lab.say("New.")
    await drawn(lab)
    assert title(lab, "reasons") == "Why this word?"
    assert "turn 3" in title(lab, "words")


async def test_a_bar_clicked_selects_the_word_in_the_chat(lab: LeoLab, play: Play) -> None:
    """A click on a bar of the words figure is a click on the word."""
    await lab.say("Hello.")
    await drawn(lab)
    point = {"figure": "words", "x": 1, "y": 0.5, "curve": 0, "point": 0, "custom": [1, 1, "why"]}
    play(lab.panel, selected=point)
    await drawn(lab)

    assert lab.chat.selected == [1, 1]
    assert title(lab, "reasons").startswith("Why “")


async def test_the_figures_come_back_with_a_new_lab(make: Open) -> None:
    """After a restart a lab shows the whole life again, and the last turn."""
    async with make() as leo:
        for text in ("one", "two", "three"):
            await leo.turn(text)
    async with make() as leo:
        lab = LeoLab(leo)
        await lab.ready()

        assert lab.panel.figures["growth"]["data"][0]["x"] == [1, 2, 3]
        assert "turn 3" in title(lab, "words")
        assert len(lab.chat.messages) == 6


async def test_a_figure_that_fails_is_shown(lab: LeoLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error while drawing stands in the panel, and is gone when drawing works again."""
    monkeypatch.setitem(leo_widgets.lab.FIGURES, "pulse", lambda turns, shown, word: 1 / 0)
    await lab.say("Hello.")
    await drawn(lab)
    assert lab.panel.error == "ZeroDivisionError: division by zero"
    monkeypatch.undo()
    await lab.say("Hello.")
    await drawn(lab)
    assert lab.panel.error == ""


async def test_a_lab_on_a_path_opens_and_closes_its_leo(path: Path) -> None:
    """One line is enough; what the lab opened it closes."""
    lab = LeoLab(path=path)
    turn = await lab.say("Hello.")
    leo = lab.leo
    await lab.aclose()

    assert turn.id == 1
    assert leo.closed


def test_a_panel_sends_only_what_changed(sent: Sent) -> None:
    """Putting the same figure again sends nothing; a new one is sent without its template."""
    panel = PlotPanel()
    panel.put({"one": figures.growth([make_turn(1)])})
    sent.clear()
    panel.put({"one": figures.growth([make_turn(1)])})
    assert sent == []
    panel.put({"two": figures.pulse([make_turn(1)])})
    assert list(panel.figures) == ["one", "two"]
    assert "template" not in panel.figures["two"]["layout"]


def test_a_figure_can_be_shown_alone() -> None:
    """show() makes a panel with that figure, and plotly's program comes with it."""
    panel = show(go.Figure(go.Scatter(y=[1, 2])))

    assert panel.figures["figure"]["data"][0]["y"] == [1, 2]
    assert "Plotly.react" in str(panel._esm)


def test_plotly_is_sent_once_for_all_panels(sent: Sent) -> None:
    """Many panels open with little; only the first brings the program, a closed one is renewed."""
    ipywidgets.Widget.close_all()
    sent.clear()
    panels = [PlotPanel() for _ in range(4)]
    opened = [len(json.dumps(data)) for _, kind, data in sent if kind == "comm_open"]
    assert sum(size > 1_000_000 for size in opened) == 1
    assert len({panel.program for panel in panels}) == 1
    ipywidgets.Widget.close_all()
    assert PlotPanel().program != panels[0].program


def test_the_update_of_a_turn_is_small() -> None:
    """At five hundred turns the figures of one turn are at most 120 kB of JSON."""
    turns = [make_turn(i) for i in range(1, 501)]
    panel = PlotPanel()
    for name, draw in leo_widgets.lab.FIGURES.items():
        panel.put({name: draw(turns, turns[-1], 3)})

    assert len(json.dumps(panel.figures)) < 120_000


def test_importing_the_widgets_loads_no_plotly() -> None:
    """The import is quick: plotly is loaded when a figure or lab is first used."""
    code = "import sys, leo_widgets; print('plotly' in sys.modules, 'ipywidgets' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False False\n"


def test_public_names() -> None:
    """Every public name is there, and an unknown one is an AttributeError."""
    for name in leo_widgets.__all__:
        value: Any = getattr(leo_widgets, name)
        assert value is not None
    with pytest.raises(AttributeError, match="Chatt"):
        _ = leo_widgets.Chatt


# ---------------------------------------------------------------- tabs


async def test_a_tab_is_made_when_it_is_first_looked_at(lab: LeoLab, play: Play) -> None:
    """Before, nothing of it exists; then it stands on the same Leo and follows him."""
    assert lab.tabs.titles == ("now", "inspect", "field", "what if", "feed")
    assert all(not box.children for box in lab.tabs.children[1:])
    await lab.say("Hello.")
    for place, kind in enumerate((Inspector, FieldMap, WhatIf, Feed), start=1):
        play(lab.tabs, selected_index=place)
        [made] = lab.tabs.children[place].children
        assert type(made) is kind
        assert made.leo is lab.leo
    await drawn(lab)
    await lab.say("Good night.")
    await drawn(lab)
    inspector = lab.window("inspect")
    assert isinstance(inspector, Inspector)
    assert inspector.turn.value == 2
    with pytest.raises(ValueError, match="no tab is called 'soul'; there are inspect, field"):
        lab.window("soul")


async def test_every_window_follows_the_slider(lab: LeoLab, play: Play) -> None:
    """Going back in the inspector takes the figures, the map and what if to that turn."""
    for text in ("Hello.", "Good morning.", "Good night."):
        await lab.say(text)
    inspector, field, what_if = (lab.window(name) for name in ("inspect", "field", "what if"))
    await drawn(lab)
    assert isinstance(inspector, Inspector)
    assert isinstance(field, FieldMap)
    assert isinstance(what_if, WhatIf)
    play(inspector.turn, value=2)
    await drawn(lab)
    assert "turn 2" in title(lab, "words")
    assert (field.at.value, what_if.turn.value, what_if.prompt.value) == (2, 2, "Good morning.")
    play(inspector.turn, value=3)
    await drawn(lab)
    assert "turn 3" in title(lab, "words")
    assert (field.at.value, what_if.turn.value) == (3, 0)


async def test_the_lab_goes_with_the_chat_to_a_new_leo(path: Path) -> None:
    """Figures, switches and windows look at the newborn, and no longer at the one before."""
    lab = LeoLab(path=path)
    lab.chat.pace = 0
    first = await lab.ready()
    await lab.say("I am from before.")
    before = lab.window("inspect")
    await lab.chat.meet()
    while lab.pending:
        await asyncio.sleep(0)
    assert lab.leo is not first
    assert lab.switches.leo is lab.leo
    assert lab.window("inspect") is not before
    assert lab.window("inspect").leo is lab.leo
    await first.turn("Nobody looks.")
    await lab.say("Hello.")
    assert [turn.prompt for turn in lab._following.turns] == ["Hello."]
    await lab.aclose()
    assert first.closed


def opened() -> list[ipywidgets.Widget]:
    """List the widgets that a browser can still speak to."""
    return [one for one in list(_instances.values()) if one.comm is not None]


def named(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    """Give the widgets that another one names to the browser."""
    yield from getattr(widget, "children", ())
    if isinstance(widget, Link):
        yield from (widget.source[0], widget.target[0])


async def test_what_is_open_names_nothing_that_is_closed(path: Path) -> None:
    """Neither after the lab went to a new Leo, nor after it was closed; and no box is left."""
    before = {one.model_id for one in opened()}
    lab = LeoLab(path=path)
    await lab.say("The moon is red.")
    for name in WINDOWS:
        await lab.window(name).ready()
    await lab.chat.meet()
    while lab.pending:
        await asyncio.sleep(0)
    assert not [(one, other) for one in opened() for other in named(one) if other.comm is None]
    await lab.aclose()
    left = [one for one in opened() if one.model_id not in before]
    assert not [(one, other) for one in left for other in named(one) if other.comm is None]
    assert not [one for one in left if isinstance(one, ipywidgets.Box)]


async def test_a_page_of_the_talk_is_kept(lab: LeoLab, tmp_path: Path) -> None:
    """save_html writes what was said into one file."""
    turn = await lab.say("Hello, Leo.")
    path = await lab.save_html(tmp_path / "talk.html")
    text = await asyncio.to_thread(path.read_text, encoding="utf-8")
    assert "Hello, Leo." in text
    assert turn.utterance.words[0].text in text


async def test_what_travels_per_turn_does_not_grow(lab: LeoLab) -> None:
    """The live figures hold the last fifty turns."""
    lab._following.turns = [make_turn(i) for i in range(1, 301)]
    lab._shown = lab._following.turns[-1]
    await lab._draw()
    assert len(lab.panel.figures["growth"]["data"][0]["x"]) == 50


def test_every_figure_says_what_it_shows() -> None:
    """A text alternative names the title and the numbers, without markup."""
    panel = PlotPanel()
    turns = [make_turn(i) for i in range(1, 4)]
    for name, draw in leo_widgets.lab.FIGURES.items():
        panel.put({name: draw(turns, turns[-1], 1)})
    for figure in panel.figures.values():
        told = figure["layout"]["meta"]["told"]
        assert len(told) > 20
        assert "<" not in told
    assert "words: 3 values from" in panel.figures["growth"]["layout"]["meta"]["told"]


def test_a_panel_that_is_full_says_so() -> None:
    """More figures than slots are refused; those taken away make room."""
    panel = PlotPanel({str(i): go.Figure() for i in range(SLOTS)})
    with pytest.raises(ValueError, match="a panel holds 16 figures, not 17"):
        panel.put({"more": go.Figure()})
    panel.put({"more": go.Figure()}, only=True)
    assert list(panel.figures) == ["more"]
