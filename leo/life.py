"""A Leo's memory and file together: opening, committing, applying, healing.

Memory is never ahead of disk. Everything here runs under the Leo's lock.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from leo.errors import FieldBusy, SeedMismatch, StoreError
from leo.field.around import around
from leo.field.field import Field, newborn
from leo.field.layer import Layer
from leo.field.stack import Counted, at_once
from leo.forgetting import Erasure, What, erasure, wanted
from leo.keeping import BOOK_BATCHES, Keeper
from leo.mirror import MIRROR_EVERY, Mirrors, drop_mirrors
from leo.module import Module, Write
from leo.pace import breathe_if_due
from leo.recent import LAST_TURNS, Recent
from leo.records import Learned, Source, Turn
from leo.settle import settled
from leo.store.compacting import compact_page
from leo.store.copying import drop_asides
from leo.store.database import Database
from leo.store.journal import Birthday, Entry, Journal, birth_writes, heard_write, turn_writes
from leo.store.reader import FileReader, loaded
from leo.text.birth import Birth
from leo.turn import Plan
from leo.turns import Compacted, Forgotten
from leo.views import Neighbourhood
from leo.voice import learn

__all__ = ["Life", "heard_again"]

log = logging.getLogger("leo")


class Life:
    """An open Leo's memory.

    Parameters
    ----------
    database
        His file.
    birthday
        When and with what he was born.
    modules
        His modules, in order.
    mirrors
        Theirs; by default such that nobody hears of a module that fails at its own but the log.

    Attributes
    ----------
    field
        What he knows.
    entry, turn
        Numbers of the last journal entry and the last turn.
    committed
        Number of the last turn that this process wrote; it may be ahead of memory.
    without
        Modules that were switched off last.
    """

    def __init__(
        self,
        database: Database,
        birthday: Birthday,
        modules: Sequence[Module[Any]],
        mirrors: Mirrors | None = None,
    ) -> None:
        self.database, self.birthday, self.modules = database, birthday, tuple(modules)
        self._mirrors = mirrors or Mirrors(modules, strict=False)
        self.journal = Journal(database)
        self.entry = 0
        self.turn = 0
        self.committed = 0
        self._recent = Recent(database.path)
        self._rested = False  # whether he fell asleep with nothing to make good
        self.without: tuple[str, ...] = ()
        self.field: Field
        self._keeper = Keeper(database)
        self._stale = True

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        seed: int | None,
        draw_seed: Callable[[], int],
        clock: Callable[[], float],
        birth: Birth | None,
        modules: Sequence[Module[Any]],
        mirrors: Mirrors | None = None,
    ) -> "Life":
        """Open a file, or be born in it.

        Raises
        ------
        SeedMismatch
            If a seed is given that is not the stored one.
        StoreError
            If the file cannot be used.
        """
        database = await Database.open(path)
        try:
            birthday = await Journal(database).birthday()
            if birthday is None:
                birthday = Birthday(clock(), draw_seed() if seed is None else seed, birth)
                await database.write(birth_writes(birthday))
            elif seed is not None and seed != birthday.seed:
                raise SeedMismatch(
                    f"{path} was born with seed {birthday.seed}, not {seed}; open it without a "
                    "seed, or start a new Leo in another file"
                )
            if birthday.birth == birth:
                birthday = replace(birthday, birth=birth)  # one for all Leos
            life = cls(database, birthday, modules, mirrors)
            await life._migrate_modules()
            await life.remember()
            await life._tidy()
        except BaseException:
            await database.close()
            raise
        return life

    async def _migrate_modules(self) -> None:
        """Give the modules the tables that they lack: all of them, in one transaction, or none."""
        rows = await self.database.fetch(
            "SELECT module, count(*) FROM module_migrations GROUP BY module"
        )
        done = {str(name): int(str(count)) for name, count in rows}
        lacking = [
            (module.name, number, script)
            for module in self.modules
            for number, script in enumerate(module.migrations, start=1)
            if number > done.get(module.name, 0)
        ]
        if lacking:
            ran = Write(
                "INSERT INTO module_migrations VALUES (?, ?)",
                tuple((name, number) for name, number, _ in lacking),
            )
            await self.database.write([*(Write(script) for *_, script in lacking), ran])

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The last turns."""
        return self._recent.all(keep=not self.database.asleep)

    # ------------------------------------------------------------ remembering

    async def remember(self) -> None:
        """Build memory from disk, if it is not there or not to be trusted."""
        if not self._stale and not self.database.asleep:
            return
        rested = self.database.asleep and self._rested
        await settled(self.database.wake())
        field = await self._keeper.field(await newborn(self.birthday.birth))
        while entries := await self.journal.entries_after(field.entries):
            for entry in entries:
                await heard_again(field, entry)
        self.entry, self.turn = await self.journal.last()
        self.field = field
        if not rested:
            self._recent = Recent(self.database.path, await self.journal.latest(LAST_TURNS))
        have = {module.name for module in self.modules}
        self.without = tuple(name for name in await self.journal.settings() if name in have)
        await self._load_modules()
        if not rested:
            await self._mirrors.compare(self.database.path)
        self._stale = False

    async def _load_modules(self) -> None:
        """Let all modules read their tables, all asking at once; nobody changes them meanwhile."""
        reader = FileReader(self.database, self.birthday.birth)
        loading = (loaded(module, reader) for module in self.modules)
        states = await asyncio.gather(*loading, return_exceptions=True)
        for state in states:
            if isinstance(state, BaseException):
                raise state
        for module, state in zip(self.modules, states, strict=True):
            module.state = state

    async def _changing(self, apply: Awaitable[None]) -> None:
        self._stale = True  # until it is through: a half-applied memory is rebuilt from disk
        await apply
        self._stale = False

    # ------------------------------------------------------------ happening

    async def happen(self, plan: Plan) -> None:
        """Commit a turn, then take it into memory."""
        entry = self.entry + 1
        await breathe_if_due()
        await self.database.write([*turn_writes(entry, plan.turn), *plan.writes])
        self.committed = self.turn + 1
        await self._changing(self._apply(plan, entry))
        if self.turn % MIRROR_EVERY == 0:
            await self.mirror()

    async def _apply(self, plan: Plan, entry: int) -> None:
        await self.field.absorb(plan.overlay, entry)
        for module in self.modules:
            if module.name in plan.states:
                module.state = plan.states[module.name]
        self.entry, self.turn = entry, self.turn + 1
        self._recent.add(plan.turn)

    async def hear(
        self, kind: str, at: float, texts: Sequence[tuple[Source, str]], **more: object
    ) -> tuple[Learned, ...]:
        """Learn texts outside a turn: one journal entry, committed and then counted.

        ``more`` is what else the entry tells, as ``last`` of a book's last batch.
        """
        entry, last = self.entry + 1, bool(more.get("last"))
        body = {**more, "heard": [list(text) for text in texts]}
        written = heard_write(entry, kind, at, body)
        if at_once(texts):
            ((source, text),) = texts
            counted = await self.field.count(text, source)
            await self.database.write([written])
            await self._changing(self._take_in(counted, entry, last=last))
            await self._tried(self.fold(after=BOOK_BATCHES, packed_too=False))
            return (Learned(source, counted.growth, text),)
        overlay = self.field.overlay()
        learned: list[Learned] = []
        for source, text in texts:
            learned.extend(await learn(overlay, text, source, stored=text))
        await self.database.write([written])
        await self._changing(self._absorb(overlay, entry, last=last))
        return tuple(learned)

    async def _take_in(self, counted: Counted, entry: int, *, last: bool) -> None:
        await self.field.take_in(counted, entry, last=last)
        self.entry = entry

    async def switch_off(self, at: float, names: tuple[str, ...]) -> None:
        """Journal which modules are off from now on."""
        await self.hear("settings", at, [], without=names)
        self.without = names

    async def around(self, word: str, *, limit: int, at: int | None) -> Neighbourhood:
        """Look around a word, as it is or as it was after a turn."""
        later = await self.journal.texts_after(at) if at is not None else []
        last = self.turn if at is None else at
        turns = await self.journal.turns(last, last + 1)
        own = turns[0].texts() if turns else ()
        return await around(self.field, word, limit=limit, at=at, later=later, turn=own)

    async def _absorb(self, overlay: Layer, entry: int, *, last: bool) -> None:
        await self.field.absorb(overlay, entry, last=last)
        self.entry = entry

    # ------------------------------------------------------------ forgetting

    async def erasure(self, what: What) -> Erasure | None:
        """Work out what has to go for something to be forgotten; ``None`` for nothing."""
        want = wanted(what, self.turn)
        return await erasure(self.database, self.birthday, self.modules, want)

    async def forget(self, erased: Erasure, happened: Callable[[Forgotten], None]) -> None:
        """Erase it, count everything anew, and leave no old byte in the file.

        Parameters
        ----------
        erased
            What has to go.
        happened
            Told what is forgotten, once it is, whatever fails after that.

        Raises
        ------
        CommitFailed
            If it could not be written; nothing of it happened.
        StoreError
            If it happened and old bytes are left; the next opening tries again.
        """
        before, words = self.field.totals.words, 0
        await self.database.erase(erased.writes)
        self._stale = True  # until the field is counted anew
        try:
            try:
                await self._drop_beside()
            finally:
                await self.remember()
            words = before - self.field.totals.words
            await self.clean()
            await self.fold()
        finally:
            happened(Forgotten(erased.turns, erased.entries, erased.echoes, words))

    async def clean(self) -> None:
        """Renew what may hold old bytes of what was forgotten, if anything does."""
        if await self.database.soiled():
            await self._drop_beside()
            await self._keeper.sweep(self.field)
            await self.database.scrub()
            await self.mirror()

    async def _drop_beside(self) -> None:
        rows = await self.database.fetch("SELECT DISTINCT module FROM module_migrations")
        names = {*(module.name for module in self.modules), *(str(name) for (name,) in rows)}
        await drop_mirrors(self.database.path, sorted(names))
        await asyncio.to_thread(drop_asides, self.database.path)

    async def _tidy(self) -> None:
        """Finish at opening what a crash cut short; a Leo who cannot opens all the same."""
        try:
            await self.clean()
        except StoreError as error:
            log.warning("%s", error)

    # ------------------------------------------------------------ the file

    async def copy(self, path: Path) -> None:
        """Copy everything into a new file."""
        await self._keeper.copy(path)

    async def compact(self, keep: int | None) -> Compacted:
        """Deflate the journal, reduce all turns but the last ``keep`` to texts, give room back."""
        whole_from = 0 if keep is None else self.turn - keep + 1
        plain = entry = 0
        while page := await compact_page(self.database, entry, whole_from):
            await settled(self.database.write(page.writes))
            entry, plain = page.last, plain + page.plain
        if not self._stale:
            await settled(self._keeper.keep(self.field))
        before, after = await settled(self.database.shrink())
        return Compacted(before, after, plain)

    # ------------------------------------------------------------ closing

    @property
    def due(self) -> bool:
        """Whether it is time to keep the field, so that a crash costs little."""
        return not self._stale and self._keeper.due(self.field)

    async def fold_if_due(self) -> None:
        """Keep the field if it is time; that it cannot be kept is logged."""
        if self.due:
            await self._tried(self._keeper.keep(self.field))

    async def _tried(self, keeping: Awaitable[None]) -> None:
        """Keep the field after what has happened, and is in the journal whatever comes of it."""
        try:
            await keeping
        except (FieldBusy, StoreError) as error:
            log.warning("%s: he goes on, and it is tried again: %s", self.database.path, error)

    async def fold(self, *, after: int = 1, packed_too: bool = True) -> None:
        """Keep the field if enough happened since, unless memory is not to be trusted."""
        if not self._stale:
            await self._keeper.keep(self.field, after=after, packed_too=packed_too)

    async def mirror(self) -> None:
        """Renew the modules' mirrors, unless memory is not to be trusted."""
        if not self._stale:
            await self._mirrors.write(self.database.path)

    async def sleep(self) -> None:
        """Let go of everything that is in the file; `remember` brings it back.

        Raises
        ------
        StoreError
            If memory could not be kept; nothing is let go then.
        """
        if self.database.asleep:
            return
        if not self._stale:
            await self._keeper.keep(self.field)
        await self.mirror()
        self._rested, self._stale = not self._stale, True
        await self.database.sleep()
        self._recent = await asyncio.to_thread(self._recent.shrunk)
        self._keeper = Keeper(self.database)
        del self.field

    async def close(self) -> None:
        """Renew image and mirrors, and close the file whatever happens.

        Where the image cannot be written nothing is lost, as it follows from the journal.
        """
        try:
            try:
                await self.fold()
            except (StoreError, FieldBusy) as error:
                log.warning(
                    "%s: closed without keeping his counts, which are made anew from his journal "
                    "when he is next opened: %s",
                    *(self.database.path, error),
                )
            await self.mirror()
        finally:
            await self.database.close()


async def heard_again(field: Field, entry: Entry) -> None:
    """Take an entry of the journal into a field, as it was when it happened."""
    if at_once(entry.texts):
        ((source, text),) = entry.texts
        await field.take_in(await field.count(text, source), entry.entry, last=entry.last)
        return
    overlay = field.overlay()
    for source, text in entry.texts:
        await learn(overlay, text, source, stored=None)
    await field.absorb(overlay, entry.entry, last=entry.last)
