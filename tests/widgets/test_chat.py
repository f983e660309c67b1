"""The chat without a browser: its traits are the truth, its messages make words appear."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from leo import AsyncLeoField, Turn
from leo.errors import NotALeo
from leo.module import Lean, Module
from leo_widgets import Chat
from leo_widgets.home import free_path
from tests.conftest import Open
from tests.widgets.conftest import Play, Sent


class Gate(Module[None]):
    """Holds turns until it is opened."""

    name = "gate"

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def before(self, percept: Any, so_far: Any) -> Lean[None] | None:
        """Hold, or fail if told so."""
        self.reached.set()
        await self.opened.wait()
        if "boom" in percept.tokens:
            raise RuntimeError("on purpose")
        return None


def shown(chat: Chat) -> list[tuple[str, str, str]]:
    """List who said what, in which state."""
    return [(one["who"], one["text"], one["state"]) for one in chat.messages]


async def settle(chat: Chat) -> None:
    """Wait until nothing of the chat's is going on."""
    while chat.busy or chat.pending:
        await asyncio.sleep(0)


@pytest.fixture
async def chat(leo: AsyncLeoField) -> Chat:
    """Give a chat with an open Leo that shows words at once."""
    made = Chat(leo, pace=0)
    await made.ready()
    return made


async def test_saying_is_typing(chat: Chat, leo: AsyncLeoField, play: Play) -> None:
    """A message from the browser and say() make the same transcript."""
    play(chat, {"kind": "submit", "text": "Hello."})
    await asyncio.sleep(0)
    await settle(chat)
    turn = await chat.say("Hello again.")

    first = leo.turns[0]
    assert shown(chat) == [
        ("you", "Hello.", "done"),
        ("leo", first.reply, "done"),
        ("you", "Hello again.", "done"),
        ("leo", turn.reply, "done"),
    ]
    assert [one["turn"] for one in chat.messages] == [1, 1, 2, 2]


async def test_words_travel_as_they_come(make: Open, sent: Sent) -> None:
    """Streamed pieces join to the reply, each at the place where the last one ended."""
    async with make(modules=()) as leo:
        chat = Chat(leo, pace=0.05)
        turn = await chat.say("Hello.")
    pieces = [data["content"] for _, kind, data in sent if data.get("method") == "custom"]

    assert len(pieces) >= len(turn.utterance.words) - 2
    at = 0
    for piece in pieces:
        assert piece["at"] == at
        at += len(piece["text"])
    assert turn.reply.startswith("".join(piece["text"] for piece in pieces))


async def test_a_finished_reply_has_its_words_with_reasons(chat: Chat) -> None:
    """Each word is there with its white space and a line of why."""
    turn = await chat.say("Hello.")
    words = chat.messages[-1]["words"]

    assert "".join(text for text, _ in words) == turn.reply
    assert [why.split(" ")[0] for _, why in words] == [w.context for w in turn.utterance.words]


async def test_a_message_from_a_foreign_thread_lands_on_leos_loop(
    chat: Chat, leo: AsyncLeoField, play: Play
) -> None:
    """A kernel subshell delivers on another thread with its own loop; the turn runs on ours."""
    loops: list[Any] = []
    leo.watch(lambda turn: loops.append(asyncio.get_running_loop()))

    def subshell() -> None:
        async def deliver() -> None:
            play(chat, {"kind": "submit", "text": "from a subshell"})

        asyncio.run(deliver(), debug=True)

    await asyncio.to_thread(subshell)
    while not loops:
        await asyncio.sleep(0)
    await settle(chat)

    assert loops == [leo.loop] == [asyncio.get_running_loop()]
    assert shown(chat)[0] == ("you", "from a subshell", "done")


async def test_stop_works_before_the_first_word(make: Open, play: Play) -> None:
    """Stop cancels the turn and those that wait; nothing is kept, and it is said."""
    gate = Gate()
    async with make(modules=[gate]) as leo:
        chat = Chat(leo, pace=0)
        await chat.ready()
        play(chat, {"kind": "submit", "text": "one"})
        play(chat, {"kind": "submit", "text": "two"})
        await gate.reached.wait()
        assert chat.busy
        assert shown(chat) == [("you", "one", "queued"), ("you", "two", "queued")]

        play(chat, {"kind": "stop"})
        await settle(chat)
        assert shown(chat) == [("you", "one", "stopped"), ("you", "two", "stopped")]
        assert len(await leo.journal()) == 0
        gate.opened.set()
        await chat.say("three")
        assert [turn.prompt for turn in leo.turns] == ["three"]


async def test_stop_after_the_commit_shows_what_was_said(leo: AsyncLeoField, play: Play) -> None:
    """A turn that was kept stays, whatever was shown of it when Stop was pressed."""
    chat = Chat(leo, pace=30)
    await chat.ready()
    told = asyncio.Event()
    leo.watch(lambda turn: told.set())
    play(chat, {"kind": "submit", "text": "Hello."})
    await told.wait()
    play(chat, {"kind": "stop"})
    await settle(chat)

    [turn] = leo.turns
    assert shown(chat) == [("you", "Hello.", "done"), ("leo", turn.reply, "done")]


async def test_an_error_stands_in_the_transcript(make: Open, play: Play) -> None:
    """A turn that fails is marked, and its error is shown; the chat goes on."""
    gate = Gate()
    gate.opened.set()
    async with make(modules=[gate]) as leo:
        chat = Chat(leo, pace=0)
        await chat.ready()
        play(chat, {"kind": "submit", "text": "boom"})
        await asyncio.sleep(0)
        await settle(chat)
        assert shown(chat)[0] == ("you", "boom", "failed")
        assert shown(chat)[1][0] == "error"
        assert "gate.before raised RuntimeError: on purpose" in shown(chat)[1][1]

        with pytest.raises(Exception, match="on purpose"):
            await chat.say("boom")
        assert (await chat.say("fine")).id == 1


async def test_a_message_that_is_refused_is_shown(chat: Chat, play: Play) -> None:
    """A message that no turn takes is marked, with the reason; the chat goes on."""
    play(chat, {"kind": "submit", "text": "x" * 20_001})
    await asyncio.sleep(0)
    await settle(chat)

    assert [(who, state) for who, _, state in shown(chat)] == [
        ("you", "failed"),
        ("error", "done"),
    ]
    assert "PromptTooLong" in shown(chat)[1][1]
    assert (await chat.say("fine")).id == 1


async def test_a_fault_stands_in_the_transcript(make: Open) -> None:
    """A module that sat out a turn is named below the reply, live and after a restart."""
    gate = Gate()
    gate.opened.set()
    async with make(modules=[gate], strict=False) as leo:
        chat = Chat(leo, pace=0)
        turn = await chat.say("boom")
        again = Chat(leo)
        await again.ready()

    expected = [
        ("you", "boom", "done"),
        ("leo", turn.reply, "done"),
        ("error", "gate.before failed: RuntimeError: on purpose", "done"),
    ]
    assert shown(chat) == expected
    assert shown(again) == expected


async def test_the_transcript_comes_back(make: Open) -> None:
    """A new chat on a Leo shows the last fifty turns of his life."""
    async with make(modules=()) as leo:
        for i in range(53):
            await leo.turn(f"{i}")
    async with make() as leo:
        chat = Chat(leo)
        await chat.ready()
        said = [one["text"] for one in chat.messages if one["who"] == "you"]

    assert said == [str(i) for i in range(3, 53)]


async def test_turns_from_elsewhere_appear_once(chat: Chat, leo: AsyncLeoField) -> None:
    """A turn from a cell or from another chat is added whole, in order of commit."""
    other = Chat(leo, pace=0)
    await other.ready()
    await leo.turn("from a cell")
    await other.say("from the other chat")
    await chat.say("from here")

    for one in (chat, other):
        said = [message["text"] for message in one.messages if message["who"] == "you"]
        assert said == ["from a cell", "from the other chat", "from here"]


async def test_a_word_can_be_selected(chat: Chat, play: Play) -> None:
    """A click on a word selects it and tells whoever asked."""
    told: list[tuple[int, int]] = []
    chat.on_word(lambda turn, index: told.append((turn, index)))
    await chat.say("Hello.")
    play(chat, {"kind": "word", "turn": 1, "index": 3})

    assert told == [(1, 3)]
    assert chat.selected == [1, 3]


async def test_blank_messages_are_ignored(chat: Chat, play: Play) -> None:
    """Nothing but white space is not sent."""
    play(chat, {"kind": "submit", "text": " \n "})
    await asyncio.sleep(0)

    assert chat.messages == []


async def test_a_chat_opens_a_leo_on_a_path_and_shares_him(path: Path) -> None:
    """Two chats on one path have one Leo; the one that opened him closes him."""
    one, other = Chat(path=path, pace=0), Chat(path=path, pace=0)
    assert await one.ready() is await other.ready()
    assert (await one.say("Hello.")).id == 1
    third = Chat(path=path)
    assert await third.ready() is one.leo
    await other.aclose()
    assert not one.leo.closed
    await one.aclose()
    assert one.leo.closed


async def test_a_chat_that_cannot_open_says_so(path: Path) -> None:
    """An error while opening is in the transcript and raised by ready()."""
    await asyncio.to_thread(path.write_bytes, b"something else entirely")
    chat = Chat(path=path)
    with pytest.raises(Exception, match="not an SQLite file"):
        await chat.ready()
    await asyncio.sleep(0)

    assert chat.status == "not open"
    assert shown(chat)[-1][0] == "error"
    assert "NotALeo" in shown(chat)[-1][1]


async def test_closing_cancels_and_leaves_leo_open(make: Open, play: Play) -> None:
    """A closed chat cancels its turn, hears no more, and the Leo goes on."""
    gate = Gate()
    async with make(modules=[gate]) as leo:
        chat = Chat(leo, pace=0)
        await chat.ready()
        play(chat, {"kind": "submit", "text": "never"})
        await gate.reached.wait()
        chat.close()
        gate.opened.set()
        turn = await leo.turn("later")

        assert isinstance(turn, Turn)
        assert [one.prompt for one in leo.turns] == ["later"]
        assert "later" not in [text for _, text, _ in shown(chat)]


async def test_what_travels_per_turn_is_bounded(chat: Chat, leo: AsyncLeoField, sent: Sent) -> None:
    """A turn sends its own two messages and no others; the transcript does not grow for ever."""
    await leo.set_without(leo.modules)  # sixty quick turns
    for i in range(60):
        await chat.say(f"turn {i}")
    await leo.set_without(())
    sent.clear()
    await chat.say("one more")

    updates = [data["state"] for _, _, data in sent if "state" in data]
    slots = {name for state in updates for name in state if name.startswith("message")}
    assert len(slots) == 2
    assert len(json.dumps(updates)) < 12_000
    assert len(chat.messages) == 100
    assert [one["id"] for one in chat.messages] == list(range(22, 122))


async def test_the_last_message_can_be_said_again(chat: Chat, leo: AsyncLeoField) -> None:
    """It is a new turn, and says so, also when it was stopped or came from elsewhere."""
    with pytest.raises(ValueError, match="nothing was said yet"):
        await chat.again()
    first = await chat.say("Do you like the rain?")
    second = await chat.again()

    assert (second.prompt, second.id) == (first.prompt, 2)
    notes = [one["note"] for one in chat.messages if one["who"] == "you"]
    assert notes == ["", "said again: a new turn"]


async def test_again_and_edited_from_the_browser(
    chat: Chat, leo: AsyncLeoField, play: Play
) -> None:
    """Both are new turns; the transcript tells which is which."""
    await chat.say("Do you like rain?")
    play(chat, {"kind": "again"})
    play(chat, {"kind": "submit", "text": "Do you like the sea?", "edited": True})
    await settle(chat)

    mine = [(one["text"], one["note"]) for one in chat.messages if one["who"] == "you"]
    assert mine[1:] == [
        ("Do you like rain?", "said again: a new turn"),
        ("Do you like the sea?", "edited: a new turn"),
    ]
    assert [turn.id for turn in leo.turns] == [1, 2, 3]


async def test_clear_takes_away_what_is_shown_only(make: Open, play: Play) -> None:
    """What is under way stays, Leo forgets nothing, and the next message is there."""
    gate = Gate()
    gate.opened.set()
    async with make(modules=[gate]) as leo:
        chat = Chat(leo, pace=0)
        await chat.ready()
        chat.clear()
        await chat.say("one")
        play(chat, {"kind": "clear"})
        assert chat.messages == []
        gate.opened.clear()
        gate.reached.clear()
        play(chat, {"kind": "submit", "text": "two"})
        await gate.reached.wait()
        chat.clear()
        assert [one["text"] for one in chat.messages] == ["two"]
        gate.opened.set()
        await settle(chat)
        assert [one["who"] for one in chat.messages] == ["you", "leo"]
        assert len(leo.turns) == 2


async def test_a_transcript_is_plain_text(make: Open, play: Play) -> None:
    """Who said what, and what was not kept; markup stays what was typed."""
    gate = Gate()
    gate.opened.set()
    async with make(modules=[gate]) as leo:
        chat = Chat(leo, pace=0)
        await chat.ready()
        turn = await chat.say("<b>one</b>")
        gate.opened.clear()
        gate.reached.clear()
        play(chat, {"kind": "again"})
        await gate.reached.wait()
        play(chat, {"kind": "stop"})
        await settle(chat)
        assert chat.transcript.split("\n\n") == [
            "you: <b>one</b>",
            f"Leo: {turn.reply}",
            "you (said again: a new turn, stopped, not kept): <b>one</b>",
        ]


async def test_a_newborn_in_a_file_of_his_own(path: Path, play: Play) -> None:
    """New Leo: another file beside the first, which stays open and as he was."""
    chat = Chat(path=path, pace=0)
    first = await chat.ready()
    told: list[Path] = []
    chat.on_meet(lambda: told.append(chat.leo.path))
    await chat.say("I am from before.")
    play(chat, {"kind": "new"})
    await settle(chat)

    assert chat.leo.path == path.with_name("leo-2.db") == told[0]
    assert [one["who"] for one in chat.messages] == ["note"]
    assert str(path) in chat.messages[0]["text"]
    assert (await chat.say("Hello.")).id == 1
    assert not first.closed
    assert (await first.turn("Still there?")).id == 2
    assert "Still there?" not in chat.transcript
    assert await asyncio.to_thread(free_path, chat.leo.path) == path.with_name("leo-3.db")
    await chat.aclose()
    assert [first.closed, chat.leo.closed] == [True, True]


async def test_meeting_one_who_cannot_be_opened_changes_nothing(
    chat: Chat, leo: AsyncLeoField, tmp_path: Path
) -> None:
    """The error is raised, and one goes on with the Leo one has."""
    other = tmp_path / "other.db"
    await asyncio.to_thread(other.write_bytes, b"something else entirely")
    await chat.say("Hello.")
    with pytest.raises(NotALeo, match="not an SQLite file"):
        await chat.meet(path=other)

    assert chat.leo is leo
    assert (await chat.say("Still you?")).id == 2
    assert len(chat.messages) == 4
