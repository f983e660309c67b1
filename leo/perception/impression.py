"""First impression: five chambers that a prompt touches, with every reason.

Each cue adds a fixed amount to one chamber (a set of words: saying a word twice touches no
deeper). Then the chambers fire at each other: a strong feeling quiets its opposites. All
fire at once, from the levels before, so no chamber strikes first. A prompt that touches
nothing stays neutral: no chamber dominates.
"""

import itertools
from collections.abc import Iterable, Sequence

from leo.perception.lexicon import (
    CURIOUS,
    FEAR,
    LAUGHING,
    LAUGHTER,
    PLAYFUL,
    REFUSAL,
    VOID,
    WARM,
)
from leo.records import Chambers, Cue, Impression

__all__ = ["FLAT", "cross_fire", "cues_of", "impression_of", "temperature_shift"]

FLAT = 0.2
"""Below it in every chamber, an impression is neutral."""

FIRES = 0.3
"""A chamber above it quiets others."""

CROSS_FIRE = {
    ("warmth", "fear"): 0.3,
    ("warmth", "void"): 0.4,
    ("fear", "warmth"): 0.2,
    ("fear", "playful"): 0.4,
    ("playful", "fear"): 0.3,
    ("playful", "void"): 0.5,
    ("void", "warmth"): 0.3,
    ("void", "playful"): 0.4,
}
"""How much of the first chamber's level is taken from the second."""

NAME_WARMTH = 0.2
LOVE_WARMTH = 0.15
QUESTION_CURIOSITY = 0.4
TELL_ME_CURIOSITY = 0.2
REFUSAL_FEAR = 0.1
EMPTY_VOID = 0.2
LAUGHTER_PLAYFUL = 0.3
WORD_CUES = (
    ("warmth", WARM, 0.15, 1.0),
    ("curiosity", CURIOUS, 0.1, 0.4),
    ("fear", FEAR, 0.2, 1.0),
    ("void", VOID, 0.2, 1.0),
    ("playful", PLAYFUL, 0.15, 1.0),
)
"""Chamber, its words, the amount per word, and the most that words alone can add."""

COMPOSITE = {"warmth": 0.2, "curiosity": 0.15, "playful": 0.1, "fear": -0.1, "void": -0.1}
COMPOSITE_NOVELTY = 0.2
COMPOSITE_AROUSAL = 0.15


def cues_of(text: str, heard: Sequence[str]) -> tuple[Cue, ...]:
    """Find what in a prompt touches which chamber, and by how much."""
    words = frozenset(heard)
    cues: list[Cue] = []
    for chamber, lexicon, amount, most in WORD_CUES:
        cues.extend(_word_cues(chamber, words & lexicon, amount, most))
    tells = any(pair == ("tell", "me") for pair in itertools.pairwise(heard))
    laughs = bool(words & LAUGHTER) or LAUGHING.search(text) is not None
    extras = (
        ("warmth", "leo", NAME_WARMTH, "leo" in words),
        ("warmth", "love or heart", LOVE_WARMTH, bool(words & {"love", "heart"})),
        ("curiosity", "?", QUESTION_CURIOSITY, "?" in words),
        ("curiosity", "tell me", TELL_ME_CURIOSITY, tells),
        ("fear", "refusal", REFUSAL_FEAR, bool(words & REFUSAL)),
        ("void", "nothing or empty", EMPTY_VOID, bool(words & {"nothing", "empty"})),
        ("playful", "laughter", LAUGHTER_PLAYFUL, laughs),
    )
    cues.extend(Cue(chamber, cue, amount) for chamber, cue, amount, found in extras if found)
    return tuple(cues)


def _word_cues(chamber: str, hits: Iterable[str], amount: float, most: float) -> list[Cue]:
    cues: list[Cue] = []
    for i, word in enumerate(sorted(hits)):
        rest = most - i * amount
        if rest > 0:
            cues.append(Cue(chamber, word, round(min(amount, rest), 4)))
    return cues


def _summed(cues: Iterable[Cue]) -> Chambers:
    level = dict.fromkeys(Chambers.NAMES, 0.0)
    for cue in cues:
        level[cue.chamber] += cue.amount
    return Chambers(**{name: min(1.0, round(value, 6)) for name, value in level.items()})


def cross_fire(raw: Chambers) -> Chambers:
    """Let strong chambers quiet their opposites, all at once; none rises, none falls below 0."""
    before = dict(zip(Chambers.NAMES, raw.values(), strict=True))
    after = dict(before)
    for (strong, quieted), share in CROSS_FIRE.items():
        if before[strong] > FIRES:
            after[quieted] -= share * before[strong]
    return Chambers(**{name: max(0.0, round(value, 6)) for name, value in after.items()})


def _anomaly(chambers: Chambers, arousal: float) -> str | None:
    if arousal > 0.6 and chambers.warmth > 0.5 and chambers.fear > 0.3:
        return "forced_stability"
    if chambers.void > 0.4 and arousal > 0.5:
        return "dissociative"
    if all(value < FLAT for value in chambers.values()):
        return "flat"
    return "ambivalent" if chambers.fear > 0.4 and chambers.warmth > 0.4 else None


def impression_of(text: str, heard: Sequence[str], *, novelty: float, arousal: float) -> Impression:
    """Form the first impression of a prompt.

    Parameters
    ----------
    text
        The prompt as written.
    heard
        Its canonical tokens.
    novelty, arousal
        The pulse's components, in [0, 1].
    """
    cues = cues_of(text, heard)
    raw = _summed(cues)
    chambers = cross_fire(raw)
    level = dict(zip(Chambers.NAMES, chambers.values(), strict=True))
    strongest = max(Chambers.NAMES, key=lambda name: level[name])
    composite = sum(COMPOSITE[name] * level[name] for name in COMPOSITE)
    composite += COMPOSITE_NOVELTY * novelty + COMPOSITE_AROUSAL * arousal
    return Impression(
        raw=raw,
        chambers=chambers,
        cues=cues,
        dominant=strongest if level[strongest] >= FLAT else None,
        anomaly=_anomaly(chambers, arousal),
        composite=round(composite, 6),
    )


def temperature_shift(impression: Impression, *, novelty: float, arousal: float) -> float:
    """Say how the impression moves the temperature: excited and curious up, warm down."""
    chambers = impression.chambers
    return 0.15 * arousal - 0.1 * chambers.warmth + 0.1 * chambers.curiosity + 0.1 * novelty
