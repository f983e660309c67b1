"""Trying mutants: each is written into its file, and a forked process runs the tests.

The parent has imported what the tests need and Leo does not change, so that a trial costs hardly
more than its tests; it knows no module of Leo. The file is put back afterwards.
"""

import importlib
import importlib.util
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

__all__ = ["Bounds", "Trial", "measure", "tried"]

HEAVY: Final = (
    *("numpy", "hypothesis", "aiosqlite", "aiofiles", "msgspec", "regex", "portalocker", "tqdm"),
    *("blockbuster", "pytest_asyncio", "pytest_timeout", "platformdirs"),
)
"""Imported before the forks."""

FACTOR: Final = 4
SPARE_S: Final = 5
"""How many times as long as the tests alone, and how much more, a mutant may take: of the
processor's time for one that runs in circles."""

WAIT_S: Final = 60
"""Seconds, of the clock on the wall, after which one that waits for nothing is given up; others
may use the machine too."""

POLL_S: Final = 0.02

EXAMPLES: Final = 15
"""Of each property."""

LOG: Final = Path(".mutants/last.log")
"""What the tests of the last trial said."""

FLAGS: Final = (
    *("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # its plug-ins are imported already
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a trial may take, in seconds of the processor's time and on the wall."""

    processor: int
    wall: float


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a trial: ``killed``, ``survived`` or ``timed out``; and how long it took."""

    outcome: str
    processor: float
    wall: float


def measure(tests: Sequence[str]) -> Bounds:
    """Run the tests over the code as it is, and give what a mutant may take.

    Raises
    ------
    RuntimeError
        If they do not pass.
    """
    for name in HEAVY:
        importlib.import_module(name)
    LOG.parent.mkdir(parents=True, exist_ok=True)
    alone = _run(tests, Bounds(600, 900.0))  # which writes the bytecode
    if alone.outcome != "survived":
        raise RuntimeError(f"{' '.join(tests)}: {alone.outcome} without any mutant; see {LOG}")
    wall = max(WAIT_S, FACTOR * alone.wall)
    return Bounds(round(FACTOR * alone.processor) + SPARE_S, wall)


def tried(path: Path, changed: str, tests: Sequence[str], bounds: Bounds) -> Trial:
    """Run the tests with a file changed, and put it back."""
    was = path.read_bytes()
    # Bytecode is told apart by the second and the size of its source: here that is not enough.
    Path(importlib.util.cache_from_source(path)).unlink(missing_ok=True)
    path.write_text(changed, encoding="utf-8")
    try:
        return _run(tests, bounds, write=False)
    finally:
        path.write_bytes(was)


def _run(tests: Sequence[str], bounds: Bounds, *, write: bool = True) -> Trial:
    """Run tests in a fork of this process."""
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        _test(tests, bounds, write=write)
    status, used = _awaited(child, begun + bounds.wall)
    wall, processor = time.monotonic() - begun, used.ru_utime + used.ru_stime
    return Trial(_outcome(status), round(processor, 2), round(wall, 2))


def _outcome(status: int) -> str:
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGKILL, signal.SIGXCPU):
        return "timed out"
    if os.WIFSIGNALED(status):
        return "killed"
    return "survived" if os.WEXITSTATUS(status) == pytest.ExitCode.OK else "killed"


def _awaited(child: int, until: float) -> tuple[int, resource.struct_rusage]:
    """Wait for a child, and for those that it started; kill them when the time is over."""
    done = 0
    while not done:
        done, status, used = os.wait4(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > until:
            os.killpg(child, signal.SIGKILL)
            _, status, used = os.wait4(child, 0)
            break
        time.sleep(POLL_S)
    return status, used


class _Quick:
    """Has pytest try fewer examples of each property, and those after all other tests."""

    def pytest_collection(self) -> None:
        few = settings(settings.get_profile("leo"), max_examples=EXAMPLES)
        settings.register_profile("mutants", few)
        settings.load_profile("mutants")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: item.get_closest_marker("hypothesis") is not None)


def _test(tests: Sequence[str], bounds: Bounds, *, write: bool) -> None:
    """Be the child: run pytest quietly, and end."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (bounds.processor, bounds.processor + 1))
    sys.dont_write_bytecode = not write
    os.environ["PYTHONDONTWRITEBYTECODE"] = "" if write else "1"
    with LOG.open("w", encoding="utf-8") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    code = 1
    try:
        code = pytest.main([*FLAGS, *tests], plugins=[_Quick()])
    finally:
        os._exit(code)
