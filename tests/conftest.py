"""Fixtures: a Leo in a temporary folder, a scripted clock, and a loop that must not be blocked."""

import gc
import shutil
import traceback
from asyncio import constants
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from blockbuster import BlockBuster, blockbuster_ctx
from hypothesis import HealthCheck, settings

from leo import AsyncLeoField, LeoField, Stats, Turn
from leo.observation.talk import TALK
from leo.testing import ScriptedClock

settings.register_profile(
    "leo",
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("leo")

ORIGINS: Final = 0
"""Frames that asyncio keeps of where a future, a task, a callback or a coroutine was made.

Debug mode would look up every frame of pytest's stack, in the files, for each of them, which took
a quarter of the time of all tests. What it finds is the same; set this to 20 to be told where it
comes from.
"""
constants.DEBUG_STACK_DEPTH = ORIGINS  # type: ignore[misc]  # a setting to asyncio, a constant to mypy
traceback.extract_stack.__defaults__ = (None, ORIGINS)  # which C code calls without a limit

SEED = 7


@pytest.fixture(autouse=True)
def blockbuster(request: pytest.FixtureRequest) -> Iterator[BlockBuster | None]:
    """Fail any test that blocks the event loop with file, database or network calls."""
    if request.node.get_closest_marker("e2e") or request.node.get_closest_marker("kernel"):
        yield None  # another process is driven, by an interface that blocks
        return
    with blockbuster_ctx() as bb:
        yield bb


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the path of a Leo that is not born yet."""
    return tmp_path / "leo.db"


Open = Callable[..., AsyncLeoField]


@pytest.fixture
def make(path: Path) -> Open:
    """Make Leos with a fixed seed and a scripted clock, strict unless said otherwise."""

    def make_leo(where: Path = path, **options: object) -> AsyncLeoField:
        chosen = {"seed": SEED, "clock": ScriptedClock(), "strict": True, **options}
        return AsyncLeoField(where, **chosen)  # type: ignore[arg-type]

    return make_leo


class Lived(NamedTuple):
    """A life that was lived once for many tests: its file is only copied."""

    path: Path
    turns: tuple[Turn, ...]
    stats: Stats

    def copy(self, path: Path) -> None:
        """Copy the file to where a test may live on in it."""
        shutil.copy(self.path, path)


STEP: Final = 90.0
"""Seconds between two turns of such a life, so that Dream and School can act."""


def live(folder: Path, prompts: tuple[str, ...], seed: int = SEED) -> Lived:
    """Live a talk with all modules, from birth to its end without a restart."""
    path = folder / "leo.db"
    with LeoField(path, seed=seed, clock=ScriptedClock(step=STEP), strict=True) as leo:
        turns = tuple(leo.turn(prompt) for prompt in prompts)
        return Lived(path, turns, leo.stats())


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Give the whole scripted talk."""
    return live(tmp_path_factory.mktemp("grown"), TALK)


@pytest.fixture(scope="session")
def young(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Give the first three turns of it."""
    return live(tmp_path_factory.mktemp("young"), TALK[:3])


@pytest.fixture
async def leo(make: Open) -> AsyncIterator[AsyncLeoField]:
    """Give an open newborn Leo."""
    async with make() as born:
        yield born


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Spare the collector what lives as long as the tests: every full collection walked it all."""
    gc.collect()
    gc.freeze()
