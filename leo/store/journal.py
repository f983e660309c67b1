"""The journal: everything that happened to a Leo, in order. The field is what it says.

An entry's body is JSON. A turn's body is the Turn itself, with every text it taught and who
from; an observed text or a batch of a book holds its text and source. Counting all entries
again gives the field, which is what opening does from the last image on.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from leo.errors import StoreError, TurnFormatError
from leo.module import SqlValue, Write
from leo.pace import Pace
from leo.records import Source, Turn
from leo.store.database import BODY, Reading
from leo.text.birth import Birth
from leo.text.sources import SOURCES

__all__ = [
    "Birthday",
    "Entry",
    "Event",
    "Journal",
    "birth_writes",
    "event_of",
    "heard_write",
    "turn_writes",
]

_INSERT = "INSERT INTO journal (entry, kind, at, turn, body) VALUES (?, ?, ?, ?, ?)"
_SUMMARY = """
INSERT INTO summary (turn, at, quality, external_vocab, novelty, arousal, entropy, temperature,
                     reply_tokens, words, bigrams, trigrams, pairs, faults)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_BATCHES = f"""
SELECT json_extract(body, '$.end'), length(json_extract(body, '$.heard[0][1]')),
       json_extract(body, '$.cut'), json_extract(body, '$.last')
FROM (SELECT entry, {BODY} AS body FROM journal WHERE kind = 'book')
WHERE CASE WHEN substr(body, 1, 11) = '{{"digest":"'
      THEN substr(body, 12, length(?)) ELSE json_extract(body, '$.digest') END = ?
ORDER BY entry
"""
"""The digest stands first, lest all of every book that was ever read be looked through."""

READ_ROWS = 64
"""Journal rows fetched at a time."""

DECODED_PER_BREATH = 4
"""Bodies decoded between two yields to the event loop; a Turn takes about a millisecond."""


UNREADABLE = (
    TurnFormatError,
    msgspec.MsgspecError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,  # a number without bounds
    RecursionError,  # brackets without end
)
"""What reading a damaged body, or one that is JSON and not of this journal, can raise."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One journal entry, as far as the field is concerned: its number and what it taught.

    ``last`` says that a book ended with it.
    """

    entry: int
    texts: tuple[tuple[Source, str], ...]
    last: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One journal entry whole: what happened, when, and either a turn or the texts heard.

    ``more`` is what else its body holds.
    """

    entry: int
    kind: str
    at: float
    turn: Turn | None
    texts: tuple[tuple[Source, str], ...]
    more: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Birthday:
    """What was written at birth: when, the seed, and the texts (``None`` for an empty field)."""

    at: float
    seed: int
    birth: Birth | None


def turn_writes(entry: int, turn: Turn) -> tuple[Write, ...]:
    """Write a turn: its journal entry and its summary row."""
    size = turn.totals
    summary = (
        turn.id,
        turn.at,
        turn.quality.overall,
        turn.external_vocab,
        turn.percept.pulse.novelty,
        turn.percept.pulse.arousal,
        turn.utterance.entropy,
        turn.blend.temperature,
        len(turn.utterance.words),
        size.words,
        size.bigrams,
        size.trigrams,
        size.pairs,
        len(turn.faults),
    )
    row = (entry, "turn", turn.at, turn.id, turn.to_json())
    return (Write(_INSERT, (row,)), Write(_SUMMARY, (summary,)))


def heard_write(entry: int, kind: str, at: float, body: Mapping[str, object]) -> Write:
    """Write a text that was heard outside a turn (``observe``, ``book``); see `Entry`."""
    text = msgspec.json.encode(body).decode()  # a book's batch is long, and json takes its time
    return Write(_INSERT, ((entry, kind, at, None, text),))


def birth_writes(birthday: Birthday) -> tuple[Write, ...]:
    """Write the first entry: seed and texts, so that a later version changes no living Leo."""
    birth = birthday.birth
    body = {
        "seed": birthday.seed,
        "version": birth.version if birth else None,
        "digest": birth.digest if birth else None,
        "texts": [list(text) for text in birth.texts] if birth else [],
    }
    return (heard_write(1, "birth", birthday.at, body),)


class Journal:
    """Reads a Leo's journal.

    Parameters
    ----------
    database
        The open file.
    """

    def __init__(self, database: Reading) -> None:
        self._database = database

    @contextmanager
    def _reading(self, entry: SqlValue) -> Iterator[None]:
        try:
            yield
        except UNREADABLE as error:
            raise StoreError(
                f"{self._database.path} is damaged: journal entry {entry!r} cannot be read "
                f"({error}); restore the file from a copy"
            ) from error

    async def birthday(self) -> Birthday | None:
        """Read the birth; ``None`` in a file that was only just made."""
        rows = await self._database.fetch(
            f"SELECT entry, kind, at, {BODY} FROM journal ORDER BY entry LIMIT 1"
        )
        if not rows:
            return None
        entry, kind, at, body = rows[0]
        with self._reading(entry):
            if (entry, kind) != (1, "birth"):
                raise ValueError("a life begins with entry 1, the birth")
            told = json.loads(str(body))
            texts = _texts(told["texts"])
            birth = Birth(told["version"], texts) if texts else None
            if birth is not None and birth.digest != told["digest"]:
                raise ValueError("its birth texts were changed")
            return Birthday(float(str(at)), int(told["seed"]), birth)

    async def last(self) -> tuple[int, int]:
        """Give the numbers of the last entry and of the last turn (0 if there is none)."""
        rows = await self._database.fetch(
            "SELECT coalesce(max(entry), 0), coalesce(max(turn), 0) FROM journal"
        )
        return int(str(rows[0][0])), int(str(rows[0][1]))

    async def turns(self, start: int, stop: int | None) -> list[Turn]:
        """Read the turns with ``start <= id < stop``; forgotten ones are left out."""
        found: list[Turn] = []
        pace = Pace(DECODED_PER_BREATH)
        end = 2**62 if stop is None else stop
        while True:
            rows = await self._database.fetch(
                f"SELECT entry, {BODY} FROM journal "
                "WHERE turn >= ? AND turn < ? AND kind = 'turn' "
                "ORDER BY turn LIMIT ?",
                (start, end, READ_ROWS),
            )
            for entry, body in rows:
                with self._reading(entry):
                    found.append(Turn.from_json(str(body)))
                await pace.spend()
            if len(rows) < READ_ROWS:
                return found
            start = (found[-1].id or 0) + 1

    async def latest(self, most: int) -> list[str]:
        """Read the bodies of the last turns that are not forgotten, oldest first."""
        rows = await self._database.fetch(
            f"SELECT {BODY} FROM journal WHERE kind = 'turn' ORDER BY turn DESC LIMIT ?", (most,)
        )
        return [str(body) for (body,) in reversed(rows)]

    async def whole_before(self) -> int | None:
        """Give the turn before which nothing was forgotten; ``None`` if nothing ever was."""
        rows = await self._database.fetch(
            "SELECT min(entry) FROM journal WHERE kind = 'gap' "
            f"OR (kind = 'book' AND json_extract({BODY}, '$.cut'))"
        )
        if rows[0][0] is None:
            return None
        last = "SELECT coalesce(max(turn), 0) FROM journal WHERE entry <= ?"
        return int(str((await self._database.fetch(last, (rows[0][0],)))[0][0]))

    async def settings(self) -> tuple[str, ...]:
        """Read which modules were switched off last."""
        rows = await self._database.fetch(
            f"SELECT entry, {BODY} FROM journal WHERE kind = 'settings' ORDER BY entry DESC LIMIT 1"
        )
        for entry, body in rows:
            with self._reading(entry):
                return tuple(str(name) for name in json.loads(str(body))["without"])
        return ()

    async def texts_after(self, turn: int) -> list[tuple[Source, str]]:
        """Read everything that was learned after a turn, in order."""
        rows = await self._database.fetch("SELECT entry FROM journal WHERE turn = ?", (turn,))
        entry = int(str(rows[0][0])) if rows else 0
        found: list[tuple[Source, str]] = []
        while entries := await self.entries_after(entry):
            found.extend(text for one in entries for text in one.texts)
            entry = entries[-1].entry
        return found

    async def entries_after(self, entry: int) -> list[Entry]:
        """Read what the next `READ_ROWS` entries after one taught; empty at the end."""
        rows = await self._database.fetch(
            f"SELECT entry, kind, {BODY} FROM journal WHERE entry > ? ORDER BY entry LIMIT ?",
            (entry, READ_ROWS),
        )
        found: list[Entry] = []
        pace = Pace(DECODED_PER_BREATH)
        for number, kind, body in rows:
            with self._reading(number):
                found.append(_entry(int(str(number)), str(kind), str(body)))
            await pace.spend()
        return found

    async def events_after(self, entry: int) -> list[Event]:
        """Read the next `READ_ROWS` entries after one, whole; empty at the end."""
        rows = await self._database.fetch(
            f"SELECT entry, kind, at, {BODY} FROM journal WHERE entry > ? ORDER BY entry LIMIT ?",
            (entry, READ_ROWS),
        )
        found: list[Event] = []
        pace = Pace(DECODED_PER_BREATH)
        for number, kind, at, body in rows:
            with self._reading(number):
                found.append(event_of(int(str(number)), str(kind), float(str(at)), str(body)))
            await pace.spend()
        return found

    async def batches_of(self, digest: str) -> list[tuple[int | None, int | None, bool]]:
        """Read how far each batch of a book went, in order.

        Returns
        -------
        list
            For each the characters of the book until its end (``None`` if it does not tell), those
            of its text (``None`` if some of it was forgotten), and whether it was the last.
        """
        rows = await self._database.fetch(_BATCHES, (digest, digest))
        return [
            (
                None if end is None else int(str(end)),
                None if cut or length is None else int(str(length)),
                bool(last),
            )
            for end, length, cut, last in rows
        ]


def event_of(entry: int, kind: str, at: float, body: str) -> Event:
    """Read an entry whole; it raises whatever a damaged body makes it raise."""
    if kind == "turn":
        return Event(entry, kind, at, Turn.from_json(body), (), {})
    more = msgspec.json.decode(body)
    texts = _texts(more.pop("heard", ()))
    return Event(entry, kind, at, None, texts, more)


def _entry(number: int, kind: str, body: str) -> Entry:
    if kind == "turn":
        return Entry(number, Turn.from_json(body).texts())
    told = msgspec.json.decode(body)
    return Entry(number, _texts(told.get("heard", ())), last=bool(told.get("last", False)))


def _texts(told: Sequence[tuple[Source, str]]) -> tuple[tuple[Source, str], ...]:
    for source, text in told:
        if source not in SOURCES or not isinstance(text, str):
            raise ValueError(f"a {type(text).__name__} from {source!r} is no text")
    return tuple((source, text) for source, text in told)
