"""Whatever can be done with a Leo while a call fails, and what must be true afterwards.

Each deed is done in a copy of one life, with one call failing. Then either it was not done (an
error of Leo's own, which names the file), or it was; and what he says next shows which: the turn
after it is known for both, byte for byte.
"""

import contextlib
import logging
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from leo import AsyncLeoField, Birth, LeoError
from leo.observation.talk import TALK
from leo.testing import ScriptedClock
from tests.reliability.faults_kit import Faults, Kind, faults_in

__all__ = ["DEEDS", "Deed", "Failed", "Ground", "Outcome", "small"]

BIRTH: Final = Birth(
    "small",
    (
        ("origin", "I was alone in a dark house. Nobody called my name, and the silence hurt."),
        ("book", "The rain falls on the old bridge. A cat sleeps in the warm kitchen. " * 3),
    ),
)
"""A small one: what fails is the same, and every opening is quicker."""

LIVED: Final = 5
"""Turns of the life; the next one merges packed layers, if they are small."""

NOW: Final = 1_800_000_000.0

NEXT: Final = "And what about the snow on the old bridge?"

WORDS: Final = 8
"""Most words of a reply."""

BOOK: Final = "The zeppelin sleeps under the old bridge, and {} dreams of bread. "
NAMES: Final = "ann ben cora dan eva finn gwen hal ida jon kay leo mo nan".split()

Do: TypeAlias = Callable[[AsyncLeoField, Path], Awaitable[object]]


@contextlib.contextmanager
def small(*, layers: bool) -> Iterator[None]:
    """Have everything small: memories are archived early, and a short text is a book.

    Parameters
    ----------
    layers
        Whether what was heard is packed and merged early, too.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leo.recall.memories.MEMORIES", 1)
        patch.setattr("leo.books.FIRST_CHARACTERS", 2_000)
        patch.setattr("leo.field.stack.LONG", 3_000)
        if layers:
            patch.setattr("leo.field.field.PACKED_FROM", 1)
            patch.setattr("leo.field.stack.PACKED_FROM", 1)
            patch.setattr("leo.field.stack.TIER", 2)
            patch.setattr("leo.field.shelf.READ", 0)  # what is mapped in earnest is mapped here
        yield


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is done with a Leo.

    Attributes
    ----------
    name
        What it is called.
    do
        Does it; the second argument is the folder of his file.
    whole
        Whether an error means that nothing of it happened.
    first
        What is done before, when nothing fails yet.
    opens
        Whether it begins with a Leo who is not open.
    """

    name: str
    do: Do
    whole: bool = True
    first: Do | None = None
    opens: bool = False


async def _open(leo: AsyncLeoField, folder: Path) -> None:
    await leo.async_init()


async def _born(leo: AsyncLeoField, folder: Path) -> None:
    child = AsyncLeoField(folder / "child.db", seed=1, clock=lambda: NOW, birth=BIRTH)
    async with child:
        await child.turn("Hello.", max_tokens=4)


async def _asked(leo: AsyncLeoField, folder: Path) -> None:
    await leo.stats()
    await leo.around("rain")
    await leo.journal()


DEEDS: Final = (
    Deed("turn", lambda leo, _: leo.turn(TALK[LIVED], max_tokens=WORDS)),
    Deed("imagine", lambda leo, _: leo.imagine(TALK[LIVED])),
    Deed("observe", lambda leo, _: leo.observe("The zeppelin is green.")),
    Deed("switch", lambda leo, _: leo.set_without(["dream"])),
    Deed("ask", _asked),
    Deed("wake", lambda leo, _: leo.stats(), first=lambda leo, _: leo.hibernate()),
    Deed("sleep", lambda leo, _: leo.hibernate()),
    Deed("copy", lambda leo, folder: leo.copy(folder / "copy.db")),
    Deed("export", lambda leo, folder: leo.export(folder / "tables.db")),
    Deed("csv", lambda leo, folder: leo.export(folder / "tables")),
    Deed("open", _open, opens=True),
    Deed("close", lambda leo, _: leo.aclose(), first=lambda leo, _: leo.observe("A zebra.")),
    Deed("born", _born, whole=False),
    Deed("read", lambda leo, folder: leo.read(folder.parent / "book.txt"), whole=False),
    Deed("compact", lambda leo, _: leo.compact(), whole=False),
    Deed("forget", lambda leo, _: leo.forget(4), whole=False),
)
"""Those that are not whole are made of several transactions, or end with work on the file that is
done again at the next opening: after an error they may have happened, or in part."""


@dataclass(frozen=True, slots=True)
class Failed:
    """What was made to fail: which call, how, and for how many calls from it on."""

    at: int
    kind: Kind
    lasting: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a deed: the calls it made, those that failed, and its error, if any."""

    calls: tuple[str, ...]
    failed: tuple[str, ...]
    error: BaseException | None
    complaints: tuple[str, ...]


@dataclass
class Ground:
    """Where deeds are done: a life, and what he says next after each deed.

    Parameters
    ----------
    root
        A folder for it all.
    layers
        Whether what was heard is packed and merged early; see `small`.
    """

    root: Path
    layers: bool = False
    _expected: dict[str, list[str]] = field(default_factory=dict)

    @property
    def life(self) -> Path:
        """The folder of the life that is copied."""
        return self.root / "life"

    async def prepare(self) -> None:
        """Live the life, and write the book."""
        with small(layers=self.layers):
            await self._prepare()

    async def _prepare(self) -> None:
        self.life.mkdir(parents=True)
        pages = ("".join(BOOK.format(name) for name in NAMES[i:] + NAMES[:i]) for i in range(8))
        (self.root / "book.txt").write_text("\n\n".join(pages), encoding="utf-8")
        clock = ScriptedClock(step=90.0)
        async with AsyncLeoField(self.life / "leo.db", seed=7, clock=clock, birth=BIRTH) as leo:
            for prompt in TALK[:LIVED]:
                await leo.turn(prompt, max_tokens=WORDS)

    def leo(self, name: str) -> AsyncLeoField:
        """Make the Leo of a copy of the life, in a folder of its own."""
        return _leo(self._copied(name))

    async def attempt(self, deed: Deed, failed: Failed) -> Outcome:
        """Do a deed in a copy of the life while something fails, and look what is left."""
        with small(layers=self.layers):
            return await self._attempt(deed, failed)

    async def _attempt(self, deed: Deed, failed: Failed) -> Outcome:
        expected = await self._nexts(deed)
        folder = self._copied()
        leo = _leo(folder)
        with faults_in(folder) as faults, _listening() as said_aloud:
            await _prepared(deed, leo, folder)
            error = await _done(deed, leo, folder, faults, failed)
        complaints = list(_wrong(error, folder))
        try:
            said = await _next(leo)
        except LeoError as after:
            complaints.append(f"afterwards he fails: {after}")
        else:
            allowed = expected[:1] if error is not None and deed.whole else expected
            if said not in allowed:
                complaints.append("the next turn is none that it should be")
        complaints += _left(folder, said_aloud)
        calls, at_fault = tuple(faults.calls), tuple(faults.failed)
        return Outcome(calls, at_fault, error, tuple(complaints))

    async def _nexts(self, deed: Deed) -> list[str]:
        """Give what he may say next: first if nothing of it happened, last if all did."""
        if deed.name not in self._expected:
            self._expected[deed.name] = await self._lived(deed)
        return self._expected[deed.name]

    async def _lived(self, deed: Deed) -> list[str]:
        found: list[str] = []
        for parts in range(100):
            folder = self._copied()
            leo = _leo(folder)
            await _prepared(deed, leo, folder)
            if deed.name == "read":
                whole = await _read_in_part(leo, folder, parts)
            else:
                whole = bool(parts)
                if whole:
                    await deed.do(leo, folder)
            found.append(await _next(leo))
            if whole:
                return found
        raise AssertionError("the book does not end")

    def _copied(self, name: str = "run") -> Path:
        folder = self.root / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.life, folder)
        return folder


def _leo(folder: Path) -> AsyncLeoField:
    return AsyncLeoField(folder / "leo.db", clock=lambda: NOW, birth=BIRTH)


async def _prepared(deed: Deed, leo: AsyncLeoField, folder: Path) -> None:
    if not deed.opens:
        await leo.async_init()
    if deed.first is not None:
        await deed.first(leo, folder)


async def _done(
    deed: Deed, leo: AsyncLeoField, folder: Path, faults: Faults, failed: Failed
) -> BaseException | None:
    with faults.armed(failed.at, failed.kind, failed.lasting):
        try:
            await deed.do(leo, folder)
        except (LeoError, OSError, sqlite3.Error, ValueError, RuntimeError) as error:
            return error
    return None


@contextlib.contextmanager
def _listening() -> Iterator[list[str]]:
    """Take what is logged, instead of showing it: there are thousands of warnings."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    log, ear = logging.getLogger("leo"), Ear()
    log.addHandler(ear)
    log.propagate = False
    try:
        yield heard
    finally:
        log.removeHandler(ear)
        log.propagate = True


async def _read_in_part(leo: AsyncLeoField, folder: Path, batches: int) -> bool:
    """Read some batches, and tell whether that was all."""
    if not batches:
        return False
    seen = 0

    def stop(done: int, total: int) -> None:
        nonlocal seen
        seen += 1
        if seen == batches:
            raise InterruptedError

    with contextlib.suppress(InterruptedError):
        await leo.read(folder.parent / "book.txt", progress=stop)
        return True
    return False


async def _next(leo: AsyncLeoField) -> str:
    """Say the next thing, be it after opening him again, and close him; give the turn."""
    if leo.closed:
        await leo.async_init()
    said = await leo.turn(NEXT, max_tokens=WORDS)
    await leo.aclose()
    return said.without_timings().to_json()


# ---------------------------------------------------------------- what must be true


def _wrong(error: BaseException | None, folder: Path) -> Iterator[str]:
    if error is None:
        return
    if not isinstance(error, LeoError):
        yield f"a {type(error).__name__} came out: {error}"
    elif str(folder) not in str(error):
        yield f"no file is named: {error}"
    elif not {";", "."} & set(str(error).rstrip(".").replace(str(folder), "")):
        yield f"no way out is named: {error}"


def _left(folder: Path, said_aloud: Sequence[str]) -> Iterator[str]:
    """Tell what is wrong with what is left in a folder when he is closed."""
    with contextlib.closing(sqlite3.connect(folder / "leo.db")) as file:
        (told,) = file.execute("PRAGMA integrity_check").fetchone()
        if told != "ok":
            yield f"integrity_check: {told}"
        entries = file.execute("SELECT count(*), max(entry) FROM journal").fetchone()
        if entries[0] != entries[1]:
            yield f"the journal has {entries[0]} entries, and the last is {entries[1]}"
    for one in folder.rglob("*.new"):
        if not any(str(one) in told for told in said_aloud):
            yield f"{one.relative_to(folder)} was left, and nothing said"
