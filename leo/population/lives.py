"""The lives of a population: what all of them hear and are born with, and what is kept of each."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec

from leo.errors import ObservationError
from leo.module import Module
from leo.observation.observing import VERSION, Company
from leo.observation.statistics import MEASURES
from leo.observation.topics import ConversationSettings, Topic, Topics
from leo.population.settings import Setting
from leo.text.birth import Birth

__all__ = ["FORMAT", "KNOWN", "Life", "Lives", "Made", "Script", "digest", "lives_of", "numbers"]

FORMAT: Final = 1
"""Version of the stored form."""

DIGEST: Final = 8
"""Bytes of a digest."""

KNOWN: Final = ("known words", "known bigrams", "known trigrams", "known pairs")
"""Names of what a field holds at the end of a life."""

SCRIPTED: Final = "scripted"
"""Who says what stands in a script."""

Script: TypeAlias = Sequence[str] | Topics
"""What is said: sentences, or topics whose prompts are said."""


@dataclass(frozen=True, slots=True)
class Made:
    """What all lives of a population have in common; other lives may not stand beside them.

    Attributes
    ----------
    script
        Digest of what is talked about.
    observer
        Who talks with them.
    turns
        Of each life.
    birth
        Digest of the texts they are born with; empty for none.
    modules
        Their names.
    measures
        What is measured in each life, in order.
    version
        Of the program.
    format
        Of the stored form.
    """

    script: str
    observer: str
    turns: int
    birth: str
    modules: tuple[str, ...]
    measures: tuple[str, ...]
    version: str
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Life:
    """What is kept of one life: its setting, its figures, never its turns.

    Attributes
    ----------
    seed, without, temperature
        What it was lived with.
    replies
        Digest of all he said: two lives with the same one said the same.
    known
        Words, bigrams, trigrams and pairs in his field at the end.
    measured
        Figures of the life, as `Made.measures` names them; ``None`` where no turn has one.
    """

    seed: int
    without: tuple[str, ...]
    temperature: float
    replies: str
    known: tuple[int, int, int, int]
    measured: tuple[float | None, ...]

    @property
    def setting(self) -> Setting:
        """What it was lived with."""
        return Setting(self.seed, self.without, self.temperature)


def numbers(life: Life, made: Made) -> Mapping[str, float | None]:
    """Give every number of a life by its name, in the order of the table."""
    return dict(
        zip((*made.measures, *KNOWN), (*life.measured, *life.known), strict=True),
    )


@dataclass(frozen=True, slots=True)
class Lives:
    """What lives are made of, apart from their settings; it can be sent to another process.

    Attributes
    ----------
    topics
        What is talked about.
    company
        Who talks with them; nobody but the script if ``None``.
    observer
        What the observer is called.
    birth
        The texts they are born with.
    make_modules
        Makes the modules of each.
    """

    topics: Topics
    company: Company | None
    observer: str
    birth: Birth | None
    make_modules: Callable[[], Sequence[Module[Any]]]

    @property
    def made(self) -> Made:
        """What they will have in common."""
        topics = self.topics
        return Made(
            script=digest(topics),
            observer=self.observer,
            turns=len(topics.chosen) * topics.conversation_settings.turns_per_topic,
            birth=self.birth.digest if self.birth else "",
            modules=tuple(one.name for one in self.make_modules()),
            measures=tuple(one.name for one in MEASURES),
            version=VERSION,
        )


def lives_of(
    said: Script | Company,
    topics: Topics,
    named: str | None,
    birth: Birth | None,
    make_modules: Callable[[], Sequence[Module[Any]]],
) -> Lives:
    """Say what lives are made of, from what the caller of a population gave.

    Raises
    ------
    ObservationError
        If too little is said, or the observer has no name.
    """
    if callable(said):
        if not named:
            raise ObservationError("give the observer a name, named=...: lives are kept under it")
        return Lives(topics, said, named, birth, make_modules)
    script = said if isinstance(said, Topics) else _one_topic(said)
    heard = {prompt for topic in script.chosen for prompt in _prompts(topic, script)}
    if len(heard) < 2:
        raise ObservationError(
            "a script needs two different sentences: with fewer there is nothing to compare with"
        )
    return Lives(script, None, named or SCRIPTED, birth, make_modules)


def _prompts(topic: Topic, topics: Topics) -> Sequence[str]:
    return topic.prompts[: topics.conversation_settings.turns_per_topic]


def _one_topic(sentences: Sequence[str]) -> Topics:
    several = isinstance(sentences, Iterable) and not isinstance(sentences, str)
    if not several or not all(isinstance(one, str) for one in sentences):
        raise ObservationError("a script is a list of sentences, topics, or who talks with them")
    try:
        topic = Topic("script", 1, "a script", tuple(sentences))
    except ValueError as error:
        raise ObservationError(f"this is no script: {error}") from error
    return Topics((topic,), ConversationSettings(turns_per_topic=len(topic.prompts)))


def digest(value: object) -> str:
    """Tell one value from another, wherever and whenever it is made."""
    return hashlib.blake2b(msgspec.json.encode(value), digest_size=DIGEST).hexdigest()
