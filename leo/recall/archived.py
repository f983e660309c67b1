"""Memories that are not at hand: how they are put away, and what brings them back."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from leo.archive import BUDGET, Archive
from leo.module import Reader, SqlValue, Write
from leo.recall.memories import Recalled
from leo.recall.resonance import Asking, Memory, content_of

__all__ = ["ARCHIVE", "MEMORY_ROWS", "archived", "memory_of", "put_away", "put_away_before"]

ARCHIVE: Final = Archive("santaklaus_memories", "id")
"""The index of those that are not at hand."""

MEMORY_ROWS: Final = (
    "SELECT id, turn, at, text, quality, arousal, used, uses FROM santaklaus_memories"
)


KNOWN_TEXTS: Final = 2048
"""Memories whose words are kept at hand."""

_words_of = lru_cache(maxsize=KNOWN_TEXTS)(content_of)


def memory_of(row: Sequence[SqlValue]) -> tuple[Memory, tuple[str, ...]]:
    """Read a memory, and its content words in order."""
    id_, turn, at, text, quality, arousal, used, uses = row
    words = _words_of(str(text))
    return Memory(id_, turn, at, text, frozenset(words), quality, arousal, used, uses), words  # type: ignore[arg-type]


async def archived(reader: Reader, state: Recalled, asking: Asking) -> dict[int, Memory]:
    """Fetch the archived memories that share most with a moment."""
    evidence = asking.evidence()
    rarity = state.rarity(await ARCHIVE.held(reader, evidence))
    weights = {word: count * rarity.weight(word) for word, count in evidence.items()}
    rows = await reader.fetch(
        f"{MEMORY_ROWS} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(await ARCHIVE.find(reader, weights)),),
    )
    return {memory.id: memory for memory, _ in map(memory_of, rows)}


async def put_away_before(reader: Reader, text: str, words: Sequence[str]) -> bool:
    """Tell whether a text with some content words is in the archive."""
    held = await ARCHIVE.held(reader, words)
    if len(held) < len(words):
        return False  # one of the words stands in no archived memory
    rarest = min(words, key=lambda word: (held[word], word))
    rows = await reader.fetch(
        "SELECT 1 FROM santaklaus_memories WHERE text = ? AND id IN ("
        "SELECT place FROM santaklaus_memories_places WHERE word = "
        "(SELECT id FROM santaklaus_memories_words WHERE word = ?) ORDER BY place DESC LIMIT ?)",
        (text, rarest, BUDGET),
    )
    return bool(rows)


def put_away(memory: Memory, *, full: bool) -> tuple[Write, ...]:
    """Put a memory into the archive; from a full one the oldest is forgotten."""
    oldest = "(SELECT min(id) FROM santaklaus_memories WHERE archived = 1)"
    forgotten = Write(f"DELETE FROM santaklaus_memories WHERE id = {oldest}")
    return (
        *((forgotten,) if full else ()),
        Write("UPDATE santaklaus_memories SET archived = 1 WHERE id = ?", ((memory.id,),)),
        *ARCHIVE.put(memory.id, memory.words),
    )
