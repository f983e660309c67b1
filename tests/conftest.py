"""Fixtures: a Leo in a temporary folder, a scripted clock, and a loop that must not be blocked."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from blockbuster import BlockBuster, blockbuster_ctx
from hypothesis import HealthCheck, settings

from leo import AsyncLeoField
from leo.testing import ScriptedClock

settings.register_profile(
    "leo",
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("leo")

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


@pytest.fixture
async def leo(make: Open) -> AsyncIterator[AsyncLeoField]:
    """Give an open newborn Leo."""
    async with make() as born:
        yield born
