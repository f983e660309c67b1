"""Messages from a browser: a widget does what it offers, and refuses and reports all else."""

import asyncio
import gzip
import threading
from collections.abc import AsyncIterator
from typing import Any

import ipywidgets
import pytest

from leo import AsyncLeoField
from leo_widgets import Chat, Feed, Inspector, LeoLab, PlotPanel, Switches, WhatIf
from leo_widgets.door import MOST_MET, MOST_WAITING
from leo_widgets.guard import MOST_PASTED, MOST_TYPED, MOST_UPLOADED
from leo_widgets.panel import Program
from tests.conftest import Open
from tests.reliability.fuzz.wires import PLACES, calm, complaints, opened, send, state_of
from tests.widgets.conftest import Play, Sent, play, sent

__all__ = ["Sent", "play", "sent"]  # fixtures

REFUSED = "ValueError: a message from the browser was refused: "
INF, NAN = float("inf"), float("nan")


@pytest.fixture
async def lab(make: Open) -> AsyncIterator[LeoLab]:
    """Give a lab with every window, on a Leo without modules."""
    async with make(modules=[]) as leo:
        made = LeoLab(leo)
        made.chat.pace = 0
        await made.say("The moon is red.")
        for place in PLACES:
            await made.window(place).ready()
        await calm(lambda: made.pending)
        yield made
        made.close()


@pytest.fixture
async def chat(make: Open) -> AsyncIterator[Chat]:
    """Give a chat that is open."""
    async with make(modules=[]) as leo:
        made = Chat(leo, pace=0)
        await made.ready()
        yield made
        made.close()


async def test_every_widget_of_a_lab_has_a_guard(lab: LeoLab) -> None:
    """Whatever can be sent to, down to layouts and the figures' program, looks before it takes."""
    widgets = opened(lab)
    bare = [one for one in widgets if getattr(one.comm._msg_callback, "__name__", "") != "take"]
    assert bare == []
    kinds = {type(one).__name__ for one in widgets}
    assert {"Chat", "PlotPanel", "Program", "Tab", "FileUpload", "Layout", "Play"} <= kinds


async def test_what_is_not_offered_cannot_be_set(lab: LeoLab) -> None:
    """Each synced trait that no view sets is refused, of every widget, whatever the value."""
    values: tuple[Any, ...] = ("x", 1, None, True, {}, [], INF)
    with complaints() as said:
        for widget in opened(lab):
            offered = {"value", "index", "selected_index", "selected", "playing", "repeat", "error"}
            before = state_of(widget)
            for name in [*before, "comm", "log", "keys", "nonsense", "self"]:
                if name not in offered or isinstance(widget, Program | Chat):
                    for it in values:
                        send(widget, {"method": "update", "state": {name: it}})
            telling = isinstance(widget, Chat | PlotPanel)  # they show what was refused
            after = {**state_of(widget), **({"error": before.get("error")} if telling else {})}
            for name, value in before.items():
                assert after[name] == value or (telling and _shows(name)), (widget, name)
    assert said == []
    assert lab.panel.error.startswith(REFUSED)
    assert lab.chat.messages[-1]["text"].startswith(REFUSED)


def _shows(name: str) -> bool:
    return name == "span" or name.startswith("message")


WRONG_TALK: list[Any] = [
    *(None, 7, "submit", [], {}, {"kind": "eval"}, {"kind": None}, {"kind": []}),
    *({"kind": "submit"}, {"kind": "submit", "text": None}, {"kind": "submit", "text": ["a"]}),
    {"kind": "submit", "text": "a", "temperature": 9},
    {"kind": "submit", "text": "a" * (MOST_TYPED + 1)},
    *({"kind": "word"}, {"kind": "word", "turn": 1}, {"kind": "word", "turn": "1", "index": "0"}),
    *({"kind": "word", "turn": turn, "index": 0} for turn in (0, -1, 2**60, 10**400, NAN, True)),
    *({"kind": "word", "turn": 1, "index": index} for index in (-1, 2**60, 1.5, None, [0])),
    *({"kind": "stop", "all": True}, {"kind": "new", "path": "/etc/leo.db"}, {"kind": "meet"}),
]


@pytest.mark.parametrize("content", WRONG_TALK, ids=range(len(WRONG_TALK)))
async def test_a_chat_refuses_what_its_view_never_sends(
    chat: Chat, play: Play, content: Any
) -> None:
    """It is said in the transcript, once however often it comes; nothing is begun or selected."""
    before = await chat.leo.stats()
    with complaints() as said:
        for _ in range(3):
            send(chat, {"method": "custom", "content": content})
    assert said == []
    assert [one["text"][: len(REFUSED)] for one in chat.messages] == [REFUSED]
    assert len(chat.messages[0]["text"]) < 300
    assert (chat.pending, chat.selected, await chat.leo.stats()) == (0, [], before)
    play(chat, {"kind": "submit", "text": "The moon?"})
    await calm(lambda: chat.pending)
    assert chat.messages[-1]["who"] == "leo"


@pytest.mark.parametrize(
    "message",
    [
        *(None, 7, [], "update", {}, {"method": "update"}, {"method": "update", "state": []}),
        *({"method": "custom"}, {"method": "echo_update", "state": {}}, {"method": ["custom"]}),
        {"method": "update", "state": {"busy": True}, "buffer_paths": [["busy"]]},
    ],
    ids=range(11),
)
async def test_a_message_without_a_shape_is_refused(chat: Chat, message: Any) -> None:
    """Whatever comes instead of a widget's message, the handler raises and logs nothing."""
    with complaints() as said:
        send(chat, message)
        send(chat, message, [b"bytes"])
    assert said == []
    assert [one["who"] for one in chat.messages] == ["error"]


async def test_a_message_from_another_thread_is_refused_on_the_loop(chat: Chat) -> None:
    """A subshell's thread has a loop of its own; the transcript is changed on the chat's."""

    def subshell() -> None:
        async def deliver() -> None:
            send(chat, {"method": "custom", "content": {"kind": "eval"}})

        asyncio.run(deliver())

    thread = threading.Thread(target=subshell)
    thread.start()
    await asyncio.to_thread(thread.join)
    assert chat.messages[0]["text"].startswith(REFUSED)


async def test_a_flood_of_messages_waits_in_a_short_queue(chat: Chat, play: Play) -> None:
    """So many turns are begun as may wait; the rest is refused, and said once."""
    play(chat, {"kind": "submit", "text": "First."})
    await calm(lambda: chat.pending)
    for number in range(10 * MOST_WAITING):
        again = {"kind": "again"} if number % 2 else {"kind": "submit", "text": "x"}
        play(chat, again)
    await calm(lambda: chat.pending)
    assert (await chat.leo.stats()).turns == 1 + MOST_WAITING
    refused = [one for one in chat.messages if "wait already" in one["text"]]
    assert len(refused) == 1
    play(chat, {"kind": "submit", "text": "And now?"})
    await calm(lambda: chat.pending)
    assert chat.leo.turns[-1].prompt == "And now?"


async def test_a_flood_of_new_leos_is_one(chat: Chat, play: Play) -> None:
    """While another Leo is on his way, no more are made; and a chat meets no more than so many."""
    for _ in range(50):
        play(chat, {"kind": "new"})
    await calm(lambda: chat.pending)
    folder = chat.leo.path.parent
    names = await asyncio.to_thread(lambda: sorted(one.name for one in folder.glob("*.db")))
    assert names == ["leo-2.db", "leo.db"]
    chat._guests += chat._guests[:1] * MOST_MET
    play(chat, {"kind": "new"})
    await calm(lambda: chat.pending)
    assert f"{MOST_MET} Leos were met here" in chat.messages[-1]["text"]
    for guest in chat._guests[:2]:
        await guest.leo.aclose()


VALUES: dict[type, list[Any]] = {
    ipywidgets.IntSlider: [NAN, INF, -1, 10**400, "1", None, True, [1], {}, 2**40],
    ipywidgets.FloatSlider: [NAN, -INF, 0, 3.1, 10**400, "1", None, False],
    ipywidgets.BoundedIntText: [NAN, -1, 10**400, "1", None, 99],
    ipywidgets.Text: ["a" * (MOST_TYPED + 1), 7, None, b"a", ["a"]],
    ipywidgets.Textarea: ["a" * (MOST_PASTED + 1), 7, None],
    ipywidgets.Checkbox: [0, 1, "yes", None, []],
    ipywidgets.Dropdown: [-1, 99, None, "words", 1.0, True],
    ipywidgets.ToggleButtons: [-1, 99, None, "words", 1.0, True],
    ipywidgets.SelectMultiple: [7, [99], [-1], ["a"], [0] * 999, None],
    ipywidgets.Tab: [-1, 99, "now", 1.0, True],
    ipywidgets.FileUpload: [7, [7], [{}], [{"name": "a"}], None],
}


async def test_a_value_that_cannot_be_chosen_is_refused(make: Open) -> None:
    """No value out of range, of another type or beyond all size reaches a control."""
    async with make() as leo:
        made = LeoLab(leo)
        await made.ready()
        for place in PLACES:
            await made.window(place).ready()
        await calm(lambda: made.pending)
        with complaints() as said:
            for kind, values in VALUES.items():
                controls: list[Any] = [one for one in opened(made) if type(one) is kind]
                assert controls, kind
                for control in controls:
                    name = "selected_index" if kind is ipywidgets.Tab else "value"
                    name = "index" if control.has_trait("index") else name
                    before = getattr(control, name)
                    for value in values:
                        send(control, {"method": "update", "state": {name: value}})
                        assert getattr(control, name) == before, (control, value)
        assert said == []
        assert made.chat.temperature == 1.0
        made.close()


POINTS: list[Any] = [
    *(7, [], "words", {"evil": 1}, {"figure": {}}, {"custom": [[1]]}, {"custom": [0] * 33}),
    *({"x": 10**400}, {"x": NAN}, {"y": "a" * 10_001}, {"custom": {"0": 1}}),
]
HALF = [
    *({"figure": "words", "custom": []}, {"figure": "words", "custom": [1]}),
    *({"figure": "words", "custom": one} for one in (["a", "b"], [None, 1], [1, None], "words", 7)),
    *({"figure": "words", "custom": [one, one]} for one in (-1, 2**53, 99)),
    *({"figure": "timeline", "x": one} for one in ("a", None, True, -1, 2**53)),
    *({"figure": "field map", "custom": one} for one in ([], [7], [None], ["\0"], ["<b>"])),
]


async def test_a_click_on_nothing_does_nothing(lab: LeoLab) -> None:
    """A point without a shape is refused; one that met no word, turn or neighbour is idle."""
    inspector = lab.window("inspect")
    assert isinstance(inspector, Inspector)
    panels = [one for one in opened(lab) if isinstance(one, PlotPanel)]
    turn = inspector.turn.value
    with complaints() as said:
        for panel in panels:
            for point in POINTS:
                send(panel, {"method": "update", "state": {"selected": point}})
                assert panel.error.startswith(REFUSED)
                assert panel.selected == {}
            for point in HALF:
                send(panel, {"method": "update", "state": {"selected": point}})
                await calm(lambda: lab.pending)
    assert said == []
    assert inspector.turn.value == turn
    assert all(panel.figures for panel in panels if panel is lab.panel)


async def test_one_thought_is_thought_at_a_time(
    lab: LeoLab, play: Play, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it is pressed, one imagination goes on; the others are refused."""
    what_if = lab.window("what if")
    assert isinstance(what_if, WhatIf)
    what_if.prompt.value = "moon"
    for _ in range(50):
        play(what_if.button, {"event": "click"})
    await calm(lambda: lab.pending)
    refused = [one for one in caplog.records if one.getMessage() == "imagining failed"]
    assert len(refused) == 49
    assert all("being imagined already" in str(one.exc_info[1]) for one in refused if one.exc_info)
    assert what_if.told.value.count("as he would say it") == 1


async def test_a_switch_that_flickers_is_journaled_once(leo: AsyncLeoField, play: Play) -> None:
    """What is pressed while he is told of an earlier press is told as it stands at last."""
    switches = Switches(leo)
    await switches.ready()
    entries = (await leo.stats()).entries
    for _ in range(101):
        play(switches.modules["dream"], value=not switches.modules["dream"].value)
    await calm(lambda: switches.pending)
    assert leo.without == ("dream",)
    assert (await leo.stats()).entries <= entries + 2
    switches.close()


def told_of(name: str, content: bytes) -> dict[str, Any]:
    """Make what a browser tells of a file."""
    return {"name": name, "type": "text/plain", "size": len(content), "last_modified": 0}


async def test_an_uploaded_name_is_only_a_name(lab: LeoLab, play: Play) -> None:
    """A name with a way in it, or markup, names no file and is shown as it is written."""
    feed = lab.window("feed")
    assert isinstance(feed, Feed)
    folder = lab.leo.path.parent
    before = await asyncio.to_thread(lambda: sorted(folder.parent.rglob("*evil*")))
    for name in ("../../evil.txt", f"{folder}/evil.txt", "<img src=x onerror=evil()>", "a\0evil"):
        content = f"The lamp of {len(name)} is warm. ".encode()
        state = {"value": [told_of(name, content)]}
        path = {"method": "update", "state": state, "buffer_paths": [["value", 0, "content"]]}
        send(feed.upload, path, [content])
        play(feed.button, {"event": "click"})
        await calm(lambda: lab.pending)
        assert "tokens of" in feed.told.value
        assert "<" not in feed.told.value
    assert await asyncio.to_thread(lambda: sorted(folder.parent.rglob("*evil*"))) == before


async def test_an_upload_that_is_too_large_or_packed_is_refused(lab: LeoLab, play: Play) -> None:
    """Bytes have a limit, and what is small only as long as it is packed is not unpacked."""
    feed = lab.window("feed")
    assert isinstance(feed, Feed)
    large = bytes(MOST_UPLOADED + 1)
    update = {"method": "update", "buffer_paths": [["value", 0, "content"]]}
    send(feed.upload, {**update, "state": {"value": [told_of("a", large)]}}, [large])
    assert f"at most {MOST_UPLOADED:,} can be uploaded" in feed.panel.error
    send(feed.upload, {**update, "state": {"value": []}, "buffer_paths": [["evil"]]}, [b"a"])
    assert feed.upload.value == ()
    bomb = gzip.compress(bytes(1_000_000))
    send(feed.upload, {**update, "state": {"value": [told_of("a.txt", bomb)]}}, [bomb])
    play(feed.button, {"event": "click"})
    await calm(lambda: lab.pending)
    assert "unpack it first" in feed.panel.error
    assert (await lab.leo.stats()).turns == 1
