"""Memories that are not at hand: how they are put away, and what brings them back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from leo.archive import BUDGET, Archive, most_of
from leo.module import Reader, SqlValue, Write
from leo.recall.memories import Recalled
from leo.recall.resonance import Asking, Memory, Scorer

__all__ = [
    "ARCHIVE",
    "MEMORY_ROWS",
    "Called",
    "memory_of",
    "put_away",
    "put_away_before",
    "with_archived",
]

ARCHIVE: Final = Archive("santaklaus_memories", "id")
"""The index of those that are not at hand."""

COLUMNS: Final = ("turn", "at", "text", "quality", "arousal", "used", "uses")
"""Of a memory, beside its number."""

MEMORY_ROWS: Final = f"SELECT id, {', '.join(COLUMNS)} FROM santaklaus_memories"


@dataclass(frozen=True, slots=True)
class Called:
    """The memories that have most to do with a moment.

    Attributes
    ----------
    memories
        By number, oldest first.
    candidates
        How many they were chosen from.
    held
        In how many archived memories their and the moment's words stand.
    """

    memories: Mapping[int, Memory]
    candidates: int
    held: Mapping[str, int]


def memory_of(row: Sequence[SqlValue], words: Iterable[str]) -> Memory:
    """Read a memory whose content words are known."""
    id_, turn, at, text, quality, arousal, used, uses = row
    return Memory(id_, turn, at, text, frozenset(words), quality, arousal, used, uses)  # type: ignore[arg-type]


async def with_archived(
    reader: Reader, state: Recalled, asking: Asking, at_hand: Mapping[int, Memory], closer: int
) -> Called:
    """Give the memories that have most to do with a moment, at hand or not.

    Parameters
    ----------
    reader, state, asking
        The file, the memories, and the moment.
    at_hand
        Those at hand that share a word with the moment.
    closer
        How many are given.
    """
    evidence = asking.evidence()
    held = await ARCHIVE.held(reader, evidence)
    rarity = state.rarity(held)
    weights = {word: count * rarity.weight(word) for word, count in evidence.items()}
    most = most_of(state.archived)
    shared = await ARCHIVE.find(reader, weights, held, most)
    for memory in at_hand.values():
        shared[memory.id] = sum([weights[word] for word in weights if word in memory.words])
    best = sorted(shared, key=lambda id_: (-shared[id_], -id_))[:most]
    rows = await ARCHIVE.bring(reader, COLUMNS, [id_ for id_ in best if id_ not in at_hand])
    near = [(at_hand[id_], len(at_hand[id_].words)) for id_ in best if id_ in at_hand]
    far = [(memory_of(row[:-1], ()), int(str(row[-1]))) for row in rows]
    scorer, bar = Scorer(asking, rarity), asking.bar(rarity)

    def worth(one: tuple[Memory, int]) -> tuple[bool, float, int]:
        memory, many = one
        weight = shared[memory.id]
        return weight > bar, scorer.guess(memory, weight, many), memory.id

    chosen = [memory for memory, _ in sorted([*near, *far], key=worth, reverse=True)[:closer]]
    away = [memory.id for memory in chosen if memory.id not in at_hand]
    others = frozenset[str]().union(*(memory.words for memory in chosen))
    words, more = await ARCHIVE.words_of(reader, away, others)
    chosen.sort(key=lambda memory: memory.id)
    memories = {one.id: at_hand.get(one.id) or replace(one, words=words[one.id]) for one in chosen}
    return Called(memories, len(best), held | more)


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
