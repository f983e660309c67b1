"""Connections that begin no request, or do not get on with it, are closed.

uvicorn waits for the first lines of a request for as long as they take, and there is room for so
many connections only.
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["prompt_protocol"]


def prompt_protocol(seconds: float) -> type[H11Protocol]:
    """Make the protocol of connections whose requests' first lines may take so many seconds."""

    class Prompt(H11Protocol):
        """HTTP, for clients who come to the point."""

        late: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            """Begin to wait."""
            super().connection_made(transport)
            self.late = self.loop.call_later(seconds, self.give_up)

        def data_received(self, data: bytes) -> None:
            """Wait from a request's first byte to the end of its first lines."""
            super().data_received(data)
            waiting = self.conn.their_state is h11.IDLE
            if self.late is None and waiting:
                self.late = self.loop.call_later(seconds, self.give_up)
            elif not waiting:
                self.wait_no_more()

        def connection_lost(self, exc: Exception | None) -> None:
            """Wait no more."""
            self.wait_no_more()
            super().connection_lost(exc)

        def wait_no_more(self) -> None:
            """Stop the clock, if it runs."""
            if self.late is not None:
                self.late.cancel()
                self.late = None

        def give_up(self) -> None:
            """Close the connection; there is nobody to say it to."""
            self.late = None
            self.transport.close()

    return Prompt
