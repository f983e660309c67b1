"""A few real turns, lived once per process: what targets bend and break."""

import asyncio
import functools
import tempfile
from pathlib import Path

from leo import AsyncLeoField, Turn
from leo.observation.talk import TALK
from leo.testing import ScriptedClock

__all__ = ["LIVED", "lived"]

LIVED = 12
"""Turns; enough for every module to have written its notes."""


@functools.cache
def lived() -> tuple[Turn, ...]:
    """Give the turns of a scripted talk with all modules."""

    async def live(path: Path) -> tuple[Turn, ...]:
        clock = ScriptedClock(step=90)
        async with AsyncLeoField(path, seed=1, clock=clock, strict=True) as leo:
            return tuple([await leo.turn(prompt) for prompt in TALK[:LIVED]])

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(live(Path(folder) / "leo.db"))
