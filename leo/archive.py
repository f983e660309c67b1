"""An archive: rows of a module's table that are found by their words, however many there are.

Beside the table stand its words, each with the number of rows it is in, and the places of each
word: an inverted index, kept by the module's own writes and by triggers, so that whoever
deletes a row, for example because it is forgotten, leaves nothing of it here.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from leo.module import Reader, SqlValue, Write

__all__ = ["BUDGET", "CLOSER", "Archive", "most_of"]

BUDGET: Final = 4_000
"""Places looked at for one question; those of the rarest words, and the newest of a word, first."""

ASKED: Final = 100
"""Words of a question that are looked at, the rarest."""

RESCORED: Final = 64
MORE_ROWS: Final = 10_000
"""Rows that a question brings, and one more for so many rows in the archive: the more there are,
the more share as much."""

CLOSER: Final = 16
"""Rows of those brought that are worth a closer look, word by word; for the others a guess does."""


def most_of(many: int) -> int:
    """Give how many rows a question brings at most, where there are so many."""
    return RESCORED + many // MORE_ROWS


@dataclass(frozen=True, slots=True)
class Archive:
    """The index of one table.

    Parameters
    ----------
    table, key
        The table, and its integer primary key.
    """

    table: str
    key: str

    def migrations(self) -> tuple[str, ...]:
        """Give the statements that make the index, empty, for a table that is there."""
        words, places = f"{self.table}_words", f"{self.table}_places"
        return (
            f"CREATE TABLE {words} (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, "
            "held INTEGER NOT NULL) STRICT",
            f"CREATE TABLE {places} (word INTEGER NOT NULL, place INTEGER NOT NULL, "
            "PRIMARY KEY (word, place)) STRICT, WITHOUT ROWID",
            f"CREATE INDEX {places}_of ON {places} (place)",
            f"CREATE TRIGGER {places}_more AFTER INSERT ON {places} BEGIN "
            f"UPDATE {words} SET held = held + 1 WHERE id = new.word; END",
            f"CREATE TRIGGER {places}_less AFTER DELETE ON {places} BEGIN "
            f"UPDATE {words} SET held = held - 1 WHERE id = old.word; "
            f"DELETE FROM {words} WHERE id = old.word AND held = 0; END",
            f"CREATE TRIGGER {self.table}_gone AFTER DELETE ON {self.table} BEGIN "
            f"DELETE FROM {places} WHERE place = old.{self.key}; END",
        )

    def put(self, row: int, words: Iterable[str]) -> tuple[Write, ...]:
        """Index a row by its words."""
        distinct = sorted(set(words))
        return (
            Write(
                f"INSERT INTO {self.table}_words (word, held) VALUES (?, 0) "
                "ON CONFLICT (word) DO NOTHING",
                tuple((word,) for word in distinct),
            ),
            Write(
                f"INSERT INTO {self.table}_places SELECT id, ? FROM {self.table}_words "
                "WHERE word = ?",
                tuple((row, word) for word in distinct),
            ),
        )

    async def held(self, reader: Reader, words: Iterable[str]) -> dict[str, int]:
        """Give in how many rows words stand; those in none are left out."""
        rows = await reader.fetch(
            f"SELECT word, held FROM {self.table}_words "
            "WHERE word IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(words)),),
        )
        return {str(word): int(str(held)) for word, held in rows}

    async def bring(
        self, reader: Reader, columns: Sequence[str], rows: Sequence[int], where: str = "TRUE"
    ) -> list[tuple[SqlValue, ...]]:
        """Bring rows, by key: the key, the columns, and how many words each has."""
        return await reader.fetch(
            f"SELECT {self.key}, {', '.join(columns)}, (SELECT count(*) FROM {self.table}_places "
            f"WHERE place = {self.key}) FROM {self.table} WHERE {self.key} IN "
            f"(SELECT value FROM json_each(?)) AND {where} ORDER BY {self.key}",
            (json.dumps(rows),),
        )

    async def words_of(
        self, reader: Reader, rows: Sequence[int], also: Iterable[str] = ()
    ) -> tuple[dict[int, frozenset[str]], dict[str, int]]:
        """Give the words of rows, and in how many rows each of these words stands, and others."""
        found = await reader.fetch(
            f"SELECT p.place, w.word, w.held FROM {self.table}_places p "
            f"JOIN {self.table}_words w ON w.id = p.word "
            "WHERE p.place IN (SELECT value FROM json_each(?)) UNION ALL "
            f"SELECT NULL, word, held FROM {self.table}_words "
            "WHERE word IN (SELECT value FROM json_each(?))",
            (json.dumps(rows), json.dumps(sorted(also))),
        )
        held: dict[str, int] = {}
        words: dict[int, set[str]] = {row: set() for row in rows}
        for place, word, many in found:
            held[word] = many  # type: ignore[index, assignment]
            if place is not None:
                words[place].add(word)  # type: ignore[index, arg-type]
        return {row: frozenset(own) for row, own in words.items()}, held

    async def find(
        self, reader: Reader, weights: Mapping[str, float], held: Mapping[str, int], most: int
    ) -> dict[int, float]:
        """Find the rows that share most with a question, and how much.

        Parameters
        ----------
        reader
            Reads the tables.
        weights
            What each word counts.
        held
            What `held` tells of these words.
        most
            Rows that are brought; see `most_of`.
        """
        known = sorted(weights.keys() & held.keys(), key=lambda one: (held[one], one))
        asked: list[SqlValue] = []
        left = BUDGET
        for word in known[:ASKED]:
            some = min(left, held[word])
            asked += [weights[word], word, some]
            left -= some
            if not left:
                break
        if not asked:
            return {}
        each = (
            "SELECT ?, group_concat(place) FROM ("
            f"SELECT place FROM {self.table}_places WHERE word = "
            f"(SELECT id FROM {self.table}_words WHERE word = ?) ORDER BY place DESC LIMIT ?)"
        )
        rows = await reader.fetch(" UNION ALL ".join([each] * (len(asked) // 3)), asked)
        return _best(rows, most)


def _best(rows: Sequence[Sequence[SqlValue]], most: int) -> dict[int, float]:
    """Choose those of most weight from lists of places, each with what its word counts.

    A list comes from the file as one text: a row for every place takes three times as long.
    """
    found = [np.fromstring(str(places), dtype=np.int64, sep=",") for _, places in rows]
    weights = np.repeat([float(str(weight)) for weight, _ in rows], [len(one) for one in found])
    places, which = np.unique(np.concatenate(found), return_inverse=True)
    shared = np.bincount(which, weights)
    best = np.sort(np.lexsort((-places, -shared))[:most])
    return dict(zip(places[best].tolist(), shared[best].tolist(), strict=True))
