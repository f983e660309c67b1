"""A session's WebSocket: words as they are chosen, then the Turn.

The client sends ``{"kind": "say", "text": ...}`` (with ``temperature`` and ``max_tokens`` if it
likes), ``{"kind": "stop"}``, and, where a token is needed and no header shows it, first of all
``{"kind": "token", "token": ...}``. It is told ``{"kind": "ready"}``, and then, for each thing it
says and in that order:

- ``{"kind": "word", "text": ...}`` for every word, with the white space before it; not yet kept,
- ``{"kind": "revised", "reply": ..., "by": ...}`` when a module changed the reply so far,
- ``{"kind": "turn", "reply": ..., "words": ..., "turn": ...}`` when it is kept, or else
- ``{"kind": "stopped"}`` or ``{"kind": "problem", ...}``: nothing of it happened.

A problem before ``ready``, or with a message that is not as it must be, ends the connection.
A client that goes away in the middle leaves a whole turn or none.
"""

import asyncio
import json
import logging
from typing import Final

from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from leo.errors import LeoError
from leo.serve.gate import Key
from leo.serve.limits import Limits
from leo.serve.problems import Refused, problem_of, wrong_fields
from leo.serve.saying import Saying, too_slow
from leo.serve.sessions import Sessions
from leo.serve.wire import Say, Stop, Token, event_json, read

__all__ = ["Lines", "Live"]

log = logging.getLogger("leo.serve")

POLICY: Final = 1008
"""Close code: the token is wrong, or a message was not as it must be."""

TOO_LARGE: Final = 1009
LATER: Final = 1013
"""Close code: try again later."""

AWAY: Final = 1001
"""Close code: it was silent for too long."""


class Gone(Exception):
    """This side ends the conversation, with a close code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Lines:
    """All WebSockets of a server.

    Parameters
    ----------
    sessions
        The sessions.
    limits
        How much is taken on.
    key
        The token that must be shown.
    """

    def __init__(self, sessions: Sessions, limits: Limits, key: Key) -> None:
        self._sessions, self._limits, self._key = sessions, limits, key
        self._open = 0

    async def serve(self, socket: WebSocket, name: str) -> None:
        """Serve one WebSocket to its end."""
        await socket.accept()
        if self._open >= self._limits.live:
            await socket.close(LATER)
            return
        self._open += 1
        live = Live(socket, self._sessions, name, self._limits)
        try:
            await live.let_in(self._key, _shown(socket))
            await live.run()
        except Gone as gone:
            await live.end(gone.code)
        except WebSocketDisconnect:
            log.debug("a client went away")
        finally:
            self._open -= 1


def _shown(socket: WebSocket) -> str:
    kind, _, token = socket.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


class Live:
    """One WebSocket: what it hears is said in order, one turn at a time.

    Parameters
    ----------
    socket
        The WebSocket, accepted.
    sessions
        The sessions.
    name
        Which of them it belongs to.
    limits
        How much is taken on.
    """

    def __init__(self, socket: WebSocket, sessions: Sessions, name: str, limits: Limits) -> None:
        self._socket, self._sessions, self._name, self._limits = socket, sessions, name, limits
        self._said: asyncio.Queue[Say | Refused] = asyncio.Queue(2 * limits.waiting)
        self._turn: asyncio.Task[None] | None = None
        self._saying: Saying | None = None
        self._sending = asyncio.Lock()

    async def let_in(self, key: Key, shown: str) -> None:
        """Ask for the token, and for a session that there is."""
        if key.needed and not (shown and key.fits(shown)):
            message = await self._next(self._limits.hello_seconds)
            if not isinstance(message, Token) or not key.fits(message.token):
                await self._problem(Refused(401, "Show this server's token first."))
                raise Gone(POLICY)
        if not await self._sessions.exists(self._name):
            await self._problem(Refused(404, "There is no such session."))
            raise Gone(POLICY)
        await self._send('{"kind": "ready"}')

    async def run(self) -> None:
        """Hear and speak until the client goes away."""
        tasks = asyncio.create_task(self._hear()), asyncio.create_task(self._speak())
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        errors = [error for task in tasks if not task.cancelled() and (error := task.exception())]
        # That the client has gone explains nothing else that went wrong.
        if errors:
            raise min(errors, key=lambda error: isinstance(error, WebSocketDisconnect | Gone))

    async def end(self, code: int) -> None:
        """Close it, unless the client takes not even that."""
        try:
            async with asyncio.timeout(self._limits.send_seconds):
                await self._socket.close(code)
        except (TimeoutError, WebSocketDisconnect):
            log.debug("a client took no leave")

    # ------------------------------------------------------------ hearing

    async def _hear(self) -> None:
        while True:
            match await self._next(self._limits.live_idle_seconds):
                case Say() as said:
                    self._take(said)
                case Stop():
                    await self._stop()
                case Token():
                    pass  # shown in a header too, or to a server that asks for none

    def _take(self, said: Say) -> None:
        """Put it behind what waits; what is refused has its place in the order as well."""
        most, many = self._limits.text_chars, self._limits.waiting
        if self._said.full():
            raise Gone(LATER)
        if len(said.text) > most:
            self._said.put_nowait(Refused(422, f"Say at most {most} characters at a time."))
        elif self._said.qsize() >= many:
            retry = self._limits.retry_seconds
            self._said.put_nowait(Refused(429, f"{many} messages wait already.", retry=retry))
        else:
            self._said.put_nowait(said)

    async def _stop(self) -> None:
        waiting = self._said.qsize()
        while not self._said.empty():
            self._said.get_nowait()
        if self._turn is not None:
            self._turn.cancel()
            await asyncio.wait([self._turn])
        for _ in range(waiting):
            await self._send('{"kind": "stopped"}')

    async def _next(self, seconds: float) -> Say | Stop | Token:
        try:
            async with asyncio.timeout(seconds):
                text = await self._socket.receive_text()
        except TimeoutError:
            raise Gone(AWAY) from None
        except KeyError:  # bytes came
            raise Gone(POLICY) from None
        if len(text) > self._limits.body_bytes:
            raise Gone(TOO_LARGE)
        try:
            return read(text)
        except ValidationError as error:
            fields = wrong_fields(error.errors(include_input=False, include_context=False))
            await self._problem(Refused(422, "The message is not as it must be.", wrong=fields))
            raise Gone(POLICY) from None

    # ------------------------------------------------------------ speaking

    async def _speak(self) -> None:
        while True:
            said = await self._said.get()
            if isinstance(said, Refused):
                await self._problem(said)
                continue
            self._saying, self._turn = None, asyncio.create_task(self._answer(said))
            try:
                await asyncio.wait([self._turn])
            finally:
                await self._end_turn(self._turn)

    async def _end_turn(self, turn: "asyncio.Task[None]") -> None:
        """See how a turn ended; when the client has gone, end it."""
        if not turn.done():
            turn.cancel()
            await asyncio.wait([turn])
            if not turn.cancelled():
                turn.result()
            return
        self._turn = None
        if not turn.cancelled():
            turn.result()
        elif self._saying is not None and self._saying.kept is not None:
            await self._send(event_json(self._saying.kept))  # Stop came too late
        else:
            await self._send('{"kind": "stopped"}')

    async def _answer(self, said: Say) -> None:
        try:
            async with self._sessions.using(self._name) as session:
                with session.turn():
                    await self._tell(
                        Saying(session.leo, said.text, said.temperature, said.max_tokens)
                    )
        except LeoError as error:
            await self._problem(problem_of(error))
        except Refused as refused:
            await self._problem(refused)

    async def _tell(self, saying: Saying) -> None:
        self._saying = saying
        try:
            async with asyncio.timeout(self._limits.turn_seconds), saying as stream:
                async for event in stream:
                    await self._send(event_json(event))
        except TimeoutError:
            if saying.kept is None:
                raise too_slow(self._limits.turn_seconds) from None
            await self._send(event_json(saying.kept))

    # ------------------------------------------------------------ telling

    async def _problem(self, refused: Refused) -> None:
        await self._send(json.dumps({"kind": "problem", **refused.plain()}))

    async def _send(self, text: str) -> None:
        try:
            async with asyncio.timeout(self._limits.send_seconds), self._sending:
                await self._socket.send_text(text)
        except TimeoutError:
            raise Gone(AWAY) from None
