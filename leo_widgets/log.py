"""The log: a chat's transcript, as traits that travel to the browser one message at a time."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from leo_widgets.slots import slots
from leo_widgets.still import Snapshot, Still, talk_snapshot
from leo_widgets.transcript import Message, State, Who, as_text, message

__all__ = ["SHOWN_MESSAGES", "Log"]

STATIC = Path(__file__).parent / "static"

SHOWN_MESSAGES = 100
"""Messages a chat shows; the journal has them all."""

UNDER_WAY: tuple[State, ...] = ("queued", "speaking")

_Slots: Any = slots("message", SHOWN_MESSAGES, "A message; the one numbered n is in slot n % 100.")


class Log(Still, anywidget.AnyWidget, _Slots):  # type: ignore[misc]
    """What was said, to be looked at in a browser; a subclass fills it."""

    _esm = (STATIC / "chat.js").read_text(encoding="utf-8")
    _css = (STATIC / "chat.css").read_text(encoding="utf-8")

    span = t.List(t.Int(), help="First and last message, whose slots hold the transcript.").tag(
        sync=True
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._last_id = -1

    @property
    def messages(self) -> list[Message]:
        """The transcript, oldest first: its last hundred messages."""
        first, last = self.span or (0, -1)
        return [getattr(self, _slot(id_)) for id_ in range(first, last + 1)]

    @property
    def transcript(self) -> str:
        """The transcript as plain text, a paragraph per message."""
        return as_text(self.messages)

    def snapshot(self) -> Snapshot:
        """Give the transcript as it is now: it stays in the notebook, also without a kernel."""
        return talk_snapshot(self.messages)

    def _still(self) -> str:
        return self.snapshot().html

    def clear(self) -> None:
        """Take away what is shown, but for what is under way; Leo forgets nothing."""
        waiting = [one["id"] for one in self.messages if one["state"] in UNDER_WAY]
        if not self.span:
            return
        begin, first = self.span[0], min(waiting, default=self._last_id + 1)
        with self.hold_sync():
            self.span = [first, self._last_id]
            for id_ in range(begin, first):
                setattr(self, _slot(id_), {})

    def add(self, who: Who, text: str) -> None:
        """Show something that is no part of a turn."""
        self._update({}, message(who, text))

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

    def _rearrange(
        self, before: Sequence[Message], stays: Callable[[Message], bool]
    ) -> dict[int, int]:
        """Show other messages, and below them those that stay; give the new numbers of these."""
        staying = [one for one in self.messages if stays(one)]
        with self.hold_sync():
            if self.span:
                for id_ in range(self.span[0], self._last_id + 1):
                    setattr(self, _slot(id_), {})
                self.span = [self._last_id + 1, self._last_id]
            end = self._update({}, *before, *staying) + 1
        return {one["id"]: end - len(staying) + i for i, one in enumerate(staying)}


def _slot(id_: int) -> str:
    return f"message{id_ % SHOWN_MESSAGES}"
