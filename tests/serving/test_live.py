"""The WebSocket: words, stop, and what keeps strangers out."""

import asyncio
import json
from dataclasses import replace

import pytest
from websockets.exceptions import InvalidStatus

from tests.serving.conftest import (
    FREE,
    Serve,
    Served,
    Waits,
    closed,
    heard,
    speak,
    told,
    waiting,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")  # the loop of `served`

TOKEN = "a-token-of-the-t-0123456789"


async def test_words_then_the_turn(served: Served) -> None:
    """The words that come one by one are the reply of the turn that ends them."""
    name = await served.session()
    async with served.live(name) as line:
        await speak(line, "The sea?")
        ready, *words, turn = await told(line)

    assert ready == {"kind": "ready"}
    assert {one["kind"] for one in words} == {"word"}
    assert turn["kind"] == "turn"
    assert "".join(one["text"] for one in words).strip() == turn["reply"]
    page = (await served.client.get(f"/sessions/{name}/turns")).json()
    assert page["turns"] == [{key: turn[key] for key in ("reply", "words", "turn")}]


async def test_what_is_said_at_once_is_answered_in_order(served: Served) -> None:
    """Messages need not wait for the answer to the one before."""
    async with served.live(await served.session()) as line:
        for i in range(4):
            await speak(line, f"Mila {i}?")
        turns = [(await told(line))[-1]["turn"] for _ in range(4)]

    assert [one["prompt"] for one in turns] == [f"Mila {i}?" for i in range(4)]


async def test_two_windows_of_one_session(served: Served) -> None:
    """Each hears its own turns only, and both are kept."""
    name = await served.session()
    async with served.live(name) as one, served.live(name) as other:
        await speak(one, "One?")
        await speak(other, "Other?")
        heard_by = [(await told(line))[-1]["turn"]["prompt"] for line in (one, other)]

    assert heard_by == ["One?", "Other?"]
    assert sorted(await served.heard(name)) == ["One?", "Other?"]


async def test_stop(serve: Serve) -> None:
    """What is stopped has not happened, nor has what waited behind it; then talk goes on."""
    module = Waits()
    async with serve(make=waiting(module)) as served:
        name = await served.session()
        async with served.live(name) as line:
            await speak(line, "Please wait.")
            await speak(line, "And this.")
            await asyncio.wait_for(module.held.wait(), 10)
            await line.send(json.dumps({"kind": "stop"}))
            answers = [(await told(line))[-1]["kind"] for _ in range(2)]
            await speak(line, "The sea?")
            turn = (await told(line))[-1]

        assert answers == ["stopped", "stopped"]
        assert turn["turn"]["id"] == 1
        assert await served.heard(name) == ["The sea?"]


async def test_a_turn_that_takes_too_long(serve: Serve) -> None:
    """It is given up, and has not happened; over HTTP too."""
    module = Waits()
    async with serve(replace(FREE, turn_seconds=0.05), make=waiting(module)) as served:
        name = await served.session()
        async with served.live(name) as line:
            await speak(line, "Please wait.")
            problem = (await told(line))[-1]
        answer = await served.client.post(f"/sessions/{name}/turns", json={"text": "wait"})

        assert (problem["kind"], problem["status"]) == ("problem", 503)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert await served.heard(name) == []


@pytest.mark.parametrize(
    "message",
    [
        "no json",
        "[]",
        '{"kind": "sing"}',
        '{"kind": "say"}',
        '{"kind": "say", "text": "x", "temperature": 99}',
        '{"kind": "say", "text": "x", "path": "/etc/passwd"}',
        b"bytes",
    ],
)
async def test_a_message_that_is_not_understood(served: Served, message: str | bytes) -> None:
    """The connection ends, and it is said why; what was in it is not repeated."""
    async with served.live(await served.session()) as line:
        assert await heard(line) == {"kind": "ready"}
        await line.send(message)
        if isinstance(message, str):
            problem = await heard(line)
            assert (problem["kind"], problem["status"]) == ("problem", 422)
            assert "passwd" not in json.dumps(problem)
        assert await closed(line) == 1008


async def test_a_message_that_is_too_large(serve: Serve) -> None:
    """It is not even taken in."""
    async with (
        serve(replace(FREE, body_bytes=1_000)) as served,
        served.live(await served.session()) as line,
    ):
        await heard(line)
        await speak(line, "x" * 2_000)
        assert await closed(line) == 1009


async def test_a_text_that_is_too_long(serve: Serve) -> None:
    """It is refused, and the talk goes on."""
    async with serve(replace(FREE, text_chars=10)) as served:
        name = await served.session()
        async with served.live(name) as line:
            await speak(line, "x" * 11)
            assert (await told(line))[-1]["status"] == 422
            await speak(line, "The sea?")
            assert (await told(line))[-1]["kind"] == "turn"
        answer = await served.client.post(f"/sessions/{name}/turns", json={"text": "x" * 11})
        assert answer.status_code == 422


async def test_no_such_session(served: Served) -> None:
    """It is said, whether the id could be one or not."""
    for name in ("0" * 32, "..%00"):
        async with served.live(name) as line:
            problem = await heard(line)
            assert (problem["kind"], problem["status"]) == ("problem", 404)
            assert await closed(line) == 1008


async def test_pages_of_others_may_not_talk(serve: Serve) -> None:
    """A WebSocket from another origin is refused; from our own, or one that is named, it is not."""
    async with serve(origins=["https://friend.example"]) as served:
        name = await served.session()
        for origin in ("https://evil.example", "http://127.0.0.1:1", "null"):
            with pytest.raises(InvalidStatus) as refused:
                await served.live(name, origin=origin)
            assert refused.value.response.status_code == 403
        for origin in (served.url.rstrip("/"), "https://friend.example"):
            async with served.live(name, origin=origin) as line:
                assert await heard(line) == {"kind": "ready"}


async def test_the_token(serve: Serve) -> None:
    """It is shown in a header or in the first message; a wrong one, or none, is refused."""
    async with serve(token=TOKEN) as served:
        served.client.headers["Authorization"] = f"Bearer {TOKEN}"
        name = await served.session()
        async with served.live(
            name, additional_headers={"Authorization": f"Bearer {TOKEN}"}
        ) as line:
            assert await heard(line) == {"kind": "ready"}
        async with served.live(name) as line:
            await line.send(json.dumps({"kind": "token", "token": TOKEN}))
            assert await heard(line) == {"kind": "ready"}
        async with served.live(
            name, additional_headers={"Authorization": f"Bearer {TOKEN}"}
        ) as line:
            await line.send(json.dumps({"kind": "token", "token": TOKEN}))  # once more
            await speak(line, "The sea?")
            assert (await told(line))[-1]["kind"] == "turn"
        for first in ({"kind": "token", "token": f"{TOKEN}x"}, {"kind": "say", "text": "Hi"}):
            async with served.live(name) as line:
                await line.send(json.dumps(first))
                assert (await heard(line))["status"] == 401
                assert await closed(line) == 1008
        assert await served.heard(name) == ["The sea?"]


async def test_one_who_shows_no_token_in_time(serve: Serve) -> None:
    """The connection ends."""
    async with (
        serve(replace(FREE, hello_seconds=0.01), token=TOKEN) as served,
        served.live("0" * 32) as line,
    ):
        assert await closed(line) == 1001


async def test_silence_ends_a_connection(serve: Serve) -> None:
    """Nobody keeps a place without saying anything."""
    async with (
        serve(replace(FREE, live_idle_seconds=0.01)) as served,
        served.live(await served.session()) as line,
    ):
        assert await closed(line) == 1001


async def test_more_connections_than_there_may_be(serve: Serve) -> None:
    """One more is told to come later."""
    async with serve(replace(FREE, live=1)) as served:
        name = await served.session()
        async with served.live(name) as first, served.live(name) as second:
            assert await heard(first) == {"kind": "ready"}
            assert await closed(second) == 1013
