"""All ten modules together: each acts, each may fail, and none is forgotten over a restart."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from leo import AsyncLeoField, ModuleError
from leo.module import Module
from leo.modules import MODULES, default_modules
from leo.observation.talk import TALK
from leo.records import Turn
from leo.testing import ScriptedClock
from tests.conftest import STEP, Lived, Open

ORDER = [
    "trauma",
    "santaklaus",
    "game",
    "flow",
    "overthinking",
    "metaleo",
    "school",
    "mathbrain",
    "episodes",
    "dream",
]
HOOKS = ("before", "revise", "after", "rows")
TURN_BYTES = 40_000
"""Most bytes of a stored Turn."""


def acts(module: type[Module[Any]], hook: str) -> bool:
    """Tell whether a module has a hook of its own."""
    return getattr(module, hook) is not getattr(Module, hook)


CASES = [
    pytest.param(make, hook, id=f"{make().name}-{hook}")
    for make in MODULES
    for hook in HOOKS
    if acts(type(make()), hook)
]


def test_the_ten_stand_in_their_order() -> None:
    """The list has all of them, in the order that satisfies who hears whom."""
    assert [module.name for module in default_modules()] == ORDER


def broken(make: Callable[[], Module[Any]], hook: str) -> list[Module[Any]]:
    """Give all modules, one of them with a hook that raises."""

    def fails(*args: Any) -> Any:
        raise RuntimeError("injected")

    async def fails_later(*args: Any) -> Any:
        raise RuntimeError("injected")

    bad = make()
    setattr(bad, hook, fails if hook == "rows" else fails_later)
    return [bad if module.name == bad.name else module for module in default_modules()]


def run(path: Path, sql: str) -> None:
    """Run a statement behind Leo's back."""
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.execute(sql)
        file.commit()


def rows_of(path: Path, module: Module[Any]) -> dict[str, list[Any]]:
    """Read a module's tables; it is asked for between two turns."""
    with contextlib.closing(sqlite3.connect(path)) as file:
        names = file.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
        own = [name for (name,) in names if any(f" {name} " in sql for sql in module.migrations)]
        return {name: file.execute(f"SELECT * FROM {name}").fetchall() for name in own}


async def all_rows(path: Path) -> dict[str, dict[str, list[Any]]]:
    """Read the tables of all modules, off the loop."""
    modules = default_modules()
    found = await asyncio.to_thread(lambda: [rows_of(path, module) for module in modules])
    return {module.name: rows for module, rows in zip(modules, found, strict=True)}


@pytest.fixture
def three(young: Lived, path: Path) -> Path:
    """Give the file of a Leo who has lived three turns."""
    young.copy(path)
    return path


@pytest.mark.parametrize(("make_module", "hook"), CASES)
async def test_a_failing_hook_costs_one_module_one_turn(
    make: Open, three: Path, make_module: Callable[[], Module[Any]], hook: str
) -> None:
    """The turn goes on without it, its fault is told, and its state stays what it was."""
    name = make_module().name
    async with make(modules=broken(make_module, hook), strict=False) as leo:
        before = leo.module(name).state
        turn = await leo.turn(TALK[3])

        assert [(fault.module, fault.hook) for fault in turn.faults] == [(name, hook)]
        assert "RuntimeError: injected" in turn.faults[0].error
        assert turn.reply
        assert leo.module(name).state is before
        assert (await leo.journal())[-1] == turn


@pytest.mark.parametrize(("make_module", "hook"), CASES)
async def test_strict_raises_and_nothing_is_half_written(
    make: Open, three: Path, make_module: Callable[[], Module[Any]], hook: str
) -> None:
    """In strict mode the turn fails with the module's name, and did not happen."""
    module = make_module()
    before = await all_rows(three)
    async with make(modules=broken(make_module, hook)) as leo:
        with pytest.raises(ModuleError, match=rf"{module.name}\.{hook} raised RuntimeError"):
            await leo.turn(TALK[3])
        assert len(await leo.journal()) == 3
    assert await all_rows(three) == before


async def test_a_failing_statement_fails_the_turn(make: Open, path: Path) -> None:
    """A module whose SQL fails at the commit fails the turn: nothing of it happened."""
    async with make() as leo:
        await leo.turn(TALK[0])
        before = await all_rows(path)
        size = (await leo.stats()).totals
        states = {name: leo.module(name).state for name in ORDER}
        await asyncio.to_thread(run, path, "ALTER TABLE episodes RENAME TO elsewhere")
        with pytest.raises(Exception, match="nothing of it happened"):
            await leo.turn(TALK[1])
        await asyncio.to_thread(run, path, "ALTER TABLE elsewhere RENAME TO episodes")
        assert (await leo.stats()).totals == size
        assert all(leo.module(name).state is states[name] for name in ORDER)
        assert await all_rows(path) == before
        assert (await leo.turn(TALK[1])).id == 2


async def talk(leo: AsyncLeoField, prompts: Sequence[str]) -> list[Turn]:
    """Say one thing after the other."""
    return [(await leo.turn(prompt)).without_timings() for prompt in prompts]


async def test_a_restart_in_the_middle_of_forty_turns_changes_nothing(
    make: Open, grown: Lived
) -> None:
    """With all modules on, a life in one piece and a life with a restart are the same Turns."""
    whole = [turn.without_timings() for turn in grown.turns]
    clock = ScriptedClock(step=STEP)
    async with make(clock=clock) as leo:
        first = await talk(leo, TALK[:21])
    async with make(clock=clock) as leo:
        rest = await talk(leo, TALK[21:])
        again = await leo.stats()

    assert [turn.faults for turn in whole] == [()] * 40
    for one, other in zip(whole, [*first, *rest], strict=True):
        assert one == other, f"turn {one.id} differs"
        assert one.to_json() == other.to_json()
    assert (grown.stats.totals, grown.stats.centers) == (again.totals, again.centers)


def test_every_note_comes_back_from_json_byte_for_byte(grown: Lived) -> None:
    """A Turn with all notes, read again, writes the same JSON: no note mixes kinds of numbers."""
    for turn in grown.turns:
        told = turn.without_timings()
        assert Turn.from_json(told.to_json()) == told
        assert Turn.from_json(told.to_json()).to_json() == told.to_json()


async def test_a_turn_with_everything_in_it_stays_small(
    make: Open, path: Path, grown: Lived
) -> None:
    """With all modules, much to remember and a long prompt, a stored Turn stays within bounds."""
    await asyncio.to_thread(grown.copy, path)
    async with make(clock=ScriptedClock(1_800_000_000.0, STEP)) as leo:
        sizes = [
            len((await leo.turn(prompt, max_tokens=400)).to_json().encode())
            for prompt in [*TALK[4:10], " ".join(TALK)]
        ]
    assert max(sizes) <= TURN_BYTES


NOTES = {
    "Wound",
    "TraumaNote",
    "RecallNote",
    "GameHint",
    "GamePlayed",
    "Trends",
    "FlowNote",
    "Rings",
    "InnerVoice",
    "SchoolHeard",
    "SchoolNote",
    "Prediction",
    "Lesson",
    "EpisodeNote",
    "EpisodeKept",
    "DreamReport",
}
"""Kinds of notes that stand in every turn."""


def test_every_module_tells_what_it_did_in_every_turn(grown: Lived) -> None:
    """Each module's notes stand in each turn, and its time in the timings."""
    for turn in grown.turns:
        assert {type(note).__name__ for note in turn.notes} >= NOTES
        assert {timing.stage.split(".")[0] for timing in turn.timings} >= set(ORDER)
