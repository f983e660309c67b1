"""A call fails: the caller is told what and what helps, nothing changed, and the next turn works.

Every statement and file operation of a turn fails here, one by one; of everything else that can
be done with a Leo, one call of each sort. ``campaigns/faults.py`` lets them all fail in all ways.
"""

import asyncio
from pathlib import Path

import pytest

from leo import AsyncLeoField, LeoError
from leo.observation.talk import TALK
from tests.reliability.faults_deeds import DEEDS, Deed, Failed, Ground, Outcome, small
from tests.reliability.faults_kit import KINDS, Kind, faults_in

NEVER = 1 << 40


@pytest.fixture(autouse=True)
def blockbuster() -> None:
    """Let these tests block the loop: they copy files, and no Leo of theirs has company."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Live the life in whose copies everything is done."""
    made = Ground(tmp_path_factory.mktemp("ground"))
    asyncio.run(made.prepare())
    return made


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Live the same life in many packed layers."""
    made = Ground(tmp_path_factory.mktemp("layers"), layers=True)
    asyncio.run(made.prepare())
    return made


def named(name: str) -> Deed:
    """Find a deed."""
    return next(deed for deed in DEEDS if deed.name == name)


def one_of_each(calls: tuple[str, ...]) -> dict[str, int]:
    """Choose the last call of every sort: ``SELECT``, ``COMMIT``, ``write``, ``os.rename``..."""
    return {call.split()[0]: at for at, call in enumerate(calls, start=1)}


def attempt(ground: Ground, deed: Deed, failed: Failed) -> Outcome:
    """Do a deed while something fails; nothing may be wrong afterwards."""
    outcome = asyncio.run(ground.attempt(deed, failed))
    assert outcome.complaints == (), (deed.name, failed, outcome.failed)
    return outcome


# ---------------------------------------------------------------- a turn


def test_every_call_of_a_turn(ground: Ground) -> None:
    """Whichever fails, the turn never happened; said again, it is what it would have been."""

    with small(layers=False):
        failed = asyncio.run(_suffered(ground.leo("one"), ground.leo("other")))

    assert one_of_each(tuple(failed)).keys() >= {
        *("BEGIN", "INSERT", "UPDATE", "DELETE", "COMMIT", "SELECT", "fetchall", "stat"),
    }


async def _suffered(one: AsyncLeoField, other: AsyncLeoField) -> list[str]:
    """Let the n-th call of the n-th turn fail until there is none, and tell which they were."""
    failed: list[str] = []
    with faults_in(one.path.parent) as faults:  # before he connects to his file
        async with one, other:
            while True:
                n = len(failed)
                prompt, kind = TALK[n % len(TALK)], KINDS[n % len(KINDS)]
                with faults.armed(n + 1, kind):
                    told = await _said(one, prompt)
                if not faults.failed:
                    return failed
                failed += faults.failed
                assert str(one.path.parent) in told, faults.failed
                again = await one.turn(prompt, max_tokens=6)
                expected = await other.turn(prompt, max_tokens=6)
                assert again.without_timings() == expected.without_timings(), faults.failed


async def _said(leo: AsyncLeoField, prompt: str) -> str:
    try:
        return (await leo.turn(prompt, max_tokens=6)).reply
    except LeoError as error:
        return str(error)


@pytest.mark.parametrize("kind", KINDS[:2], ids=lambda kind: kind.name)
def test_a_turn_that_cannot_even_be_undone(ground: Ground, kind: Kind) -> None:
    """When the commit fails, and everything after it, there is no turn; later there is one."""
    turn = named("turn")
    calls = attempt(ground, turn, Failed(NEVER, kind)).calls
    outcome = attempt(ground, turn, Failed(calls.index("COMMIT") + 1, kind, lasting=NEVER))

    assert isinstance(outcome.error, LeoError)


def test_a_disk_that_fails_while_layers_are_merged(layers: Ground) -> None:
    """They are merged after the commit: the turn happened, and is told, whatever fails then."""
    turn = named("turn")
    calls = attempt(layers, turn, Failed(NEVER, KINDS[0])).calls
    after = calls.index("COMMIT") + 1
    merging = one_of_each(calls[after:])

    assert {"os.mkdir", "open", "write", "fsync", "os.rename", "mmap.__new__"} <= merging.keys()
    for at in (merging["os.mkdir"], merging["write"], merging["fsync"]):
        for lasting in (1, NEVER):
            outcome = attempt(layers, turn, Failed(after + at, KINDS[0], lasting))
            assert outcome.error is None


# ---------------------------------------------------------------- everything else


MANY = "observe wake sleep copy export open close born read compact forget".split()
"""Deeds that make several sorts of calls."""


@pytest.mark.parametrize("name", MANY)
def test_a_call_of_each_sort(ground: Ground, name: str) -> None:
    """Whatever is done when it fails: done or not done, and nothing in between."""
    deed, turn = named(name), MANY.index(name)
    whole = attempt(ground, deed, Failed(NEVER, KINDS[0]))
    assert whole.error is None
    for at in list(one_of_each(whole.calls).values())[turn % 2 :: 2]:
        attempt(ground, deed, Failed(at, KINDS[(at + turn) % len(KINDS)]))


def test_an_archived_memory_that_cannot_be_read_fails_the_turn(ground: Ground) -> None:
    """A module asks the file while he thinks: no answer is no turn, not a turn without it."""
    turn = named("turn")
    calls = attempt(ground, turn, Failed(NEVER, KINDS[2])).calls
    asked = next(at for at, call in enumerate(calls, start=1) if "santaklaus" in call)

    assert asked < calls.index("BEGIN IMMEDIATE")
    assert attempt(ground, turn, Failed(asked, KINDS[2])).error is not None


def test_what_fails_is_what_was_chosen(tmp_path: Path) -> None:
    """The kit itself: it counts calls in its folder only, and fails the n-th."""
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    with faults_in(inside) as faults, faults.armed(2, KINDS[0]):
        (outside / "a").mkdir()
        (inside / "a").mkdir()
        with pytest.raises(OSError, match="No space left"):
            (inside / "b").mkdir()
        (inside / "c").mkdir()
    assert faults.calls == ["os.mkdir"] * 3
    assert faults.failed == ["os.mkdir"]
    assert sorted(one.name for one in inside.iterdir()) == ["a", "c"]
