"""AsyncLeoField: one organism, his lock, and the doors to him."""

import asyncio
import os
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from leo.answering import Answering
from leo.books import (
    Batch,
    Book,
    Progress,
    ReadBefore,
    Reporter,
    batches,
    open_book,
    where_left,
)
from leo.events import Revised, Tell, Word
from leo.home import ASYNC_DB_PATH, absolute
from leo.life import Life
from leo.limits import (
    HeardSource,
    check_heard,
    check_length,
    check_seed,
    settings_of,
)
from leo.luck import turn_seed
from leo.module import Module
from leo.opened import living_at
from leo.records import Growth, Settings, Turn
from leo.settle import settled
from leo.stream import Stream
from leo.text.tokens import clean
from leo.turn import Asked, Plan, live
from leo.turns import ReadReport
from leo.watchers import ForgettingWatcher, Watcher

__all__ = ["AsyncLeoField", "living"]


def living(path: str | os.PathLike[str] = ASYNC_DB_PATH) -> "AsyncLeoField | None":
    """Give the open Leo that this process holds on a path, if there is one."""
    found = living_at(path)
    return found if isinstance(found, AsyncLeoField) else None


class AsyncLeoField(Answering):
    """A Leo: he hears, grows and speaks, one turn at a time.

    Use it as ``async with AsyncLeoField(path) as leo: ...``, or with `async_init` and
    `aclose` around cells of a notebook.

    Parameters
    ----------
    path
        His file; made if it does not exist.
    seed
        Of his luck; drawn at birth if not given, and stored. A different seed later is an error.
    clock
        Gives the time in seconds; the wall clock by default.
    modules
        His modules in order; the default list if not given.
    without
        Names of modules that are switched off for as long as he is open; by default those
        that `set_without` switched off last.
    strict
        Raise a module's failure instead of taking it out of the turn.
    birth
        What a newborn has read; ``None`` for an empty field. A living Leo keeps his own.
    """

    # ------------------------------------------------------------ talking

    async def reply(self, prompt: str, *, temperature: float = 1.0, max_tokens: int = 80) -> str:
        """Talk to Leo and give what he says; see `turn`."""
        asked = self._settings(prompt, temperature, max_tokens)
        return (await self._live(prompt, asked, _deaf)).reply

    async def turn(self, prompt: str, *, temperature: float = 1.0, max_tokens: int = 80) -> Turn:
        """Talk to Leo and give the whole Turn.

        Parameters
        ----------
        prompt
            What you say, up to 20,000 characters.
        temperature
            Factor on the blended temperature, in (0, 10].
        max_tokens
            Most tokens of the reply, 1..400; he stops at a sentence end before.

        Raises
        ------
        ValueError
            If temperature or max_tokens are out of range.
        PromptTooLong
            If the prompt is.
        CommitFailed
            If the turn could not be written; nothing of it happened.
        """
        asked = self._settings(prompt, temperature, max_tokens)
        return await self._live(prompt, asked, _deaf)

    def stream(self, prompt: str, *, temperature: float = 1.0, max_tokens: int = 80) -> Stream:
        """Talk to Leo and hear each word as he chooses it; the Turn comes last.

        Words come before they are kept: `leo.events.Revised` replaces them, an error takes
        them back. Raises like `turn`, out-of-range arguments at once.
        """
        asked = self._settings(prompt, temperature, max_tokens)
        return Stream(lambda tell: self._live(prompt, asked, tell), self._own)

    async def imagine(
        self,
        prompt: str,
        *,
        without: Collection[str] = (),
        temperature: float = 1.0,
        seed: int | None = None,
    ) -> Turn:
        """Live a turn in imagination: nothing is kept, nobody is told, its id is ``None``.

        Parameters
        ----------
        prompt, temperature
            As in `turn`.
        without
            Names of modules to leave out besides those that are off.
        seed
            Of this turn's luck; the next turn's by default.
        """
        asked, luck = self._settings(prompt, temperature, 80, without), check_seed(seed)
        self._require_loop()
        async with self._at_hand() as life:
            return (await self._plan(life, prompt, asked, _deaf, seed=luck, real=False)).turn

    async def _live(self, prompt: str, settings: Settings, tell: Tell) -> Turn:
        self._require_loop()
        plan: Plan | None = None
        life: Life | None = None
        try:
            async with self._at_hand() as life:
                plan = await self._plan(life, prompt, settings, tell)
                await settled(life.happen(plan))
        finally:
            # A cancellation that came during the commit is on its way up, and the turn happened.
            if life is not None and plan is not None and life.committed == plan.turn.id:
                self._watchers.tell(plan.turn)
                self._keep_soon(life)
        return plan.turn

    async def _plan(
        self,
        life: Life,
        prompt: str,
        settings: Settings,
        tell: Tell,
        *,
        seed: int | None = None,
        real: bool = True,
    ) -> Plan:
        number = life.turn + 1
        off = self._known({*self.without, *settings.without})
        asked = Asked(
            number=number,
            id=number if real else None,
            at=self._clock(),
            seed=turn_seed(life.birthday.seed, number) if seed is None else seed,
            settings=replace(settings, without=off),
            prompt=clean(prompt),
        )
        modules = [module for module in life.modules if module.name not in off]
        return await live(asked, life.field, modules, strict=self._strict, tell=tell)

    # ------------------------------------------------------------ listening

    async def observe(self, text: str, *, source: HeardSource = "observer") -> Growth:
        """Let Leo hear a text without answering; it is journaled and learned.

        Parameters
        ----------
        text
            Up to 20,000 characters (a longer one is a book: `read`).
        source
            ``observer``, ``book`` or ``note``; never ``reply``.
        """
        check_heard(text, source)
        self._require_loop()
        async with self._at_hand() as life:
            heard = [(source, clean(text))]
            learned = await settled(life.hear("observe", self._clock(), heard))
        self._keep_soon(life)
        return sum((one.growth for one in learned), Growth())

    async def read(
        self, path: str | os.PathLike[str], *, progress: Progress = None, again: bool = False
    ) -> ReadReport:
        """Let Leo read a UTF-8 text file, plain or gzipped; talk goes on between its batches.

        Parameters
        ----------
        path
            The file.
        progress
            ``callable(done, total)`` in bytes of the file, ``True`` for a progress bar.
        again
            Read a book that was read before once more; else it is skipped. A book that was
            left half-way goes on where it was left, and one that somebody else reads to him just
            now is waited for.

        Raises
        ------
        StoreError
            If the file cannot be read, or is not UTF-8 (the message names the byte).
        """
        self._require_loop()
        book = await open_book(absolute(path))
        alone = self._readings.setdefault(book.digest, asyncio.Lock())
        async with alone:  # two at a time would not know of each other, and he would learn it twice
            return await self._read(book, progress, again=again)

    async def _read(self, book: Book, progress: Progress, *, again: bool) -> ReadReport:
        """Read a book from where it was left."""
        async with self._at_hand() as life:
            found = await life.journal.batches_of(book.digest)
        begin, whole = where_left(book, [ReadBefore(*one) for one in found], again=again)
        if not book.length or (whole and not begin and not again):
            return ReadReport(book.path, book.digest, 0, 0, skipped=True)
        tokens = count = 0
        with Reporter(progress, book) as report:
            async for batch in batches(book, begin):
                tokens, count = tokens + await self._learn(book, batch), count + 1
                report(batch.done)
        return ReadReport(book.path, book.digest, tokens, count, skipped=False)

    async def _learn(self, book: Book, batch: Batch) -> int:
        """Learn a batch of a book, and count its tokens."""
        told = {"digest": book.digest, "end": batch.end, "last": batch.end >= book.length}
        async with self._at_hand() as life:
            heard = life.hear("book", self._clock(), [("book", batch.text)], **told)
            learned = await settled(heard)
        return sum(one.growth.tokens for one in learned)

    # ------------------------------------------------------------ switches

    @property
    def without(self) -> tuple[str, ...]:
        """Names of the modules that are switched off."""
        return self._open_life().without if self._without is None else self._without

    async def set_without(self, names: Collection[str]) -> None:
        """Switch modules off, and all others on; it is journaled and holds until it is changed.

        Raises
        ------
        ValueError
            If there is no module of a name.
        """
        off = self._known(names)
        self._require_loop()
        async with self._at_hand() as life:
            if off != life.without:
                await settled(life.switch_off(self._clock(), off))
            self._without = None

    def module(self, name: str) -> Module[Any]:
        """Give a living module by its name."""
        self._known([name])
        return next(module for module in self._modules if module.name == name)

    def watch(self, callback: Watcher) -> Callable[[], None]:
        """Call a plain function with every Turn after its commit; gives the way to stop it.

        The callback runs on Leo's loop, in commit order, when his lock is free again.
        """
        return self._watchers.add(callback)

    def watch_forgotten(self, callback: ForgettingWatcher) -> Callable[[], None]:
        """Call a plain function whenever something was forgotten; gives the way to stop it."""
        return self._forgetting.add(callback)

    # ------------------------------------------------------------ at the door

    def _settings(
        self, prompt: str, temperature: float, max_tokens: int, without: Collection[str] = ()
    ) -> Settings:
        check_length(prompt)
        return settings_of(temperature, max_tokens, self._known(without))


def _deaf(event: Word | Revised) -> None:
    """Hear nothing while the turn goes on."""
