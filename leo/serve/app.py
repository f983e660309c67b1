"""The application: sessions over HTTP and WebSocket, and a page."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel
from starlette.middleware.cors import CORSMiddleware

from leo.async_leo import AsyncLeoField
from leo.serve import problems
from leo.serve.gate import Gate, Key, plain_origin
from leo.serve.limits import Limits
from leo.serve.live import Lines
from leo.serve.page import pages
from leo.serve.routes import routes
from leo.serve.sessions import MakeLeo, Sessions
from leo.serve.wire import Problem

__all__ = ["create_app"]


API: Final = "1"
"""Version of what is served."""


class Health(BaseModel):
    """That the server answers."""

    status: str = "ok"


def create_app(
    home: Path,
    *,
    limits: Limits | None = None,
    token: str | None = None,
    origins: Collection[str] = (),
    make: MakeLeo = AsyncLeoField,
) -> FastAPI:
    """Make an application with one Leo per session.

    Mounted in another application, it needs its lifespan run by that one:
    ``FastAPI(lifespan=served.router.lifespan_context)``.

    Parameters
    ----------
    home
        The folder of the sessions' files; made if it does not exist. One server at a time.
    limits
        How much it takes on.
    token
        What a client must show; without one, only requests from this machine and to its own
        names (localhost) are served.
    origins
        Origins whose pages may talk to it, besides its own (``https://example.org``).
    make
        Makes the Leo of a file; gives him his modules, his birth and so on.
    """
    limits, key = limits or Limits(), Key(token)
    sessions = Sessions(home, limits, make)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await sessions.start()
        try:
            yield
        finally:
            await sessions.close()

    app = FastAPI(
        title="Leo",
        summary="A language organism you can watch think: one for each session.",
        version=API,
        lifespan=lifespan,
        docs_url=None,  # they would come from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    problems.install(app)
    friends = [plain_origin(one) for one in origins]
    if friends:  # browsers let their pages read the answers
        app.add_middleware(
            CORSMiddleware,
            allow_origins=friends,
            allow_methods=("GET", "POST"),
            allow_headers=("Authorization", "Content-Type"),
            expose_headers=("Location", "Retry-After"),
        )
    app.add_middleware(Gate, limits=limits, origins=friends, anywhere=key.needed)
    app.include_router(routes(sessions, limits, key))
    app.include_router(pages())
    _others(app, Lines(sessions, limits, key))
    _describe(app)
    return app


def _others(app: FastAPI, lines: Lines) -> None:
    @app.get("/healthz", summary="See whether the server answers")
    async def health() -> Health:
        """Needs no token."""
        return Health()

    @app.websocket("/sessions/{id}/live")
    async def live(socket: WebSocket, id: str) -> None:  # noqa: A002  its name in the path
        await lines.serve(socket, id)


def _describe(app: FastAPI) -> None:
    """Put the form of problems, which no route returns, into the OpenAPI."""
    plain = app.openapi()
    schemas = plain.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
