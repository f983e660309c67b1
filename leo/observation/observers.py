"""Observers: who talks with Leo in a run, and what they say next."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from leo.async_leo import AsyncLeoField
from leo.observation.topics import Topic

__all__ = ["Exchange", "Function", "Observer", "OtherLeo", "Scripted"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the observer said, and what Leo replied."""

    said: str
    reply: str


class Observer(Protocol):
    """Somebody who talks with Leo."""

    async def say(self, topic: Topic, talk: Sequence[Exchange]) -> str:
        """Give what is said next.

        Parameters
        ----------
        topic
            What it is about.
        talk
            What was said in this topic so far.
        """
        ...


class Scripted:
    """Says the topic's prompts, one after the other, and begins again after the last."""

    async def say(self, topic: Topic, talk: Sequence[Exchange]) -> str:
        """Give the topic's next prompt."""
        return topic.prompts[len(talk) % len(topic.prompts)]


Say: TypeAlias = Callable[[Topic, Sequence[Exchange]], str | Awaitable[str]]
"""What `Function` asks; it may be a coroutine function."""


class Function:
    """Says what a function gives.

    Parameters
    ----------
    function
        Asked with the topic and the talk so far.
    """

    def __init__(self, function: Say) -> None:
        self._function = function

    async def say(self, topic: Topic, talk: Sequence[Exchange]) -> str:
        """Ask the function."""
        said = self._function(topic, talk)
        return said if isinstance(said, str) else await said


class OtherLeo:
    """Another Leo: he hears the topic's first prompt, then what was replied, and answers.

    Parameters
    ----------
    leo
        An open Leo; not the one who is observed.
    """

    def __init__(self, leo: AsyncLeoField) -> None:
        self._leo = leo

    async def say(self, topic: Topic, talk: Sequence[Exchange]) -> str:
        """Have him reply to what he heard last."""
        return await self._leo.reply(talk[-1].reply if talk else topic.prompts[0])
