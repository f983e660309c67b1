"""The page that is served with Leo: the widgets' chat, without a notebook.

Program and style of the chat are the widgets' own files; here is only what lets them talk to a
WebSocket.
"""

import asyncio
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from leo.serve.problems import Refused

__all__ = ["pages"]

OURS: Final = Path(__file__).parent / "static"

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may do: run its own scripts, and talk to the server that it came from."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}

KINDS: Final = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}

FILES: Final = ("chat.js", "chat.css")
"""The widgets' files that the page needs."""


@lru_cache(maxsize=1)
def files() -> dict[str, bytes]:
    """Read the page's files, by name."""
    # Found, not imported: the widgets' package would bring the notebook's.
    spec = find_spec("leo_widgets")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("leo_widgets is not installed beside leo")
    theirs = Path(spec.submodule_search_locations[0]) / "static"
    found = [*OURS.iterdir(), *(theirs / name for name in FILES)]
    return {one.name: one.read_bytes() for one in found if one.suffix in KINDS}


def pages() -> APIRouter:
    """Make the routes of the page; they show nothing of anybody, and need no token."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def index() -> Response:
        return await _file("index.html")

    @router.get("/static/{name}")
    async def static(name: str) -> Response:
        return await _file(name)

    return router


async def _file(name: str) -> Response:
    found = await asyncio.to_thread(files)
    if name not in found:
        raise Refused(404, "There is no such file.")
    return Response(found[name], media_type=KINDS[Path(name).suffix], headers=HEADERS)
