"""What a child is doing when it is killed, and what must be true of what it leaves."""

import asyncio
import itertools
import json
import logging
import random
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import ClassVar, Final

from leo import AsyncLeoField
from leo.mirror import mirror_path
from leo.reflection.mathbrain import MathBrain
from tests.reliability.campaigns.lives import (
    Reference,
    Reopened,
    Way,
    complaints_about,
    digest_of_field,
    integrity,
    life_of,
    next_turn,
    recounted,
)
from tests.reliability.campaigns.nursery import LONG, Killed, Nurse, Tell, at_point
from tests.reliability.campaigns.saying import book

__all__ = ["KINDS", "Book", "Kind", "Mirror", "Point", "Talk"]

SITTING: Final = 4
"""Turns between opening and closing; in between nothing is folded."""

TURNS: Final = 5
"""Turns after which a child is killed at the latest."""

BOOK: Final = 4 * LONG
"""Characters of a book: four batches, of which the middle two are counted at once."""

BATCHES: Final = 4
"""Batches after which a child is killed at the latest."""


class Kind(ABC):
    """A way to be killed.

    Parameters
    ----------
    folder
        For the files.
    rng
        Draws the moments.
    way
        How those live who are killed.
    """

    name: ClassVar[str]
    kills_a_life: ClassVar[int] = 6
    ends: ClassVar[bool] = False
    """Whether a child that comes to its end ends the campaign."""

    every = 1
    """Of moments that have numbers, each n-th is taken."""

    def __init__(self, folder: Path, rng: random.Random, way: Way) -> None:
        self.folder, self.rng, self.way = folder, rng, way
        self.nurse = Nurse(rng, TURNS)
        self.kills = -1
        self.known = 0
        self.unseen = 0
        self.reference = Reference(folder / "undisturbed.db", way)

    @property
    def path(self) -> Path:
        """The file of the present life; each is killed some times and goes on."""
        return self.folder / f"life-{self.kills // self.kills_a_life}" / "leo.db"

    def begin(self) -> None:
        """Go on to the next child, and to a new life if it is time."""
        self.kills += 1
        if self.kills % self.kills_a_life == 0:
            self.known = self.unseen = 0

    def kill(self) -> Killed:
        """Have a child killed at a random moment of its work."""
        return self.nurse.kill(self.work)

    @abstractmethod
    async def work(self, tell: Tell) -> None:
        """Do in the child what is to be disturbed."""

    def heard(self, killed: Killed) -> None:
        """Take down what a child told before it was killed; one more may have happened."""
        self.known = max(killed.numbers("turn"), default=self.known)
        self.unseen += 1

    def looked(self) -> int:
        """Give how many may have happened that nobody told of since it was last looked."""
        unseen, self.unseen = self.unseen, 0
        return unseen

    async def after(self) -> Reopened:
        """Look at what was left, and take one more turn."""
        path, unseen = self.path, self.looked()
        if not await asyncio.to_thread(path.exists):
            return Reopened(0)  # killed before there was a file
        check = await asyncio.to_thread(integrity, path)
        async with self.way.leo(path) as leo:
            seen = await complaints_about(leo, self.reference, self.known, unseen)
            seen.must(check == "ok", f"integrity_check of what was left says {check}")
            seen.must(not await asyncio.to_thread(_drafts, path), "half-written counts were left")
            await next_turn(leo, self.way, self.reference, seen)
            self.known = seen.found + 1
        return seen

    async def talking(self, tell: Tell, leo: AsyncLeoField, turns: int) -> None:
        """Take some turns in the child."""
        number = (await leo.stats()).turns
        for _ in range(turns):
            number += 1
            turn = await self.way.say(leo, number)
            tell(f"turn {turn.id}")


def _drafts(path: Path) -> list[Path]:
    return list(path.parent.glob("*.packs/*.new"))


class Talk(Kind):
    """A talk with all modules, closed and opened again every few turns."""

    name = "talk"

    async def work(self, tell: Tell) -> None:
        """Talk until killed."""
        while True:
            async with self.way.leo(self.path) as leo:
                await self.talking(tell, leo, SITTING)


class Point(Kind):
    """One sitting, disturbed at every statement and every file operation, one after the other."""

    name = "point"
    kills_a_life = 1
    ends = True

    def kill(self) -> Killed:
        """Have a child killed at the next point."""
        return at_point(self.work, 1 + self.kills * self.every, self.path.parent)

    async def work(self, tell: Tell) -> None:
        """Be born, talk a little, close; once more."""
        for _ in range(2):
            async with self.way.leo(self.path) as leo:
                await self.talking(tell, leo, SITTING)


class Book(Kind):
    """One book after the other is read; a killed reader goes on where he was."""

    name = "book"

    def __init__(self, folder: Path, rng: random.Random, way: Way) -> None:
        super().__init__(folder, rng, way)
        self.nurse = Nurse(rng, BATCHES)
        self.read: dict[int, tuple[int, int]] = {}
        """Tokens and words that he knows who is never disturbed, by the number of books.

        What follows what is not counted across batches, and who goes on begins with small ones.
        """

    def book(self, number: int) -> Path:
        """Give a book; the first is 0."""
        path = self.folder / f"book-{number}.txt"
        if not path.exists():
            path.write_text(_text_of(number), encoding="utf-8")
        return path

    async def work(self, tell: Tell) -> None:
        """Read until killed."""
        async with self.way.leo(self.path) as leo:
            for number in itertools.count():
                path = await asyncio.to_thread(self.book, number)
                await leo.read(path, progress=lambda done, total: tell(f"batch {done}"))

    def heard(self, killed: Killed) -> None:
        """Count the batches that a child told of."""
        self.known += len(killed.numbers("batch"))
        self.unseen += 1

    async def after(self) -> Reopened:
        """See that what was read is there once; when the life is over, that it is all."""
        unseen = self.looked()
        if not await asyncio.to_thread(self.path.exists):
            return Reopened(0)  # killed before there was a file
        check = await asyncio.to_thread(integrity, self.path)
        async with self.way.leo(self.path) as leo:
            text, batches = await self._text(leo, seen := Reopened(self.known))
            seen.found = self.known = batches
            seen.must(check == "ok", f"integrity_check of what was left says {check}")
            unheard = batches - seen.known
            seen.must(0 <= unheard <= unseen, f"{seen.known} batches told, {batches} there")
            whole = "".join(_text_of(number) for number in range(len(text) // BOOK + 1))
            seen.must(whole.startswith(text), "what was read is not what is in the books")
            if (self.kills + 1) % self.kills_a_life == 0:
                await self._to_the_end(leo, seen, books=len(text) // BOOK + 1)
        return seen

    async def _text(self, leo: AsyncLeoField, seen: Reopened) -> tuple[str, int]:
        life = life_of(leo)
        texts: list[str] = []
        entry = 1
        while events := await life.journal.events_after(entry):
            texts += [event.texts[0][1] for event in events]
            entry = events[-1].entry
        again = digest_of_field(await recounted(life))
        seen.must(digest_of_field(life.field) == again, "memory differs from the journal's count")
        return "".join(texts), len(texts)

    async def _to_the_end(self, leo: AsyncLeoField, seen: Reopened, *, books: int) -> None:
        paths = [await asyncio.to_thread(self.book, number) for number in range(books)]
        for path in paths:
            await leo.read(path)
        text, _ = await self._text(leo, seen)
        seen.must(text == "".join(_text_of(i) for i in range(books)), "the books are not whole")
        if books not in self.read:
            async with self.way.leo(self.folder / f"reader-{books}.db") as other:
                for path in paths:
                    await other.read(path)
                self.read[books] = _known(other)
        known = _known(leo)
        seen.must(known == self.read[books], f"he knows other things: {known}")
        skipped = [(await leo.read(path)).skipped for path in paths]
        seen.must(all(skipped), "a book that was read is read again")
        seen.must((await self.way.say(leo, 1)).id == 1, "the next turn does not work")


def _known(leo: AsyncLeoField) -> tuple[int, int]:
    totals = life_of(leo).field.totals
    return totals.tokens, totals.words


@cache
def _text_of(number: int) -> str:
    return book(BOOK, number)


class _Said(logging.Handler):
    """Hears what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        self.messages.append(record.getMessage())


@contextmanager
def _listening() -> Iterator[list[str]]:
    said, log = _Said(), logging.getLogger("leo")
    log.addHandler(said)
    propagated, log.propagate = log.propagate, False
    try:
        yield said.messages
    finally:
        log.removeHandler(said)
        log.propagate = propagated


class Mirror(Kind):
    """MathBrain alone, whose mirror is written after every turn."""

    name = "mirror"

    def __init__(self, folder: Path, rng: random.Random, way: Way) -> None:
        super().__init__(folder, rng, replace(way, modules=lambda: [MathBrain()]))

    async def work(self, tell: Tell) -> None:
        """Talk until killed."""
        async with self.way.leo(self.path) as leo:
            while True:
                await self.talking(tell, leo, SITTING)

    async def after(self) -> Reopened:
        """See that the mirror is whole; tear it; see that this is said, and that it is mended."""
        place = mirror_path(self.path, "mathbrain")
        left = await asyncio.to_thread(_text, place)
        torn = left is not None and self.kills % 2 == 1
        if left is not None and torn:
            await asyncio.to_thread(place.write_text, left[: self.rng.randrange(len(left))])
        with _listening() as said:
            seen = await super().after()
        if seen.found:
            brain = await self._mended(seen, place)
            told = f"{place} differs from {self.path}; the latter wins"
            seen.must(not torn or told in said, f"a torn mirror was not told of: {said}")
            seen.must(left is None or _is_whole(left), f"the mirror was half written: {left!r}")
            seen.must(brain, "the mirror was not mended")
        return seen

    async def _mended(self, seen: Reopened, place: Path) -> bool:
        async with self.way.leo(self.path) as leo:
            brain = leo.module("mathbrain")
            text = await asyncio.to_thread(_text, place)
            drafts = await asyncio.to_thread(lambda: list(place.parent.glob("*.json.new")))
            seen.must(not drafts, f"a draft was left: {drafts}")
            return text == brain.mirror(brain.state) and brain.state.turn == seen.found + 1


def _text(place: Path) -> str | None:
    return place.read_text(encoding="utf-8") if place.exists() else None


def _is_whole(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


KINDS: Final[tuple[type[Kind], ...]] = (Talk, Book, Mirror, Point)
