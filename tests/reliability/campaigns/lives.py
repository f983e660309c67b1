"""A life compared: with what was acknowledged, with a life nobody disturbed, with its journal."""

import contextlib
import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from leo import AsyncLeoField, LeoField, Turn
from leo.field.field import Field, newborn
from leo.field.parts import parts_of
from leo.field.view import KINDS
from leo.life import Life, heard_again
from leo.module import Module
from leo.modules import default_modules
from leo.store.schema import TABLES
from leo.text.birth import DEFAULT_BIRTH, Birth
from tests.reliability.campaigns.saying import line, sentences, when

__all__ = [
    "SMALL",
    "Reference",
    "Reopened",
    "Way",
    "complaints_about",
    "digest_of_field",
    "digest_of_turn",
    "integrity",
    "life_of",
    "next_turn",
    "recounted",
]

SEED: Final = 7
AHEAD: Final = 5
"""Turns that the undisturbed life is lived ahead of who asks."""


def life_of(leo: AsyncLeoField) -> Life:
    """Look behind the door of an open Leo."""
    assert leo._life is not None
    return leo._life


class _Clock:
    """Tells the time of the coming turn, so that a turn said again is said at the same time."""

    def __init__(self) -> None:
        self.leo: AsyncLeoField | None = None

    def __call__(self) -> float:
        life = None if self.leo is None else self.leo._life
        return when(0 if life is None else life.turn + 1)


@dataclass(frozen=True)
class Way:
    """How a life is lived, which has to be the same in all processes.

    Attributes
    ----------
    birth
        What he has read at first.
    max_tokens
        Most words of a reply.
    modules
        Makes his modules; all if not given.
    """

    birth: Birth = DEFAULT_BIRTH
    max_tokens: int = 24
    modules: Callable[[], Sequence[Module[Any]]] = default_modules

    def leo(self, path: Path) -> AsyncLeoField:
        """Make a Leo (not open yet) whose whole life follows from what is said to him."""
        clock, modules = _Clock(), self.modules()
        clock.leo = AsyncLeoField(
            path, seed=SEED, clock=clock, strict=True, modules=modules, birth=self.birth
        )
        return clock.leo

    def twin(self, path: Path) -> LeoField:
        """Open one who needs no ``await``."""
        clock = _Clock()
        twin = LeoField(
            path, seed=SEED, clock=clock, strict=True, modules=self.modules(), birth=self.birth
        )
        clock.leo = twin._leo
        return twin

    async def say(self, leo: AsyncLeoField, number: int) -> Turn:
        """Say the n-th line."""
        return await leo.turn(line(number), max_tokens=self.max_tokens)

    def say_plainly(self, twin: LeoField, number: int) -> Turn:
        """Say the n-th line to one who needs no ``await``."""
        return twin.turn(line(number), max_tokens=self.max_tokens)


def _nine() -> list[Module[Any]]:
    return [one for one in default_modules() if one.name != "overthinking"]


SMALL: Final = Way(Birth("small", (("origin", " ".join(sentences()[:40])),)), 12, _nine)
"""A way that takes little time: little was read, little is said, and nothing thought over."""


def digest_of_turn(turn: Turn) -> str:
    """Identify a Turn by everything in it but what it took."""
    return hashlib.blake2b(turn.without_timings().to_json().encode(), digest_size=8).hexdigest()


def digest_of_field(field: Field) -> str:
    """Identify everything a field counts, in its packed layers and above them."""
    state = hashlib.blake2b(digest_size=16)
    for pack in field.packs:
        state.update(repr((pack.first, pack.units, pack.grown)).encode())
        for part, array in sorted(parts_of(pack).items()):
            state.update(part.encode() + array.tobytes())
    own = field.own
    for kind in KINDS:
        rows = own.table(kind).items()
        state.update(repr(sorted((key, sorted(row.cells.items())) for key, row in rows)).encode())
        state.update(repr(sorted(own.kinds[kind].items())).encode())
    told = (
        own.words,
        sorted(own.seen.items()),
        sorted(own.starts.items()),
        sorted((id_, sorted(forms.items())) for id_, forms in own.forms.items()),
        own.grown,
        field.centers(),
        [(theme.id, theme.words) for theme in field.themes.all],
        field.entries,
    )
    state.update(repr(told).encode())
    return state.hexdigest()


async def recounted(life: Life) -> Field:
    """Count a journal from the birth on, without image and packed layers, in memory."""
    counted = Field(await newborn(life.birthday.birth))
    counted.entries = 1
    while entries := await life.journal.entries_after(counted.entries):
        for entry in entries:
            await heard_again(counted, entry)
    return counted


def integrity(path: Path) -> str:
    """Let SQLite check a copy of a file with its log, so that the file stays as it is."""
    with tempfile.TemporaryDirectory(prefix="leo-copy-") as folder:
        copy = Path(folder) / path.name
        for one in (path, path.with_name(f"{path.name}-wal")):
            if one.exists():
                shutil.copyfile(one, copy.with_name(one.name))
        with contextlib.closing(sqlite3.connect(copy)) as file:
            return str(file.execute("PRAGMA integrity_check").fetchone()[0])


class Reference:
    """The life that nobody disturbs; it is lived as far as somebody asks.

    Parameters
    ----------
    path
        His file.
    way
        How he lives.
    """

    def __init__(self, path: Path, way: Way) -> None:
        self._path, self._way = path, way
        self._turns: list[str] = []

    async def upto(self, number: int) -> list[str]:
        """Give the digests of the first turns."""
        if len(self._turns) < number:
            async with self._way.leo(self._path) as leo:
                while len(self._turns) < number + AHEAD:
                    turn = await self._way.say(leo, len(self._turns) + 1)
                    self._turns.append(digest_of_turn(turn))
        return self._turns[:number]


@dataclass
class Reopened:
    """What was found in a file after its holder was killed.

    Attributes
    ----------
    known, found
        Turns (or batches of a book) that the holder told of, and that were there.
    complaints
        What is not as it should be; empty when all is well.
    """

    known: int
    found: int = 0
    complaints: list[str] = field(default_factory=list)

    def must(self, holds: bool, complaint: str) -> None:
        """Complain unless something holds."""
        if not holds:
            self.complaints.append(complaint)


async def complaints_about(
    leo: AsyncLeoField, reference: Reference, known: int, unseen: int = 1
) -> Reopened:
    """Compare an open Leo with the life that nobody disturbed, and with his own journal.

    Parameters
    ----------
    leo
        Just opened.
    reference
        How his life should be.
    known
        How many turns were told of before he was killed.
    unseen
        How many more may have happened: one each time that he was killed.
    """
    life = life_of(leo)
    turns = await leo.journal()
    seen = Reopened(known, len(turns))
    seen.must(
        0 <= len(turns) - known <= unseen, f"{known} turns were told of and {len(turns)} are there"
    )
    digests = [digest_of_turn(turn) for turn in turns]
    expected = await reference.upto(len(turns))
    seen.must(digests == expected, f"turns differ: {digests} instead of {expected}")
    summary = await life.database.fetch("SELECT turn FROM summary ORDER BY turn")
    seen.must([row[0] for row in summary] == [turn.id for turn in turns], f"half a turn: {summary}")
    for table in await _tables_with_turns(life):
        (last,) = (await life.database.fetch(f"SELECT max(turn) FROM {table}"))[0]
        seen.must(
            last is None or int(str(last)) <= len(turns), f"half a turn: {table} knows of {last!r}"
        )
    again = digest_of_field(await recounted(life))
    seen.must(digest_of_field(life.field) == again, "memory differs from the journal's count")
    check = await life.database.fetch("PRAGMA integrity_check")
    seen.must(check == [("ok",)], f"integrity_check says {check}")
    return seen


async def _tables_with_turns(life: Life) -> list[str]:
    rows = await life.database.fetch(
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
        "WHERE m.type = 'table' AND c.name = 'turn'"
    )
    return [str(name) for (name,) in rows if name not in TABLES]


async def next_turn(leo: AsyncLeoField, way: Way, reference: Reference, seen: Reopened) -> None:
    """Take the next turn, which must be the one that nobody's killing would have changed."""
    number = seen.found + 1
    turn = digest_of_turn(await way.say(leo, number))
    seen.must([turn] == (await reference.upto(number))[-1:], f"turn {number} went differently")
