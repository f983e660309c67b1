"""The field map: a word in the middle, its company around it, and what the last turn added."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from leo import AsyncLeoField, Neighbourhood
from leo.views import Link, Neighbour
from leo_widgets import FieldMap
from leo_widgets.figures.field_map import field_map
from tests.conftest import Open
from tests.widgets.conftest import Play

NOW = Neighbourhood(
    "rain",
    None,
    (
        Neighbour("rain", 20, 1.0, True, 3),
        Neighbour("window", 10, 0.8, False, 3),
        Neighbour("<b>moon", 5, 0.4, False, None),
    ),
    (
        Link("rain", "window", 8, 0.0, ("origin",)),
        Link("rain", "<b>moon", 2, 1.0, ("observer",)),
    ),
)
BEFORE = Neighbourhood("rain", 4, NOW.words[:2], NOW.links[:1])


def dots(figure: object) -> dict[str, tuple[float, float, float]]:
    """Give each word's place and the width of its ring."""
    found = {}
    for trace in figure.data:  # type: ignore[attr-defined]
        if trace.text is not None:
            rings = trace.marker.line.width
            for word, x, y, ring in zip(trace.text, trace.x, trace.y, rings, strict=True):
                found[word] = (x, y, ring)
    return found


def test_the_word_stands_in_the_middle_and_near_ones_nearer() -> None:
    """The stronger a word belongs, the shorter its way to the middle; markup stays text."""
    found = dots(field_map(NOW))
    way = {word: (x * x + y * y) ** 0.5 for word, (x, y, _) in found.items()}

    assert way["rain"] == 0
    assert way["window"] < way["&lt;b&gt;moon"]
    assert set(found) == {"rain", "window", "&lt;b&gt;moon"}


def test_what_the_turn_added_is_red_and_what_is_new_is_ringed() -> None:
    """Links of the turn have a trace of their own; against another time new words are ringed."""
    plain, compared = field_map(NOW), field_map(NOW, BEFORE)
    added = [
        trace for trace in plain.data if trace.name == "added by this turn" and trace.opacity > 0.5
    ]

    assert len(added) == 1
    assert len(added[0].x) == 3
    assert {ring for _, _, ring in dots(plain).values()} == {0}
    assert [word for word, (_, _, ring) in dots(compared).items() if ring] == ["&lt;b&gt;moon"]
    assert "after turn 4" in compared.layout.title.text


def test_an_unknown_word_is_said_to_be_unknown() -> None:
    """A word he never heard, and no word at all, give a reason and no dots."""
    for now, why in ((None, "Name a word."), (Neighbourhood("xyz", None, (), ()), "never heard")):
        figure = field_map(now)
        assert not figure.data
        assert why in figure.layout.annotations[0].text


# ---------------------------------------------------------------- the widget


@pytest.fixture
async def shown(leo: AsyncLeoField) -> AsyncIterator[FieldMap]:
    """Give a map that is ready."""
    one = FieldMap(leo)
    await one.ready()
    yield one
    one.close()


async def drawn(shown: FieldMap) -> str:
    """Wait until the map is up to date, and read its title."""
    while shown.pending:
        await asyncio.sleep(0)
    text: str = shown.panel.figures["field map"]["layout"]["title"]["text"]
    return text


async def test_it_follows_the_talk_until_a_word_is_chosen(
    shown: FieldMap, leo: AsyncLeoField, play: Play
) -> None:
    """In the middle stands a word of the last reply, then the one that was typed, for good."""
    assert await drawn(shown) == "The field around a word"
    turn = await leo.turn("I like the rain.")
    middle = (await drawn(shown)).split("“")[1].split("”")[0]
    assert middle in turn.utterance.tokens

    play(shown.word, value="window")
    assert "“window”" in await drawn(shown)
    await leo.turn("The sea, the sea.")
    assert "“window”" in await drawn(shown)
    play(shown.word, value="")
    assert "“window”" not in await drawn(shown)


async def test_a_click_puts_a_word_in_the_middle(shown: FieldMap, play: Play) -> None:
    """A word that is clicked is the one that is looked around."""
    play(shown.panel, selected={"figure": "field map", "custom": ["rain", 3, 0.5, ""]})
    assert "“rain”" in await drawn(shown)
    assert shown.word.value == "rain"


async def test_what_the_last_turn_brought_is_marked(
    shown: FieldMap, leo: AsyncLeoField, play: Play
) -> None:
    """Compared with the turn before, the words that came with the last one are ringed."""
    await leo.turn("Hello.")
    await leo.turn("The zebra eats marmalade.")
    play(shown.word, value="zebra")
    await drawn(shown)
    play(shown.before, value=1)
    assert "not there after turn 1" in await drawn(shown)
    widths = [
        width
        for trace in shown.panel.figures["field map"]["data"]
        if "text" in trace
        for width in trace["marker"]["line"]["width"]
    ]
    assert max(widths) == 3


async def test_closed_it_follows_no_longer(leo: AsyncLeoField, make: Open) -> None:
    """A turn after closing starts nothing."""
    one = FieldMap(leo)
    await one.ready()
    one.close()
    await leo.turn("Hello.")
    assert one.pending == 0


async def test_any_two_turns_are_compared(shown: FieldMap, leo: AsyncLeoField, play: Play) -> None:
    """The map goes back to a turn, against another one; at the end it follows the life."""
    for prompt in ("A zebra is here.", "The zebra eats marmalade.", "A zebra sleeps."):
        await leo.turn(prompt)
    play(shown.word, value="zebra")
    await drawn(shown)
    play(shown.at, value=2)
    play(shown.before, value=1)
    told = await drawn(shown)
    assert "after turn 2; ringed: not there after turn 1" in told
    await leo.turn("Good night.")
    await drawn(shown)
    assert (shown.at.value, shown.at.max) == (2, 4)
    play(shown.at, value=4)
    assert " now" in await drawn(shown)
    await leo.turn("Good morning.")
    await drawn(shown)
    assert shown.at.value == 5
