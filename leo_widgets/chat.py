"""Chat: talk with a Leo, and see every word as he chooses it."""

import asyncio
import os
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from leo import AsyncLeoField, Turn
from leo.text.tokens import clean
from leo_widgets.home import Guest
from leo_widgets.reply import Reply
from leo_widgets.slots import slots
from leo_widgets.transcript import Message, message, turn_messages
from leo_widgets.wire import LoopRunner

__all__ = ["Chat"]

STATIC = Path(__file__).parent / "static"

RESTORED_TURNS = 50
"""Turns of his life that a new chat shows."""

SHOWN_MESSAGES = 2 * RESTORED_TURNS
"""Messages a chat shows; the journal has them all."""

_replying: "ContextVar[Reply | None]" = ContextVar("leo_widgets_replying", default=None)
"""The reply in whose task we are; watchers are called there, and know a chat's own turns by it."""


_Slots: Any = slots("message", SHOWN_MESSAGES, "A message; the one numbered n is in slot n % 100.")


class Chat(anywidget.AnyWidget, _Slots):  # type: ignore[misc]
    """A conversation with a Leo.

    Words appear as they are chosen; Stop cancels a turn from its first moment until its
    commit. Errors stand in the transcript. Turns from elsewhere (a cell, another chat on the
    same Leo) appear too.

    Parameters
    ----------
    leo
        The Leo to talk with.
    path
        Where he lives, if none is given; the chat opens him on the notebook's loop, or shares
        the one that this kernel has open there.
    pace
        Seconds between two words as they are shown. Leo himself does not wait: his turn goes
        on at its own speed, and Stop pressed after its commit shows the rest at once.
    """

    _esm = (STATIC / "chat.js").read_text(encoding="utf-8")
    _css = (STATIC / "chat.css").read_text(encoding="utf-8")

    span = t.List(t.Int(), help="First and last message, whose slots hold the transcript.").tag(
        sync=True
    )
    busy = t.Bool(False, help="A turn is going on or waiting.").tag(sync=True)
    status = t.Unicode("opening…", help="What Leo is doing, in a word.").tag(sync=True)
    pace = t.Float(0.03, help="Seconds between two words, for people who read along.")
    temperature = t.Float(1.0, help="Factor on the temperature of what is typed here.")
    selected = t.List(t.Int(), help="Turn and index of the selected word, or empty.").tag(sync=True)

    def __init__(
        self,
        leo: AsyncLeoField | None = None,
        *,
        path: str | os.PathLike[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._guest = Guest(leo, path)
        self._runner = LoopRunner(self._show_error)
        self._open = asyncio.Event()
        self._failure: BaseException | None = None
        self._last_id = -1
        self._turns: set[asyncio.Task[Turn]] = set()
        self._speaking = asyncio.Lock()  # one reply of this chat is shown at a time, in order
        self._on_word: list[Callable[[int, int], None]] = []
        self._unwatch: Callable[[], None] | None = None
        self.on_msg(self._heard)
        if self._runner.loop is not None:
            self._runner.spawn(self._enter, "opening Leo")

    # ------------------------------------------------------------ from Python

    @property
    def messages(self) -> list[Message]:
        """The transcript, oldest first: its last hundred messages."""
        first, last = self.span or (0, -1)
        return [getattr(self, _slot(id_)) for id_ in range(first, last + 1)]

    @property
    def leo(self) -> AsyncLeoField:
        """The Leo of this chat."""
        return self._guest.leo

    async def ready(self) -> AsyncLeoField:
        """Wait until Leo is open, and give him; raises what kept him from opening."""
        if self._runner.loop is None:
            self._runner.spawn(self._enter, "opening Leo")
        await self._open.wait()
        if self._failure is not None:
            raise self._failure
        return self.leo

    async def say(self, text: str) -> Turn:
        """Say something, as if it had been typed, and give the Turn."""
        await self.ready()
        return await self._begin(text)

    def on_word(self, callback: Callable[[int, int], None]) -> None:
        """Call a function with turn and word index when a word is selected."""
        self._on_word.append(callback)

    def select(self, turn: int, index: int) -> None:
        """Select a word of a turn."""
        self.selected = [turn, index]
        for callback in tuple(self._on_word):
            callback(turn, index)

    @property
    def pending(self) -> int:
        """Tasks of this chat that are going on."""
        return self._runner.pending + len(self._turns)

    async def aclose(self) -> None:
        """Close the widget, and the Leo if it was the widget that opened him."""
        self.close()
        await self._guest.leave()

    def close(self) -> None:
        """Cancel what is going on, and take the widget away; Leo stays open."""
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None
        self._runner.close()
        self._stop()
        super().close()

    # ------------------------------------------------------------ opening

    async def _enter(self) -> None:
        try:
            leo = await self._guest.enter()
            turns = await leo.journal(max(1, _last(leo) - RESTORED_TURNS + 1))
            self._update({}, *(one for turn in turns for one in turn_messages(turn)))
            self._unwatch = leo.watch(self._happened)
            self.status = "ready"
        except BaseException as error:
            self._failure = error
            self.status = "not open"
            raise
        finally:
            self._open.set()

    # ------------------------------------------------------------ from the browser

    def _heard(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        """Take a message from the browser; it may arrive on any thread."""
        kind = content.get("kind")
        if kind == "submit":
            text = str(content.get("text", ""))
            self._runner.spawn(lambda: self._typed(text), "a turn")
        elif kind == "stop":
            self._runner.call(self._stop)
        elif kind == "word":
            turn, index = int(content["turn"]), int(content["index"])
            self._runner.call(lambda: self.select(turn, index))

    async def _typed(self, text: str) -> None:
        if text.strip():
            await self.ready()
            self._begin(text)

    def _stop(self) -> None:
        for task in tuple(self._turns):
            task.cancel()

    # ------------------------------------------------------------ one turn

    def _begin(self, text: str) -> "asyncio.Task[Turn]":
        mine = self._update({}, message("you", clean(text), "queued"))
        task = asyncio.ensure_future(self._turn(mine, text))
        self._turns.add(task)
        task.add_done_callback(self._ended)
        self._update_busy()
        return task

    def _ended(self, task: "asyncio.Task[Turn]") -> None:
        self._turns.discard(task)
        self._update_busy()
        if not task.cancelled():
            task.exception()  # shown in the transcript already; whoever called say() gets it too

    async def _turn(self, mine: int, text: str) -> Turn:
        reply = Reply(self, mine)
        _replying.set(reply)  # in this task's context, which the turn's task inherits
        try:
            async with self._speaking:
                return await self._listen(text, reply)
        except asyncio.CancelledError:
            reply.give_up("stopped")
            raise
        except Exception as error:
            reply.give_up("failed")
            self._show_error(error)
            raise

    async def _listen(self, text: str, reply: "Reply") -> Turn:
        stream = self.leo.stream(text, temperature=self.temperature)
        try:
            async for event in stream:
                reply.take(event)
                if isinstance(event, Turn):
                    return event
                await asyncio.sleep(self.pace)
        finally:
            await stream.aclose()  # stopped between two words: the turn ends, or was committed
        raise RuntimeError("the stream ended without its Turn")

    def _happened(self, turn: Turn) -> None:
        """Hear of every turn; one that was asked elsewhere is added whole."""
        reply = _replying.get()
        if reply is not None and reply.chat is self:
            reply.kept = turn
        else:
            self._update({}, *turn_messages(turn))

    # ------------------------------------------------------------ the transcript

    def _update(self, changes: "dict[int, Message]", *added: Message) -> int:
        """Change and add messages in one go, drop the oldest; give the last one's id."""
        first = self.span[0] if self.span else 0
        with self.hold_sync():
            for id_, change in changes.items():
                if id_ >= first:
                    name = _slot(id_)
                    setattr(self, name, {**getattr(self, name), **change})
            for one in added[-SHOWN_MESSAGES:]:
                self._last_id += 1
                setattr(self, _slot(self._last_id), {**one, "id": self._last_id})
            if self._last_id >= 0:
                self.span = [max(first, self._last_id - SHOWN_MESSAGES + 1), self._last_id]
        return self._last_id

    def _update_busy(self) -> None:
        self.busy = bool(self._turns)
        waiting = len(self._turns) - 1
        if not self.busy:
            self.status = "ready"
        else:
            self.status = f"speaking, {waiting} waiting" if waiting > 0 else "speaking"

    def _show_error(self, error: BaseException) -> None:
        self._update({}, message("error", f"{type(error).__name__}: {error}"))


def _slot(id_: int) -> str:
    return f"message{id_ % SHOWN_MESSAGES}"


def _last(leo: AsyncLeoField) -> int:
    return (leo.turns[-1].id or 0) if len(leo.turns) else 0
