"""What if: two imagined turns side by side, their differences marked, and nothing kept."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from leo import AsyncLeoField
from leo.modules import default_modules
from leo.observation.talk import TALK
from leo.testing import ScriptedClock, make_turn
from leo_widgets import WhatIf
from leo_widgets.compared import compared
from leo_widgets.whatif import PARTS
from tests.conftest import Lived, Open
from tests.widgets.conftest import Play


@pytest.fixture
async def leo(make: Open, path: Path, young: Lived) -> AsyncIterator[AsyncLeoField]:
    """Give a Leo who has lived three turns."""
    await asyncio.to_thread(young.copy, path)
    async with make(clock=ScriptedClock(1_800_000_000.0)) as born:
        yield born


@pytest.fixture
async def asking(leo: AsyncLeoField) -> AsyncIterator[WhatIf]:
    """Give a widget that is ready."""
    one = WhatIf(leo)
    await one.ready()
    yield one
    one.close()


async def settled(asking: WhatIf) -> None:
    """Wait until nothing is going on."""
    while asking.pending:
        await asyncio.sleep(0)


def test_only_the_words_that_differ_are_marked() -> None:
    """What both say in the same order is plain; markup in a word is text."""
    one = make_turn(1, reply="The red lamp sings.")
    other = make_turn(2, reply="The lamp sings softly.")
    assert compared(one, one) == ("The red lamp sings.", "The red lamp sings.")
    assert compared(one, other) == (
        "The<mark> red</mark> lamp sings.",
        "The lamp sings<mark> softly</mark>.",
    )


async def test_it_proposes_what_was_said_last(asking: WhatIf, leo: AsyncLeoField) -> None:
    """The last prompt stands there, and the next one takes its place; own words stay."""
    assert asking.prompt.value == TALK[2]
    await leo.turn(TALK[3])
    await settled(asking)
    assert asking.prompt.value == TALK[3]
    asking.prompt.value = "Something else."
    await leo.turn(TALK[4])
    await settled(asking)
    assert asking.prompt.value == "Something else."


async def test_every_module_can_be_left_out(asking: WhatIf) -> None:
    """The choice is of this Leo's modules, in order."""
    assert asking.without.options == tuple(module.name for module in default_modules())


async def test_both_replies_are_shown_and_nothing_is_kept(
    asking: WhatIf, leo: AsyncLeoField, play: Play
) -> None:
    """A press on the button imagines twice; told are what changed, both replies, their marks."""
    before = await leo.stats()
    asking.without.value = ("overthinking", "mathbrain")
    asking.temperature.value = 2.5
    asking.seed.value = "12"
    play(asking.button, {"event": "click"})
    await settled(asking)
    plain = await leo.imagine(TALK[2])
    changed = await leo.imagine(
        TALK[2], without=["overthinking", "mathbrain"], temperature=2.5, seed=12
    )
    text = re.sub(r"<mark>|</mark>", "", asking.told.value)

    assert plain.reply in text
    assert changed.reply in text
    assert "without overthinking, mathbrain; temperature 2.5; seed 12" in text
    assert "<mark>" in asking.told.value
    assert list(asking.panel.figures) == ["words, plain", "words, changed"]
    for part, drawn in PARTS.items():
        play(asking.part, index=list(PARTS).index(part))
        kinds = [f"{kind}, {which}" for kind in drawn for which in ("plain", "changed")]
        assert list(asking.panel.figures) == kinds
    assert {"words", "modules", "experts", "body", "thoughts"} <= set(PARTS)
    assert await leo.stats() == before
    assert not asking.button.disabled


async def test_the_same_once_more_is_the_same(asking: WhatIf) -> None:
    """With nothing changed, both say the same and no word is marked."""
    one, other = await asking.imagine()
    assert (one.seed, one.reply) == (other.seed, other.reply)
    assert "<mark>" not in asking.told.value
    assert "the same once more" in asking.told.value


async def test_a_wrong_seed_is_told(asking: WhatIf, play: Play) -> None:
    """What is no whole number is shown as an error, and the button can be pressed again."""
    asking.seed.value = "seven"
    play(asking.button, {"event": "click"})
    await settled(asking)
    assert asking.panel.error == "ValueError: the seed must be a whole number, not 'seven'"
    assert not asking.button.disabled
    asking.seed.value = "7"
    await asking.imagine()
    assert asking.panel.error == ""


# ---------------------------------------------------------------- the past, and every module


async def test_a_past_turn_is_lived_again(asking: WhatIf, leo: AsyncLeoField, play: Play) -> None:
    """Nothing changed, he says again what he said; the Leo who lives is not touched."""
    await leo.turn(TALK[3], temperature=1.6)
    await leo.turn(TALK[4])
    await settled(asking)
    lived, before = (await leo.journal(4, 5))[0], await leo.stats()
    play(asking.turn, value=4)
    await settled(asking)
    assert (asking.prompt.value, asking.temperature.value) == (TALK[3], 1.6)

    plain, changed = await asking.imagine()
    assert plain.reply == changed.reply == lived.reply
    assert plain.quality == lived.quality
    assert (asking.progress.value, asking.progress.max) == (3, 3)

    asking.without.value = ("overthinking", "game", "mathbrain")
    asking.temperature.value = 0.4
    plain, changed = await asking.imagine()
    assert plain.reply == lived.reply
    assert changed.reply != lived.reply
    assert await leo.stats() == before


async def test_without_each_module(asking: WhatIf, leo: AsyncLeoField, play: Play) -> None:
    """A table tells for every module that is on what he would say without it."""
    await leo.set_without(["dream"])
    play(asking.each, {"event": "click"})
    await settled(asking)
    for name in leo.modules:
        assert (f"without {name}" in asking.told.value) == (name != "dream")
    changed = await leo.imagine(TALK[2], without=["game"])
    plain = await leo.imagine(TALK[2])
    text = re.sub(r"<mark>|</mark>", "", asking.told.value)
    assert plain.reply in text
    assert changed.reply in text or changed.reply == plain.reply
    assert "the same words" in text


async def test_living_again_can_be_cancelled(
    asking: WhatIf, leo: AsyncLeoField, play: Play
) -> None:
    """Cancel gives it up, leaves no task and no file, and one can ask again."""
    play(asking.turn, value=3)
    await settled(asking)
    play(asking.button, {"event": "click"})
    while not asking.progress.value:
        await asyncio.sleep(0)
    play(asking.cancel, {"event": "click"})
    await settled(asking)
    assert asking.told.value == "Cancelled; nothing of it happened."
    assert not asking.button.disabled
    assert len(await leo.journal()) == 3


async def test_a_forgotten_turn_is_said_to_be_one(asking: WhatIf, leo: AsyncLeoField) -> None:
    """A gap, and a turn after a gap, cannot be imagined anew; the sentence says why."""
    await leo.forget(2)
    asking.turn.value = 2
    await settled(asking)
    assert asking.panel.error == "TurnForgotten: turn 2 was forgotten; choose another one"
    asking.turn.value = 3
    await settled(asking)
    assert asking.prompt.value == TALK[2]
    asking.button.click()
    await settled(asking)
    assert "past that his life cannot be lived again, before turn 2 it can" in asking.panel.error
    asking.turn.value = 1
    await settled(asking)
    plain, changed = await asking.imagine()
    assert plain.reply == changed.reply == (await leo.journal(1, 2))[0].reply
