"""How an inner judge weighs words: whole, not repeating itself, of a good length, to the point.

Every part is in [0, 1]. The judge sees what the observer said and the real quality of the
words as a reply, so a nice sentence that has nothing to do with the moment does not win.
"""

from collections.abc import Sequence
from itertools import pairwise

from leo.notes import Spoken
from leo.records import Quality, Utterance
from leo.text.function_words import is_content
from leo.text.tokens import SENTENCE_ENDS, is_word

__all__ = ["WEIGHTS", "coherence", "length", "relevance", "resonance", "weighed"]

WEIGHTS = {"coherence": 0.2, "resonance": 0.15, "length": 0.1, "relevance": 0.2, "quality": 0.35}
"""Shares of the score; they add up to one."""

BEST_LENGTH = 16
"""Words of a reply that is neither curt nor rambling."""

TOO_LONG = 64
"""Words from which length speaks wholly against it."""

FEW, MANY = 3, 20
"""Words of a sentence that is whole and can be followed."""

TO_THE_POINT = 3
"""Content words of the prompt, taken up, that make an answer fully relevant."""


def coherence(said: Sequence[str]) -> float:
    """Judge wholeness: half for how it ends, half for the share of whole sentences."""
    sentences: list[int] = []
    words = 0
    for token in said:
        words += is_word(token)
        if token in SENTENCE_ENDS:
            sentences.append(words)
            words = 0
    if not said or not any(is_word(token) for token in said):
        return 0.0
    ended = {"…": 0.5}.get(said[-1], 1.0) if said[-1] in SENTENCE_ENDS else 0.0
    cut = [*sentences, words] if words else sentences
    return 0.5 * ended + 0.5 * sum(FEW <= one <= MANY for one in cut) / len(cut)


def resonance(said: Sequence[str]) -> float:
    """Judge variety: distinct content words, and distinct pairs of words; 0 below three words."""
    words = [token for token in said if is_word(token)]
    if len(words) < FEW:
        return 0.0
    content = [word for word in words if is_content(word)]
    pairs = list(pairwise(words))
    own = len(set(content)) / len(content) if content else 0.0
    return 0.5 * own + 0.5 * len(set(pairs)) / len(pairs)


def length(said: Sequence[str]) -> float:
    """Judge length: rising to `BEST_LENGTH` words, then falling; one peak, no jumps."""
    words = sum(is_word(token) for token in said)
    if words <= BEST_LENGTH:
        return words / BEST_LENGTH
    return max(0.0, 1 - (words - BEST_LENGTH) / (TOO_LONG - BEST_LENGTH))


def relevance(heard: Sequence[str], said: Sequence[str]) -> float:
    """Judge whether it takes up what was said; 0 where nothing could be taken up."""
    theirs = {token for token in heard if is_content(token)}
    if not theirs:
        return 0.0
    return min(1.0, len(theirs.intersection(said)) / min(TO_THE_POINT, len(theirs)))


def weighed(heard: Sequence[str], said: Utterance, quality: Quality, temperature: float) -> Spoken:
    """Weigh a candidate for the reply.

    Parameters
    ----------
    heard
        The prompt's tokens.
    said
        The candidate.
    quality
        What it would be worth as a reply.
    temperature
        How it was spoken.
    """
    tokens = said.own.tokens
    parts = {
        "coherence": coherence(tokens),
        "resonance": resonance(tokens),
        "length": length(tokens),
        "relevance": relevance(heard, tokens),
        "quality": quality.overall,
    }
    score = sum(WEIGHTS[name] * part for name, part in parts.items())
    rounded = {name: round(part, 4) for name, part in parts.items()}
    return Spoken(said.own.text, round(temperature, 4), **rounded, score=round(score, 4))
