"""Stored turns: any bytes, and real turns with bent values, are a Turn or a `TurnFormatError`."""

import functools
import json

from leo import Turn, TurnFormatError
from leo.records.shown import turn_html, turns_html
from tests.reliability.fuzz.bending import bend
from tests.reliability.fuzz.given import Given
from tests.reliability.fuzz.life import lived

__all__ = ["target"]


@functools.cache
def _plain() -> tuple[object, ...]:
    return tuple(json.loads(turn.to_json()) for turn in lived())


def target(data: bytes) -> None:
    """Read a stored turn; what can be read can be written and shown."""
    given = Given(data)
    kind = given.byte()
    if kind < 64:
        stored: str | bytes = given.rest()
    else:
        stored = json.dumps(bend(given.pick(_plain()), given))
    try:
        turn = Turn.from_json(stored)
    except TurnFormatError as error:
        assert len(str(error)) < 2_000  # noqa: PT017  the message is what is tested
        return
    again = Turn.from_json(turn.to_json())
    assert again.to_json() == turn.to_json()
    turn_html(turn)
    turns_html([turn])
    repr(turn)
