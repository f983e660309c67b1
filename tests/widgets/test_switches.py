"""Switches: modules go off and on as events of his life, and what is off is said."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from leo import AsyncLeoField
from leo.modules import default_modules
from leo.observation.talk import TALK
from leo_widgets import Chat, Switches
from tests.conftest import Open
from tests.widgets.conftest import Play

ON = "Everything is on, at his own temperature."


@pytest.fixture
async def switches(leo: AsyncLeoField) -> AsyncIterator[Switches]:
    """Give switches beside a chat."""
    chat = Chat(leo, pace=0)
    one = Switches(leo, chat=chat)
    await chat.ready()
    await one.ready()
    yield one
    one.close()
    chat.close()


async def settled(switches: Switches) -> None:
    """Wait until nothing is going on."""
    while switches.pending:
        await asyncio.sleep(0)


async def test_a_press_switches_a_module_off_and_on(
    switches: Switches, leo: AsyncLeoField, play: Play
) -> None:
    """It is journaled, holds for the next turn, and is said beside the chat."""
    assert switches.told.value == ON
    play(switches.modules["dream"], value=False)
    play(switches.modules["school"], value=False)
    await settled(switches)
    assert set(leo.without) == {"school", "dream"}
    assert "off: <b>school, dream</b>" in switches.told.value
    assert (await leo.turn(TALK[0])).settings.without == ("school", "dream")

    play(switches.modules["dream"], value=True)
    play(switches.modules["school"], value=True)
    await settled(switches)
    assert not set(leo.without)
    assert switches.told.value == ON


async def test_it_shows_what_was_switched_elsewhere(switches: Switches, leo: AsyncLeoField) -> None:
    """After a turn the buttons say what is off, whoever switched it; nothing is journaled twice."""
    await leo.set_without(["metaleo"])
    entries = (await leo.stats()).entries
    await leo.turn(TALK[0])
    await settled(switches)
    assert [name for name, one in switches.modules.items() if not one.value] == ["metaleo"]
    assert "metaleo" in switches.told.value
    assert (await leo.stats()).entries == entries + 1


async def test_the_temperature_is_that_of_what_is_typed(
    switches: Switches, leo: AsyncLeoField, play: Play
) -> None:
    """The slider warms the chat's turns, and no others."""
    chat = switches._chat
    assert chat is not None
    play(switches.temperature, value=1.8)
    assert "temperature <b>1.8</b>" in switches.told.value
    assert (await chat.say(TALK[0])).settings.temperature == 1.8
    assert (await leo.turn(TALK[1])).settings.temperature == 1.0


async def test_every_module_has_a_button(switches: Switches, make: Open) -> None:
    """In running order; a Leo without modules has none, and without a chat there is no slider."""
    assert list(switches.modules) == [module.name for module in default_modules()]
    async with make(switches.leo.path.with_name("bare.db"), modules=[]) as bare:
        one = Switches(bare)
        await one.ready()
        assert one.modules == {}
        assert one.temperature not in one.children
        one.close()
