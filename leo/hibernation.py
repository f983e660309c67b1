"""Many Leos on one event loop: those that nobody talks to sleep, so that few are awake.

A Leo who sleeps keeps his file, and neither a thread, a connection nor his field. Whoever talks
to him wakes him. At most `AWAKE` are awake at a time on a loop; when one more is needed, the one
that was idle longest goes to sleep, and when all are busy, the next waits for his turn.

So the limit of Leos who are open is memory (some 100 kB for one who sleeps), not threads (one for
each who is awake) and not open files: four for each who is awake, and some twenty more if he has
read a million words, whose counts are mapped; none for one who sleeps, but one for all sleepers of
a folder. 1,000 fit where a process may open 1,024 files, as it may on most systems. Beyond that
limit opening and waking raise `StoreError`, which says what to do, and those who are awake go on;
beyond `AWAKE` turns at a time, callers wait, in the order in which they came.
"""

import asyncio
import logging
import weakref
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Protocol, TypeAlias

from leo.errors import LeoError

__all__ = ["AWAKE", "Sleeper", "Ward", "ward"]

log = logging.getLogger("leo")

AWAKE: Final = 64
"""Leos of one event loop that are awake at a time."""


RUN: Final = 8
"""Turns in a row that one who is awake may take while others wait."""

LINGER: Final = 4
"""Steps of the event loop for which he keeps his place after a turn."""


class Sleeper(Protocol):
    """A Leo, as far as sleeping is concerned."""

    @property
    def watched(self) -> bool:
        """Whether somebody looks on; he is put to sleep only when all are."""
        ...

    async def fall_asleep(self) -> None:
        """Let go of everything that is in the file; nobody else uses him meanwhile."""
        ...


Bed: TypeAlias = "weakref.ref[Sleeper]"
"""How the ward knows a Leo."""


class Ward:
    """The Leos of one event loop.

    Parameters
    ----------
    most
        How many are awake at a time.
    """

    def __init__(self, most: int) -> None:
        self._most = self._free = most
        self._line: deque[asyncio.Future[None]] = deque()
        # Weak, so that a Leo nobody closed is still warned about.
        self._idle: dict[Bed, int] = {}
        """Who is awake and not used, the one idle longest first; his turns in a row."""
        self._lingering: dict[Bed, object] = {}
        """Who of them keeps his place for a moment: perhaps he is spoken to again at once."""
        self._falling: dict[Bed, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def using(self, leo: Sleeper) -> AsyncIterator[None]:
        """Use a Leo: until the end he is not put to sleep. His own lock is held already."""
        me = weakref.ref(leo)
        run = await self._place(me)
        try:
            if me in self._falling:
                await asyncio.wait([self._falling[me]])
            self._idle.pop(me, None)
            await self._make_room()
            yield
        finally:
            self._idle[me] = run
            self._leave_place(me)

    async def leave(self, leo: Sleeper) -> None:
        """Have no more to do with a Leo: he sleeps, or is about to be closed. His lock is held."""
        me = weakref.ref(leo)
        self._go_on(me)
        if me in self._falling:
            await asyncio.wait([self._falling[me]])
        self._idle.pop(me, None)

    # ------------------------------------------------------------ places

    async def _place(self, me: Bed) -> int:
        """Wait for a place among those in use, and give the turns that he had in a row."""
        run = self._idle.get(me, 0)
        if me in self._lingering and run < RUN:
            del self._lingering[me]
            return run + 1
        self._go_on(me)
        if self._free and not self._line:
            self._free -= 1
            return 0
        mine = asyncio.get_running_loop().create_future()
        self._line.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._give_on()
            raise
        return 0

    def _leave_place(self, me: Bed) -> None:
        if not self._line:
            self._free += 1
            return
        token = self._lingering[me] = object()
        self._linger(me, token, LINGER)

    def _linger(self, me: Bed, token: object, steps: int) -> None:
        if self._lingering.get(me) is not token:
            return
        if steps:
            asyncio.get_running_loop().call_soon(self._linger, me, token, steps - 1)
        else:
            self._go_on(me)

    def _go_on(self, me: Bed) -> None:
        if self._lingering.pop(me, None) is not None:
            self._give_on()

    def _give_on(self) -> None:
        while self._line:
            first = self._line.popleft()
            if not first.done():
                first.set_result(None)
                return
        self._free += 1

    # ------------------------------------------------------------ sleep

    async def _make_room(self) -> None:
        tried = len(self._idle)
        while tried and self._awake() > self._most:
            tried -= 1
            found = self._next()
            if found is not None:
                me, leo = found
                del self._idle[me]
                self._falling[me] = asyncio.ensure_future(self._fall(me, leo))
                del leo
            if self._falling:
                await asyncio.wait(self._falling.values(), return_when=asyncio.FIRST_COMPLETED)

    def _awake(self) -> int:
        using = self._most - self._free - len(self._lingering)
        return using + len(self._idle) + len(self._falling)

    def _next(self) -> tuple[Bed, Sleeper] | None:
        """Choose who has been idle longest, and is not watched if that can be."""
        watched: tuple[Bed, Sleeper] | None = None
        for me in [one for one in self._idle if one not in self._lingering]:
            leo = me()
            if leo is None:
                del self._idle[me]
            elif not leo.watched:
                return me, leo
            elif watched is None:
                watched = me, leo
        return watched

    async def _fall(self, me: Bed, leo: Sleeper) -> None:
        try:
            await leo.fall_asleep()
        except LeoError as error:
            log.warning("%r stays awake: %s", leo, error)
            self._idle[me] = 0  # as the newest, so that others are tried
        finally:
            del self._falling[me]


_wards: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Ward]" = weakref.WeakKeyDictionary()


def ward() -> Ward:
    """Give the ward of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _wards:
        _wards[loop] = Ward(AWAKE)
    return _wards[loop]
