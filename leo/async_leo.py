"""AsyncLeoField: one organism, his lock, and the doors to him."""

import asyncio
import copy
import os
import secrets
import time
import warnings
import weakref
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from leo.books import Progress, load_book, reporter
from leo.errors import FieldClosed, WrongLoop
from leo.events import Revised, Tell, Word
from leo.home import ASYNC_DB_PATH, absolute
from leo.life import Life
from leo.limits import HeardSource, check_heard, check_length, settings_of
from leo.luck import turn_seed
from leo.module import Module
from leo.modules import default_modules
from leo.records import Growth, Settings, Turn
from leo.settle import settled
from leo.stream import Stream
from leo.text.birth import DEFAULT_BIRTH, Birth
from leo.text.tokens import clean
from leo.turn import Asked, Plan, live
from leo.turns import ReadReport, Stats, Turns
from leo.watchers import Watcher, Watchers

__all__ = ["AsyncLeoField", "living"]

_living: "weakref.WeakValueDictionary[Path, AsyncLeoField]" = weakref.WeakValueDictionary()


def living(path: str | os.PathLike[str] = ASYNC_DB_PATH) -> "AsyncLeoField | None":
    """Give the open Leo that this process holds on a path, if there is one."""
    return _living.get(absolute(path))


class AsyncLeoField:
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
        Names of modules that are switched off.
    strict
        Raise a module's failure instead of taking it out of the turn.
    birth
        What a newborn has read; ``None`` for an empty field. A living Leo keeps his own.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] = ASYNC_DB_PATH,
        *,
        seed: int | None = None,
        clock: Callable[[], float] | None = None,
        modules: Sequence[Module[Any]] | None = None,
        without: Collection[str] = (),
        strict: bool = False,
        birth: Birth | None = DEFAULT_BIRTH,
    ) -> None:
        self._path = absolute(path)
        self._seed, self._clock, self._birth = seed, clock or time.time, birth
        chosen = default_modules() if modules is None else modules
        self._modules = tuple(copy.copy(module) for module in chosen)
        names = [module.name for module in self._modules]
        if len(set(names)) < len(names):
            raise ValueError(f"two modules have the same name: {names}")
        self._without = self._known(without)
        self._strict = strict
        # Guards the field, the file and every module's state: whoever reads then writes holds it
        # for the whole of its turn. Waiters are served in order.
        self._lock = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._life: Life | None = None
        self._watchers = Watchers(strict=strict)
        self._tasks: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        if self._life is None:
            return f"<AsyncLeoField {self._path} closed>"
        return f"<AsyncLeoField {self._path} turn {self._life.turn}>"

    # ------------------------------------------------------------ opening and closing

    async def async_init(self) -> "AsyncLeoField":
        """Open the file, or be born in it; opening an open Leo does nothing.

        Raises
        ------
        FieldBusy
            If somebody else has the file.
        StoreError
            If the file cannot be used.
        SeedMismatch
            If a seed was given that is not the stored one.
        """
        self._require_loop()
        async with self._lock:
            if self._life is None:
                self._life = await Life.open(
                    self._path,
                    seed=self._seed,
                    draw_seed=lambda: secrets.randbits(63),
                    clock=self._clock,
                    birth=self._birth,
                    modules=self._modules,
                )
                self._loop = asyncio.get_running_loop()
                _living[self._path] = self
        return self

    async def aclose(self) -> None:
        """Finish the turns that are under way, then close; closing twice is closing once."""
        self._require_loop()
        async with self._lock:
            life, self._life = self._life, None
            if life is not None:
                _living.pop(self._path, None)
                await settled(life.close())

    async def __aenter__(self) -> "AsyncLeoField":
        return await self.async_init()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __del__(self) -> None:
        """Warn when a Leo was left open."""
        if getattr(self, "_life", None) is not None:
            warnings.warn(
                f"{self!r} was never closed; use 'async with AsyncLeoField(...)', or "
                "'await leo.aclose()' when you are done",
                ResourceWarning,
                source=self,
                stacklevel=1,
            )

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
        asked = self._settings(prompt, temperature, 80, without)
        self._require_loop()
        async with self._lock:
            life = await self._awake()
            return (await self._plan(life, prompt, asked, _deaf, seed=seed, real=False)).turn

    async def _live(self, prompt: str, settings: Settings, tell: Tell) -> Turn:
        self._require_loop()
        plan: Plan | None = None
        life: Life | None = None
        try:
            async with self._lock:
                life = await self._awake()
                plan = await self._plan(life, prompt, settings, tell)
                await settled(life.happen(plan))
        finally:
            # A cancellation that came during the commit is on its way up, and the turn happened.
            if life is not None and plan is not None and life.committed == plan.turn.id:
                self._watchers.tell(plan.turn)
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
        asked = Asked(
            number=number,
            id=number if real else None,
            at=self._clock(),
            seed=turn_seed(life.birthday.seed, number) if seed is None else seed,
            settings=settings,
            prompt=clean(prompt),
        )
        modules = [module for module in life.modules if module.name not in settings.without]
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
        async with self._lock:
            life = await self._awake()
            heard = [(source, clean(text))]
            learned = await settled(life.hear("observe", self._clock(), heard))
        return sum((one.growth for one in learned), Growth())

    async def read(
        self, path: str | os.PathLike[str], *, progress: Progress = None, again: bool = False
    ) -> ReadReport:
        """Let Leo read a UTF-8 text file, batch by batch; talk goes on in between.

        Parameters
        ----------
        path
            The file.
        progress
            ``callable(done, total)`` in characters, ``True`` for a progress bar.
        again
            Read a book that was read before once more; else it is skipped. A book that was
            left half-way goes on where it was left.

        Raises
        ------
        StoreError
            If the file cannot be read, or is not UTF-8 (the message names the byte).
        """
        self._require_loop()
        book = await load_book(absolute(path))
        report = reporter(progress, book)
        total = sum(map(len, book.batches))
        tokens = 0
        async with self._lock:
            read_before = await (await self._awake()).journal.batches_of(book.digest)
        begin = read_before % len(book.batches) if book.batches else 0
        if not book.batches or (read_before and not begin and not again):
            return ReadReport(book.path, book.digest, 0, 0, skipped=True)
        for i, batch in enumerate(book.batches[begin:], start=begin):
            async with self._lock:
                life = await self._awake()
                told = {"digest": book.digest, "batch": i}
                learned = await settled(life.hear("book", self._clock(), [("book", batch)], **told))
            tokens += sum(one.growth.tokens for one in learned)
            report(sum(map(len, book.batches[: i + 1])), total)
        return ReadReport(book.path, book.digest, tokens, len(book.batches) - begin, skipped=False)

    # ------------------------------------------------------------ looking

    @property
    def turns(self) -> Turns:
        """The last 20 turns."""
        return Turns(self._open_life().turns)

    async def journal(self, start: int = 1, stop: int | None = None) -> Turns:
        """Read turns of his whole life, those with ``start <= id < stop``."""
        self._require_loop()
        async with self._lock:
            return Turns(await (await self._awake()).journal.turns(start, stop))

    async def stats(self) -> Stats:
        """Tell what he amounts to."""
        self._require_loop()
        async with self._lock:
            life = await self._awake()
            return Stats(
                path=self._path,
                seed=life.birthday.seed,
                born=life.birthday.at,
                turns=life.turn,
                entries=life.entry,
                totals=life.field.totals,
                centers=tuple(center.word for center in life.field.centers()),
                themes=len(life.field.themes.all),
            )

    def module(self, name: str) -> Module[Any]:
        """Give a living module by its name."""
        self._known([name])
        return next(module for module in self._modules if module.name == name)

    def watch(self, callback: Watcher) -> Callable[[], None]:
        """Call a plain function with every Turn after its commit; gives the way to stop it.

        The callback runs on Leo's loop, in commit order, when his lock is free again.
        """
        return self._watchers.add(callback)

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop he lives on; ``None`` before he was opened."""
        return self._loop

    @property
    def path(self) -> Path:
        """His file."""
        return self._path

    @property
    def closed(self) -> bool:
        """Whether he is closed (or not yet open)."""
        return self._life is None

    # ------------------------------------------------------------ at the door

    def _known(self, names: Collection[str]) -> tuple[str, ...]:
        known = [module.name for module in self._modules]
        for name in names:
            if name not in known:
                raise ValueError(f"no module is called {name!r}; this Leo has {known or 'none'}")
        return tuple(name for name in known if name in names)

    def _settings(
        self, prompt: str, temperature: float, max_tokens: int, without: Collection[str] = ()
    ) -> Settings:
        check_length(prompt)
        off = self._known({*self._without, *without})
        return settings_of(temperature, max_tokens, off)

    def _require_loop(self) -> None:
        if self._loop is not None and asyncio.get_running_loop() is not self._loop:
            raise WrongLoop(
                f"{self!r} lives on another event loop; call it there, for example with "
                "asyncio.run_coroutine_threadsafe(..., leo.loop)"
            )
        self._watchers.raise_pending()

    def _open_life(self) -> Life:
        if self._life is None:
            raise FieldClosed(f"{self._path} is not open; await leo.async_init() first")
        return self._life

    async def _awake(self) -> Life:
        life = self._open_life()
        await life.remember()
        return life

    def _own(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _deaf(event: Word | Revised) -> None:
    """Hear nothing while the turn goes on."""
