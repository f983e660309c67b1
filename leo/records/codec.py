"""Turn to JSON and back.

The stored form is the records' own fields, with three savings that keep a turn small:
a spoken word is a list instead of an object, the prompt's tokens are computed again on
reading, and the texts that the turn holds anyway stand there once.
"""

import json
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from leo.errors import TurnFormatError
from leo.records.around import Note, UnknownNote
from leo.text.tokens import tokens

__all__ = ["build", "dense", "dump", "load", "notes_in", "notes_out", "widen"]

Plain = dict[str, Any]
"""A JSON object on its way in or out; its shape is checked when it becomes a record."""

RecordT = TypeVar("RecordT")

QUOTED = 300
"""Characters of what an error quotes."""

WORD = ("text", "word", "context", "after", "probability", "entropy", "temperature")
"""A spoken word's first places in its list; candidates, shares, sources and bends follow."""


def dump(plain: Plain) -> str:
    """Write compact JSON, readable letters kept."""
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def load(text: str | bytes, version: int) -> Plain:
    """Read the JSON of a stored Turn.

    Raises
    ------
    TurnFormatError
        If it is no JSON object of this format.
    """
    try:
        whole = text if isinstance(text, str) else text.decode()
        plain = json.loads(whole)
        whole.encode()
        if "\\ud" in whole or "\\uD" in whole:
            dump(plain).encode()  # escaped surrogates in pairs are a letter, one alone is nothing
    except (ValueError, RecursionError) as error:
        raise TurnFormatError(f"this text is not a stored Turn: {error}") from error
    found = plain.get("format") if isinstance(plain, dict) else None
    if found != version:
        raise TurnFormatError(
            f"this text has Turn format {_cut(repr(found))}, this version of leo reads {version}; "
            "open it with the version that wrote it"
        )
    return dict(plain)


def dense(record: object) -> Plain:
    """Give a Turn's fields as JSON values, in the dense stored form."""
    plain: Plain = msgspec.to_builtins(record)
    plain["utterance"]["words"] = [_pack(word) for word in plain["utterance"]["words"]]
    del plain["percept"]["tokens"]
    return plain


def widen(plain: Plain) -> Plain:
    """Undo `dense`.

    Raises
    ------
    TurnFormatError
        If a field is missing or has another shape.
    """
    try:
        heard = [token.word for token in tokens(plain["prompt"])]
        words = [_unpack(word) for word in plain["utterance"]["words"]]
        return {
            **plain,
            "percept": {**plain["percept"], "tokens": heard},
            "utterance": {**plain["utterance"], "words": words},
        }
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise TurnFormatError(f"this stored Turn is damaged: {_cut(repr(error))}") from error


def build(plain: Plain, kind: type[RecordT]) -> RecordT:
    """Make a record of its fields, checked against their types.

    Raises
    ------
    TurnFormatError
        If a field is missing or has another type; the message names it.
    """
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError as error:
        told = _cut(str(error))
        raise TurnFormatError(f"this is no stored {kind.__name__}: {told}") from error


def _cut(told: str) -> str:
    """Shorten what an error quotes; where it was found stands at the end."""
    return told if len(told) <= QUOTED else f"{told[: QUOTED // 2]} … {told[-QUOTED // 2 :]}"


def notes_out(notes: Iterable[Note]) -> list[Plain]:
    """Write notes with their kind."""
    return [
        {"kind": note.kind, "data": json.loads(note.data)}
        if isinstance(note, UnknownNote)
        else {"kind": type(note).__name__, "data": msgspec.to_builtins(note)}
        for note in notes
    ]


def notes_in(stored: object) -> tuple[Note, ...]:
    """Read notes; one of an unknown kind is kept as it was written.

    Raises
    ------
    TurnFormatError
        If they are no notes.
    """
    if not isinstance(stored, list):
        raise TurnFormatError(f"this stored Turn is damaged: its notes are {_cut(repr(stored))}")
    return tuple(_note(one) for one in stored)


def _note(stored: object) -> Note:
    match stored:
        case {"kind": str(kind), "data": dict(data)}:
            known = Note.kinds.get(kind)
            return UnknownNote(kind, dump(data)) if known is None else build(data, known)
    raise TurnFormatError(f"this stored Turn is damaged: {_cut(repr(stored))} is no note")


def _pack(word: Plain) -> list[Any]:
    candidates = [x for one in word["candidates"] for x in (one["word"], one["probability"])]
    shares = [x for one in word["shares"] for x in (one["bias"], one["value"])]
    bends = [x for one in word["bends"] for x in (one["bias"], one["value"])]
    return [*(word[name] for name in WORD), candidates, shares, word["sources"], bends]


def _unpack(packed: list[Any]) -> Plain:
    candidates, shares, sources, *rest = packed[len(WORD) :]
    (bends,) = rest or ([],)  # the first Turns had none
    return {
        **dict(zip(WORD, packed[: len(WORD)], strict=True)),
        "candidates": [
            {"word": word, "probability": p}
            for word, p in zip(candidates[::2], candidates[1::2], strict=True)
        ],
        "shares": _shares(shares),
        "sources": sources,
        "bends": _shares(bends),
    }


def _shares(packed: list[Any]) -> list[Plain]:
    return [
        {"bias": bias, "value": value}
        for bias, value in zip(packed[::2], packed[1::2], strict=True)
    ]
