"""The OpenAPI tells the truth: schemathesis asks all sorts of things of a running server."""

import asyncio
import re
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import settings

from leo.serve import create_app
from leo.serve.server import listen, serving
from leo.serve.sessions import ID
from tests.serving.conftest import FREE, born

ASKED = 5
"""Operations that are asked below."""

EXAMPLES = 3
"""Of each operation."""

PATIENCE = 30.0
"""Seconds."""

schema = schemathesis.openapi.from_dict(create_app(Path("never made")).openapi())


@dataclass(frozen=True)
class There:
    """A server, and a session that it has."""

    url: str
    session: str


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    """Serve on a loop in a thread, because schemathesis waits for each answer."""
    ready: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    home = tmp_path_factory.mktemp("schema")

    async def run() -> None:
        end = asyncio.Event()
        app = create_app(home, limits=FREE, make=born)
        async with serving(app, FREE, listen("127.0.0.1", 0)) as url:
            ready.set_result((url, asyncio.get_running_loop(), end))
            await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    url, loop, end = ready.result(PATIENCE)
    made = httpx.post(f"{url}sessions", trust_env=False).json()
    yield There(url.rstrip("/"), made["id"])
    loop.call_soon_threadsafe(end.set)
    thread.join(PATIENCE)


def ask(case: schemathesis.Case[Any], there: There) -> None:
    """Ask, and hold the answer against what the OpenAPI says of it."""
    told = case.path_parameters.get("id", "")
    if re.fullmatch(ID, told) and told.endswith("0"):  # chance alone would never find a session
        case.path_parameters["id"] = there.session
    case.call_and_validate(base_url=there.url)


few = settings(max_examples=EXAMPLES, derandomize=True, database=None)


# A function for each: the tests of one function have one name, and xdist would run the first only.


@schema.include(method="GET", path="/healthz").parametrize()
@few
def test_seeing_whether_it_answers(case: schemathesis.Case[Any], there: There) -> None:
    """As it is described, whatever is asked."""
    ask(case, there)


@schema.include(method="POST", path="/sessions").parametrize()
@few
def test_making_a_session(case: schemathesis.Case[Any], there: There) -> None:
    """As it is described, whatever is asked."""
    ask(case, there)


@schema.include(method="GET", path="/sessions/{id}").parametrize()
@few
def test_seeing_a_session(case: schemathesis.Case[Any], there: There) -> None:
    """As it is described, whatever is asked."""
    ask(case, there)


@schema.include(method="POST", path="/sessions/{id}/turns").parametrize()
@few
def test_saying_something(case: schemathesis.Case[Any], there: There) -> None:
    """As it is described, whatever is asked."""
    ask(case, there)


@schema.include(method="GET", path="/sessions/{id}/turns").parametrize()
@few
def test_reading_the_journal(case: schemathesis.Case[Any], there: There) -> None:
    """As it is described, whatever is asked."""
    ask(case, there)


def test_each_is_asked(request: pytest.FixtureRequest) -> None:
    """Every operation has its function above, and a name of its own."""
    nodes = [item.nodeid for item in request.session.items if item.path == request.path]

    assert len(set(nodes)) == len(nodes)
    assert schema.statistic.operations.total == ASKED
