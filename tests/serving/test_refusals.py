"""What a server refuses, how it says so, and that it says nothing else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from leo.serve import create_app
from leo.serve.gate import Gate
from tests.serving.conftest import FREE, Serve, Served, Waits, speak, told, waiting
from tests.serving.test_live import TOKEN

pytestmark = pytest.mark.asyncio(loop_scope="module")  # the loop of `served`


def problem(answer: httpx.Response, status: int) -> dict[str, object]:
    """Give the problem of an answer that must be one."""
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    found: dict[str, object] = answer.json()
    assert found["status"] == status
    assert {"type", "title", "detail"} <= set(found)
    return found


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("0" * 32, 404),
        ("0" * 31, 422),
        ("0" * 33, 422),
        ("A" * 32, 422),
        ("..%2F..%2Fetc%2Fpasswd", 404),
        ("%00" * 32, 422),
        ("0" * 32 + "%0A", 422),
    ],
)
async def test_bad_ids(served: Served, name: str, status: int) -> None:
    """What is no session is nothing, and no path comes from it."""
    problem(await served.client.get(f"/sessions/{name}"), status)
    problem(await served.client.get(f"/sessions/{name}/turns"), status)
    problem(await served.client.post(f"/sessions/{name}/turns", json={"text": "Hi"}), status)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"text": 3}',
        b'{"text": "\\ud800"}',
        b'{"text": "Hi", "temperature": 0}',
        b'{"text": "Hi", "temperature": NaN}',
        b'{"text": "Hi", "max_tokens": 401}',
        b'{"text": "Hi", "secret": "s3cret"}',
        b'{"text": "' + b"x" * 20_001 + b'"}',
    ],
)
async def test_bad_bodies(served: Served, body: bytes) -> None:
    """They are refused before anything happens; what was in them is not repeated."""
    name = await served.session()
    answer = await served.client.post(
        f"/sessions/{name}/turns", content=body, headers={"content-type": "application/json"}
    )

    assert problem(answer, 422)
    assert "s3cret" not in answer.text
    assert (await served.client.get(f"/sessions/{name}/turns")).json()["turns"] == []


async def test_unknown_places_and_methods(served: Served) -> None:
    """They are problems as well."""
    problem(await served.client.get("/nowhere"), 404)
    problem(await served.client.get("/static/..%2fapp.py"), 404)
    answer = await served.client.delete(f"/sessions/{'0' * 32}/turns")
    problem(answer, 405)
    assert answer.headers["allow"] == "GET, POST"


async def test_large_and_slow_bodies(serve: Serve) -> None:
    """A body that is announced too large, becomes too large, or does not come is refused."""

    async def large() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 500

    async with serve(replace(FREE, body_bytes=1_000, body_seconds=0.05)) as served:
        where = f"/sessions/{await served.session()}/turns"
        problem(await served.client.post(where, content=b"x" * 1_001), 413)
        problem(await served.client.post(where, content=large()), 413)
        reader, writer = await asyncio.open_connection(*served.place)
        lines = f"POST {where} HTTP/1.1", "Host: localhost", "Content-Length: 9", "", ""
        writer.write("\r\n".join(lines).encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
        writer.close()
        await writer.wait_closed()


async def test_one_who_does_not_come_to_the_point(serve: Serve) -> None:
    """A connection that begins no request, or does not end its first lines, is closed."""
    whole = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with serve(replace(FREE, head_seconds=0.05)) as served:
        for first, then in ((b"", b""), (b"", whole[:9]), (whole, whole[:9])):
            reader, writer = await asyncio.open_connection(*served.place)
            if first:
                writer.write(first)
                assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
            writer.write(then)
            assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()


async def test_time_to_think_is_not_time_to_come_to_the_point(serve: Serve) -> None:
    """What a request says first came in time; its turn and its WebSocket may last longer."""
    module = Waits()
    async with serve(replace(FREE, head_seconds=0.05), make=waiting(module)) as served:
        name = await served.session()
        async with served.live(name) as line:
            asking = asyncio.create_task(served.say(name, "Please wait."))
            await module.held.wait()
            asyncio.get_running_loop().call_later(0.1, module.go.set)
            assert (await asking)["turn"]["id"] == 1
            await speak(line, "The sea?")
            assert (await told(line))[-1]["turn"]["id"] == 2


async def test_without_a_token_nobody_comes_from_elsewhere(tmp_path: Path) -> None:
    """Anybody can write localhost into a Host; an address is harder to make up."""
    for token, address, status in (
        (None, "192.0.2.1", 403),
        (None, "127.0.0.1", 200),
        (None, "::ffff:127.0.0.1", 200),
        (TOKEN, "192.0.2.1", 200),
    ):
        app = create_app(tmp_path, limits=FREE, token=token)
        there = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=there, base_url="http://localhost") as client:
            answer = await client.get("/healthz")
        assert (answer.status_code, address) == (status, address)
        if status != 200:
            problem(answer, status)


async def through_the_gate(headers: list[tuple[bytes, bytes]], told: list[Message]) -> int:
    """Send a request to the gate, behind which nothing must be reached, and give the status."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return told.pop(0)

    async def behind(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("it came in")

    gate = Gate(behind, FREE, (), anywhere=True)
    await gate({"type": "http", "method": "POST", "headers": headers}, receive, send)
    status: int = sent[0]["status"]
    return status


async def test_what_never_comes_in() -> None:
    """Half a body, a length that is none, an Origin that is no place where there is no Host."""
    half = {"type": "http.request", "body": b'{"text": "Hi"}', "more_body": True}
    gone = {"type": "http.disconnect"}

    assert await through_the_gate([], [half, gone]) == 400
    for length in (b"9" * 5_000, b"-1", b"\xb2"):
        assert await through_the_gate([(b"content-length", length)], []) == 413
    assert await through_the_gate([(b"origin", b"null")], []) == 403


async def test_pages_of_friends(serve: Serve) -> None:
    """A page of an origin that is named may ask, and read the answer; others may not."""
    async with serve(origins=["https://Friend.example/"]) as served:
        for origin, allowed in (("https://friend.example", True), ("https://evil.example", False)):
            first = await served.client.options(
                "/sessions",
                headers={
                    "Origin": origin,
                    "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "authorization, content-type",
                },
            )
            then = await served.client.post("/sessions", headers={"Origin": origin})
            for answer in (first, then):
                assert ("access-control-allow-origin" in answer.headers) == allowed
            assert (first.status_code, then.status_code) == ((200, 201) if allowed else (400, 403))


async def test_answers_are_nobody_elses(served: Served) -> None:
    """Nobody on the way keeps them, and no browser takes them for something else."""
    name = await served.session()
    for where in (f"/sessions/{name}", f"/sessions/{name}/turns", "/nowhere", "/openapi.json"):
        headers = (await served.client.get(where)).headers
        found = headers["cache-control"], headers["x-content-type-options"]
        assert found == ("no-store", "nosniff")


async def test_other_hosts_and_origins(served: Served) -> None:
    """Without a token only this machine's own names are served, and only to our own pages."""
    problem(await served.client.get("/sessions/x", headers={"Host": "evil.example"}), 421)
    evil = {"Origin": "https://evil.example"}
    problem(await served.client.post("/sessions", headers=evil), 403)
    ours = {"Origin": served.url.rstrip("/")}
    assert (await served.client.post("/sessions", headers=ours)).status_code == 201


async def test_the_token(serve: Serve) -> None:
    """Sessions need it; the page, and whether the server answers, do not."""
    async with serve(token=TOKEN) as served:
        told = await served.client.post("/sessions")
        assert problem(told, 401)
        assert told.headers["www-authenticate"] == "Bearer"
        for shown in (TOKEN[:-1], f"{TOKEN}x", "ä"):
            wrong = [(b"Authorization", f"Bearer {shown}".encode("latin-1"))]
            problem(await served.client.post("/sessions", headers=wrong), 401)
        right = {"Authorization": f"Bearer {TOKEN}", "Host": "leo.example"}
        assert (await served.client.post("/sessions", headers=right)).status_code == 201
        assert (await served.client.get("/healthz")).status_code == 200
        assert (await served.client.get("/")).status_code == 200


async def test_a_session_that_says_too_much(serve: Serve) -> None:
    """It is told when to go on; other sessions are not concerned."""
    async with serve(replace(FREE, turns_at_once=2, turns_per_minute=1)) as served:
        name, other = await served.session(), await served.session()
        for _ in range(2):
            await served.say(name, "Hi")
        answer = await served.client.post(f"/sessions/{name}/turns", json={"text": "Hi"})
        assert problem(answer, 429)["retry_after"] in (59, 60)
        assert int(answer.headers["retry-after"]) in (59, 60)
        await served.say(other, "Hi")


async def test_a_session_that_is_looked_at_too_often(serve: Serve) -> None:
    """Both ways to look at it count; other sessions are not concerned."""
    async with serve(replace(FREE, reads_at_once=2, reads_per_minute=1)) as served:
        name, other = await served.session(), await served.session()
        for where in (f"/sessions/{name}", f"/sessions/{name}/turns"):
            assert (await served.client.get(where)).status_code == 200
        for where in (f"/sessions/{name}", f"/sessions/{name}/turns"):
            assert problem(await served.client.get(where), 429)["retry_after"] in (59, 60)
        assert (await served.client.get(f"/sessions/{other}")).status_code == 200


async def test_too_many_sessions(serve: Serve) -> None:
    """So many in one go, and so many at all; those of before a restart count."""
    async with serve(replace(FREE, sessions_at_once=1, sessions_per_minute=1)) as served:
        await served.session()
        answer = await served.client.post("/sessions")
        assert problem(answer, 429)["retry_after"] in (59, 60)
    async with serve(replace(FREE, sessions=2)) as served:
        await served.session()
        problem(await served.client.post("/sessions"), 503)


async def test_a_damaged_file_tells_nothing(served: Served) -> None:
    """The client hears that it cannot be used; where it is stands in the log only."""
    name = await served.session()
    await asyncio.to_thread((served.home / f"{name}.leo.db").write_bytes, b"no Leo" * 1_000)
    for _ in range(2):
        answer = await served.client.get(f"/sessions/{name}")
        problem(answer, 500)
        assert str(served.home) not in answer.text
