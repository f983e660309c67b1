"""The server: where it listens, and who may come."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext

import uvicorn
from starlette.types import ASGIApp

from leo.errors import ServeError
from leo.serve.connections import prompt_protocol
from leo.serve.gate import loopback
from leo.serve.limits import Limits

__all__ = [
    "MIN_TOKEN",
    "Server",
    "address",
    "check_reach",
    "listen",
    "server",
    "serving",
]

HOST = "127.0.0.1"
"""Where it listens unless told otherwise."""

MIN_TOKEN = 16
"""Characters of a token."""

MAKE_TOKEN = "make one with: python -c 'import secrets; print(secrets.token_urlsafe())'"

LAST_PORT = 65_535

DRAIN_SECONDS = 10
"""Seconds that requests under way have at the end."""

STUCK_SECONDS = 30
"""Seconds after which a connection ends whose client takes nothing of what is sent (on Linux)."""

CONNECTIONS = 1_000
"""At a time; beyond, uvicorn answers 503 by itself."""


def check_reach(host: str, token: str | None) -> None:
    """Refuse to be reached by others without a token, or with one that is guessed.

    Raises
    ------
    ServeError
        If it must not be.
    """
    if token is None and not loopback(host):
        raise ServeError(
            f"others can reach {host}: name a file that holds a token with --token-file, or serve "
            f"on 127.0.0.1; {MAKE_TOKEN}"
        )
    if token is not None and (len(token) < MIN_TOKEN or not token.isascii() or " " in token):
        raise ServeError(
            f"the token must have at least {MIN_TOKEN} characters of ASCII and no space; "
            f"{MAKE_TOKEN}"
        )


def listen(host: str, port: int) -> socket.socket:
    """Take a port; 0 takes a free one.

    Raises
    ------
    ServeError
        If it cannot be taken.
    """
    if not 0 <= port <= LAST_PORT:
        raise ServeError(f"there is no port {port}; choose another --port, up to {LAST_PORT}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        taken = socket.create_server((host, port), family=family)
    except OSError as error:
        told = error.strerror or error
        raise ServeError(
            f"cannot listen on {host}, port {port}: {told}; choose another --host or --port"
        ) from error
    # Every connection has these from here. asyncio would see to the first by itself, but not where
    # the socket was made without naming TCP: small answers waited 40 ms for an acknowledgement.
    taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if sys.platform == "linux":
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STUCK_SECONDS * 1000)
    return taken


def address(taken: socket.socket) -> str:
    """Give the address of a socket as a browser wants it."""
    host, port = taken.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def server(app: ASGIApp, limits: Limits) -> "Server":
    """Make a server that keeps the limits, trusts no proxy and logs no session's id."""
    return Server(
        uvicorn.Config(
            app,
            loop="asyncio",
            http=prompt_protocol(limits.head_seconds),
            ws="websockets-sansio",  # the older one is deprecated
            ws_max_size=limits.body_bytes,
            lifespan="on",
            log_level="warning",
            access_log=False,  # an id opens a session
            server_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
    )


class Server(uvicorn.Server):
    """A server that tells when it is ready, and can be a guest on somebody's loop."""

    guest = False
    """Whether signals are left to who owns the loop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready, self._ended = asyncio.Event(), asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        if self.started:
            self.ready.set()

    async def main_loop(self) -> None:
        """Serve until the end; `end` need not wait for a tick."""
        ended = asyncio.create_task(self._ended.wait())
        serving = asyncio.create_task(super().main_loop())
        try:
            await asyncio.wait([ended, serving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            serving.cancel()
            await asyncio.wait([ended, serving])
        if not serving.cancelled():
            serving.result()

    def end(self) -> None:
        """Have it end: what is under way has some seconds yet."""
        self.should_exit = True
        self._ended.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen to Ctrl-C, unless somebody else does."""
        with nullcontext() if self.guest else super().capture_signals():
            yield

    async def stay(self, taken: socket.socket) -> None:
        """Serve until `should_exit`.

        Raises
        ------
        ServeError
            If it could not start.
        """
        try:
            await self.serve(sockets=[taken])
        except SystemExit as error:
            raise could_not_start() from error
        if not self.started:
            raise could_not_start()


def could_not_start() -> ServeError:
    """Say so; uvicorn has logged why."""
    return ServeError("the server could not start; its log says why")


@asynccontextmanager
async def serving(
    app: ASGIApp, limits: Limits | None = None, taken: socket.socket | None = None
) -> AsyncIterator[str]:
    """Serve on the running loop until the end of the block; gives the address.

    Parameters
    ----------
    app
        What is served.
    limits
        How much is taken on; the usual ones if not given.
    taken
        The socket to listen on, from `listen`; it is closed at the end. A free port of loopback
        if not given.
    """
    taken = taken or listen(HOST, 0)
    one = server(app, limits or Limits())
    one.guest = True
    task = asyncio.create_task(one.stay(taken))
    ready = asyncio.create_task(one.ready.wait())
    try:
        await asyncio.wait([task, ready], return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            yield address(taken)
    finally:
        ready.cancel()
        one.end()
        with taken:  # uvicorn closes it, if it came so far
            await task
