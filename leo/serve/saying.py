"""Something said to a Leo: what comes of it, and whether it was kept."""

import asyncio
from contextvars import ContextVar
from types import TracebackType

from leo.async_leo import AsyncLeoField
from leo.records import Turn
from leo.serve.problems import Refused
from leo.stream import Stream

__all__ = ["Saying"]

_saying: "ContextVar[Saying | None]" = ContextVar("leo_serve_saying", default=None)
"""In whose turn we are; watchers are called there, and know their own turn by it."""


class Saying:
    """One turn of a Leo, for somebody who may go away in the middle of it.

    Entering begins the turn and gives its stream. Leaving cancels it if it is not yet being
    committed, and waits for its end; then `kept` is the Turn, if it happened.

    Parameters
    ----------
    leo
        The Leo.
    text, temperature, max_tokens
        As for `leo.AsyncLeoField.turn`.
    """

    def __init__(self, leo: AsyncLeoField, text: str, temperature: float, max_tokens: int) -> None:
        self._stream = leo.stream(text, temperature=temperature, max_tokens=max_tokens)
        self._leo = leo
        self.kept: Turn | None = None

    async def __aenter__(self) -> Stream:
        self._unwatch = self._leo.watch(self._happened)
        before = _saying.set(self)
        try:
            return aiter(self._stream)  # begins a task, in this context
        finally:
            _saying.reset(before)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._stream.aclose()
        finally:
            self._unwatch()

    def _happened(self, turn: Turn) -> None:
        if _saying.get() is self:
            self.kept = turn

    async def whole(self, seconds: float) -> Turn:
        """Give the Turn, whole.

        Raises
        ------
        Refused
            If it took longer; nothing of it happened then.
        """
        try:
            async with asyncio.timeout(seconds), self as stream:
                async for event in stream:
                    if isinstance(event, Turn):
                        return event
        except TimeoutError:
            if self.kept is None:
                raise too_slow(seconds) from None
            return self.kept
        raise RuntimeError("the stream ended without its Turn")


def too_slow(seconds: float) -> Refused:
    """Say that a turn took too long."""
    return Refused(
        503, f"The turn took longer than {seconds:g} s; nothing of it happened.", retry=seconds
    )
