"""A language model as observer, against a real server on this machine that plays its part."""

import asyncio
import json
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from leo.errors import ObservationError
from leo.observation import model as module
from leo.observation.model import KEY, RETRIES, LanguageModel, language_model
from leo.observation.observers import Exchange, Observer
from leo.observation.observing import Conditions, observe
from tests.observation.kit import SMALL

SECRET = "sk-a-very-secret-key-7341"
RAIN = SMALL.chosen[0]

STRANGER = Path(__file__).with_name("stranger.pem")
"""A certificate for this machine, signed by itself, with the key that nobody needs to keep."""


def completion(text: str | None) -> dict[str, Any]:
    """Make what a server answers."""
    message = {"role": "assistant", "content": text}
    return {"id": "1", "object": "chat.completion", "choices": [{"index": 0, "message": message}]}


class Server(ThreadingHTTPServer):
    """Answers what it is told to, the last answer again and again, and notes what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[tuple[int, str]] = []
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    def will(self, answer: object, status: int = 200) -> None:
        """Have it answer this next; a text is sent as it is."""
        text = answer if isinstance(answer, str) else json.dumps(answer)
        self.answers.append((status, text))

    @property
    def endpoint(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def messages(self, number: int = -1) -> list[tuple[str, str]]:
        """Give the roles and texts of one request."""
        return [(one["role"], one["content"]) for one in self.asked[number][2]["messages"]]


class Handler(BaseHTTPRequestHandler):
    """Takes one request."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Note it, and answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.path, headers, json.loads(body)))
        answers = self.server.answers
        status, text = answers.pop(0) if len(answers) > 1 else answers[0]
        sent = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.send_header("Retry-After-Ms", "1")
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    """Run the server."""
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a key, and nothing else that this machine's user has set."""
    for name in ("BASE_URL", "ORG_ID", "PROJECT_ID", "LOG"):
        monkeypatch.delenv(f"OPENAI_{name}", raising=False)
    monkeypatch.setenv(KEY, SECRET)
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@asynccontextmanager
async def observer(server: Server, **options: Any) -> AsyncIterator[Observer]:
    """Have the model of this server observe."""
    async with language_model("tiny", endpoint=server.endpoint, **options)(1) as found:
        yield found


async def test_what_it_is_asked(server: Server) -> None:
    """Who it is and what to say stand in one system message; the key goes in its header."""
    server.will(completion("  It rains, Leo. \n"))
    async with observer(server, tone="Be as calm as a lake.") as one:
        assert await one.say(RAIN, ()) == "It rains, Leo."

    [(path, headers, body)] = server.asked
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == f"Bearer {SECRET}"
    assert set(body) == {"model", "messages"}
    assert body["model"] == "tiny"
    (role, persona), (other, opening) = server.messages()
    assert (role, other) == ("system", "user")
    assert "You two talk about this: rain. Be as calm as a lake." in persona
    assert persona.endswith(f"in your own words: {RAIN.prompts[0]}")
    assert opening == module.OPENING


async def test_the_talk_has_the_right_roles(server: Server) -> None:
    """What it said itself is the assistant's, Leo's words the user's, and no name stands before."""
    server.will(completion("More."))
    talk = (Exchange("I said this.", "Leo said that."),)
    async with observer(server) as one:
        await one.say(RAIN, talk)

    messages = server.messages()
    assert [role for role, _ in messages] == ["system", "user", "assistant", "user"]
    assert [text for _, text in messages[2:]] == ["I said this.", "Leo said that."]
    assert RAIN.prompts[1] in messages[0][1]
    assert RAIN.prompts[0] not in messages[0][1]
    assert "Leo:" not in str(messages)


async def test_beyond_the_prompts_it_goes_on_by_itself(server: Server) -> None:
    """No prompt is said twice; the theme stays."""
    server.will(completion("On we go."))
    async with observer(server) as one:
        await one.say(RAIN, (Exchange("a", "b"), Exchange("c", "d")))

    persona = server.messages()[0][1]
    assert persona.endswith(module.FREELY)
    assert not any(prompt in persona for prompt in RAIN.prompts)
    assert "You two talk about this: rain." in persona


async def test_a_run_with_a_model(server: Server) -> None:
    """It hears what Leo replied, topic by topic, and its words are what was said."""
    for text in ("One lamp.", "Two lamps.", "Three boats.", "Four boats."):
        server.will(completion(text))
    run = await observe(
        SMALL,
        seeds=(1,),
        company=language_model("tiny", endpoint=server.endpoint),
        conditions=Conditions(birth=None, make_modules=tuple),
    )

    assert [one.said for one in run.turns] == [
        "One lamp.",
        "Two lamps.",
        "Three boats.",
        "Four boats.",
    ]
    assert server.messages(1)[2:] == [("assistant", "One lamp."), ("user", run.turns[0].reply)]
    assert len(server.messages(2)) == 2  # a new topic begins with nothing said


async def test_the_package_is_read_before_anybody_speaks(server: Server) -> None:
    """It reads its parts when they are first asked for, which would hold up every other life."""
    async with observer(server) as one:
        assert isinstance(one, LanguageModel)
        assert "chat" in vars(one._client)


async def test_a_busy_server_is_asked_again(server: Server) -> None:
    """Too many requests or a server's own trouble: a few tries, and then its answer counts."""
    server.will("busy", 429)
    server.will("trouble", 500)
    server.will(completion("At last."))
    async with observer(server) as one:
        assert await one.say(RAIN, ()) == "At last."
    assert len(server.asked) == 3


async def test_tries_come_to_an_end(server: Server) -> None:
    """After the last one it is an error: no turn is left out."""
    server.will({"error": {"message": "on fire"}}, 503)
    async with observer(server) as one:
        with pytest.raises(ObservationError, match=r"tiny answers with status 503: .*on fire"):
            await one.say(RAIN, ())
    assert len(server.asked) == RETRIES + 1


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (400, "the model tiny answers with status 400: .*no such model"),
        (401, f"the model tiny refuses the key .status 401.; is {KEY} the right one"),
        (403, f"the model tiny refuses the key .status 403.; is {KEY} the right one"),
    ],
)
async def test_a_refusal_is_told_at_once(server: Server, status: int, why: str) -> None:
    """What another try cannot mend is asked once."""
    server.will({"error": {"message": "no such model"}}, status)
    async with observer(server) as one:
        with pytest.raises(ObservationError, match=why):
            await one.say(RAIN, ())
    assert len(server.asked) == 1


async def test_the_key_is_in_no_error(server: Server) -> None:
    """Not even where the server's message quotes it; nor is the error kept that does."""
    for status in (400, 401, 422):
        server.will({"error": {"message": f"what is {SECRET}?"}}, status)
    async with observer(server) as one:
        for status in (400, 401, 422):
            with pytest.raises(ObservationError, match=f"status {status}") as refused:
                await one.say(RAIN, ())
            assert SECRET not in str(refused.value)
            assert refused.value.__cause__ is None
            assert refused.value.__suppress_context__


NOTHING: tuple[object, ...] = (
    "",
    "{",
    "<html>",
    "[]",
    {"choices": []},
    {"choices": [{}]},
    {"choices": None},
    completion(None),
    completion(" \n"),
)
"""Empty messages, and what is no completion at all."""


async def test_saying_nothing_is_an_error(server: Server) -> None:
    """Nothing that a wrong endpoint may answer is ever taken for a message."""
    for answer in NOTHING:
        server.will(answer)
    async with observer(server) as one:
        for _ in NOTHING:
            with pytest.raises(ObservationError, match="tiny said nothing; is the endpoint right"):
                await one.say(RAIN, ())
    assert len(server.asked) == len(NOTHING)


async def test_nobody_there(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing answers it is said what could not be reached."""
    monkeypatch.setattr(module, "RETRIES", 0)
    await asyncio.to_thread(server.server_close)
    async with observer(server) as one:
        with pytest.raises(ObservationError, match=r"the model tiny cannot be reached: .*endpoint"):
            await one.say(RAIN, ())


async def test_a_server_that_never_answers(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time is limited, and so are the tries."""
    monkeypatch.setattr(module, "RETRIES", 0)
    monkeypatch.setattr(module, "TIMEOUT", 0.05)
    late = threading.Event()
    monkeypatch.setattr(Handler, "do_POST", lambda self: late.wait(20) and None)
    async with observer(server) as one:
        with pytest.raises(
            ObservationError, match=r"did not answer in time: 1 tries, 0.05 seconds"
        ):
            await one.say(RAIN, ())
    late.set()


@pytest.mark.parametrize(
    ("given", "why"),
    [("", f"set {KEY}"), ("  ", f"set {KEY}"), ("a\nb", "characters"), ("schlüssel", "characters")],
)
def test_a_key_that_can_be_none(monkeypatch: pytest.MonkeyPatch, given: str, why: str) -> None:
    """It is refused before anything is sent, and not quoted."""
    monkeypatch.setenv(KEY, given)
    with pytest.raises(ObservationError, match=why) as refused:
        language_model("tiny")
    assert "schl" not in str(refused.value)
    monkeypatch.delenv(KEY)
    with pytest.raises(ObservationError, match=f"set {KEY}; any word will do"):
        language_model("tiny")


async def test_a_given_key_counts_more_than_the_environment(server: Server) -> None:
    """And a newline at its end, as from a file, is no part of it."""
    server.will(completion("Yes."))
    async with observer(server, key="other-key\n") as one:
        await one.say(RAIN, ())
    assert server.asked[0][1]["authorization"] == "Bearer other-key"


def test_an_endpoint_is_an_address() -> None:
    """Without http in front nothing could be reached."""
    with pytest.raises(ObservationError, match="must begin with https:// or http://"):
        language_model("tiny", endpoint="localhost:11434/v1")


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said what to install."""
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ObservationError, match=r"pip install 'leo-organism\[observer\]'"):
        language_model("tiny")


async def test_a_stranger_is_not_trusted(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server whose certificate nobody vouches for is told nothing, the key least of all."""
    monkeypatch.setattr(module, "RETRIES", 0)
    server.will(completion("Trust me."))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    await asyncio.to_thread(context.load_cert_chain, STRANGER)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # it complains of us
    endpoint = server.endpoint.replace("http:", "https:")
    async with language_model("tiny", endpoint=endpoint)(1) as one:
        with pytest.raises(
            ObservationError, match=r"cannot be reached: .*CERTIFICATE_VERIFY_FAILED"
        ):
            await one.say(RAIN, ())
    assert server.asked == []
