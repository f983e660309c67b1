"""Topics: what an observer talks about with Leo, read from a JSON file."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import msgspec

from leo.errors import TopicsError

__all__ = ["CHILDS_WORLD", "ConversationSettings", "Topic", "Topics", "read_topics"]

LARGEST: Final = 10_000_000
"""Bytes of a topic file."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One theme to talk about.

    Attributes
    ----------
    id
        Names the topic in a run; letters, digits, ``-`` and ``_``.
    seed
        Of an observer's luck in this topic.
    theme
        What it is about.
    prompts
        What a scripted observer says, turn by turn; a model is told to say it in its own words.
    target_modules
        The modules that it is meant to wake.
    """

    id: str
    seed: int
    theme: str
    prompts: tuple[str, ...]
    target_modules: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        plain = self.id.replace("-", "").replace("_", "")
        if not (plain.isascii() and plain.isalnum()):
            raise ValueError(f"the id {self.id!r} may have letters, digits, - and _ only")
        if not self.prompts or not all(prompt.strip() for prompt in self.prompts):
            raise ValueError(f"topic {self.id} has no prompts, or an empty one")


@dataclass(frozen=True, slots=True)
class ConversationSettings:
    """How the topics are talked through.

    Attributes
    ----------
    turns_per_topic
        Turns of each topic.
    total_conversations
        Topics that are talked about, the first ones; all by default.
    observer_tone
        How an observer who is a model speaks.
    pause_between_topics_sec
        Seconds of Leo's clock between two topics, in [0, 1e9]; nobody waits for them.
    phase, goal
        What the run is for, in words.
    """

    turns_per_topic: int
    total_conversations: int | None = None
    observer_tone: str = ""
    pause_between_topics_sec: float = 0.0
    phase: str = ""
    goal: str = ""

    def __post_init__(self) -> None:
        if self.turns_per_topic < 1:
            raise ValueError(f"turns_per_topic is {self.turns_per_topic}; it must be at least 1")
        if self.total_conversations is not None and self.total_conversations < 1:
            raise ValueError("total_conversations must be at least 1")
        if not 0 <= self.pause_between_topics_sec <= 1e9:
            raise ValueError("pause_between_topics_sec must be a time in seconds")


@dataclass(frozen=True, slots=True)
class Topics:
    """A topic file."""

    conversation_topics: tuple[Topic, ...]
    conversation_settings: ConversationSettings

    def __post_init__(self) -> None:
        ids = [topic.id for topic in self.conversation_topics]
        if not ids:
            raise ValueError("there are no topics")
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"two topics have the id {twice[0]}")

    @property
    def chosen(self) -> Sequence[Topic]:
        """The topics that are talked about."""
        return self.conversation_topics[: self.conversation_settings.total_conversations]


def read_topics(path: str | Path) -> Topics:
    """Read a topic file.

    Raises
    ------
    TopicsError
        If it cannot be read, or is no topic file; the message names the file and the place.
    """
    try:
        size = Path(path).stat().st_size
        if size > LARGEST:
            raise TopicsError(f"{path} has {size} bytes; a topic file has {LARGEST} at most")
        return _decoded(Path(path).read_bytes(), str(path))
    except OSError as error:
        raise TopicsError(f"{path} cannot be read: {error.strerror}") from error


def _decoded(text: bytes, name: str) -> Topics:
    try:
        return msgspec.json.decode(text, type=Topics)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TopicsError(f"{name} is no topic file: {error}") from error


def _shipped() -> Topics:
    name = "topics.json"
    return _decoded(resources.files("leo.observation").joinpath(name).read_bytes(), name)


CHILDS_WORLD: Final = _shipped()
"""Fifteen topics of six turns, in a child's world."""
