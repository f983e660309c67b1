"""Sessions: one Leo for each, in a file of its own; few are open, and those who are idle sleep."""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from leo.async_leo import AsyncLeoField
from leo.errors import LeoError
from leo.home import absolute
from leo.serve.limits import Limits
from leo.serve.problems import Refused
from leo.serve.rates import Rate
from leo.settle import settled

__all__ = ["ID", "MakeLeo", "Session", "Sessions"]

log = logging.getLogger("leo.serve")

ID: Final = r"^[0-9a-f]{32}$"
"""Of a session: 128 bits of luck. No capitals, because there are file systems without."""

ID_BYTES: Final = 16

SUFFIX: Final = ".leo.db"

MakeLeo: TypeAlias = Callable[[Path], AsyncLeoField]
"""Makes the Leo of a file, not open yet."""


class Session:
    """An open session.

    Parameters
    ----------
    leo
        Its Leo.
    limits
        How much is taken on.
    now
        Gives the time in seconds.
    """

    def __init__(self, leo: AsyncLeoField, limits: Limits, now: Callable[[], float]) -> None:
        self.leo = leo
        self.users = 0
        self.last = now()
        self.asleep = False
        self._limits, self._turns = limits, 0
        self._rate = Rate(limits.turns_at_once, limits.turns_per_minute, now)
        self._reads = Rate(limits.reads_at_once, limits.reads_per_minute, now)

    def read(self) -> None:
        """Count a look at it.

        Raises
        ------
        Refused
            If there are too many.
        """
        wait = self._reads.take()
        if wait:
            raise Refused(429, "This session is looked at too often.", retry=wait)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Count a turn from its request to its end.

        Raises
        ------
        Refused
            If there are too many.
        """
        if self._turns >= self._limits.waiting:
            raise Refused(
                429,
                f"{self._turns} messages of this session wait already.",
                retry=self._limits.retry_seconds,
            )
        wait = self._rate.take()
        if wait:
            raise Refused(429, "This session says too much at a time.", retry=wait)
        self._turns += 1
        try:
            yield
        finally:
            self._turns -= 1


class Sessions:
    """All sessions of one folder.

    Parameters
    ----------
    home
        The folder; made if it does not exist.
    limits
        How much is taken on.
    make
        Makes a session's Leo.
    now
        Gives the time in seconds; never goes back.
    """

    def __init__(
        self,
        home: Path,
        limits: Limits,
        make: MakeLeo = AsyncLeoField,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._home, self._limits, self._make, self._now = home, limits, make, now
        self._open: dict[str, Session] = {}
        self._leaving: dict[str, asyncio.Task[None]] = {}
        self._made = Rate(limits.sessions_at_once, limits.sessions_per_minute, now)
        self._count = 0
        self._running = False
        self._sweeper: asyncio.Task[None] | None = None

    @property
    def open(self) -> int:
        """Leos that are open."""
        return len(self._open) + len(self._leaving)

    # ------------------------------------------------------------ beginning and end

    async def start(self) -> None:
        """Look into the folder, and begin."""
        self._home, self._count = await asyncio.to_thread(_look, self._home)
        self._running = True
        self._sweeper = asyncio.create_task(self._sweep_for_ever())

    async def close(self) -> None:
        """Close every Leo; turns that are under way end before."""
        self._running = False
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.wait([self._sweeper])
        for name in tuple(self._open):
            self._leave(name)
        if self._leaving:
            await asyncio.wait(tuple(self._leaving.values()))
        if self._sweeper is not None and not self._sweeper.cancelled():
            self._sweeper.result()  # it never ends by itself

    # ------------------------------------------------------------ sessions

    async def create(self) -> str:
        """Make a session, and give its id; its Leo is born when he is first spoken to.

        Raises
        ------
        Refused
            If there are too many, or too many at a time.
        """
        self._require_running()
        if self._count >= self._limits.sessions:
            raise Refused(503, f"There are {self._limits.sessions} sessions, and no room for more.")
        wait = self._made.take()
        if wait:
            raise Refused(429, "Too many sessions are being made.", retry=wait)
        name = secrets.token_hex(ID_BYTES)
        self._count += 1
        try:
            await asyncio.to_thread(self._path(name).touch, mode=0o600, exist_ok=False)
        except OSError:
            self._count -= 1
            raise
        return name

    async def exists(self, name: str) -> bool:
        """Tell whether there is a session of this id."""
        # No path comes from a client: what is no id is no name either.
        return bool(re.fullmatch(ID, name)) and await asyncio.to_thread(self._path(name).is_file)

    @asynccontextmanager
    async def using(self, name: str) -> AsyncIterator[Session]:
        """Give a session whose Leo is open, and stays so until the end.

        Raises
        ------
        Refused
            If there is no such session, or no Leo more can be open.
        LeoError
            If he cannot be opened.
        """
        session = await self._place(name)
        session.users += 1
        session.asleep = False
        try:
            # Others may wait for him, too; and he who is left half open lets go of his file late.
            await settled(session.leo.async_init())
            yield session
        finally:
            session.users -= 1
            session.last = self._now()
            if session.leo.closed and not session.users and self._open.get(name) is session:
                del self._open[name]  # he could not be opened

    async def sweep(self) -> None:
        """Let those sleep who are idle."""
        for session in tuple(self._open.values()):
            if session.users or session.asleep or self._until_idle(session) > 0:
                continue
            session.users += 1  # nobody closes him meanwhile
            try:
                await session.leo.hibernate()
                session.asleep = session.users == 1
            except LeoError as error:
                log.warning("%r stays awake: %s", session.leo, error)
            finally:
                session.users -= 1

    # ------------------------------------------------------------ places

    async def _place(self, name: str) -> Session:
        there = False
        while True:  # whatever was awaited, all is looked at again
            self._require_running()
            if name in self._leaving:
                await asyncio.wait([self._leaving[name]])
            elif name in self._open:
                return self._open[name]
            elif not there:
                there = await self.exists(name)
                if not there:
                    raise Refused(404, "There is no such session.")
            elif self.open >= self._limits.open_leos:
                gone = tuple(self._leaving.values()) or [self._leave(self._idlest())]
                await asyncio.wait(gone, return_when=asyncio.FIRST_COMPLETED)
            else:
                leo = self._make(self._path(name))
                self._open[name] = Session(leo, self._limits, self._now)

    def _idlest(self) -> str:
        free = [(self._until_idle(one), name) for name, one in self._open.items() if not one.users]
        wait, name = min(free, default=(self._limits.retry_seconds, ""))
        if wait > 0:
            many = self._limits.open_leos
            raise Refused(503, f"{many} Leos are open, and none of them is idle.", retry=wait)
        return name

    def _until_idle(self, session: Session) -> float:
        return session.last + self._limits.idle_seconds - self._now()

    def _leave(self, name: str) -> "asyncio.Task[None]":
        task = asyncio.create_task(self._close(name, self._open.pop(name).leo))
        self._leaving[name] = task
        return task

    async def _close(self, name: str, leo: AsyncLeoField) -> None:
        try:
            await leo.aclose()
        except LeoError:
            log.exception("%r could not be closed well", leo)
        finally:
            del self._leaving[name]

    def _path(self, name: str) -> Path:
        return self._home / f"{name}{SUFFIX}"

    def _require_running(self) -> None:
        if not self._running:
            raise Refused(
                503,
                "The server is not open: it starts, or ends, or its lifespan was not run.",
                retry=self._limits.retry_seconds,
            )

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._limits.sweep_seconds)
            await self.sweep()


def _look(home: Path) -> tuple[Path, int]:
    """Make the folder; give where it is, wherever one goes later, and count its sessions."""
    home = absolute(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return home, sum(1 for _ in home.glob(f"*{SUFFIX}"))
