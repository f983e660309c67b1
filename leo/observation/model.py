"""An observer who is a language model, behind any endpoint that speaks as OpenAI's does.

It needs the ``openai`` package (``leo-organism[observer]``), and a network unless the model runs
on this machine. What it says is not the same twice, so neither is the run.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import msgspec

from leo.errors import ObservationError
from leo.observation.observers import Exchange, Observer
from leo.observation.observing import Company
from leo.observation.topics import Topic

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAIError
    from openai.types.chat import ChatCompletionMessageParam

__all__ = ["KEY", "LanguageModel", "language_model"]

KEY: Final = "OPENAI_API_KEY"
"""Environment variable that has the key."""

TIMEOUT: Final = 60.0
"""Seconds that one try may take."""

RETRIES: Final = 4
"""Tries after the first, where another may help: no connection, no time, a busy server."""

QUOTED: Final = 200
"""Characters of a server's message that an error quotes."""

PERSONA: Final = """\
You are a patient grown-up, and you sit with Leo for an hour. Leo is very young. His sentences \
are short and sometimes odd, and he means every one of them.
You two talk about this: {theme}. {tone}
Speak to him in one or two short, plain sentences, and take up what he said. Write only what you \
say aloud: no name before it, no list, no description of what you do."""

PROMPTED: Final = "Now say this to him, in your own words: {prompt}"

FREELY: Final = "Now go on talking with him about the same thing, as you like."

OPENING: Final = "(Leo sits down beside you and looks at you.)"
"""Stands where Leo has not spoken yet: many models speak only when they were spoken to."""


@dataclass(frozen=True, slots=True)
class _Message:
    content: str | None


@dataclass(frozen=True, slots=True)
class _Choice:
    message: _Message


@dataclass(frozen=True, slots=True)
class _Answer:
    choices: tuple[_Choice, ...]


class LanguageModel:
    """Asks a model what to say.

    Parameters
    ----------
    client
        How it is reached.
    name
        The model's, as its server knows it.
    tone
        How it is to speak; a topic file says so as ``observer_tone``.
    """

    def __init__(self, client: "AsyncOpenAI", name: str, tone: str = "") -> None:
        self._client, self._name, self._tone = client, name, tone

    async def say(self, topic: Topic, talk: Sequence[Exchange]) -> str:
        """Ask it; it is told the topic's prompts one by one, and then to go on by itself.

        Raises
        ------
        ObservationError
            If it cannot be reached, refuses, or says nothing. No turn is left out.
        """
        from openai import OpenAIError  # noqa: PLC0415  an extra

        # The raw answer: the package takes whatever a wrong endpoint sends for a completion.
        try:
            answer = await self._client.chat.completions.with_raw_response.create(
                model=self._name, messages=self._messages(topic, talk)
            )
        except OpenAIError as error:
            # without the error itself, whose text may have the key in it
            raise ObservationError(self._reason(error)) from None
        said = _said(answer.content)
        if not said:
            raise ObservationError(f"the model {self._name} said nothing; is the endpoint right?")
        return said

    def _messages(
        self, topic: Topic, talk: Sequence[Exchange]
    ) -> "list[ChatCompletionMessageParam]":
        persona = PERSONA.format(theme=topic.theme, tone=self._tone)
        prompts = topic.prompts[len(talk) : len(talk) + 1]
        now = PROMPTED.format(prompt=prompts[0]) if prompts else FREELY
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": f"{persona}\n{now}"},
            {"role": "user", "content": OPENING},
        ]
        for one in talk:
            messages.append({"role": "assistant", "content": one.said})
            messages.append({"role": "user", "content": one.reply})
        return messages

    def _reason(self, error: "OpenAIError") -> str:
        from openai import (  # noqa: PLC0415  an extra
            APIConnectionError,
            APIStatusError,
            APITimeoutError,
            AuthenticationError,
            PermissionDeniedError,
        )

        who = f"the model {self._name}"
        if isinstance(error, APITimeoutError):
            return f"{who} did not answer in time: {RETRIES + 1} tries, {TIMEOUT:g} seconds each"
        if isinstance(error, APIConnectionError):
            return f"{who} cannot be reached: {error.__cause__ or error}; is the endpoint right?"
        if isinstance(error, AuthenticationError | PermissionDeniedError):
            return f"{who} refuses the key (status {error.status_code}); is {KEY} the right one?"
        if isinstance(error, APIStatusError):
            quoted = "" if self._client.api_key in error.message else f": {error.message[:QUOTED]}"
            return f"{who} answers with status {error.status_code}{quoted}"
        return f"{who} cannot be asked: {type(error).__name__}"


def _said(answer: bytes) -> str:
    try:
        choices = msgspec.json.decode(answer, type=_Answer).choices
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return (choices[0].message.content or "").strip() if choices else ""


def language_model(
    name: str, *, tone: str = "", endpoint: str | None = None, key: str | None = None
) -> Company:
    """Let a model talk with each life.

    Parameters
    ----------
    name
        The model's, as its server knows it.
    tone
        How it is to speak.
    endpoint
        Address of the server, as in ``http://localhost:11434/v1``; OpenAI's by default.
    key
        The secret that the server asks for; what ``OPENAI_API_KEY`` is set to by default.

    Raises
    ------
    ObservationError
        If the ``openai`` package is not installed, or the key or the endpoint can be none.
    """
    if find_spec("openai") is None:
        raise ObservationError(
            "a model as observer needs the openai package; get it with: "
            "pip install 'leo-organism[observer]'"
        )
    if endpoint is not None and not endpoint.startswith(("https://", "http://")):
        raise ObservationError("the endpoint must begin with https:// or http://")
    secret = _checked(os.environ.get(KEY, "") if key is None else key)

    @asynccontextmanager
    async def company(_: int) -> AsyncIterator[Observer]:
        async with await asyncio.to_thread(_client, endpoint, secret) as client:
            yield LanguageModel(client, name, tone)

    return company


def _checked(key: str) -> str:
    # What cannot stand in a header would be quoted by the error of who tries to send it.
    key = key.strip()
    if not key:
        raise ObservationError(f"set {KEY}; any word will do for a server that asks for no key")
    if not (key.isascii() and key.isprintable()):
        raise ObservationError(f"{KEY} has characters that no key has")
    return key


def _client(endpoint: str | None, key: str) -> "AsyncOpenAI":
    # in a thread: it reads the package, and the certificates that servers are trusted by
    from openai import AsyncOpenAI  # noqa: PLC0415  an extra

    client = AsyncOpenAI(base_url=endpoint, api_key=key, timeout=TIMEOUT, max_retries=RETRIES)
    _ = client.chat.completions.with_raw_response  # this is read only when it is asked for
    return client
