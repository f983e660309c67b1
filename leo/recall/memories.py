"""What Leo remembers saying: memories, and where their words stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from leo.recall.resonance import Memory, Rarity

__all__ = ["ARCHIVED", "MEMORIES", "Recalled"]

MEMORIES: Final = 512
"""Memories that are at hand; who is missed least of more goes to the archive."""

ARCHIVED: Final = 1_000_000
"""Memories in the archive at most; then the oldest there is forgotten."""

FAVOUR: Final = 0.1
"""What each recall, up to three, counts against being put away, in units of quality."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """The memories at hand, and what this turn changed.

    Attributes
    ----------
    memories
        By number, oldest first.
    places
        The numbers of the memories in which each content word stands.
    last
        The highest number that a memory has.
    archived
        How many others are in the archive.
    used, added, dropped
        Memories that the turn used, made and put away, to be written.
    full
        Whether the archive was full before.
    """

    memories: Mapping[int, Memory] = field(default_factory=lambda: MappingProxyType({}))
    places: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    last: int = 0
    archived: int = 0
    used: tuple[Memory, ...] = ()
    added: Memory | None = None
    dropped: Memory | None = None
    full: bool = False

    @property
    def total(self) -> int:
        """How many memories there are."""
        return len(self.memories) + self.archived

    def rarity(self, more: Mapping[str, int]) -> Rarity:
        """How often words stand in them; ``more`` counts those in the archive."""
        return Rarity(self.total, self.places, more)

    def marked(self, used: Sequence[Memory], at: float) -> "Recalled":
        """Mark memories as used."""
        new = tuple(replace(old, used=at, uses=old.uses + 1) for old in used)
        at_hand = {one.id: one for one in new if one.id in self.memories}
        memories = {**self.memories, **at_hand}
        return Recalled(memories, self.places, self.last, self.archived, new)

    def kept(self, memory: Memory) -> "Recalled":
        """Keep one more, and put one away where there are too many."""
        memories = {**self.memories, memory.id: memory}
        places = dict(self.places)
        for word in sorted(memory.words):
            places[word] = (*places.get(word, ()), memory.id)
        drop = None
        if len(memories) > MEMORIES:
            drop = memories.pop(_least(memories, memory.id))
            for word in drop.words:
                places[word] = tuple(one for one in places[word] if one != drop.id)
                if not places[word]:
                    del places[word]
        full = self.archived >= ARCHIVED
        archived = self.archived + (drop is not None and not full)
        return Recalled(memories, places, memory.id, archived, self.used, memory, drop, full)


def _least(memories: Mapping[int, Memory], newest: int) -> int:
    """Find the memory that is missed least; a recalled one is missed more, the newest never."""
    return min(
        (one for one in memories.values() if one.id != newest),
        key=lambda one: (one.quality + FAVOUR * min(3, one.uses), one.id),
    ).id
