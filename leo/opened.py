"""An open Leo: his file, his loop, his modules, and the lock that keeps turns apart."""

import asyncio
import copy
import logging
import os
import secrets
import time
import warnings
import weakref
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from leo.errors import FieldClosed, WrongLoop
from leo.hibernation import ward
from leo.home import ASYNC_DB_PATH, absolute
from leo.life import Life
from leo.limits import check_names, check_seed
from leo.mirror import Mirrors
from leo.module import Module
from leo.modules import default_modules
from leo.records import Turn
from leo.settle import settled
from leo.text.birth import DEFAULT_BIRTH, Birth
from leo.turns import Forgotten
from leo.watchers import Watchers

__all__ = ["Opened", "living_at"]

log = logging.getLogger("leo")

OpenedT = TypeVar("OpenedT", bound="Opened")

_living: "weakref.WeakValueDictionary[Path, Opened]" = weakref.WeakValueDictionary()


def living_at(path: str | os.PathLike[str]) -> "Opened | None":
    """Give what this process holds open on a path, if anything."""
    found = _living.get(absolute(path))
    return found if found is not None and found._in_this_process else None


class Opened:
    """What opens a Leo, closes him, and lets one at a time through the door.

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

    def __init__(
        self,
        path: str | os.PathLike[str] = ASYNC_DB_PATH,
        *,
        seed: int | None = None,
        clock: Callable[[], float] | None = None,
        modules: Sequence[Module[Any]] | None = None,
        without: Collection[str] | None = None,
        strict: bool = False,
        birth: Birth | None = DEFAULT_BIRTH,
    ) -> None:
        self._path = absolute(path)
        self._seed, self._clock, self._birth = check_seed(seed), clock or time.time, birth
        chosen = default_modules() if modules is None else modules
        self._modules = tuple(copy.copy(module) for module in chosen)
        self._blank = tuple(module.state for module in chosen)
        names = [module.name for module in self._modules]
        check_names(names)
        if len(set(names)) < len(names):
            raise ValueError(f"two modules have the same name: {names}")
        self._without = None if without is None else self._known(without)
        self._strict = strict
        # Guards the field, the file and every module's state: whoever reads then writes holds it
        # for the whole of its turn. Waiters are served in order.
        self._lock = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = os.getpid()
        self._life: Life | None = None
        self._watchers: Watchers[Turn] = Watchers(strict=strict)
        self._forgetting: Watchers[Forgotten] = Watchers(strict=strict)
        self._mirrors = Mirrors(self._modules, strict=strict)
        self._tasks: set[asyncio.Task[None]] = set()
        self._readings: weakref.WeakValueDictionary[str, asyncio.Lock] = (
            weakref.WeakValueDictionary()
        )
        """Held by who reads a book, by its digest."""

    def __repr__(self) -> str:
        if self._life is None:
            return f"<{type(self).__name__} {self._path} closed>"
        return f"<{type(self).__name__} {self._path} turn {self._life.turn}>"

    # ------------------------------------------------------------ opening and closing

    async def async_init(self: OpenedT) -> OpenedT:
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
        if self._life is None and self._loop not in (None, asyncio.get_running_loop()):
            self._move()
        self._require_loop()
        async with self._lock:
            if self._life is None:
                async with ward().using(self):
                    self._life = await Life.open(
                        self._path,
                        seed=self._seed,
                        draw_seed=lambda: secrets.randbits(63),
                        clock=self._clock,
                        birth=self._birth,
                        modules=self._modules,
                        mirrors=self._mirrors,
                    )
                self._loop, self._process = asyncio.get_running_loop(), os.getpid()
                _living[self._path] = self
        return self

    async def hibernate(self) -> None:
        """Let him sleep until he is next spoken to: no thread, no connection, hardly any memory.

        He keeps his file. It happens by itself to those idle longest when more than
        `leo.hibernation.AWAKE` Leos are awake on one event loop. While he sleeps, `turns` and
        `without` tell what they told before; his modules are empty.

        Raises
        ------
        StoreError
            If what he knows could not be kept; he stays awake.
        """
        self._require_loop()
        async with self._lock:
            life = self._open_life()
            async with ward().using(self):
                await settled(self._sleep(life))
            await ward().leave(self)

    async def fall_asleep(self) -> None:
        """Sleep; only the ward calls this, which sees to it that nobody uses him meanwhile."""
        if self._life is not None:
            await self._sleep(self._life)

    async def _sleep(self, life: Life) -> None:
        await life.sleep()
        for module, blank in zip(self._modules, self._blank, strict=True):
            module.state = blank

    @property
    def watched(self) -> bool:
        """Whether somebody watches him."""
        return bool(self._watchers or self._forgetting)

    async def aclose(self) -> None:
        """Finish the turns that are under way, then close; closing twice is closing once.

        A Leo whose event loop has ended can be closed on any other. Turns that were under way
        then have not happened, which is logged, unless their commit was begun; what he answered
        is in his file.
        """
        if self._orphaned():
            await settled(self._let_go())
            return
        self._require_here()
        async with self._lock:
            await ward().leave(self)
            life, self._life = self._life, None
            if life is not None:
                _living.pop(self._path, None)
                await settled(life.close())
        self._raise_pending()  # not before, or he would stay open

    def _orphaned(self) -> bool:
        """Tell whether he is open and his event loop has ended."""
        open_here = self._life is not None and self._in_this_process
        return open_here and self._loop is not None and self._loop.is_closed()

    async def _let_go(self) -> None:
        """Close him without what was under way when his loop ended, which nobody waits for."""
        life, self._life = self._life, None
        _living.pop(self._path, None)
        if self._lock.locked():
            log.warning(
                "%s: his event loop ended while something was under way; what is not in his file "
                "has not happened, and what he answered is in it",
                self._path,
            )
        self._loop, self._lock = None, asyncio.Lock()  # who holds the old one never comes back
        self._tasks.clear()
        self._readings.clear()
        if life is not None:
            await life.database.abandon()

    def _move(self) -> None:
        """Belong to no event loop when he is closed; a lock belongs to one for ever."""
        if not self._lock.locked():
            self._loop, self._lock = None, asyncio.Lock()

    async def __aenter__(self: OpenedT) -> OpenedT:
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
        if getattr(self, "_life", None) is not None and self._in_this_process:
            warnings.warn(
                f"{self!r} was never closed; use 'async with AsyncLeoField(...)', or "
                "'await leo.aclose()' when you are done",
                ResourceWarning,
                source=self,
                stacklevel=1,
            )

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

    @property
    def modules(self) -> tuple[str, ...]:
        """Names of this Leo's modules, in running order, those that are off included."""
        return tuple(module.name for module in self._modules)

    @property
    def _in_this_process(self) -> bool:
        """Whether he was opened by this process, not by one that it was forked from."""
        return os.getpid() == self._process

    # ------------------------------------------------------------ at the door

    def _known(self, names: Collection[str]) -> tuple[str, ...]:
        known = [module.name for module in self._modules]
        for name in names:
            if name not in known:
                raise ValueError(f"no module is called {name!r}; this Leo has {known or 'none'}")
        return tuple(name for name in known if name in names)

    def _require_loop(self) -> None:
        self._require_here()
        self._raise_pending()

    def _require_here(self) -> None:
        if self._life is not None and not self._in_this_process:
            raise WrongLoop(
                f"{self!r} lives in process {self._process}, which this one was forked from; call "
                "it there, or open another Leo here"
            )
        if self._orphaned():
            raise WrongLoop(
                f"{self!r} lived on an event loop that has ended; await leo.aclose(), then open "
                "him again"
            )
        if self._loop is not None and asyncio.get_running_loop() is not self._loop:
            raise WrongLoop(
                f"{self!r} lives on another event loop; call it there, for example with "
                "asyncio.run_coroutine_threadsafe(..., leo.loop)"
            )

    def _raise_pending(self) -> None:
        self._watchers.raise_pending()
        self._forgetting.raise_pending()
        self._mirrors.raise_pending()

    def _open_life(self) -> Life:
        if self._life is None:
            raise FieldClosed(f"{self._path} is not open; await leo.async_init() first")
        return self._life

    @asynccontextmanager
    async def _at_hand(self) -> AsyncIterator[Life]:
        """Hold the lock, and have him awake."""
        async with self._lock:
            life = self._open_life()
            async with ward().using(self):
                await life.remember()
                yield life

    def _keep_soon(self, life: Life) -> None:
        """Keep what he knows if it is time, so that a crash costs little; nobody waits for it."""
        if life.due:
            self._own(asyncio.get_running_loop().create_task(self._keep(life)))

    async def _keep(self, life: Life) -> None:
        async with self._lock:
            if self._life is not life:
                return  # closed meanwhile, and kept
            async with ward().using(self):
                await settled(life.fold_if_due())

    def _own(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
