"""What the tests of observation share: turns and runs made by hand, and a small topic file."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from leo.observation.observed import Observed, Run, RunSettings
from leo.observation.topics import ConversationSettings, Topic, Topics
from leo.records import SpokenWord, WordContext
from leo.text.tokens import tokens

__all__ = ["SMALL", "observed", "run_of", "spoken_words", "words"]

SMALL: Final = Topics(
    (
        Topic("rain", 1, "rain", ("It rains on the old roof.", "Do you hear the river?")),
        Topic("bread", 2, "bread", ("I baked bread with my mother.", "The bread was warm.")),
    ),
    ConversationSettings(turns_per_topic=2, observer_tone="Be calm."),
)
"""Two topics of two turns."""

PLAIN: Final = Observed(
    seed=1,
    topic="rain",
    turn=1,
    said="Do you hear the river?",
    reply="The lamp was warm.",
    external_vocab=0.1,
    token_echo=0.2,
    window_echo=0.3,
    content_echo=0.05,
    chance=0.06,
    content_chance=0.02,
    relevance=0.07,
    association=0.03,
    distinct_1=0.9,
    distinct_2=0.95,
    repeated=0,
    loops=0.08,
    attested=0.8,
    whole=1,
    sentences=1,
    recited=0,
    words=4,
    quality=0.75,
    entropy=0.3,
    fired=("game",),
    by="leo",
)


def observed(**changes: Any) -> Observed:
    """Make a measured turn; what is not given is plausible."""
    return replace(PLAIN, **changes)


def run_of(turns: Sequence[Observed], **changes: Any) -> Run:
    """Make a run of some turns; its settings fit them."""
    lives = tuple(dict.fromkeys(one.seed for one in turns))
    topics = tuple(dict.fromkeys(one.topic for one in turns))
    each = len(turns) // max(1, len(lives) * len(topics))
    settings = RunSettings("scripted", lives, topics, each, 1.0, (), "abc", "0.1.0")
    return Run(replace(settings, **changes), tuple(turns))


def words(text: str) -> tuple[str, ...]:
    """Give a text's canonical tokens."""
    return tuple(token.word for token in tokens(text))


def spoken_words(text: str, **contexts: WordContext) -> tuple[SpokenWord, ...]:
    """Speak a text: every word in a bigram's context, but those that are named."""
    found: list[SpokenWord] = []
    names = {".": "stop", "?": "ask", "!": "cry", "…": "open"}
    for token in words(text):
        context = contexts.get(names.get(token, token), "bigram")
        after = tuple(word.word for word in found[-1:])
        found.append(SpokenWord(token, token, context, after, 1.0, 0.0, 1.0, (), (), ()))
    return tuple(found)
