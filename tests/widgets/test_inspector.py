"""The inspector: any part of any turn, and it follows the life while one looks at its end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import leo_widgets.following
import leo_widgets.inspector
from leo import AsyncLeoField
from leo.observation.talk import TALK
from leo.testing import ScriptedClock
from leo_widgets import Inspector, figures
from leo_widgets.sections import SECTIONS, Section
from tests.conftest import STEP, Lived, Open
from tests.widgets.conftest import Play


@pytest.fixture
async def leo(make: Open, path: Path, young: Lived) -> AsyncIterator[AsyncLeoField]:
    """Give a Leo who has lived three turns."""
    await asyncio.to_thread(young.copy, path)
    async with make(clock=ScriptedClock(1_800_000_000.0, STEP)) as born:
        yield born


@pytest.fixture
async def inspector(leo: AsyncLeoField) -> AsyncIterator[Inspector]:
    """Give an inspector that is ready."""
    one = Inspector(leo)
    await one.ready()
    yield one
    one.close()


async def drawn(inspector: Inspector) -> None:
    """Wait until the figures are up to date."""
    while inspector.pending:
        await asyncio.sleep(0)


def title(inspector: Inspector, figure: str) -> str:
    """Read a figure's title."""
    text: str = inspector.panel.figures[figure]["layout"]["title"]["text"]
    return text


def test_every_figure_has_a_place_and_every_part_a_sentence() -> None:
    """All figures of Turns stand in some part; each part says how to read it in one sentence."""
    placed = [name for one in SECTIONS.values() for name in (*one.figures, *one.live)]
    assert len(placed) == len(set(placed))
    of_runs = {"echo", "above_chance", "echo_map", "loops", "fired", "openness", "ablation"}
    of_lives = {"differences", "lives"}
    assert {*placed, *of_runs, *of_lives, "timeline", "reading"} == set(figures.__all__)
    for section in SECTIONS.values():
        assert section.told.endswith(".")
        assert "\n" not in section.told


async def test_it_begins_at_the_last_turn(inspector: Inspector) -> None:
    """The slider reaches over all turns and stands at the last one; its words are shown."""
    assert (inspector.turn.min, inspector.turn.max, inspector.turn.value) == (1, 3, 3)
    assert list(inspector.panel.figures) == ["words", "reasons"]
    assert "turn 3" in title(inspector, "words")
    assert inspector.told.value == SECTIONS["words"].told


@pytest.mark.parametrize("part", SECTIONS)
async def test_every_part_can_be_chosen(inspector: Inspector, play: Play, part: str) -> None:
    """A click on a part shows its figures, all others go, and the sentence changes."""
    play(inspector.part, index=list(SECTIONS).index(part))
    await drawn(inspector)

    assert list(inspector.panel.figures) == [
        *SECTIONS[part].figures,
        *SECTIONS[part].live,
    ]
    assert inspector.told.value == SECTIONS[part].told
    assert inspector.panel.error == ""


async def test_the_slider_goes_back(inspector: Inspector, play: Play) -> None:
    """An earlier turn is shown as it was: figures over turns end there."""
    play(inspector.turn, value=2)
    await drawn(inspector)
    assert "turn 2" in title(inspector, "words")
    inspector.show("field")
    await drawn(inspector)
    assert inspector.panel.figures["growth"]["data"][0]["x"] == [1, 2]


async def test_a_click_on_the_overview_goes_there(inspector: Inspector, play: Play) -> None:
    """The strips show every turn and mark the one shown; a click anywhere jumps to its turn."""
    strips = inspector.overview.figures["timeline"]
    assert strips["data"][0]["x"] == [1, 2, 3]
    assert strips["layout"]["shapes"][0]["x0"] == 3
    play(inspector.overview, selected={"figure": "timeline", "x": 2, "y": "dream", "at": 1})
    await drawn(inspector)
    assert inspector.turn.value == 2
    assert "turn 2" in title(inspector, "words")
    assert inspector.overview.figures["timeline"]["layout"]["shapes"][0]["x0"] == 2
    play(inspector.overview, selected={"figure": "timeline", "x": 99, "y": 0.5, "at": 2})
    await drawn(inspector)
    assert inspector.turn.value == 2


async def test_a_turn_long_ago_is_fetched(
    make: Open, monkeypatch: pytest.MonkeyPatch, play: Play
) -> None:
    """The slider reaches back to the first turn, also beyond the turns that are at hand."""
    monkeypatch.setattr(leo_widgets.following, "KEPT_TURNS", 2)
    async with make() as leo:
        turns = [await leo.turn(prompt) for prompt in TALK[:5]]
        inspector = Inspector(leo)
        await inspector.ready()
        assert (inspector.turn.min, inspector.turn.max) == (1, 5)
        inspector.show("field", 2)
        await drawn(inspector)
        assert inspector.panel.figures["growth"]["data"][0]["x"] == [1, 2]
        inspector.show("modules")
        await drawn(inspector)
        told = inspector.panel.figures["modules"]["data"][0]["cells"]["values"][1]
        assert told == figures.modules(turns[1]).data[0].cells.values[1]
        inspector.close()


async def test_the_network_is_drawn_as_it_is(inspector: Inspector, leo: AsyncLeoField) -> None:
    """Its units are coloured by the moment shown, and its lines are the living weights."""
    inspector.show("body")
    await drawn(inspector)
    first = inspector.panel.figures["network"]
    await leo.turn(TALK[3])
    await drawn(inspector)
    assert inspector.panel.figures["network"] != first


async def test_a_word_that_is_clicked_shows_its_reasons(inspector: Inspector, play: Play) -> None:
    """A click on a bar opens the word's reasons; another turn closes them."""
    point = {"figure": "words", "x": 1, "y": 0.5, "curve": 0, "point": 0, "custom": [3, 1, "why"]}
    play(inspector.panel, selected=point)
    await drawn(inspector)
    assert title(inspector, "reasons").startswith("Why “")
    play(inspector.turn, value=2)
    await drawn(inspector)
    assert title(inspector, "reasons") == "Why this word?"


async def test_it_follows_new_turns_at_the_end_only(
    inspector: Inspector, leo: AsyncLeoField
) -> None:
    """Standing at the end it goes on with the life; looking back it stays, and reaches further."""
    await leo.turn(TALK[3])
    await drawn(inspector)
    assert (inspector.turn.max, inspector.turn.value) == (4, 4)
    assert "turn 4" in title(inspector, "words")

    inspector.show("words", 1)
    await leo.turn(TALK[4])
    await drawn(inspector)
    assert (inspector.turn.max, inspector.turn.value) == (5, 1)
    assert "turn 1" in title(inspector, "words")


async def test_a_newborn_has_nothing_to_show_yet(make: Open) -> None:
    """Before the first turn every part says so; the first turn is then followed."""
    async with make() as leo:
        inspector = Inspector(leo)
        await inspector.ready()
        assert inspector.turn.disabled
        for part in SECTIONS:
            inspector.show(part)
            await drawn(inspector)
            for name in SECTIONS[part].figures:
                assert inspector.panel.figures[name]["layout"]["annotations"]
        inspector.show("words")
        await leo.turn("Hello.")
        await drawn(inspector)
        assert "turn 1" in title(inspector, "words")
        inspector.close()


async def test_a_part_that_does_not_exist_is_told(inspector: Inspector) -> None:
    """The error names the parts there are."""
    with pytest.raises(ValueError, match="no part is called 'soul'; there are words, modules"):
        inspector.show("soul")


async def test_a_figure_that_fails_is_shown(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error while drawing stands in the panel, and is gone with the next drawing."""
    broken = Section("It fails.", {"words": lambda life, turn, word: 1 / 0})
    monkeypatch.setitem(leo_widgets.sections.SECTIONS, "time", broken)
    inspector.show("time")
    await drawn(inspector)
    assert inspector.panel.error == "ZeroDivisionError: division by zero"
    inspector.show("words")
    await drawn(inspector)
    assert inspector.panel.error == ""


async def test_on_a_path_it_opens_and_closes_its_leo(path: Path) -> None:
    """One line is enough; what it opened it closes."""
    inspector = Inspector(path=path)
    leo = await inspector.ready()
    await leo.turn("Hello.")
    await drawn(inspector)
    assert inspector.turn.value == 1
    await inspector.aclose()
    assert leo.closed


async def test_once_closed_it_follows_no_longer(leo: AsyncLeoField) -> None:
    """A turn after closing changes nothing and starts nothing."""
    inspector = Inspector(leo)
    await inspector.ready()
    inspector.close()
    await leo.turn(TALK[3])
    assert inspector.pending == 0


async def test_a_forgotten_turn_is_a_gap(leo: AsyncLeoField) -> None:
    """The slider may stand there: every part is drawn without it, and it is said why."""
    await leo.forget([1, 2])
    inspector = Inspector(leo)
    await inspector.ready()
    assert (inspector.turn.min, inspector.turn.max, inspector.turn.value) == (1, 3, 3)
    for number in (1, 2):
        for part in SECTIONS:
            inspector.show(part, number)
            await drawn(inspector)
            assert inspector.panel.error == ""
            assert inspector.told.value == f"Turn {number} was forgotten."
    inspector.show("words", 3)
    await drawn(inspector)
    assert inspector.told.value == SECTIONS["words"].told
    assert TALK[1] not in str(inspector.panel.figures) + str(inspector.overview.figures)
    inspector.close()
