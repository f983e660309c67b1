"""Forgetting reaches every window: nothing that is forgotten stays on the screen."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from leo import AsyncLeoField
from leo.errors import ModuleError
from leo.module import Module
from leo.turns import Forgotten
from leo_widgets import Chat, Inspector, LeoLab
from tests.conftest import Open
from tests.widgets.conftest import Play

SECRET = "Zanzibarella"

READING = 30.0
"""A pace so slow that a reply is still being shown when the test ends."""


class Breaking(Module[None]):
    """Fails when all words were said, if told so."""

    name = "breaking"

    async def after(self, judged: Any, voice: Any) -> None:
        """Fail."""
        if "boom" in judged.percept.tokens:
            raise RuntimeError("on purpose")


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


def numbers(chat: Chat) -> list[int | None]:
    """List the turn of each message."""
    return [one["turn"] for one in chat.messages]


@pytest.fixture
async def chat(leo: AsyncLeoField) -> Chat:
    """Give a chat after two turns, the first of which is a secret."""
    made = Chat(leo, pace=0)
    await made.ready()
    await made.say(f"My secret name is {SECRET}.")
    await made.say("Good night.")
    return made


async def begun(chat: Chat, play: Play, text: str) -> None:
    """Say something that is committed at once, and shown for a long time."""
    told = asyncio.Event()
    stop = chat.leo.watch(lambda turn: told.set())
    chat.pace = READING
    play(chat, {"kind": "submit", "text": text})
    await told.wait()
    stop()


async def renewed(chat: Chat) -> None:
    """Wait until the transcript was fetched anew."""
    while chat._runner.pending:
        await asyncio.sleep(0)


async def test_a_turn_from_elsewhere_meanwhile_is_shown_once(
    chat: Chat, leo: AsyncLeoField
) -> None:
    """A cell's turn that waited for the forgetting comes last, and not twice."""
    await asyncio.gather(leo.forget(1), leo.turn("Hello from a cell."))
    await settled(chat)

    assert numbers(chat) == [2, 2, 3, 3]
    assert chat.messages[2]["text"] == "Hello from a cell."


async def test_a_turn_of_its_own_meanwhile_is_shown_once(chat: Chat, leo: AsyncLeoField) -> None:
    """A message that waited for the forgetting comes last, and not twice."""
    await asyncio.gather(leo.forget(1), chat.say("Hello from the chat."))
    await settled(chat)

    assert numbers(chat) == [2, 2, 3, 3]
    assert chat.messages[3]["text"] == leo.turns[-1].reply


async def test_a_forgotten_reply_is_shown_no_further(
    chat: Chat, leo: AsyncLeoField, play: Play
) -> None:
    """Forgotten while its words are still coming, it is gone at once; Stop brings nothing back."""
    await leo.forget(1)
    await begun(chat, play, f"I am {SECRET}.")
    assert chat.messages[2]["text"] == f"I am {SECRET}."
    assert (await leo.forget(3)).turns == (3,)
    assert chat.messages == []
    await renewed(chat)
    assert chat.busy
    assert numbers(chat) == [2, 2]
    play(chat, {"kind": "stop"})
    await settled(chat)
    assert numbers(chat) == [2, 2]
    chat.pace = 0
    await chat.say("And now?")

    assert numbers(chat) == [2, 2, 4, 4]
    assert SECRET.lower() not in json.dumps(chat.get_state()).lower()


async def test_a_forgotten_reply_comes_to_its_end(chat: Chat, leo: AsyncLeoField) -> None:
    """Nobody presses Stop: whoever asked gets the Turn, and the chat shows what is left."""
    done = asyncio.Event()
    leo.watch(lambda turn: done.set())
    saying = asyncio.ensure_future(chat.say(f"I am {SECRET}."))
    await done.wait()
    await leo.forget([1, 3])

    assert (await saying).id == 3
    await settled(chat)
    assert numbers(chat) == [2, 2]
    assert not chat.busy


async def test_a_reply_that_is_being_shown_and_was_not_forgotten_is_whole(
    chat: Chat, leo: AsyncLeoField, play: Play
) -> None:
    """Its turn is in the journal: it stands in its place, below what was before it."""
    await begun(chat, play, "Do you like the rain?")
    await leo.turn("Hello from a cell.")
    await leo.forget(1)
    await renewed(chat)

    assert numbers(chat) == [2, 2, 3, 3, 4, 4]
    assert chat.messages[3]["text"] == leo.turns[-2].reply
    chat.close()


async def test_what_waits_stays_below_the_past(chat: Chat, leo: AsyncLeoField, play: Play) -> None:
    """Messages that wait stand last; a cell's turn that came among them is shown once."""
    await begun(chat, play, "Do you like the rain?")
    play(chat, {"kind": "submit", "text": "one"})
    await renewed(chat)
    await leo.turn(f"{SECRET} from a cell.")
    assert numbers(chat)[4:] == [None, None, None, 4, 4]
    forgetting = asyncio.ensure_future(leo.forget(SECRET))
    play(chat, {"kind": "submit", "text": "two"})
    await asyncio.gather(forgetting, leo.turn("Good morning."))
    await renewed(chat)
    assert [(one["turn"], one["text"]) for one in chat.messages if one["who"] == "you"] == [
        (2, "Good night."),
        (3, "Do you like the rain?"),
        (5, "Good morning."),
        (None, "one"),
        (None, "two"),
    ]
    assert [one["state"] for one in chat.messages[-2:]] == ["queued", "queued"]
    play(chat, {"kind": "stop"})
    await settled(chat)

    assert [one["state"] for one in chat.messages[-2:]] == ["stopped", "stopped"]
    assert numbers(chat) == [2, 2, 3, 3, 5, 5, None, None]


async def test_words_of_a_turn_that_failed_go_on_where_they_moved(make: Open, play: Play) -> None:
    """A reply that will not be kept is shown below the past with all its words so far."""
    # Who stops listening to a turn that has failed does not ask why, and asyncio says so.
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    async with make(modules=[Breaking()]) as leo:
        chat = Chat(leo, pace=0)
        await chat.say(SECRET)
        await chat.say("Good night.")
        chat.pace = READING
        play(chat, {"kind": "submit", "text": "boom"})
        await leo.forget(1)  # waits until that turn has failed
        await renewed(chat)
        assert numbers(chat) == [2, 2, None, None]
        question, reply = chat.messages[2:]
        assert (question["text"], reply["state"]) == ("boom", "speaking")
        assert reply["text"] != ""
        play(chat, {"kind": "stop"})
        await settled(chat)

        assert chat.messages[2:] == [
            {**question, "state": "stopped"},
            {**reply, "state": "stopped"},
        ]


async def test_a_chat_that_was_closed_meanwhile_is_left_in_peace(
    chat: Chat, leo: AsyncLeoField
) -> None:
    """Nothing is fetched into it any more."""
    leo.watch_forgotten(lambda what: chat.close())
    await leo.forget(1)
    await settled(chat)

    assert chat.messages == []


async def test_a_chat_that_met_another_meanwhile_shows_the_other(
    chat: Chat, leo: AsyncLeoField, make: Open, tmp_path: Path
) -> None:
    """What the one before has not forgotten does not appear below the other's name."""
    async with make(tmp_path / "other.db") as other:
        meeting: list[asyncio.Task[AsyncLeoField]] = []
        leo.watch_forgotten(lambda what: meeting.append(asyncio.ensure_future(chat.meet(other))))
        await leo.forget(1)
        assert await meeting[0] is other
        await settled(chat)

        assert [one["who"] for one in chat.messages] == ["note"]
        await chat.say("Hello.")
        assert numbers(chat) == [None, 1, 1]
        chat.close()
