"""What was said, word by word with its reasons, and how good it was."""

from dataclasses import dataclass, replace
from typing import Literal

from leo.records.label import Label
from leo.text.sources import SOURCES, Source

__all__ = [
    "SOURCES",
    "Candidate",
    "Quality",
    "QualityReason",
    "Share",
    "Source",
    "SpokenWord",
    "Unsaid",
    "Utterance",
    "WordContext",
]


WordContext = Literal[
    "start", "opening", "trigram", "bigram", "fitted", "jump", "woven", "close", "added"
]
"""How a word was found.

``start``: opener of the reply, from the field's centers. ``opening``: sentences that opened
with the same one or two words went on so. ``trigram`` / ``bigram``: the longest context
that knew it. ``fitted``: a sentence's end that the field knew here with another mark; this one fits
how the sentence opened. ``jump``: a center, because the context led nowhere new. ``woven``: the
observer's word, taken up. ``close``: a full stop where the field had none. ``added``:
appended by a module.
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word that could have been said here, with its probability of being drawn."""

    word: str
    probability: float


@dataclass(frozen=True, slots=True)
class Share:
    """What one bias did: added to a word's log-weight (positive draws), or bent a choice."""

    bias: Label
    value: float


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """One spoken token and every reason for it.

    Attributes
    ----------
    text
        As it stands in the reply, white space included.
    word
        Canonical token.
    context
        How it was found.
    after
        The words of the context that knew it (two for a trigram, one for a bigram).
    probability
        Probability of being drawn, in (0, 1].
    entropy
        Shannon entropy of the candidates before tempering, over its maximum; [0, 1].
    temperature
        Temperature of this step.
    candidates
        The five most probable words, most probable first.
    shares
        Each bias's part in the word's log-weight; zero parts are left out.
    sources
        Who the n-gram came from.
    bends
        How far each bias bent the choice among all candidates, in nats: the divergence of
        the probabilities from what they were without it (Kullback and Leibler, 1951).
    """

    text: str
    word: str
    context: WordContext
    after: tuple[str, ...]
    probability: float
    entropy: float
    temperature: float
    candidates: tuple[Candidate, ...]
    shares: tuple[Share, ...]
    sources: tuple[Source, ...]
    bends: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Utterance:
    """A spoken text, word by word; ``entropy`` is the mean over words that had a choice."""

    words: tuple[SpokenWord, ...]
    entropy: float
    by: Label

    @property
    def text(self) -> str:
        """The words as prose."""
        return "".join(word.text for word in self.words)

    @property
    def own(self) -> "Utterance":
        """The words that came from the field, without what a module appended."""
        words = tuple(word for word in self.words if word.context != "added")
        return self if len(words) == len(self.words) else replace(self, words=words)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The canonical tokens."""
        return tuple(word.word for word in self.words)


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A thought that is not said: its words without their reasons.

    Attributes
    ----------
    text
        The words as prose.
    tokens
        The canonical tokens.
    entropy
        As of an `Utterance`.
    """

    text: str
    tokens: tuple[str, ...]
    entropy: float


@dataclass(frozen=True, slots=True)
class QualityReason:
    """One factor of the structural quality; 1 changes nothing."""

    why: Label
    factor: float


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the reply is, each in [0, 1]; ``overall`` is the mean of the other two."""

    structural: float
    entropy: float
    overall: float
    reasons: tuple[QualityReason, ...]
