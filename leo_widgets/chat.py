"""Chat: talk with a Leo, and see every word as he chooses it."""

import asyncio
import os
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import traitlets as t

from leo import AsyncLeoField, Forgotten, Turn
from leo.text.tokens import clean
from leo_widgets.door import AGAIN, Door
from leo_widgets.home import Guest, free_path
from leo_widgets.log import SHOWN_MESSAGES, Log
from leo_widgets.reply import Reply
from leo_widgets.transcript import Message, message, turn_messages
from leo_widgets.wire import LoopRunner

__all__ = ["Chat"]

RESTORED_TURNS = SHOWN_MESSAGES // 2
"""Turns of his life that a new chat shows."""

_replying: "ContextVar[Reply | None]" = ContextVar("leo_widgets_replying", default=None)
"""The reply in whose task we are; watchers are called there, and know a chat's own turns by it."""


class Chat(Log):
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
        self._guests = [self._guest]  # those talked with before stay open for who looks at them
        self._runner = LoopRunner(self._show_error)
        self._open = asyncio.Event()
        self._failure: BaseException | None = None
        self._turns: dict[asyncio.Task[Turn], Reply] = {}
        self._speaking = asyncio.Lock()  # one reply of this chat is shown at a time, in order
        self._on_word: list[Callable[[int, int], None]] = []
        self._on_meet: list[Callable[[], None]] = []
        self._unwatch: list[Callable[[], None]] = []
        self._door = Door(self)
        if self._runner.loop is not None:
            self._runner.spawn(self._enter, "opening Leo")

    # ------------------------------------------------------------ from Python

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

    async def again(self) -> Turn:
        """Say the last message once more: that is a new turn, and the transcript says so.

        Raises
        ------
        ValueError
            If nothing was said yet.
        """
        await self.ready()
        return await self._begin(self._said_last(), AGAIN)

    async def meet(
        self, leo: AsyncLeoField | None = None, *, path: str | os.PathLike[str] | None = None
    ) -> AsyncLeoField:
        """Talk with another Leo from now on; the one before is not closed, and stays as he is.

        Parameters
        ----------
        leo, path
            Another Leo, or where he lives; by default a newborn in a new file beside this one.

        Raises
        ------
        LeoError
            If he cannot be opened; one goes on talking with this one.
        """
        if leo is None and path is None:
            path = await asyncio.to_thread(free_path, self.leo.path)
        guest, before = Guest(leo, path), self.leo.path
        await guest.enter()  # if he cannot be opened, nothing has changed
        self._stop()
        await asyncio.gather(*self._turns, return_exceptions=True)
        self._leave()
        self._guest = guest
        self._guests.append(guest)
        self.clear()
        self.selected = []
        self.add("note", f"This is the Leo in {guest.leo.path}. The one before stays in {before}.")
        await self._enter()
        for callback in tuple(self._on_meet):
            callback()
        return self.leo

    def on_meet(self, callback: Callable[[], None]) -> None:
        """Call a function when this chat has met another Leo."""
        self._on_meet.append(callback)

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
        for guest in self._guests:
            await guest.leave()

    def close(self) -> None:
        """Cancel what is going on, and take the widget away; Leo stays open."""
        self._leave()
        self._runner.close()
        self._stop()
        super().close()

    # ------------------------------------------------------------ coming and going

    def _leave(self) -> None:
        for unwatch in self._unwatch:
            unwatch()
        self._unwatch = []

    async def _enter(self) -> None:
        try:
            leo = await self._guest.enter()
            await self._restore()
            self._unwatch = [leo.watch(self._happened), leo.watch_forgotten(self._forgot)]
            self.status = "ready"
        except BaseException as error:
            self._failure = error
            self.status = "not open"
            raise
        finally:
            self._open.set()

    async def _restore(self) -> None:
        self._update({}, *await _past(self.leo))

    def _forgot(self, what: Forgotten) -> None:
        """Show nothing any more of what was forgotten: the transcript is fetched anew."""
        going = {id_ for one in self._turns.values() if not one.kept for id_ in one.ids}
        self._show_anew([], lambda one: one["id"] in going)
        guest = self._guest
        self._runner.spawn(lambda: self._renew(guest), "forgetting in a chat")

    async def _renew(self, guest: Guest) -> None:
        past = await _past(guest.leo)
        if guest is self._guest:  # else one talks with another Leo by now
            # Turns that were told meanwhile are part of it, or forgotten too: who held the lock
            # before the journal did has told of his turn, and nobody has held it since.
            self._show_anew(past, lambda one: one["turn"] is None)

    def _show_anew(self, past: list[Message], stays: Callable[[Message], bool]) -> None:
        """Show the past, and below it what stays; a committed reply is past, or forgotten."""
        replies = self._turns.values()
        ended = {id_ for one in replies if one.kept for id_ in one.ids}
        with self.hold_sync():
            numbers = self._rearrange(past, lambda one: one["id"] not in ended and stays(one))
            for reply in replies:
                if reply.kept:
                    reply.end()
                else:
                    reply.moved(numbers)

    def _said_last(self) -> str:
        said = [one["text"] for one in self.messages if one["who"] == "you"]
        if not said:
            raise ValueError("nothing was said yet that could be said again")
        return str(said[-1])

    def _stop(self) -> None:
        for task in tuple(self._turns):
            task.cancel()

    # ------------------------------------------------------------ one turn

    def _begin(self, text: str, note: str = "") -> "asyncio.Task[Turn]":
        mine = self._update({}, message("you", clean(text), "queued", note=note))
        reply = Reply(self, mine, note)
        task = asyncio.ensure_future(self._turn(reply, text))
        self._turns[task] = reply
        task.add_done_callback(self._ended)
        self._update_busy()
        return task

    def _ended(self, task: "asyncio.Task[Turn]") -> None:
        self._turns.pop(task, None)
        self._update_busy()
        if not task.cancelled():
            task.exception()  # shown in the transcript already; whoever called say() gets it too

    async def _turn(self, reply: Reply, text: str) -> Turn:
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

    async def _listen(self, text: str, reply: Reply) -> Turn:
        stream = self.leo.stream(text, temperature=self.temperature)
        try:
            async for event in stream:
                reply.take(event)
                if isinstance(event, Turn):
                    return event
                await asyncio.sleep(0 if reply.ended else self.pace)
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

    def _update_busy(self) -> None:
        self.busy = bool(self._turns)
        waiting = len(self._turns) - 1
        if not self.busy:
            self.status = "ready"
        else:
            self.status = f"speaking, {waiting} waiting" if waiting > 0 else "speaking"

    def _show_error(self, error: BaseException) -> None:
        self.add("error", f"{type(error).__name__}: {error}")


async def _past(leo: AsyncLeoField) -> list[Message]:
    last = (leo.turns[-1].id or 0) if len(leo.turns) else 0
    turns = await leo.journal(max(1, last - RESTORED_TURNS + 1))
    return [one for turn in turns for one in turn_messages(turn)]
