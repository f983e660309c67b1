"""Every module can be opened alone on a Leo's file and asked, also while he lives in it."""

import asyncio
import doctest
import inspect
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from leo import AsyncLeoField, FieldClosed, StoreError, async_modules
from leo.alone import Alone
from leo.modules import MODULES
from leo.observation.talk import TALK
from leo.testing import ScriptedClock
from tests.conftest import Open

TURNS = 15
"""Turns of the scripted talk that the examples look back at."""

CLASSES = [
    value
    for name in async_modules.__all__
    if inspect.isclass(value := getattr(async_modules, name)) and issubclass(value, Alone)
]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """Give the file of a Leo who has heard the beginning of the talk, and the time of its end."""
    path = tmp_path_factory.mktemp("lived") / "leo.db"

    async def live() -> float:
        clock = ScriptedClock(step=90)
        async with AsyncLeoField(path, seed=1, clock=clock, strict=True) as leo:
            return [await leo.turn(prompt) for prompt in TALK[:TURNS]][-1].at

    return path, asyncio.run(live())


EXAMPLES = [
    test
    for test in doctest.DocTestFinder(recurse=True).find(async_modules, "async_modules")
    if test.examples
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda test: test.name)
def test_the_examples_are_true(example: doctest.DocTest, lived: tuple[Path, float]) -> None:
    """Each module's example does what it says, on a real file."""
    example.globs.update(path=lived[0], at=lived[1], asyncio=asyncio)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(
        example, out=said.append, clear_globs=False
    )

    assert not said, "".join(said)


def test_all_modules_can_be_opened_alone() -> None:
    """There is one class for each module of a Leo, each with an example."""
    assert {one.kind for one in CLASSES} == {type(make()) for make in MODULES}
    assert {test.name.split(".")[-1] for test in EXAMPLES} >= {one.__name__ for one in CLASSES}


async def test_what_is_seen_alone_is_what_lives(make: Open, path: Path) -> None:
    """Opened beside the living Leo, every module has the state that his own has."""
    async with make(clock=ScriptedClock(step=90)) as leo:
        for prompt in TALK[:TURNS]:
            await leo.turn(prompt)
        for kind in CLASSES:
            async with kind(path) as alone:
                module = await alone.module()
            rows = leo.module(kind.kind.name)
            assert type(module) is type(rows)
            assert _asked(module) == _asked(rows)


def _asked(module: object) -> dict[str, object]:
    """Ask every question that needs no argument."""
    names = ("stats", "notes", "fragments", "history", "influence_words", "lives", "transitions")
    asked = {name: getattr(module, name)() for name in names if name in dir(module)}
    values = {
        name: getattr(module, name)
        for name in ("memories", "buffer", "pending")
        if name in dir(module)
    }
    return asked | values


@pytest.fixture
async def newborn(make: Open) -> AsyncIterator[AsyncLeoField]:
    """Give an open Leo who never had a module."""
    async with make(modules=[]) as leo:
        yield leo


async def test_a_module_he_never_had_is_said(newborn: AsyncLeoField, path: Path) -> None:
    """Opening a module that this Leo never had names the module and the way out."""
    for kind in CLASSES:
        with pytest.raises(StoreError, match=kind.kind.name):
            async with kind(path):
                pass


async def test_asking_before_opening_is_said(path: Path) -> None:
    """A question before ``async with`` is an error that says so."""
    with pytest.raises(FieldClosed, match="async with"):
        await async_modules.Trauma(path).level(0.0)
