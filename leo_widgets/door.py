"""The door of a chat: what a browser says to it, looked at, counted, and passed on to the loop."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from leo_widgets.guard import LARGEST, MOST_TYPED, Offer, guard, typed, whole

if TYPE_CHECKING:
    from leo_widgets.chat import Chat

__all__ = ["AGAIN", "MOST_MET", "MOST_WAITING", "Door"]

MOST_WAITING: Final = 20
"""Messages from the browser that wait for their turn; more are refused."""

MOST_MET: Final = 32
"""Leos that one chat meets by its button, each with a file of his own."""

AGAIN, EDITED = "said again: a new turn", "edited: a new turn"
"""What is said of a message that repeats the one before, or corrects it."""


class Door:
    """Takes a chat's messages from the browser; what is refused stands in the transcript.

    Parameters
    ----------
    chat
        The chat.
    """

    def __init__(self, chat: "Chat") -> None:
        self._chat = chat
        self._waiting = 0  # messages whose turns have not begun
        self._meeting = False
        guard(chat, Offer(message=_known), self._refused)
        chat.on_msg(self._heard)

    def _heard(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        """Take a message that the guard let in; it may arrive on any thread."""
        chat, call = self._chat, self._chat._runner.call
        match content:
            case {"kind": "submit", "text": text}:
                note = EDITED if content.get("edited") else ""
                call(lambda: self._queue(lambda: str(text), note))
            case {"kind": "again"}:
                call(lambda: self._queue(chat._said_last, AGAIN))
            case {"kind": "stop"}:
                call(chat._stop)
            case {"kind": "clear"}:
                call(chat.clear)
            case {"kind": "new"}:
                call(self._new)
            case {"kind": "word", "turn": turn, "index": index}:
                call(lambda: chat.select(turn, index))

    # ------------------------------------------------------------ on the loop

    def _queue(self, text: Callable[[], str], note: str) -> None:
        """Let a message wait for its turn, unless too many do."""
        if self._waiting + len(self._chat._turns) >= MOST_WAITING:
            self._refused(ValueError(f"{MOST_WAITING} messages wait already; say it again later"))
            return
        self._waiting += 1
        self._chat._runner.spawn(lambda: self._say(text, note), "a turn")

    async def _say(self, text: Callable[[], str], note: str) -> None:
        try:
            said = text()
            if said.strip():
                await self._chat.ready()
                self._chat._begin(said, note)
        finally:
            self._waiting -= 1

    def _new(self) -> None:
        """Meet a newborn, one at a time."""
        if self._meeting or len(self._chat._guests) > MOST_MET:
            why = "another Leo is on his way" if self._meeting else f"{MOST_MET} Leos were met here"
            self._refused(ValueError(f"{why}; Chat(path=...) in a cell opens any other"))
            return
        self._meeting = True
        self._chat._runner.spawn(self._meet, "a new Leo")

    async def _meet(self) -> None:
        try:
            await self._chat.meet()
        finally:
            self._meeting = False

    # ------------------------------------------------------------ refusing

    def _refused(self, refused: BaseException) -> None:
        """Say what was refused; the same again and again is said once. On any thread."""
        told = f"{type(refused).__name__}: {refused}"

        def tell() -> None:
            last = self._chat.messages[-1:]
            if not last or (last[0]["who"], last[0]["text"]) != ("error", told):
                self._chat.add("error", told)

        self._chat._runner.call(tell)


def _known(widget: object, content: Any) -> None:
    """Refuse a message that no chat's view sends."""
    match content:
        case {"kind": "submit", "text": text, **rest} if set(rest) <= {"edited"}:
            typed(MOST_TYPED)(widget, text)
        case {"kind": "again" | "stop" | "clear" | "new", **rest} if not rest:
            pass
        case {"kind": "word", "turn": turn, "index": index, **rest} if not rest:
            whole(turn, 1, LARGEST)
            whole(index, 0, LARGEST)
        case _:
            raise ValueError("a chat knows no such message")
