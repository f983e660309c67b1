"""Perceiving: from text to a Percept, before anything of the prompt is learned."""

from collections.abc import Sequence

from leo.field.themes import Themes
from leo.field.view import View
from leo.perception.impression import impression_of
from leo.perception.pulse import arousal_of, expected_entropy, novelty_of, pulse_of
from leo.records import Percept

__all__ = ["perceive"]

UNKNOWN_SHOWN = 16
"""Unknown words that a percept names."""


async def perceive(text: str, heard: Sequence[str], view: View, themes: Themes) -> Percept:
    """Take a prompt in.

    Parameters
    ----------
    text
        The prompt as written.
    heard
        Its canonical tokens.
    view
        The field as it was before the prompt.
    themes
        The field's themes.
    """
    novelty, unknown = novelty_of(heard, view)
    arousal = arousal_of(text, heard)
    entropy = await expected_entropy(heard, view)
    return Percept(
        tokens=tuple(heard),
        unknown=unknown[:UNKNOWN_SHOWN],
        pulse=pulse_of(novelty, arousal, entropy),
        impression=impression_of(text, heard, novelty=novelty, arousal=arousal),
        themes=themes.active(heard),
    )
