"""Clients that are slow or go away, and those who say more than there is room for."""

import asyncio
import gc
import logging
import socket
import sys
from dataclasses import replace

import pytest
from websockets.exceptions import ConnectionClosedError

from leo.serve.server import listen
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


async def test_a_client_that_goes_away_leaves_no_half_turn(serve: Serve) -> None:
    """The turn it was waiting for is cancelled; he is free for the next."""
    module = Waits()
    async with serve(make=waiting(module)) as served:
        name = await served.session()
        async with served.live(name) as line:
            await speak(line, "The sea?")
            await told(line)
            await speak(line, "Please wait.")
            await asyncio.wait_for(module.held.wait(), 10)
            line.transport.abort()
        await asyncio.wait_for(module.ended.wait(), 10)

        assert await served.heard(name) == ["The sea?"]
        assert (await served.say(name, "And Mila?"))["turn"]["id"] == 2


async def test_a_slow_client_holds_nobody_up(served: Served) -> None:
    """One who reads nothing does not keep others of the same session from talking."""
    name = await served.session()
    async with served.live(name, max_queue=1) as slow:
        for i in range(4):
            await speak(slow, f"Slow {i}?")
        assert (await served.say(name, "The sea?"))["reply"]
        slow.transport.abort()


async def test_a_server_that_ends_lets_nobody_wait(serve: Serve) -> None:
    """Clients are told that it goes; what was under way has not happened."""
    module = Waits()
    async with serve(make=waiting(module)) as served:
        name = await served.session()
        line = await served.live(name)
        await speak(line, "Please wait.")
        await asyncio.wait_for(module.held.wait(), 10)
    assert await closed(line) == 1012
    async with serve() as served:
        assert await served.heard(name) == []


async def test_too_many_messages_wait(serve: Serve) -> None:
    """What is too much is refused in its place, and the rest is answered."""
    module = Waits()
    async with (
        serve(replace(FREE, waiting=1), make=waiting(module)) as served,
        served.live(await served.session()) as line,
    ):
        await speak(line, "Please wait.")
        await asyncio.wait_for(module.held.wait(), 10)
        for i in range(2):
            await speak(line, f"Mila {i}?")
        module.go.set()
        *turns, refused = [(await told(line))[-1] for _ in range(3)]

    assert (refused["kind"], refused["status"]) == ("problem", 429)
    assert [one["turn"]["prompt"] for one in turns] == ["Please wait.", "Mila 0?"]


async def test_one_who_does_not_listen_to_that(serve: Serve) -> None:
    """Somebody who goes on and on is not heard any more; what was under way has not happened."""
    module = Waits()
    async with serve(replace(FREE, waiting=2), make=waiting(module)) as served:
        name = await served.session()
        async with served.live(name) as line:
            await speak(line, "Please wait.")
            await asyncio.wait_for(module.held.wait(), 10)
            for i in range(5):
                await speak(line, f"Mila {i}?")
            assert await closed(line) == 1013
        assert await served.heard(name) == []


async def test_a_client_that_takes_nothing_keeps_no_place(serve: Serve) -> None:
    """When even its farewell finds no room, its place is free for somebody else."""
    limits = replace(FREE, live=1, waiting=50, send_seconds=0.1)
    async with serve(limits, send_buffer=4_096) as served:
        name = await served.session()
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        narrow.setblocking(False)
        await asyncio.get_running_loop().sock_connect(narrow, served.place)
        stuck = await served.live(name, sock=narrow, max_queue=1, compression=None)
        for i in range(50):
            await speak(stuck, f"Mila {i}?")
        async with asyncio.timeout(60):
            while not await got_in(served, name):
                pass
        stuck.transport.abort()


async def got_in(served: Served, name: str) -> bool:
    """Tell whether there is a place for one more."""
    async with served.live(name) as line:
        try:
            return await heard(line) == {"kind": "ready"}
        except ConnectionClosedError:
            return False


async def test_going_away_while_he_speaks_is_no_failure(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """It happens all day: nothing of it is an error, and the session goes on."""
    async with serve() as served:
        name = await served.session()
        for i in range(5):
            line = await served.live(name)
            await speak(line, f"Mila {i}?")
            for _ in range(i):
                await heard(line)
            line.transport.abort()
            await line.wait_closed()
        assert await served.say(name, "The sea?")
    gc.collect()  # asyncio tells of a forgotten failure when its task is collected

    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_small_answers_do_not_wait_for_one_another() -> None:
    """Every connection sends at once: else a word waits for the acknowledgement of another."""
    with listen("127.0.0.1", 0) as taken, socket.socket() as client:
        client.setblocking(False)
        taken.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(client, taken.getsockname())
        connection, _ = await loop.sock_accept(taken)
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="others know no such option")
async def test_what_the_operating_system_is_told() -> None:
    """On Linux a connection ends whose client takes nothing, which no program would see."""
    with listen("127.0.0.1", 0) as taken:
        assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
