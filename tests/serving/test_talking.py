"""Talking over HTTP: each endpoint, with a real server and a real client."""

import asyncio
import json
from dataclasses import replace

import aiofiles.os
import httpx
import pytest
from blockbuster import BlockBuster

from leo import Turn
from leo.serve import Limits
from tests.serving.conftest import Serve, Served, born, speak, told

pytestmark = pytest.mark.asyncio(loop_scope="module")  # the loop of `served`


async def test_a_talk(served: Served) -> None:
    """A reply comes with its words' reasons and its Turn; the journal has it too."""
    name = await served.session()

    first = await served.say(name, "The sea?")
    second = await served.say(name, "And Mila?")

    turn = Turn.from_json(json.dumps(first["turn"]))
    assert (turn.id, turn.prompt, turn.reply) == (1, "The sea?", first["reply"])
    assert [text for text, _ in first["words"]] == [word.text for word in turn.utterance.words]
    assert all(reasons for _, reasons in first["words"])
    assert second["turn"]["id"] == 2
    page = (await served.client.get(f"/sessions/{name}/turns")).json()
    assert page == {"turns": [first, second], "next": None}


async def test_what_is_served_is_what_he_says_elsewhere(served: Served) -> None:
    """The same Leo without a server gives the same Turn."""
    told = await served.say(await served.session(), "The sea?")

    async with born(served.home / "alone.db") as leo:
        expected = await leo.turn("The sea?")
    assert Turn.from_json(json.dumps(told["turn"])) == expected


async def test_a_session_is_seen(served: Served) -> None:
    """It tells what its Leo amounts to, and not where his file is."""
    name = await served.session()
    await served.say(name, "The sea?")

    answer = await served.client.get(f"/sessions/{name}")

    seen = answer.json()
    assert (seen["id"], seen["turns"]) == (name, 1)
    assert seen["tokens"] > 10
    assert str(served.home) not in answer.text


async def test_pages_of_the_journal(served: Served) -> None:
    """Each page names the next; the last names none."""
    name = await served.session()
    for i in range(5):
        await served.say(name, f"The sea {i}?")
    pages, start = [], 1
    while start:
        where = f"/sessions/{name}/turns?start={start}&limit=2"
        page = (await served.client.get(where)).json()
        pages.append([one["turn"]["id"] for one in page["turns"]])
        start = page["next"]

    assert pages == [[1, 2], [3, 4], [5]]


async def test_health_and_openapi(served: Served) -> None:
    """Both are there; every answer of a route that fails is described as a problem."""
    assert (await served.client.get("/healthz")).json() == {"status": "ok"}
    plain = (await served.client.get("/openapi.json")).json()

    assert set(plain["paths"]) == {
        "/healthz",
        "/sessions",
        "/sessions/{id}",
        "/sessions/{id}/turns",
    }
    assert list(plain["paths"]["/sessions/{id}"]["get"]["responses"]["404"]["content"]) == [
        "application/problem+json"
    ]


async def test_a_leo_is_born_when_he_is_first_spoken_to(served: Served) -> None:
    """A session that nobody spoke to is an empty file."""
    name = await served.session()
    file = served.home / f"{name}.leo.db"
    before = await aiofiles.os.path.getsize(file)

    await served.say(name, "The sea?")

    assert (before, await aiofiles.os.path.getsize(file) > 0) == (0, True)


TALKS = 200
USUAL = replace(Limits(), sessions_at_once=TALKS)
"""All limits are the usual ones but how many sessions are made in one go."""


async def test_two_hundred_talks_at_once(serve: Serve, blockbuster: BlockBuster) -> None:
    """Each is in order and none is mixed."""
    # What these two find, the other tests find with less to look through.
    blockbuster.deactivate()
    asyncio.get_running_loop().set_debug(False)
    async with serve(USUAL) as served:
        names = [await served.session() for _ in range(TALKS)]

        async def talk(name: str) -> list[tuple[int, str]]:
            async with served.live(name, compression=None, open_timeout=60) as line:
                for k in (1, 2):
                    await speak(line, f"{name} {k}?", max_tokens=6)
                turns = [(await told(line))[-1]["turn"] for _ in range(2)]
            return [(turn["id"], turn["prompt"]) for turn in turns]

        heard = await asyncio.gather(*map(talk, names))

        assert len(set(names)) == TALKS
        assert heard == [[(k, f"{name} {k}?") for k in (1, 2)] for name in names]
        for name in names[::50]:
            assert await served.heard(name) == [f"{name} 1?", f"{name} 2?"]


async def test_more_talks_than_leos_may_be_open(serve: Serve) -> None:
    """Over HTTP and the WebSocket those beyond are told when to come again; the others talk."""
    async with serve(replace(USUAL, open_leos=3)) as served:
        names = [await served.session() for _ in range(6)]

        async def talk(name: str) -> tuple[int, str]:
            answer = await served.client.post(f"/sessions/{name}/turns", json={"text": "The sea?"})
            return answer.status_code, answer.headers["content-type"]

        answers = await asyncio.gather(*map(talk, names))
        beyond = [name for name, answer in zip(names, answers, strict=True) if answer[0] == 503]
        answer = await served.client.post(f"/sessions/{beyond[0]}/turns", json={"text": "Hello?"})
        async with served.live(beyond[0]) as line:
            await speak(line, "Hello?")
            refused = (await told(line))[-1]

    served_well, refused_well = (200, "application/json"), (503, "application/problem+json")
    assert sorted(answers) == [served_well] * 3 + [refused_well] * 3
    assert answer.json()["detail"] == "3 Leos are open, and none of them is idle."
    assert 290 < int(answer.headers["retry-after"]) <= 300
    assert refused["kind"] == "problem"
    assert refused["detail"] == answer.json()["detail"]


async def test_messages_of_one_session_are_served_in_order(served: Served) -> None:
    """What arrives together is answered one after the other."""
    name = await served.session()
    told = await asyncio.gather(*(served.say(name, f"Mila {k}?") for k in range(5)))

    assert sorted(one["turn"]["id"] for one in told) == [1, 2, 3, 4, 5]
    page = (await served.client.get(f"/sessions/{name}/turns")).json()
    assert page["turns"] == sorted(told, key=lambda one: one["turn"]["id"])


async def test_a_restart_in_the_middle(serve: Serve) -> None:
    """The server ends and begins again; the talk goes on from its file as if nothing had been."""
    async with serve() as served:
        whole, cut = await served.session(), await served.session()
        for text in ("The sea?", "And Mila?"):
            expected = await served.say(whole, text)
        await served.say(cut, "The sea?")
    async with serve() as served:
        told = await served.say(cut, "And Mila?")
        assert (await served.client.get(f"/sessions/{whole}")).json()["turns"] == 2

    assert told["reply"] == expected["reply"]
    assert told["turn"]["id"] == 2


async def test_one_who_goes_away_finds_a_whole_turn(served: Served) -> None:
    """A client that does not wait for its answer leaves a turn in the journal."""
    name = await served.session()
    await served.say(name, "The sea?")
    async with httpx.AsyncClient(base_url=served.url, trust_env=False) as hasty:
        asking = asyncio.ensure_future(hasty.post(f"/sessions/{name}/turns", json={"text": "Gone"}))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])

    page = (await served.client.get(f"/sessions/{name}/turns")).json()
    assert [one["turn"]["prompt"] for one in page["turns"]] in (["The sea?"], ["The sea?", "Gone"])
