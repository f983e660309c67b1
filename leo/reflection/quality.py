"""Quality: how good a reply is, from its form and from how open it was while spoken.

Structural quality starts at 1 and is multiplied by a factor for every weakness found. The
overlap with the prompt counts content words only, so neither punctuation nor length helps.
"""

from collections.abc import Sequence

from leo.field.view import View
from leo.records import Quality, QualityReason, Unsaid, Utterance
from leo.text.function_words import is_content
from leo.text.tokens import is_word

__all__ = ["entropy_quality", "judged", "known_share", "quality_of", "structural_reasons"]

SHORT = 3
LONG = 100
"""Tokens below and above which a reply is too short or too long."""

UNKNOWN = -1
"""Stands for the id of a word that the field does not know."""

SWEET_LOW = 0.3
SWEET_HIGH = 0.7
"""Mean entropy between which a reply is neither a recital nor noise."""


def entropy_quality(entropy: float) -> float:
    """Judge the mean entropy measured while speaking: 1 inside the sweet spot, 0.5 at the ends."""
    if entropy < SWEET_LOW:
        return max(0.0, 0.5 + entropy / 0.6)
    if entropy > SWEET_HIGH:
        return max(0.0, 1 - (entropy - SWEET_HIGH) / 0.6)
    return 1.0


def structural_reasons(
    heard: Sequence[str], said: Sequence[str], known: float | None
) -> tuple[QualityReason, ...]:
    """Find the weaknesses of a reply, each with its factor.

    Parameters
    ----------
    heard, said
        Canonical tokens of prompt and reply.
    known
        Share of the reply's trigrams that the field knows; ``None`` if it is too short.
    """
    words = [word for word in said if is_word(word)]
    if not words:
        return (QualityReason("no word was said", 0.0),)
    found: list[QualityReason] = []
    if len(said) < SHORT:
        found.append(QualityReason("very short", 0.4))
    elif len(said) > LONG:
        found.append(QualityReason("very long", 0.7))
    unique = len(set(words)) / len(words)
    if unique < 0.4:
        found.append(QualityReason("repeats itself much", 0.5))
    elif unique < 0.6:
        found.append(QualityReason("repeats itself", 0.8))
    theirs = {word for word in heard if is_content(word)}
    own = {word for word in words if is_content(word)}
    if own and own <= theirs:
        found.append(QualityReason("only the observer's words", 0.4))
    elif theirs and not own & theirs:
        found.append(QualityReason("shares no content word", 0.7))
    if known is not None and known < 0.3:
        found.append(QualityReason("hardly a known path", 0.5))
    elif known is not None and known < 0.6:
        found.append(QualityReason("few known paths", 0.8))
    return tuple(found)


async def known_share(said: Sequence[str], view: View) -> float | None:
    """Give the share of a text's trigrams that the field knows; ``None`` below three tokens."""
    if len(said) < SHORT:
        return None
    ids = [id_ if (id_ := view.id(word)) is not None else UNKNOWN for word in said]
    runs = [run for run in zip(ids, ids[1:], ids[2:], strict=False) if UNKNOWN not in run]
    return sum(await view.knows_runs(runs)) / (len(said) - 2)


def quality_of(
    heard: Sequence[str], said: Sequence[str], *, entropy: float, known: float | None
) -> Quality:
    """Judge a reply.

    Parameters
    ----------
    heard, said
        Canonical tokens of prompt and reply.
    entropy
        Mean entropy measured while speaking, [0, 1].
    known
        Share of the reply's trigrams that the field knows, ``None`` if it is too short.
    """
    reasons = structural_reasons(heard, said, known)
    structural = 1.0
    for reason in reasons:
        structural *= reason.factor
    flow = entropy_quality(entropy)
    return Quality(
        structural=round(structural, 6),
        entropy=round(flow, 6),
        overall=round(0.5 * structural + 0.5 * flow, 6),
        reasons=reasons,
    )


async def judged(heard: Sequence[str], said: Utterance | Unsaid, view: View) -> Quality:
    """Judge words as a reply to a prompt's tokens."""
    known = await known_share(said.tokens, view)
    return quality_of(heard, said.tokens, entropy=said.entropy, known=known)
