"""What the lock buys, in short; docs/observation.md has the long form."""

from pathlib import Path

import pytest

from tests.observation.coherence import apart
from tests.observation.measures import Coherence, measured
from tests.observation.observers import Talk, talked


@pytest.fixture(autouse=True)
def blockbuster() -> None:
    """Let these tests block: they look into files, and wait for another process."""


async def seen(folder: Path, lock: str, observers: int) -> Coherence:
    """Let some talk at once, a line each, and look at what came of it."""
    talk = Talk(lock, observers, turns=1, seed=1, small=True)
    path = folder / "leo.db"
    return await measured(path, talk, await talked(path, talk))


@pytest.mark.parametrize("observers", [1, 10])
async def test_with_his_lock_everything_holds(tmp_path: Path, observers: int) -> None:
    """Everybody is answered, and the life is the one that a serial talk takes."""
    found = await seen(tmp_path, "turn", observers)

    assert found.broken == ()
    assert found.answered == found.turns == found.same == observers


@pytest.mark.parametrize("lock", ["transaction", "none"])
async def test_one_observer_needs_no_lock(tmp_path: Path, lock: str) -> None:
    """What is broken with ten does not come of the doubles: with one everything holds."""
    assert (await seen(tmp_path, lock, 1)).broken == ()


async def test_transactions_alone_turn_observers_away(tmp_path: Path) -> None:
    """Of turns planned at once SQLite takes one: the file stays whole, the others are refused."""
    found = await seen(tmp_path, "transaction", 10)

    assert found.broken == ("answered",)
    assert (found.answered, found.refused) == (1, 9)
    assert all("UNIQUE constraint failed: journal." in error for error in found.errors)


async def test_without_any_lock_something_breaks(tmp_path: Path) -> None:
    """Ten plan the same turn, and write into each other's transactions: not all are answered.

    In a process of its own, which ends even where a turn does not. What else breaks is chance.
    """
    path = tmp_path / "leo.db"
    talk = Talk("none", 10, turns=1, seed=1, small=True, stall=0.5)
    found = await measured(path, talk, apart(path, talk))

    assert "answered" in found.broken, found
