"""What was observed: a run, turn by turn, and its stored form (JSON lines)."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from leo.errors import ObservationError
from leo.observation.words import OPTIMAL

__all__ = ["FORMAT", "Observed", "Run", "RunSettings", "read_run"]

T = TypeVar("T")

FORMAT: Final = 1
"""Version of the stored form."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How a run was made.

    Attributes
    ----------
    observer
        Who talked with Leo.
    seeds
        One life each.
    topics, turns_per_topic
        What was talked about, and how long each.
    temperature
        The caller's factor.
    without
        Modules that were off.
    birth
        Digest of the texts that the Leos were born with; empty for none.
    version
        Of the program.
    format
        Of the stored form.
    """

    observer: str
    seeds: tuple[int, ...]
    topics: tuple[str, ...]
    turns_per_topic: int
    temperature: float
    without: tuple[str, ...]
    birth: str
    version: str
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Observed:
    """One turn and its measures; shares are in [0, 1].

    Attributes
    ----------
    seed, topic, turn
        Which life, which topic, and the turn's number in that life.
    said, reply
        The words.
    external_vocab
        Share of distinct reply words, three letters or more, that stand in the message: the
        headline.
    token_echo
        The same with each occurrence counted.
    window_echo
        The same as the headline, against this message and up to three before it in the topic.
    content_echo
        The same with content words only.
    chance, content_chance
        Mean of ``external_vocab`` and ``content_echo`` of this reply against the other messages
        of its life: what they would be if he did not listen.
    relevance
        How much nearer the reply is to its message than to the other messages of its life
        (`leo.observation.nearness`), in [-1, 1].
    association
        The same, where the message's own words count for nothing.
    distinct_1, distinct_2
        Distinct words, and pairs of neighbours, over all.
    repeated
        Runs of four tokens that came before in this reply.
    loops
        Share of runs of 2 to 5 tokens that repeat an earlier one, in the last 500 tokens that
        he said.
    attested
        Share of the reply's trigrams that he had heard; ``None`` if it has none.
    whole, sentences
        Whole sentences, and all of them.
    recited
        Sentences of five words or more that stand word for word in his birth texts, or in a
        message of this life before: a voice that only recites would score well elsewhere.
    words
        Words said.
    quality, entropy
        His own judgement, and how open the field was while he spoke.
    fired
        Modules that had a hand in it.
    by
        Who spoke.
    """

    seed: int
    topic: str
    turn: int
    said: str
    reply: str
    external_vocab: float
    token_echo: float
    window_echo: float
    content_echo: float
    chance: float
    content_chance: float
    relevance: float
    association: float
    distinct_1: float
    distinct_2: float
    repeated: int
    loops: float
    attested: float | None
    whole: int
    sentences: int
    recited: int
    words: int
    quality: float
    entropy: float
    fired: tuple[str, ...]
    by: str

    @property
    def optimal(self) -> bool:
        """Whether he answered, and with few of the observer's words."""
        return self.words > 0 and self.external_vocab < OPTIMAL


@dataclass(frozen=True, slots=True)
class Run:
    """A run: lives, talked through the same topics."""

    settings: RunSettings
    turns: tuple[Observed, ...]

    def to_jsonl(self) -> str:
        """Write the settings as the first line, and each turn as one more."""
        lines = msgspec.json.Encoder().encode_lines([self.settings, *self.turns])
        return lines.decode()

    def topic(self, id: str) -> Sequence[Observed]:  # noqa: A002
        """List the turns of one topic, over all lives."""
        return [one for one in self.turns if one.topic == id]


def read_run(path: str | os.PathLike[str]) -> Run:
    """Read a stored run.

    Raises
    ------
    ObservationError
        If it cannot be read, or is no run; the message names the file and the line.
    """
    try:
        lines = Path(path).read_bytes().splitlines()
    except OSError as error:
        raise ObservationError(f"{path} cannot be read: {error.strerror}") from error
    if not lines:
        raise ObservationError(f"{path} is empty; a stored run has a line of settings first")
    settings = _line(lines[0], RunSettings, path, 1)
    if settings.format != FORMAT:
        raise ObservationError(f"{path} has format {settings.format}; this program knows {FORMAT}")
    turns = [_turn(line, settings, path, i) for i, line in enumerate(lines[1:], 2)]
    whole = len(settings.seeds) * len(settings.topics) * settings.turns_per_topic
    if len(turns) != whole:
        raise ObservationError(f"{path} has {len(turns)} turns; its run had {whole}")
    return Run(settings, tuple(turns))


def _turn(
    line: bytes, settings: RunSettings, path: str | os.PathLike[str], number: int
) -> Observed:
    turn = _line(line, Observed, path, number)
    if turn.seed not in settings.seeds or turn.topic not in settings.topics:
        raise ObservationError(
            f"{path}, line {number}: seed {turn.seed} in topic {turn.topic!r} is none of this run"
        )
    return turn


def _line(line: bytes, kind: type[T], path: str | os.PathLike[str], number: int) -> T:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ObservationError(f"{path}, line {number}: {error}; it is no stored run") from error
