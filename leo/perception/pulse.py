"""The pulse: how new, how loud and how open a prompt is, before Leo speaks."""

import math
from collections.abc import Sequence

import numpy as np
import regex

from leo.field.looks import RowView
from leo.field.view import Ask, View
from leo.perception.lexicon import INTENSE
from leo.records import Pulse
from leo.text.tokens import is_word

__all__ = ["arousal_of", "expected_entropy", "normalised_entropy", "novelty_of", "pulse_of"]

NOVELTY_WEIGHT = 0.3
AROUSAL_WEIGHT = 0.4
ENTROPY_WEIGHT = 0.3

NOTHING_HEARD = 0.5
"""Novelty of a prompt without words: neither known nor new."""

LISTENED = 32
"""Words of a prompt whose continuations are looked up for the expected entropy."""

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}']*")


def novelty_of(heard: Sequence[str], view: View) -> tuple[float, tuple[str, ...]]:
    """Measure the share of distinct words the field does not know, and list them in order."""
    words = list(dict.fromkeys(word for word in heard if is_word(word)))
    if not words:
        return NOTHING_HEARD, ()
    unknown = tuple(word for word in words if view.id(word) is None)
    return len(unknown) / len(words), unknown


def arousal_of(text: str, heard: Sequence[str]) -> float:
    """Measure how loudly something was said: shouted words, marks, intense words.

    Only words of two letters or more that are capitals throughout count as shouted, so a
    capital at the beginning of a sentence, or the pronoun I, leaves a quiet text quiet.
    """
    words: list[str] = _WORD.findall(text)
    letters = sum(len(word) for word in words)
    shouted = sum(len(word) for word in words if len(word) > 1 and word.isupper())
    share = shouted / letters if letters else 0.0
    marks = sum(mark in "!?" for mark in text)
    intense = len(INTENSE.intersection(heard))
    parts = min(0.4, 2 * share) + min(0.3, 0.1 * marks) + min(0.3, 0.1 * intense)
    return min(1.0, parts)


def normalised_entropy(row: RowView) -> float:
    """Give Shannon entropy over its maximum for a row's continuations, 0 for a single one."""
    if len(row.units) < 2:
        return 0.0
    shares = row.units / row.units.sum()
    nats = -float(shares @ np.log(shares))
    return min(1.0, nats / math.log(len(shares)))


async def expected_entropy(heard: Sequence[str], view: View) -> float:
    """Measure how open the field is about what follows the prompt's words.

    It is the mean normalised entropy of the continuations of the first `LISTENED` known
    words; 1 where the field knows none of them, for then anything may follow.
    """
    words = dict.fromkeys(word for word in heard if is_word(word))
    ids = [id_ for word in words if (id_ := view.id(word)) is not None][:LISTENED]
    rows = await view.look([Ask("next", (id_,)) for id_ in ids])
    known = [normalised_entropy(row) for row in rows if row.total]
    return sum(known) / len(known) if known else 1.0


def pulse_of(novelty: float, arousal: float, entropy: float) -> Pulse:
    """Put the three together, each and the sum in [0, 1]."""
    pulse = NOVELTY_WEIGHT * novelty + AROUSAL_WEIGHT * arousal + ENTROPY_WEIGHT * entropy
    return Pulse(
        novelty=round(novelty, 6),
        arousal=round(arousal, 6),
        expected_entropy=round(entropy, 6),
        pulse=round(min(1.0, max(0.0, pulse)), 6),
    )
