"""The long campaigns, as short as they can be: killed, cancelled, and a long life.

``scripts/soak`` runs them as long as one likes; docs/reliability.md says what came of it.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from leo import AsyncLeoField
from leo.testing import ScriptedClock
from tests.reliability.campaigns.cancelled import WORKS, swept
from tests.reliability.campaigns.killed import SHORT
from tests.reliability.campaigns.lives import SMALL
from tests.reliability.campaigns.long_life import live
from tests.reliability.campaigns.measuring import held
from tests.reliability.campaigns.nursery import hurried
from tests.reliability.campaigns.saying import STEP

ROOT: Final = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def blockbuster() -> None:
    """Let these tests block: they copy files and look behind the doors of Leos."""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
def test_killed() -> None:
    """After SIGKILL what was told is there, no half turn is, and the next turn is the same.

    In a process of its own, which may fork: no thread of a test is in it.
    """
    command = [sys.executable, "-m", "tests.reliability.campaigns.killed", "--short"]
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, cwd=ROOT
    )
    assert ended.returncode in (0, 1), ended.stderr
    tallies = [json.loads(line) for line in ended.stdout.splitlines()]

    assert [tally["complaints"] for tally in tallies] == [[]] * len(tallies)
    assert {tally["kind"]: tally["kills"] for tally in tallies} == SHORT
    assert sum(SHORT.values()) == 30
    assert all(tally["acknowledged"] for tally in tallies)


@pytest.mark.parametrize("name", ["turn", "stream"])
async def test_cancelled(name: str, tmp_path: Path) -> None:
    """Cancelled at some of its awaits it happened or did not; the lock is free, no task is left."""
    work = next(work for work in WORKS if work.name == name)
    with hurried(fold_every=2, packed_from=400, mirror_every=1):
        sweep = await swept(work, SMALL, tmp_path, every=13, first=3)

    assert sweep.complaints == []
    assert 0 < sweep.happened <= sweep.cancelled


async def test_a_long_life(tmp_path: Path) -> None:
    """When he sleeps after many turns he holds no more than when he slept after a few."""
    leo = AsyncLeoField(
        tmp_path / "leo.db", seed=7, clock=ScriptedClock(step=STEP), strict=True, birth=SMALL.birth
    )
    seen: list[tuple[int, int, int]] = []
    with hurried(fold_every=5, packed_from=400, mirror_every=5):
        async with leo:
            for first, turns in ((1, 4), (5, 16)):  # a book and all else is between them
                await live(leo, tmp_path, turns, first)
                await leo.hibernate()
                now = held()
                seen.append((now.tasks, now.threads, now.descriptors))

    assert seen[1] == seen[0]
