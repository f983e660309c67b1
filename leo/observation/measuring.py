"""From what was said in a life to its measures."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from leo.observation.deeds import acted
from leo.observation.nearness import Nearness, surplus
from leo.observation.observed import Observed
from leo.observation.words import (
    attested,
    complete,
    content_echo,
    distinct,
    long_sentences,
    loop_score,
    repeated,
    token_echo,
    window_echo,
)
from leo.pace import Pace
from leo.records import SpokenWord, Turn
from leo.reflection.external_vocab import external_vocab
from leo.text.birth import Birth
from leo.text.tokens import is_word, tokens

__all__ = ["Spoken", "measured", "sentences_of", "spoken"]

WINDOW: Final = 4
"""Messages of a topic, this one included, that `Observed.window_echo` looks at."""

DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is kept of a turn until its life is over."""

    topic: str
    turn: int
    said: str
    heard: tuple[str, ...]
    reply: str
    words: tuple[SpokenWord, ...]
    quality: float
    entropy: float
    fired: tuple[str, ...]
    by: str

    @property
    def tokens(self) -> tuple[str, ...]:
        """The reply's canonical tokens."""
        return tuple(word.word for word in self.words)


def spoken(topic: str, turn: Turn) -> Spoken:
    """Keep what will be measured of a turn."""
    return Spoken(
        topic=topic,
        turn=turn.id or 0,
        said=turn.prompt,
        heard=turn.percept.tokens,
        reply=turn.reply,
        words=turn.utterance.words,
        quality=turn.quality.overall,
        entropy=turn.utterance.entropy,
        fired=tuple(sorted(acted(turn))),
        by=turn.utterance.by,
    )


@lru_cache(maxsize=4)
def sentences_of(birth: Birth | None) -> frozenset[tuple[str, ...]]:
    """List the longer sentences that a Leo is born with, as tokens."""
    texts = birth.texts if birth else ()
    heard = (tuple(token.word for token in tokens(text)) for _, text in texts)
    return frozenset(one for text in heard for one in long_sentences(text))


async def measured(
    seed: int,
    life: Sequence[Spoken],
    whole: Nearness,
    others: Nearness,
    born_with: frozenset[tuple[str, ...]],
) -> list[Observed]:
    """Measure a life's turns.

    Parameters
    ----------
    seed
        The life's.
    life
        Its turns, in order; at least two different messages, or there is nothing to compare with.
    whole, others
        Yardsticks of `Observed.relevance` and `Observed.association`.
    born_with
        Sentences that he may recite (`sentences_of`).
    """
    messages = list(dict.fromkeys(one.heard for one in life))
    column = [messages.index(one.heard) for one in life]
    elsewhere = np.ones((len(life), len(messages)), np.bool_)
    elsewhere[np.arange(len(life)), column] = False
    replies = [one.tokens for one in life]
    relevance = surplus(await whole.between(messages, replies), column, elsewhere)
    association = surplus(await others.between(messages, replies), column, elsewhere)
    found, talk, known = [], list[str](), set(born_with)
    pace = Pace(1)
    for i, one in enumerate(life):
        await pace.spend()  # each is held against every other message
        talk += one.tokens
        rest = [message for j, message in enumerate(messages) if j != column[i]]
        echoes = [external_vocab(message, one.tokens) for message in rest]
        content = [content_echo(message, one.tokens) for message in rest]
        sentences = complete(one.words)
        before = [other.heard for other in life[: i + 1] if other.topic == one.topic][-WINDOW:]
        trigrams = attested(one.words)
        found.append(
            Observed(
                seed=seed,
                topic=one.topic,
                turn=one.turn,
                said=one.said,
                reply=one.reply,
                external_vocab=external_vocab(one.heard, one.tokens),
                token_echo=_told(token_echo(one.heard, one.tokens)),
                window_echo=_told(window_echo(before, one.tokens)),
                content_echo=_told(content_echo(one.heard, one.tokens)),
                chance=_told(float(np.mean(echoes))),
                content_chance=_told(float(np.mean(content))),
                relevance=_told(float(relevance[i])),
                association=_told(float(association[i])),
                distinct_1=_told(distinct(one.tokens, 1)),
                distinct_2=_told(distinct(one.tokens, 2)),
                repeated=repeated(one.tokens),
                loops=_told(loop_score(talk)),
                attested=None if trigrams is None else _told(trigrams),
                whole=sentences[0],
                sentences=sentences[1],
                recited=sum(sentence in known for sentence in long_sentences(one.tokens)),
                words=sum(map(is_word, one.tokens)),
                quality=one.quality,
                entropy=one.entropy,
                fired=one.fired,
                by=one.by,
            )
        )
        known.update(long_sentences(one.heard))
    return found


def _told(value: float) -> float:
    return round(value, DIGITS)
