"""What can be asked over HTTP."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import Response

from leo.serve.gate import Key
from leo.serve.limits import Limits
from leo.serve.problems import PROBLEM, Refused
from leo.serve.saying import Saying
from leo.serve.sessions import ID, Sessions
from leo.serve.wire import Made, Page, Say, Seen, Told, page_json, told_json

__all__ = ["routes"]

MOST_TURNS = 2**53
"""No life has more turns; browsers know no larger whole numbers."""

_shown = HTTPBearer(auto_error=False, description="The server's token, if it has one.")

Id = Annotated[str, Path(pattern=ID, description="The session's id.")]


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Say in the OpenAPI which problems there may be."""
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {PROBLEM: {"schema": schema}}
    return {
        status: {"description": "Refused, or failed.", "content": content} for status in statuses
    }


def routes(sessions: Sessions, limits: Limits, key: Key) -> APIRouter:
    """Make the routes of sessions.

    Parameters
    ----------
    sessions
        The sessions.
    limits
        How much is taken on.
    key
        The token that must be shown.
    """

    async def let_in(
        shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_shown)],
    ) -> None:
        if not key.fits("" if shown is None else shown.credentials):
            bearer = {"WWW-Authenticate": "Bearer"}
            raise Refused(401, "Show this server's token.", headers=bearer)

    router = APIRouter(
        dependencies=[Depends(let_in)] if key.needed else [],
        responses=_problems(401, 403, 408, 413, 421, 422, 429, 500, 503),
    )
    _sessions(router, sessions)
    _turns(router, sessions, limits)
    return router


def _sessions(router: APIRouter, sessions: Sessions) -> None:
    @router.post("/sessions", status_code=201, summary="Make a session")
    async def create(response: Response) -> Made:
        """Its Leo is born when he is first spoken to."""
        name = await sessions.create()
        response.headers["Location"] = f"sessions/{name}"
        return Made(id=name)

    @router.get("/sessions/{id}", summary="See a session", responses=_problems(404))
    async def see(id: Id) -> Seen:  # noqa: A002  its name in the path
        """Tell what its Leo amounts to."""
        async with sessions.using(id) as session:
            session.read()
            stats = await session.leo.stats()
        size = stats.totals
        return Seen(
            id=id,
            turns=stats.turns,
            born=stats.born,
            tokens=size.tokens,
            words=size.words,
            bigrams=size.bigrams,
            trigrams=size.trigrams,
            pairs=size.pairs,
            themes=stats.themes,
            centers=list(stats.centers),
        )


def _turns(router: APIRouter, sessions: Sessions, limits: Limits) -> None:
    @router.post(
        "/sessions/{id}/turns",
        summary="Say something",
        response_class=Response,
        responses={200: {"model": Told, "description": "A reply."}, **_problems(404)},
    )
    async def say(id: Id, said: Say) -> Response:  # noqa: A002
        """Talk to Leo; the reply comes whole. One who goes away meanwhile finds the turn kept."""
        if len(said.text) > limits.text_chars:
            raise Refused(422, f"Say at most {limits.text_chars} characters at a time.")
        async with sessions.using(id) as session:
            with session.turn():
                saying = Saying(session.leo, said.text, said.temperature, said.max_tokens)
                turn = await saying.whole(limits.turn_seconds)
        return _json(told_json(turn))

    @router.get(
        "/sessions/{id}/turns",
        summary="Read the journal",
        response_class=Response,
        responses={200: {"model": Page, "description": "A page of turns."}, **_problems(404)},
    )
    async def journal(
        id: Id,  # noqa: A002
        start: Annotated[int, Query(ge=1, le=MOST_TURNS, description="The first turn.")] = 1,
        limit: Annotated[int, Query(ge=1, le=limits.page_turns, description="How many.")] = 20,
    ) -> Response:
        """Give turns of the session's whole life; forgotten ones are left out."""
        async with sessions.using(id) as session:
            session.read()
            turns = await session.leo.journal(start, start + limit)
            last = (await session.leo.stats()).turns
        told = []
        for turn in turns:
            told.append(told_json(turn))
            await asyncio.sleep(0)  # a long page holds nobody up
        return _json(page_json(told, start + limit if start + limit <= last else None))


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")
