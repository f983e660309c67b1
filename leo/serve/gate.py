"""The gate: what every request must be before anything is done for it.

Its Host and Origin must be ours, so that a page of somebody else, open in the same browser, can
do nothing here; its body must be small, and arrive soon. And who must show a token, shows it.
"""

import asyncio
import hashlib
import hmac
import ipaddress
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leo.serve.limits import Limits
from leo.serve.problems import Refused, answer

__all__ = ["Gate", "Key", "loopback", "plain_origin"]

LOOPBACK: Final = frozenset(("localhost", "127.0.0.1", "::1"))
"""Names under which this machine knows itself."""

MOST_DIGITS: Final = 18
"""Of a body's length; a longer number is no length."""

GUARDED: Final = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))
"""Headers of every answer that says nothing else about them: what is said here is nobody else's."""

READING: Final = frozenset(("GET", "HEAD", "OPTIONS"))
"""Methods that change nothing, and have no body."""

AGAINST_POLICY: Final = 1008
"""WebSocket: against the policy."""


class Key:
    """The token that must be shown, if there is one.

    Parameters
    ----------
    token
        The token; ``None`` lets everybody in.
    """

    def __init__(self, token: str | None) -> None:
        self._digest = None if token is None else _digest(token)

    @property
    def needed(self) -> bool:
        """Whether a token must be shown."""
        return self._digest is not None

    def fits(self, shown: str) -> bool:
        """Compare what is shown, in a time that does not depend on it."""
        return self._digest is None or hmac.compare_digest(self._digest, _digest(shown))


def _digest(token: str) -> bytes:
    return hashlib.blake2b(token.encode("utf-8", "replace")).digest()


class Gate:
    """ASGI middleware that refuses what comes from elsewhere, is too large or too slow.

    Parameters
    ----------
    app
        What stands behind it.
    limits
        How much is taken on.
    origins
        Origins that may use it besides its own, as `plain_origin` gives them.
    anywhere
        Whether everybody may come, under every Host; without a token only this machine may, under
        its own names.
    """

    def __init__(
        self, app: ASGIApp, limits: Limits, origins: Collection[str], *, anywhere: bool
    ) -> None:
        self._app, self._limits, self._anywhere = app, limits, anywhere
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if scope["type"] == "http":
            send = _guarded(send)
        try:
            self._check(scope)
            if scope["type"] == "http" and scope["method"] not in READING:
                receive = await self._body(scope, receive)
        except Refused as refused:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": AGAINST_POLICY})
            else:
                await answer(refused)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        if not self._anywhere:
            if not _is_here(scope):  # anybody can write our name into a Host
                raise Refused(403, "Without a token this server is for its own machine only.")
            if _name(f"//{host}") not in LOOPBACK:
                raise Refused(421, "This server knows no such Host; use localhost or 127.0.0.1.")
        origin = headers.get("origin", "").lower()
        if not origin or (scope["type"] == "http" and scope["method"] in READING):
            return
        if origin not in self._origins and not (host and _place(origin) == host):
            raise Refused(403, "Pages of this Origin may not talk here.")

    async def _body(self, scope: Scope, receive: Receive) -> Receive:
        """Take a body in, and give what hands it on."""
        most, body = self._limits.body_bytes, bytearray()
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isdecimal() or len(told) > MOST_DIGITS or int(told) > most:
            raise _too_large(most)
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise Refused(400, "The body did not arrive whole.")
                    body += message.get("body", b"")
                    more = message.get("more_body", False)
                    if len(body) > most:
                        raise _too_large(most)
        except TimeoutError:
            raise Refused(408, "The body did not arrive in time.") from None
        first: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def handed_on() -> Message:
            return first.pop() if first else await receive()

        return handed_on


def _too_large(most: int) -> Refused:
    return Refused(413, f"A body may have {most} bytes.", headers={"Connection": "close"})


def _guarded(send: Send) -> Send:
    """Give what sends an answer with the headers that every one has."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            there = {name.lower() for name, _ in headers}
            headers += [one for one in GUARDED if one[0] not in there]
            message = {**message, "headers": headers}
        await send(message)

    return guarded


def _is_here(scope: Scope) -> bool:
    """Tell whether a request comes from this machine; over a Unix socket it has no address."""
    client = scope.get("client")
    return client is None or loopback(client[0])


def plain_origin(origin: str) -> str:
    """Write an origin as browsers do."""
    return origin.lower().rstrip("/")


def loopback(host: str) -> bool:
    """Tell whether a host is this machine and no other can reach it."""
    if host == "localhost":
        return True
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback


def _place(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _name(place: str) -> str:
    try:
        return urlsplit(place).hostname or ""
    except ValueError:
        return ""
