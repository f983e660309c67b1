"""The voice that modules are lent: it speaks from field and overlay, and keeps only thoughts."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from leo.field.centers import Center
from leo.field.layer import Layer
from leo.generation.speak import Manner, speak_privately, think
from leo.records import Growth, Learned, Quality, Source, Unsaid, Utterance
from leo.reflection.quality import judged
from leo.text.tokens import is_word, tokens

__all__ = ["OverlayVoice", "learn"]


class OverlayVoice:
    """A module's voice in one turn (see `leo.module.Voice`).

    Parameters
    ----------
    module
        Who speaks.
    overlay
        The turn's private layer.
    centers
        Where to start from.
    heard
        The prompt's tokens: whole runs of them are never thought, let alone learned.
    luck
        The module's own random numbers.
    learned
        The turn's list of kept texts; `keep` appends to it.
    """

    def __init__(
        self,
        module: str,
        overlay: Layer,
        centers: Sequence[Center],
        heard: Sequence[str],
        luck: Random,
        learned: list[Learned],
    ) -> None:
        self._module, self._overlay, self._centers = module, overlay, centers
        self._heard = heard
        self._luck, self._learned = luck, learned

    async def __call__(
        self,
        *,
        seed: str = "",
        temperature: float = 1.0,
        semantic: float = 0.4,
        max_tokens: int = 40,
        top_k: int | None = None,
    ) -> Utterance:
        """Speak privately; see `leo.module.Voice`."""
        manner = Manner(seed, temperature, semantic, max_tokens, top_k)
        said = await speak_privately(
            self._overlay, self._centers, self._luck, heard=self._heard, manner=manner
        )
        return replace(said, by=self._module)

    async def think(
        self,
        *,
        seed: str = "",
        temperature: float = 1.0,
        semantic: float = 0.4,
        max_tokens: int = 40,
        top_k: int | None = None,
    ) -> Unsaid:
        """Think; see `leo.module.Voice`."""
        manner = Manner(seed, temperature, semantic, max_tokens, top_k)
        return await think(
            self._overlay, self._centers, self._luck, heard=self._heard, manner=manner
        )

    async def judge(self, said: Utterance | Unsaid) -> Quality:
        """Judge words as a reply; see `leo.module.Voice`."""
        own = said.own if isinstance(said, Utterance) else said
        return await judged(self._heard, own, self._overlay)

    async def keep(self, text: str, source: Source) -> Growth:
        """Keep a private thought; see `leo.module.Voice`."""
        kept = await learn(self._overlay, text, source, stored=text)
        self._learned.extend(kept)
        return kept[0].growth if kept else Growth()


async def learn(
    layer: Layer, text: str, source: Source, *, stored: str | None
) -> tuple[Learned, ...]:
    """Count a text into a layer, if it has words at all.

    Parameters
    ----------
    layer
        Where to.
    text, source
        What, and who from.
    stored
        The text as the Turn keeps it; ``None`` where the Turn holds it anyway.
    """
    heard = tokens(text)
    if not any(is_word(token.word) for token in heard):
        return ()
    growth = await layer.learn(heard, source)
    return (Learned(source, growth, stored),)
