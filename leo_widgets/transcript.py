"""The transcript: what a chat shows, as plain values that travel to the browser."""

import html
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from leo.records import SpokenWord, Turn

__all__ = [
    "NAMES",
    "Message",
    "State",
    "Who",
    "as_text",
    "message",
    "message_html",
    "turn_messages",
    "word_view",
]

Message: TypeAlias = dict[str, Any]
"""``id, who, text, state, turn, words, note``; a synced trait's value, never changed in place."""

Who: TypeAlias = Literal["you", "leo", "error", "note"]
State: TypeAlias = Literal["queued", "speaking", "done", "stopped", "failed"]


def message(
    who: Who,
    text: str,
    state: State = "done",
    turn: int | None = None,
    words: Sequence[list[str]] = (),
    note: str = "",
) -> Message:
    """Make a message; it gets its ``id`` when it enters a transcript.

    Parameters
    ----------
    who
        Who says it.
    text
        What is said; plain text, never markup.
    state
        How far it is.
    turn
        The turn it belongs to.
    words
        For a finished reply: each word with its white space, and its short reason.
    note
        What is to be said about it, in a few words.
    """
    return {
        "who": who,
        "text": text,
        "state": state,
        "turn": turn,
        "words": list(words),
        "note": note,
    }


NAMES: dict[Who, str] = {"you": "you", "leo": "Leo", "error": "fault", "note": "note"}
"""How those who speak are called."""

STATES: dict[State, str] = {
    "queued": "waiting",
    "stopped": "stopped, not kept",
    "failed": "failed, not kept",
}


def as_text(messages: Sequence[Message]) -> str:
    """Write messages as plain text, a paragraph each; what was not kept is said.

    Parameters
    ----------
    messages
        The messages, oldest first.
    """
    return "\n\n".join(
        f"{NAMES[one['who']]}{_aside(one)}: {one['text']}" for one in messages if one["text"]
    )


def _aside(one: Message) -> str:
    said = ", ".join(part for part in (one["note"], STATES.get(one["state"], "")) if part)
    return f" ({said})" if said else ""


def message_html(one: Message, *, whole: bool = True) -> str:
    """Write a message as a paragraph; everything in it is escaped.

    Parameters
    ----------
    one
        The message.
    whole
        Whether each word has its reason, in its title.
    """
    said = html.escape(one["text"])
    if whole and one["words"]:
        said = "".join(
            f'<span title="{html.escape(why)}">{html.escape(text)}</span>'
            for text, why in one["words"]
        )
    who = f"{NAMES[one['who']]}{_aside(one)}"
    return f'<p class="{one["who"]}"><b>{html.escape(who)}</b> {said}</p>'


def word_view(word: SpokenWord) -> list[str]:
    """Give a word as shown, and its reasons in a line."""
    parts: list[str] = [word.context]
    if word.candidates:
        parts.append(f"{word.probability:.0%}")
    if word.sources:
        parts.append(", ".join(word.sources))
    return [word.text, " · ".join(parts)]


def turn_messages(turn: Turn) -> list[Message]:
    """Show a finished turn: what you said, what Leo said, and what went wrong in him."""
    words = [word_view(word) for word in turn.utterance.words]
    faults = [f"{one.module}.{one.hook} failed: {one.error}" for one in turn.faults]
    return [
        message("you", turn.prompt, turn=turn.id),
        message("leo", turn.reply, turn=turn.id, words=words),
        *(message("error", fault, turn=turn.id) for fault in faults),
    ]
