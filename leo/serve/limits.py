"""How much a server takes: sizes, rates and times, in one record."""

from dataclasses import dataclass

from leo.limits import MAX_PROMPT

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server takes on; everything beyond is refused, and said.

    Attributes
    ----------
    open_leos
        Leos that are open at a time. One who sleeps is closed when another needs his place.
    sessions
        Sessions that there may be, each with its file.
    sessions_per_minute, sessions_at_once
        Sessions made per minute in the long run, and in one go.
    idle_seconds
        Seconds without a word after which a Leo sleeps, and may be closed.
    sweep_seconds
        Seconds between two looks for those who are idle.
    text_chars
        Characters of what is said.
    body_bytes
        Bytes of a request's body and of a WebSocket's message; a character may take twelve.
    head_seconds
        Seconds that a request's first lines may take to arrive.
    body_seconds
        Seconds that a body may take to arrive.
    turn_seconds
        Seconds from a message to the end of its turn, waiting included.
    turns_per_minute, turns_at_once
        Turns of one session per minute in the long run, and in one go.
    reads_per_minute, reads_at_once
        Looks at one session and its journal per minute in the long run, and in one go.
    waiting
        Turns of one session that may be under way or waiting at a time.
    page_turns
        Turns of one page of the journal.
    live
        WebSockets at a time.
    live_idle_seconds
        Seconds without a message after which a WebSocket is closed.
    hello_seconds
        Seconds that a WebSocket has to show its token.
    send_seconds
        Seconds that a client may take to read what waits for it.
    retry_seconds
        Seconds after which to try again, where nobody knows better.
    """

    open_leos: int = 256
    sessions: int = 10_000
    sessions_per_minute: int = 60
    sessions_at_once: int = 20
    idle_seconds: float = 300.0
    sweep_seconds: float = 30.0
    text_chars: int = MAX_PROMPT
    body_bytes: int = 262_144
    head_seconds: float = 10.0
    body_seconds: float = 10.0
    turn_seconds: float = 60.0
    turns_per_minute: int = 60
    turns_at_once: int = 20
    reads_per_minute: int = 240
    reads_at_once: int = 60
    waiting: int = 8
    page_turns: int = 50
    live: int = 256
    live_idle_seconds: float = 900.0
    hello_seconds: float = 10.0
    send_seconds: float = 10.0
    retry_seconds: float = 5.0
