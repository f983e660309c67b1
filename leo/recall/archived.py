"""Memories that are not at hand: how they are put away, and what brings them back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from leo.archive import BUDGET, Archive, most_of
from leo.module import Reader, SqlValue, Write
from leo.recall.memories import Recalled
from leo.recall.resonance import Asking, Memory

__all__ = ["ARCHIVE", "MEMORY_ROWS", "memory_of", "put_away", "put_away_before", "with_archived"]

ARCHIVE: Final = Archive("santaklaus_memories", "id")
"""The index of those that are not at hand."""

MEMORY_ROWS: Final = (
    "SELECT id, turn, at, text, quality, arousal, used, uses FROM santaklaus_memories"
)


def memory_of(row: Sequence[SqlValue], words: Iterable[str]) -> Memory:
    """Read a memory whose content words are known."""
    id_, turn, at, text, quality, arousal, used, uses = row
    return Memory(id_, turn, at, text, frozenset(words), quality, arousal, used, uses)  # type: ignore[arg-type]


async def with_archived(
    reader: Reader, state: Recalled, asking: Asking, at_hand: Mapping[int, Memory]
) -> tuple[dict[int, Memory], dict[str, int]]:
    """Give the memories that share most with a moment, at hand or not.

    Beside them stands in how many archived memories each of their and the moment's words stands.

    Parameters
    ----------
    reader, state, asking
        The file, the memories, and the moment.
    at_hand
        Those at hand that share a word with the moment.
    """
    evidence = asking.evidence()
    held = await ARCHIVE.held(reader, evidence)
    rarity = state.rarity(held)
    weights = {word: count * rarity.weight(word) for word, count in evidence.items()}
    most = most_of(state.archived)
    shared = await ARCHIVE.find(reader, weights, held, most)
    for memory in at_hand.values():
        shared[memory.id] = sum([weights[word] for word in weights if word in memory.words])
    best = sorted(sorted(shared, key=lambda id_: (-shared[id_], -id_))[:most])
    near = {id_: at_hand[id_] for id_ in best if id_ in at_hand}
    away = [id_ for id_ in best if id_ not in at_hand]
    rows = await reader.fetch(
        f"{MEMORY_ROWS} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(away),),
    )
    words, more = await ARCHIVE.words_of(reader, away)
    others = frozenset[str]().union(*(one.words for one in near.values())) - more.keys()
    memories = [memory_of(row, words[row[0]]) for row in rows]  # type: ignore[index]
    held |= more | await ARCHIVE.held(reader, others)
    return near | {memory.id: memory for memory in memories}, held


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
