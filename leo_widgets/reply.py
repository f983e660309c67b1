"""One reply on its way into a chat's transcript: word by word, then whole."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from leo import Event, Revised, Turn, Word
from leo_widgets.transcript import Message, State, message, turn_messages

if TYPE_CHECKING:
    from leo_widgets.chat import Chat

__all__ = ["Reply"]

DELTA_SECONDS = 0.04
"""Words that come faster than this travel together."""


class Reply:
    """One reply on its way into the transcript.

    Words travel as small messages, several together when they come fast; the trait holds the
    whole text at the end, so a view that came late or missed some is right all the same.

    Attributes
    ----------
    kept
        The turn, once it was committed.
    ended
        Whether it is shown by somebody else, or not at all any more.
    """

    def __init__(self, chat: "Chat", question: int, note: str = "") -> None:
        self.chat, self._question, self._note = chat, question, note
        self.kept: Turn | None = None
        self.ended = False
        self._id: int | None = None
        self._text = ""
        self._sent = 0
        self._sent_at = 0.0

    @property
    def ids(self) -> list[int]:
        """Its messages: what was said to him, and the reply if that has begun."""
        return [self._question] if self._id is None else [self._question, self._id]

    def end(self) -> None:
        """Show nothing of it from now on."""
        self.ended = True

    def moved(self, numbers: Mapping[int, int]) -> None:
        """Go on where its messages stand now, by the number that each had before."""
        self._question = numbers.get(self._question, self._question)
        if self._id is not None:
            self._id = numbers.get(self._id, self._id)
            self._sent = len(self._text)  # a view makes the message anew, and needs all of it
            self.chat._update({self._id: {"text": self._text}})

    def take(self, event: Event) -> None:
        """Show one more event of the turn."""
        if self.ended:
            return
        if self._id is None:
            done = {self._question: {"state": "done"}}
            self._id = self.chat._update(done, message("leo", "", "speaking"))
        if isinstance(event, Word):
            self._text += event.text
            self._flush()
        elif isinstance(event, Revised):
            self._text = event.reply
            self._sent = len(self._text)
            self.chat._update({self._id: {"text": self._text}})
        else:
            self._finish(event)

    def _flush(self) -> None:
        now = time.monotonic()
        if now - self._sent_at < DELTA_SECONDS:
            return
        piece = self._text[self._sent :]
        self.chat.send({"kind": "delta", "id": self._id, "at": self._sent, "text": piece})
        self._sent, self._sent_at = len(self._text), now

    def _finish(self, turn: Turn) -> None:
        asked, said, *faults = turn_messages(turn)
        changes = {self._question: {**asked, "note": self._note}}
        if self._id is None:
            self.chat._update(changes, said, *faults)
        else:
            self.chat._update({**changes, self._id: said}, *faults)

    def give_up(self, state: State) -> None:
        """Mark what was said as not kept, unless the turn was being committed already."""
        if self.ended:
            return
        if self.kept is not None:
            self._finish(self.kept)
            return
        changes: dict[int, Message] = {self._question: {"state": state}}
        if self._id is not None:
            changes[self._id] = {"text": self._text, "state": state}
        self.chat._update(changes)
