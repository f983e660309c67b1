"""What travels: requests, as they are checked, and answers, as they are written."""

import json
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from leo.events import Event, Revised
from leo.limits import MAX_PROMPT, MAX_TEMPERATURE, MAX_TOKENS
from leo.records import Turn
from leo.records.why import reasons

__all__ = [
    "Made",
    "Message",
    "Page",
    "Problem",
    "Say",
    "Seen",
    "Stop",
    "Token",
    "Told",
    "event_json",
    "page_json",
    "read",
    "told_json",
]

MAX_TOKEN: Final = 1_000
"""Characters of a token that is shown."""


class _Asked(BaseModel):
    """A request; what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Say(_Asked):
    """Something that is said to Leo."""

    kind: Literal["say"] = "say"
    text: str = Field(max_length=MAX_PROMPT, description="What you say.", examples=["Who are you?"])
    temperature: float = Field(
        1.0, gt=0, le=MAX_TEMPERATURE, description="Factor on the blended temperature."
    )
    max_tokens: int = Field(80, ge=1, le=MAX_TOKENS, description="Most tokens of the reply.")


class Stop(_Asked):
    """Stop what is being said; the rest of what waits is dropped too."""

    kind: Literal["stop"]


class Token(_Asked):
    """Show the token, as a WebSocket's first message."""

    kind: Literal["token"]
    token: str = Field(max_length=MAX_TOKEN)


Message: TypeAlias = Say | Stop | Token

_MESSAGES: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])


def read(text: str) -> Message:
    """Read a WebSocket's message; pydantic's ``ValidationError`` says what is wrong with it."""
    return _MESSAGES.validate_json(text)


# ---------------------------------------------------------------- answers


class Made(BaseModel):
    """A session that was made."""

    id: str = Field(description="Whoever knows it may talk there: keep it like a password.")


class Seen(BaseModel):
    """A session, and what its Leo amounts to."""

    id: str
    turns: int
    born: float = Field(description="Seconds since 1970.")
    tokens: int
    words: int
    bigrams: int
    trigrams: int
    pairs: int
    themes: int
    centers: list[str]


# A tuple would say the same in a form that few programs read (prefixItems).
Pair: TypeAlias = Annotated[list[str], Field(min_length=2, max_length=2)]


class Told(BaseModel):
    """A reply and everything it came from."""

    reply: str
    words: list[Pair] = Field(description="Each word as shown, and its reasons.")
    turn: dict[str, Any] = Field(description="The Turn, as `Turn.to_json` writes it.")


class Page(BaseModel):
    """A page of the journal."""

    turns: list[Told]
    next: int | None = Field(description="Where the next page starts; null on the last.")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    wrong: list[str] | None = None
    retry_after: int | None = None


def told_json(turn: Turn) -> str:
    """Write a turn as `Told`; the Turn is written by itself."""
    words = [[word.text, reasons(word).strip()] for word in turn.utterance.words]
    head = json.dumps({"reply": turn.reply, "words": words}, ensure_ascii=False)
    return f'{head[:-1]}, "turn": {turn.to_json()}}}'


def page_json(turns: "list[str]", following: int | None) -> str:
    """Write a page of turns that are written already."""
    return f'{{"turns": [{", ".join(turns)}], "next": {json.dumps(following)}}}'


def event_json(event: Event) -> str:
    """Write an event of a turn as a message of a WebSocket."""
    if isinstance(event, Turn):
        return f'{{"kind": "turn", {told_json(event)[1:]}'
    if isinstance(event, Revised):
        return json.dumps({"kind": "revised", "reply": event.reply, "by": event.by})
    return json.dumps({"kind": "word", "text": event.text})
