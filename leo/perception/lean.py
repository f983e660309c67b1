"""What a first impression alone draws towards the reply."""

from leo.records import Impression, Influence, Pull

__all__ = ["impression_lean"]

FELT = 0.5
"""A chamber above it draws words of its own."""

ANSWERS = {
    "warmth": (0.3, ("warm", "friend", "hand", "home", "together", "kind")),
    "curiosity": (0.2, ("perhaps", "wonder", "question", "find", "secret", "listen")),
    "fear": (0.3, ("lamp", "safe", "door", "brave", "quiet", "near")),
    "void": (0.3, ("silence", "window", "wait", "empty", "far", "night")),
    "playful": (0.3, ("laugh", "jump", "game", "run", "funny", "dance")),
}
"""Per chamber: how strongly, and which words answer it."""


def impression_lean(impression: Impression) -> Influence:
    """Draw the words that answer what was felt; a neutral impression draws none."""
    felt = impression.chambers
    levels = zip(felt.NAMES, felt.values(), strict=True)
    pulls = [
        Pull(word, round(share * level, 4), "gravity", f"impression: {name}")
        for name, level in levels
        if level > FELT
        for share, words in (ANSWERS[name],)
        for word in words
    ]
    return Influence(pulls=tuple(pulls))
