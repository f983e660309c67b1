"""What Leo remembers saying: memories, and where their words stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from leo.recall.resonance import Hit, Memory, Rarity

__all__ = ["MEMORIES", "Recalled"]

MEMORIES: Final = 512
"""Memories that are kept."""

FAVOUR: Final = 0.1
"""What each recall, up to three, counts against forgetting, in units of quality."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """All memories, and what this turn changed about them.

    Attributes
    ----------
    memories
        By number, oldest first.
    places
        The numbers of the memories in which each content word stands.
    used, added, dropped
        Changed, new and forgotten memories of the turn, to be written.
    """

    memories: Mapping[int, Memory] = field(default_factory=lambda: MappingProxyType({}))
    places: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    used: tuple[int, ...] = ()
    added: int | None = None
    dropped: int | None = None

    @property
    def rarity(self) -> Rarity:
        """How often words stand in them."""
        return Rarity(len(self.memories), self.places)

    def marked(self, hits: Sequence[Hit], at: float) -> "Recalled":
        """Mark memories as used."""
        memories = dict(self.memories)
        for hit in hits:
            old = memories[hit.memory]
            memories[hit.memory] = replace(old, used=at, uses=old.uses + 1)
        return Recalled(memories, self.places, tuple(hit.memory for hit in hits))

    def kept(self, memory: Memory) -> "Recalled":
        """Keep one more, and forget one where there are too many."""
        memories = {**self.memories, memory.id: memory}
        places = dict(self.places)
        for word in sorted(memory.words):
            places[word] = (*places.get(word, ()), memory.id)
        drop = _least(memories, memory.id) if len(memories) > MEMORIES else None
        if drop is not None:
            for word in memories.pop(drop).words:
                places[word] = tuple(one for one in places[word] if one != drop)
                if not places[word]:
                    del places[word]
        used = tuple(one for one in self.used if one != drop)
        return Recalled(memories, places, used, memory.id, drop)


def _least(memories: Mapping[int, Memory], newest: int) -> int:
    """Find the memory that is missed least; a recalled one is missed more, the newest never."""
    return min(
        (one for one in memories.values() if one.id != newest),
        key=lambda one: (one.quality + FAVOUR * min(3, one.uses), one.id),
    ).id
