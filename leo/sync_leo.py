"""LeoField: the same Leo for people who do not write ``await``.

It drives an `AsyncLeoField` on an event loop of its own. Inside a running loop (a notebook
cell) it blocks on that loop instead, which plain asyncio forbids and nest-asyncio2 allows;
in a notebook ``await`` is the better way.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Collection, Coroutine, Iterator, Sequence, Sized
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, TypeVar

from leo.async_leo import AsyncLeoField
from leo.books import Progress
from leo.errors import FieldClosed
from leo.events import Event
from leo.exporting.export import ExportFormat
from leo.forgetting import What
from leo.home import ASYNC_DB_PATH
from leo.limits import HeardSource
from leo.module import Module
from leo.records import Growth, Turn
from leo.text.birth import DEFAULT_BIRTH, Birth
from leo.turns import Compacted, Forgotten, ReadReport, Stats, Turns
from leo.views import Neighbourhood
from leo.watchers import ForgettingWatcher, Watcher

__all__ = ["LeoField"]

ResultT = TypeVar("ResultT")


class LeoField:
    """A Leo without ``await``; every method does what its namesake of `AsyncLeoField` does.

    Use it as ``with LeoField(path) as leo: ...``, or close it with `close`.

    Parameters
    ----------
    path, seed, clock, modules, without, strict, birth
        As for `AsyncLeoField`.
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
        self._leo = AsyncLeoField(
            path,
            seed=seed,
            clock=clock,
            modules=modules,
            without=without,
            strict=strict,
            birth=birth,
        )
        self._runner: asyncio.Runner | None = None if _running() else asyncio.Runner()
        try:
            self._drive(self._leo.async_init())
        except BaseException:
            self._end()
            raise

    def __repr__(self) -> str:
        return repr(self._leo).replace("AsyncLeoField", "LeoField")

    def __enter__(self) -> "LeoField":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close Leo and the event loop made for him; closing twice is closing once."""
        try:
            if not self._leo.closed:
                if self._runner is None and _running() is None:
                    with asyncio.Runner() as runner:  # the loop he was opened in has ended
                        runner.run(self._leo.aclose())
                else:
                    self._drive(self._leo.aclose())
        finally:
            self._end()

    def _end(self) -> None:
        if self._runner is not None:
            self._runner.close()

    def _drive(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        running = _running()
        if running is None:
            if self._runner is None:
                work.close()
                raise FieldClosed(
                    "this Leo was opened inside an event loop that has ended; close him, and open "
                    "him again"
                )
            return self._runner.run(work)
        if self._leo.loop not in (None, running) and self._runner is not None:
            running = self._runner.get_loop()
        return _blocked(running, work)

    # ------------------------------------------------------------ the same names

    def reply(self, prompt: str, *, temperature: float = 1.0, max_tokens: int = 80) -> str:
        """Talk to Leo and give what he says."""
        return self._drive(self._leo.reply(prompt, temperature=temperature, max_tokens=max_tokens))

    def turn(self, prompt: str, *, temperature: float = 1.0, max_tokens: int = 80) -> Turn:
        """Talk to Leo and give the whole Turn."""
        return self._drive(self._leo.turn(prompt, temperature=temperature, max_tokens=max_tokens))

    def stream(
        self, prompt: str, *, temperature: float = 1.0, max_tokens: int = 80
    ) -> Iterator[Event]:
        """Talk to Leo and hear each word as he chooses it; the Turn comes last."""
        events = self._leo.stream(prompt, temperature=temperature, max_tokens=max_tokens)

        async def next_event() -> Event | None:
            return await anext(events, None)

        while (event := self._drive(next_event())) is not None:
            yield event

    def imagine(
        self,
        prompt: str,
        *,
        without: Collection[str] = (),
        temperature: float = 1.0,
        seed: int | None = None,
    ) -> Turn:
        """Live a turn in imagination: nothing is kept."""
        return self._drive(
            self._leo.imagine(prompt, without=without, temperature=temperature, seed=seed)
        )

    def observe(self, text: str, *, source: HeardSource = "observer") -> Growth:
        """Let Leo hear a text without answering."""
        return self._drive(self._leo.observe(text, source=source))

    def read(
        self, path: str | os.PathLike[str], *, progress: Progress = None, again: bool = False
    ) -> ReadReport:
        """Let Leo read a UTF-8 text file."""
        return self._drive(self._leo.read(path, progress=progress, again=again))

    def forget(self, what: What) -> Forgotten:
        """Forget for good what was said: a turn, several, or every turn with a text."""
        return self._drive(self._leo.forget(what))

    def compact(self, *, keep: int | None = None) -> Compacted:
        """Make his file smaller; what he knows and how he goes on does not change."""
        return self._drive(self._leo.compact(keep=keep))

    def hibernate(self) -> None:
        """Let him sleep until he is next spoken to."""
        self._drive(self._leo.hibernate())

    def journal(self, start: int = 1, stop: int | None = None) -> Turns:
        """Read turns of his whole life, those with ``start <= id < stop``."""
        return self._drive(self._leo.journal(start, stop))

    def stats(self) -> Stats:
        """Tell what he amounts to."""
        return self._drive(self._leo.stats())

    def around(self, word: str, *, limit: int = 30, at: int | None = None) -> Neighbourhood:
        """Look around a word: which words stand near it, and near each other."""
        return self._drive(self._leo.around(word, limit=limit, at=at))

    def copy(self, path: str | os.PathLike[str]) -> Path:
        """Copy this Leo into a new file, and give its path."""
        return self._drive(self._leo.copy(path))

    def export(
        self,
        path: str | os.PathLike[str],
        *,
        format: ExportFormat | None = None,  # noqa: A002  as in AsyncLeoField
    ) -> Path:
        """Write his field and all his turns as tables, and give their path."""
        return self._drive(self._leo.export(path, format=format))

    def set_without(self, names: Collection[str]) -> None:
        """Switch modules off, and all others on."""
        self._drive(self._leo.set_without(names))

    @property
    def without(self) -> tuple[str, ...]:
        """Names of the modules that are switched off."""
        return self._leo.without

    @property
    def modules(self) -> tuple[str, ...]:
        """Names of this Leo's modules, in running order, those that are off included."""
        return self._leo.modules

    def module(self, name: str) -> Module[Any]:
        """Give a living module by its name."""
        return self._leo.module(name)

    def watch(self, callback: Watcher) -> Callable[[], None]:
        """Call a plain function with every Turn after its commit."""
        return self._leo.watch(callback)

    def watch_forgotten(self, callback: ForgettingWatcher) -> Callable[[], None]:
        """Call a function whenever something was forgotten; gives the way to stop it."""
        return self._leo.watch_forgotten(callback)

    @property
    def turns(self) -> Turns:
        """The last 20 turns."""
        return self._leo.turns

    @property
    def watched(self) -> bool:
        """Whether somebody watches him."""
        return self._leo.watched

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop he lives on."""
        return self._leo.loop

    @property
    def path(self) -> Path:
        """His file."""
        return self._leo.path

    @property
    def closed(self) -> bool:
        """Whether he is closed."""
        return self._leo.closed


def _blocked(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Block on a running loop; an interrupt does there what it does in `asyncio.run`.

    It cancels the work, and KeyboardInterrupt is raised when that has ended. Raised where Python
    happens to be, it would come up in tasks that somebody else waits for, again and again, and
    end the loop of a whole notebook.
    """
    import nest_asyncio2  # noqa: PLC0415  patches the loop: only when somebody really blocks

    nest_asyncio2.apply(loop)
    task = loop.create_task(work)
    interrupts = 0

    def interrupted(number: int, frame: FrameType | None) -> None:
        nonlocal interrupts
        interrupts += 1
        if interrupts > 1 or task.done():
            raise KeyboardInterrupt
        task.cancel()
        loop.call_soon_threadsafe(lambda: None)  # it may be waiting for the disk

    with _heard(interrupted), _owing(loop):
        try:
            result: ResultT = loop.run_until_complete(task)
        except asyncio.CancelledError:
            if interrupts:
                raise KeyboardInterrupt from None
            raise
    return result


@contextmanager
def _owing(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Leave the loop as many steps to take as it had.

    The loop that we stand in counted its steps before it came to ours, takes so many, and fails
    when there are none; the loop within has taken some of them. asyncio has no other way to ask.
    """
    ready: Sized = loop._ready  # type: ignore[attr-defined]
    owed = len(ready)
    try:
        yield
    finally:
        for _ in range(owed - len(ready)):
            loop.call_soon(_nothing)


def _nothing() -> None:
    """Take a step."""


@contextmanager
def _heard(interrupted: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Hear of interrupts, if this is the thread that does, and nobody else wants to."""
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
