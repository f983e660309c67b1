"""Forgetting reaches every window: nothing that is forgotten stays on the screen."""

import asyncio
import json

import pytest

from leo import AsyncLeoField
from leo.errors import ModuleError
from leo.turns import Forgotten
from leo_widgets import Chat, Inspector, LeoLab

SECRET = "Zanzibarella"


async def settled(*widgets: Chat | Inspector | LeoLab) -> None:
    """Wait until nothing is going on."""
    while any(one.pending for one in widgets):
        await asyncio.sleep(0)


async def test_what_is_forgotten_is_gone_from_every_widget(leo: AsyncLeoField) -> None:
    """Chat, lab and inspector on one Leo: the turn is gone, the others are still there."""
    chat, lab, inspector = Chat(leo, pace=0), LeoLab(leo), Inspector(leo)
    lab.chat.pace = 0
    await asyncio.gather(chat.ready(), lab.ready(), inspector.ready())
    await chat.say("Do you like the rain?")
    await lab.say(f"My secret name is {SECRET}.")
    await chat.say("Good night.")
    await settled(chat, lab, inspector)
    assert SECRET in chat.transcript
    told: list[Forgotten] = []
    stop = leo.watch_forgotten(told.append)
    assert await leo.forget("nobody ever said this") == Forgotten()
    assert told == []
    done = await leo.forget(SECRET)
    await settled(chat, lab, inspector)

    assert told == [done]
    assert done.turns == (2,)
    for state in (chat.get_state(), lab.chat.get_state()):
        assert SECRET.lower() not in json.dumps(state).lower()
    for panel in (lab.panel, inspector.panel, inspector.overview):
        assert SECRET.lower() not in json.dumps(panel.get_state()).lower()
    said = [one["text"] for one in chat.messages if one["who"] == "you"]
    assert said == ["Do you like the rain?", "Good night."]
    assert [turn.id for turn in lab._following.turns] == [1, 3]
    assert inspector.turn.max == 3
    stop()
    await leo.forget(1)
    assert told == [done]
    await settled(chat, lab, inspector)
    for one in (chat, lab, inspector):
        one.close()


async def test_a_watcher_that_fails_harms_nobody(leo: AsyncLeoField) -> None:
    """The error is logged and, as he is strict, raised at the next call; it is forgotten."""

    def broken(what: Forgotten) -> None:
        raise RuntimeError("on purpose")

    await leo.turn(f"My secret name is {SECRET}.")
    leo.watch_forgotten(broken)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leo.watchers.log.exception", lambda *_: None)
        assert (await leo.forget(SECRET)).turns == (1,)
    with pytest.raises(ModuleError, match="on purpose"):
        await leo.journal()
    assert not await leo.journal()
