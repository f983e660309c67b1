"""Living a life again: the same seed, the same times and the same words give the same Turns.

A new file is born like the first one and hears the journal's entries in order, up to just
before a turn. Then that moment can be imagined otherwise; the living Leo is only read.
"""

import asyncio
import copy
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leo.async_leo import AsyncLeoField
from leo.errors import StoreError, TurnForgotten
from leo.events import Revised, Word
from leo.home import absolute
from leo.life import Life
from leo.module import Module
from leo.records import Turn
from leo.settle import settled
from leo.store.database import Reading
from leo.store.journal import Birthday, Event, Journal
from leo.store.looking import is_there
from leo.turn import Asked, live

__all__ = ["Relived", "relive"]

Progress = Callable[[int, int], None]
"""Called with turns lived and turns in all."""


@dataclass(frozen=True, slots=True)
class Relived:
    """What living again came to.

    Attributes
    ----------
    path
        The new file.
    turns
        Turns that were lived again.
    different
        Turns that came out differently, in order; none, unless the program or its modules
        changed since.
    """

    path: Path
    turns: int
    different: tuple[int, ...]


async def relive(
    leo: AsyncLeoField,
    path: str | os.PathLike[str],
    *,
    before: int | None = None,
    progress: Progress | None = None,
) -> Relived:
    """Live a Leo's life again in a new file, with his modules; it can be cancelled.

    Parameters
    ----------
    leo
        The Leo; nothing of him is changed.
    path
        The new file.
    before
        The turn to stop before; the whole life by default.
    progress
        Told after each turn.

    Raises
    ------
    ValueError
        If there was no such turn.
    TurnForgotten
        If something was forgotten before it: what came of it cannot come again.
    StoreError
        If the file exists already, or a file cannot be used.
    """
    last = (await leo.stats()).turns
    if before is not None and not 1 <= before <= last:
        raise ValueError(f"there is no turn {before}; this Leo has lived {last}")
    target = absolute(path)
    total = last if before is None else before - 1
    reading = await Reading.look(leo.path)
    try:
        journal = Journal(reading)
        birthday = await journal.birthday()
        if birthday is None:
            raise StoreError(f"{leo.path} holds no Leo yet")
        await _require_whole(journal, before)
        modules = [copy.copy(leo.module(name)) for name in leo.modules]
        life = await _born_again(target, birthday, modules)
        try:
            different = await _live_through(life, journal, total, progress)
        finally:
            await settled(life.close())
    finally:
        await reading.close()
    return Relived(target, total, different)


async def _require_whole(journal: Journal, before: int | None) -> None:
    whole = await journal.whole_before()
    if whole is not None and (before is None or before > whole):
        raise TurnForgotten(
            "this Leo was asked to forget something, or his file was made smaller and turns were "
            "reduced to their texts; past that his life cannot be lived again"
            + (f", before turn {whole} it can" if whole else "")
        )


async def _born_again(path: Path, birthday: Birthday, modules: list[Module[Any]]) -> Life:
    if await asyncio.to_thread(is_there, path):  # it may be a newborn's
        raise StoreError(f"{path} exists already; choose another name to live again in")
    return await Life.open(
        path,
        seed=birthday.seed,
        draw_seed=lambda: birthday.seed,
        clock=lambda: birthday.at,
        birth=birthday.birth,
        modules=modules,
    )


async def _live_through(
    life: Life, journal: Journal, total: int, progress: Progress | None
) -> tuple[int, ...]:
    different: list[int] = []
    while events := await journal.events_after(life.entry):
        for event in events:
            there = life.turn >= total
            if there and (event.turn is not None or event.kind == "gap"):
                return tuple(different)
            if event.kind == "gap":
                raise TurnForgotten(
                    "something was forgotten, or the file made smaller, while this life was lived "
                    f"again; {life.database.path} holds it up to turn {life.turn}: begin once more "
                    "in another file"
                )
            if event.turn is None:
                await _hear(life, event)
                continue
            plan = await _again(life, event.turn)
            if plan.without_timings() != event.turn.without_timings():
                different.append(life.turn)
            if progress is not None:
                progress(life.turn, total)
    return tuple(different)


async def _hear(life: Life, event: Event) -> None:
    if event.kind == "settings":
        await life.switch_off(event.at, tuple(str(name) for name in event.more["without"]))
    else:
        await life.hear(event.kind, event.at, event.texts, **event.more)


async def _again(life: Life, turn: Turn) -> Turn:
    number = life.turn + 1
    asked = Asked(number, number, turn.at, turn.seed, turn.settings, turn.prompt)
    modules = [module for module in life.modules if module.name not in turn.settings.without]
    plan = await live(asked, life.field, modules, strict=False, tell=_deaf)
    await settled(life.happen(plan))
    return plan.turn


def _deaf(event: Word | Revised) -> None:
    """Hear nothing while the turn goes on."""
