"""The tables of an export: their columns, keys, and what refers to what."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from leo.text.sources import SOURCES
from leo.turns import TURN_COLUMNS, Cell

__all__ = [
    "BIGRAMS",
    "NOTES",
    "PAIRS",
    "SPOKEN",
    "TABLES",
    "TRIGRAMS",
    "TURNS",
    "WORDS",
    "Kind",
    "Row",
    "Table",
]

Kind: TypeAlias = type[str] | type[int] | type[float]
Row: TypeAlias = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an export.

    Attributes
    ----------
    name
        Its name, or the name of its file.
    columns
        Names and kinds, in order.
    key
        Columns that name a row.
    refers
        Columns that stand for a row of another table: column, table, its column.
    sought
        Columns that people look for besides the key.
    """

    name: str
    columns: tuple[tuple[str, Kind], ...]
    key: tuple[str, ...]
    refers: tuple[tuple[str, str, str], ...] = ()
    sought: tuple[str, ...] = ()


def _words(*columns: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((column, "words", "word") for column in columns)


def _counted(*columns: str) -> tuple[tuple[str, Kind], ...]:
    return (*((column, str) for column in columns), ("count", float), ("sources", str))


WORDS: Final = Table(
    "words",
    (
        ("word", str),
        ("written", str),
        ("count", float),
        ("opened", float),
        *((source, float) for source in SOURCES),
    ),
    key=("word",),
    sought=("count",),
)
"""Every word and mark: how it is usually written, how often it was heard, how often it opened a
sentence, and how often it came from each source. Private thoughts count a quarter."""

BIGRAMS: Final = Table(
    "bigrams",
    _counted("first", "second"),
    key=("first", "second"),
    refers=_words("first", "second"),
    sought=("second", "count"),
)
"""What follows a word."""

TRIGRAMS: Final = Table(
    "trigrams",
    _counted("first", "second", "third"),
    key=("first", "second", "third"),
    refers=_words("first", "second", "third"),
    sought=("second", "third", "count"),
)
"""What follows two words."""

PAIRS: Final = Table(
    "pairs",
    _counted("one", "other"),
    key=("one", "other"),
    refers=_words("one", "other"),
    sought=("other", "count"),
)
"""Words that stood near each other, each pair once, the older word first; a word that stood near
itself is counted from both sides."""

TURNS: Final = Table(
    "turns",
    tuple((column.name, column.kind) for column in TURN_COLUMNS),
    key=("id",),
    sought=("at",),
)
"""One row per turn of his life."""

SPOKEN: Final = Table(
    "spoken",
    (
        ("turn", int),
        ("place", int),
        ("text", str),
        ("word", str),
        ("context", str),
        ("after", str),
        ("probability", float),
        ("entropy", float),
        ("temperature", float),
        ("sources", str),
    ),
    key=("turn", "place"),
    refers=(("turn", "turns", "id"),),
    sought=("word",),
)
"""One row per spoken word; ``after`` are the words of the context that knew it."""

NOTES: Final = Table(
    "notes",
    (("turn", int), ("place", int), ("kind", str), ("fact", str)),
    key=("turn", "place"),
    refers=(("turn", "turns", "id"),),
    sought=("kind",),
)
"""What the modules noted in each turn, as JSON."""

TABLES: Final = (WORDS, BIGRAMS, TRIGRAMS, PAIRS, TURNS, SPOKEN, NOTES)
