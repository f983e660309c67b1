"""What a client is told when something is refused or fails: problem details (RFC 9457).

They name what the client can do, and nothing of the server: no path, no traceback, and of a
message that was wrong only where.
"""

import json
import logging
import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from leo.errors import CommitFailed, FieldBusy, FieldClosed, LeoError, PromptTooLong

__all__ = ["PROBLEM", "Refused", "answer", "install", "problem_of"]

log = logging.getLogger("leo.serve")

PROBLEM: Final = "application/problem+json"

RETRY_SECONDS: Final = 5
"""After which a failure of the moment may be over."""

WRONG_SHOWN: Final = 10
"""Wrong fields that an answer lists."""


class Refused(Exception):
    """A request that is not served.

    Parameters
    ----------
    status
        The HTTP status.
    detail
        One sentence for the client.
    retry
        Seconds after which it may work.
    headers
        Further headers of the answer.
    wrong
        The fields that were wrong.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        retry: float | None = None,
        headers: Mapping[str, str] | None = None,
        wrong: tuple[str, ...] = (),
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.wrong = HTTPStatus(status), detail, wrong
        self.retry = None if retry is None else max(1, math.ceil(retry))
        self.headers = dict(headers or {})
        if self.retry is not None:
            self.headers["Retry-After"] = str(self.retry)

    def plain(self) -> dict[str, Any]:
        """Give the problem's members."""
        found: dict[str, Any] = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
        }
        if self.wrong:
            found["wrong"] = list(self.wrong)
        if self.retry is not None:
            found["retry_after"] = self.retry
        return found


def problem_of(error: LeoError) -> Refused:
    """Say what a client may know of an error of Leo; the rest goes into the log."""
    if isinstance(error, PromptTooLong):
        return Refused(422, "What you said is too long for one turn; say less.")
    if isinstance(error, FieldClosed):  # it came while the server ends
        return Refused(503, "The server ends; nothing of it happened.", retry=RETRY_SECONDS)
    log.error("a request failed", exc_info=error)
    if isinstance(error, CommitFailed):
        return Refused(
            503, "The turn could not be kept; nothing of it happened.", retry=RETRY_SECONDS
        )
    if isinstance(error, FieldBusy):
        return Refused(503, "Another program holds this session's Leo.", retry=RETRY_SECONDS)
    return Refused(500, "This session's Leo cannot be used; the server's log says why.")


def wrong_fields(errors: "list[Any] | tuple[Any, ...]") -> tuple[str, ...]:
    """Name the fields that were wrong, without what stood in them."""
    return tuple(
        f"{'.'.join(str(part) for part in one['loc'])}: {one['type']}"
        for one in errors[:WRONG_SHOWN]
    )


def answer(refused: Refused) -> Response:
    """Make the HTTP answer."""
    return Response(
        json.dumps(refused.plain()),
        status_code=int(refused.status),
        media_type=PROBLEM,
        headers=refused.headers,
    )


def install(app: FastAPI) -> None:
    """Have every error of an application answered as a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(LeoError, _failed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refused):
        raise error
    return answer(error)


async def _failed(request: Request, error: Exception) -> Response:
    if not isinstance(error, LeoError):
        raise error
    return answer(problem_of(error))


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    status, headers = HTTPStatus(error.status_code), dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = _methods(request) or headers.get("Allow", "")
    return answer(Refused(status, f"{status.phrase}.", headers=headers))


def _methods(request: Request) -> str:
    """Name the methods of a place; Starlette would name those of one route only."""
    for template, methods in request.app.openapi()["paths"].items():
        if re.search(f"{re.sub('{[^}]*}', '[^/]+', template)}$", request.url.path):
            return ", ".join(sorted(name.upper() for name in methods))
    return ""


async def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    fields = wrong_fields(list(error.errors()))
    return answer(Refused(422, "The request is not as it must be.", wrong=fields))


async def _unexpected(request: Request, error: Exception) -> Response:
    # Starlette raises it again for the server, which logs it with its traceback.
    return answer(Refused(500, "Something failed; the server's log says what."))
