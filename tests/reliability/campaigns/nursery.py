"""Children that hold a Leo and are killed: forked from a process that has loaded everything."""

import asyncio
import os
import random
import select
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import leo.books
import leo.field.field
import leo.field.stack
import leo.keeping
import leo.life
from leo.field.rows import UNITS

__all__ = ["LONG", "Killed", "Nurse", "Tell", "Work", "at_point", "hurried"]

Tell: TypeAlias = Callable[[str], None]
"""Tells the parent a line, at once."""

Work: TypeAlias = Callable[[Tell], Coroutine[Any, Any, None]]
"""What a child does."""

READ: Final = 1 << 16
LONG: Final = 2_000
"""Characters of a batch of a book that is counted at once; the first batch is shorter."""

FIRST_S: Final = 0.3
"""How long a line is thought to take before one was timed."""

SMOOTH: Final = 4
"""The pace is an average over about so many lines."""

LONGEST_S: Final = 60.0
"""A child that says nothing for so long is a failure."""


@contextmanager
def hurried(*, fold_every: int, packed_from: int, mirror_every: int) -> Iterator[None]:
    """Let happen every few turns what else happens every few hundred.

    Parameters
    ----------
    fold_every
        Journal entries after which the image is renewed.
    packed_from
        Tokens heard after which a life is packed.
    mirror_every
        Turns after which mirrors are renewed.
    """
    new = (
        (leo.keeping, "FOLD_EVERY", fold_every),
        (leo.life, "BOOK_BATCHES", 2),
        (leo.field.field, "PACKED_FROM", packed_from * UNITS),
        (leo.field.stack, "PACKED_FROM", packed_from * UNITS),
        (leo.field.stack, "LONG", LONG),
        (leo.books, "FIRST_CHARACTERS", LONG // 2),
        (leo.books, "BATCH_CHARACTERS", 2 * LONG),
        (leo.life, "MIRROR_EVERY", mirror_every),
    )
    old = [(module, name, getattr(module, name)) for module, name, _ in new]
    for module, name, value in new:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, name, value in old:
            setattr(module, name, value)


@dataclass
class Killed:
    """A child that was killed, or ended by itself.

    Attributes
    ----------
    told
        The lines it told, all that had arrived when it was dead.
    killed
        Whether it was killed; else it had come to its end.
    """

    told: list[str] = field(default_factory=list)
    killed: bool = True

    def numbers(self, word: str) -> list[int]:
        """Give the numbers that were told behind a word."""
        return [int(line.split()[1]) for line in self.told if line.split()[0] == word]


def _child(work: Work) -> tuple[int, int]:
    """Fork a child that does some work; give its process and the pipe that it tells to."""
    back, tell = os.pipe()
    process = os.fork()
    if process:
        os.close(tell)
        return process, back
    status = 1
    try:
        os.close(back)
        asyncio.run(work(lambda line: _write(tell, line)))
        status = 0
    except BaseException:  # noqa: BLE001  whatever it is, the parent raises it
        _write(tell, f"! {traceback.format_exc()}")
    finally:
        os._exit(status)  # nothing that the parent prepared is cleaned up twice


def _write(pipe: int, line: str) -> None:
    os.write(pipe, f"{line}\n".encode())


class Nurse:
    """Kills children at random moments, which follow the pace of the machine.

    Parameters
    ----------
    rng
        Draws the moments.
    most
        Lines that a child tells at most.
    """

    def __init__(self, rng: random.Random, most: int) -> None:
        self._rng, self._most = rng, most
        self._pace = [FIRST_S, FIRST_S]
        """How long the first line took lately, and each later one."""

    def kill(self, work: Work) -> Killed:
        """Let a child work, and kill it some time after it has told some lines."""
        lines = self._rng.randrange(self._most)
        process, pipe = _child(work)
        heard, last = b"", time.monotonic()
        for line in range(lines):
            piece = _line(pipe)
            if not piece:
                break
            heard, now = heard + piece, time.monotonic()
            late = min(1, line)
            self._pace[late] += (now - last - self._pace[late]) / SMOOTH
            last = now
        time.sleep(self._rng.random() * self._pace[min(1, lines)])
        os.kill(process, signal.SIGKILL)
        return _buried(process, pipe, heard)


def _line(pipe: int) -> bytes:
    """Read what a child told, at least a line; nothing if it has ended."""
    heard = b""
    while not heard.endswith(b"\n"):
        ready, _, _ = select.select([pipe], [], [], LONGEST_S)
        if not ready:
            raise TimeoutError(f"a child told nothing for {LONGEST_S} s")
        piece = os.read(pipe, READ)
        if not piece:
            break
        heard += piece
    return heard


def at_point(work: Work, point: int, folder: Path) -> Killed:
    """Let a child work that is killed just before the n-th thing it does with a disk."""

    async def working(tell: Tell) -> None:
        _kill_at(point, folder)
        await work(tell)

    process, pipe = _child(working)
    return _buried(process, pipe, b"")


def _kill_at(point: int, folder: Path) -> None:
    """Have this process killed before its n-th SQLite statement or file operation in a folder."""
    seen = 0

    def happens(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def audited(event: str, arguments: tuple[object, ...]) -> None:
        first = str(arguments[0]) if arguments else ""
        if event.startswith(("open", "os.", "shutil.", "sqlite3.connect")) and str(folder) in first:
            happens()

    class Traced(sqlite3.Connection):
        """A connection that tells of each statement before it is run."""

        def __init__(self, *arguments: object, **more: object) -> None:
            super().__init__(*arguments, **more)  # type: ignore[arg-type]
            self.set_trace_callback(happens)

    plain = sqlite3.connect

    def connect(*arguments: object, **more: object) -> sqlite3.Connection:
        return plain(*arguments, **{"factory": Traced, **more})  # type: ignore[call-overload,no-any-return]

    sqlite3.connect = connect  # type: ignore[assignment]
    sys.addaudithook(audited)


def _buried(process: int, pipe: int, heard: bytes) -> Killed:
    while piece := os.read(pipe, READ):
        heard += piece
    os.close(pipe)
    _, status = os.waitpid(process, 0)
    lines = heard.decode().splitlines()
    if any(line.startswith("!") for line in lines):
        raise RuntimeError("a child failed by itself:\n" + heard.decode())
    return Killed(lines, killed=os.WIFSIGNALED(status))
