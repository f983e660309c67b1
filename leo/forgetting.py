"""Forgetting: what has to go when somebody asks for it, worked out before anything is changed.

Who spoke, and in which words, decides. *Said* are prompts, observed texts and books; everything
else (replies, rings, dreams, notes) Leo made himself. What was said and is to be forgotten goes
whole. Traces of it are then

- every word that stands in what goes, and nowhere else: not in the birth texts, not in anything
  said that stays, not in anything Leo said before;
- every three words in a row of what goes, on the same terms (and a sentence of two words);
- the text that was asked for, if the birth does not have it.

Where Leo's own texts hold a trace, it is cut out, and what has a cut is not counted any more.
The field is what all the rest teaches, counted anew. What stays is what others said too, and
two words in a row that Leo took up.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from operator import index
from typing import Any, TypeAlias

from leo.module import Gone, Module, Write
from leo.modules import default_modules
from leo.pace import Pace
from leo.records.cutting import Cutter, cut_turn
from leo.store.database import Database
from leo.store.gaps import (
    Told,
    book_write,
    gap_writes,
    plain_turn,
    plain_turns_in,
    rewritten,
    row_writes,
    tables_of,
    told_in,
    turns_in,
)
from leo.store.journal import Birthday
from leo.store.reader import FileReader
from leo.text.traces import SHORTEST, Traces, has, parted, run_of, runs_of, words_of

__all__ = ["Erasure", "Wanted", "erasure", "wanted"]

What: TypeAlias = str | int | Iterable[int]
"""A text, or turns."""

TEXTS_PER_BREATH = 1
"""Texts that are compared between two yields to the event loop; a book's are long."""

TURNS_PER_BREATH = 1
"""Turns that are decoded and looked through between two yields; each has a thousand strings."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants forgotten: turns by number, or a run of words."""

    turns: frozenset[int] = frozenset()
    run: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Erasure:
    """Everything that forgetting would change.

    Attributes
    ----------
    turns, entries, echoes
        Turns that become gaps, entries outside turns that lose texts, turns that are cut.
    writes
        What to write, in one transaction.
    """

    turns: tuple[int, ...]
    entries: tuple[int, ...]
    echoes: tuple[int, ...]
    writes: tuple[Write, ...]


def wanted(what: What, last: int) -> Wanted:
    """Read what somebody wants forgotten.

    Parameters
    ----------
    what
        A text, a turn's number, or several.
    last
        The last turn's number.

    Raises
    ------
    ValueError
        If the text has no word, or there was no such turn.
    """
    if isinstance(what, bytes | bytearray | memoryview):
        raise TypeError("bytes are no text; give a str, or the numbers of turns")
    if isinstance(what, str):
        run = run_of(what)
        if not run:
            raise ValueError(f"{what!r} has no word in it; give a text with words, or a turn")
        return Wanted(run=run)
    try:
        turns = frozenset(map(_turn, [what] if isinstance(what, int) else what))
    except TypeError:
        raise TypeError(
            f"turns are whole numbers, not {what!r}; texts can be forgotten one at a time"
        ) from None
    for turn in sorted(turns):
        if not 1 <= turn <= last:
            raise ValueError(f"there is no turn {turn}; this Leo has lived {last}")
    return Wanted(turns)


def _turn(one: int) -> int:
    if isinstance(one, bool):  # True is no turn, though it is 1
        raise TypeError
    return index(one)


async def erasure(
    database: Database, birthday: Birthday, modules: Sequence[Module[Any]], want: Wanted
) -> Erasure | None:
    """Work out what has to go; nothing is changed yet, and it can be cancelled.

    Parameters
    ----------
    database
        The Leo's file.
    birthday
        With what he was born.
    modules
        His modules.
    want
        What is to be forgotten.

    Returns
    -------
    Erasure or None
        ``None`` if nobody ever said it.
    """
    chosen = await _chosen(database, want)
    if not chosen.gaps and not chosen.books:
        return None
    traces = await _traces(database, birthday, want, chosen)
    turns = {one.turn: one.at for one in chosen.gaps if one.turn is not None}
    gone = Gone(turns, traces)
    cut = await _cut(database, gone)
    writes = [
        *gap_writes(chosen.gaps),
        *(book_write(one.told, one.left) for one in chosen.books),
        rewritten([(entry, body) for entry, _, body in cut]),
        *await _module_writes(FileReader(database, birthday.birth), modules, gone),
        Write("DELETE FROM image"),
    ]
    outside = [one.entry for one in chosen.gaps if one.turn is None]
    outside += [one.told.entry for one in chosen.books]
    return Erasure(
        tuple(sorted(turns)),
        tuple(sorted(outside)),
        tuple(turn for _, turn, _ in cut),
        tuple(writes),
    )


# ---------------------------------------------------------------- what goes


@dataclass(frozen=True, slots=True)
class _Book:
    """A batch of a book, and what is left of it."""

    told: Told
    left: tuple[str, ...]
    taken: tuple[str, ...]


@dataclass(slots=True)
class _Chosen:
    gaps: list[Told] = field(default_factory=list)
    books: list[_Book] = field(default_factory=list)

    def said(self) -> list[str]:
        """List what was said and goes."""
        taken = [text for one in self.books for text in one.taken]
        return taken + [text for one in self.gaps for _, text in one.said]

    def own(self) -> list[str]:
        """List what Leo said in turns that go."""
        return [text for one in self.gaps for text in one.own]

    def first(self) -> int:
        """Give the first entry that loses anything."""
        return min(*(one.entry for one in self.gaps), *(b.told.entry for b in self.books), 2**62)


async def _chosen(database: Database, want: Wanted) -> _Chosen:
    chosen, pace = _Chosen(), Pace(TEXTS_PER_BREATH)
    async for told in told_in(database):
        await pace.spend()
        if told.turn in want.turns:
            chosen.gaps.append(told)
        elif want.run and any(has(text, want.run) for _, text in told.said):
            if told.kind == "book":
                chosen.books.append(_without(told, want.run))
            else:
                chosen.gaps.append(told)
    return chosen


def _without(told: Told, run: tuple[str, ...]) -> _Book:
    parts = [parted(text, run) for _, text in told.said]
    left = tuple(one for texts, _ in parts for one in texts)
    return _Book(told, left, tuple(one for _, texts in parts for one in texts))


# ---------------------------------------------------------------- its traces


async def _traces(database: Database, birthday: Birthday, want: Wanted, chosen: _Chosen) -> Traces:
    """Find what only stands in what goes."""
    pace = Pace(TEXTS_PER_BREATH)
    words: set[str] = set()
    runs: set[tuple[str, ...]] = set()
    for text in chosen.said():
        words |= words_of(text)
        runs |= runs_of(text)
        await pace.spend()
    for text in chosen.own():
        words |= words_of(text)
    beginnings = {word[:size] for word in words for size in range(SHORTEST, len(word))}
    async for text in _known(database, birthday, chosen):
        heard = words_of(text)
        words -= heard
        beginnings -= heard
        runs -= runs_of(text)
        await pace.spend()
    left = frozenset(one for one in beginnings if any(word.startswith(one) for word in words))
    births = birthday.birth.texts if birthday.birth else ()
    if want.run and not any(has(text, want.run) for _, text in births):
        runs.add(want.run)
    return Traces(frozenset(words), frozenset(runs), left)


async def _known(database: Database, birthday: Birthday, chosen: _Chosen) -> AsyncIterator[str]:
    """Give what stays and owes nothing to what goes: the birth, what was said, what was before."""
    gaps = {one.entry for one in chosen.gaps}
    books = {one.told.entry: one.left for one in chosen.books}
    first = chosen.first()
    for _, text in birthday.birth.texts if birthday.birth else ():
        yield text
    async for told in told_in(database):
        if told.entry in gaps:
            continue
        for text in books.get(told.entry, tuple(text for _, text in told.said)):
            yield text
        for text in told.own if told.entry < first else ():
            yield text


# ---------------------------------------------------------------- where they stand


async def _cut(database: Database, gone: Gone) -> list[tuple[int, int, str]]:
    """Cut the turns that stay: entry, number and new body of those that change."""
    cutter, pace = Cutter(gone.traces, gone.turns), Pace(TURNS_PER_BREATH)
    found: list[tuple[int, int, str]] = []
    async for entry, turn in turns_in(database):
        await pace.spend()
        if turn.id in gone.turns or turn.id is None:
            continue
        cut = cut_turn(turn, cutter)
        if cut is not turn:
            found.append((entry, turn.id, cut.to_json()))
    async for entry, number, texts in plain_turns_in(database):
        kept = [one for one in texts if one[0] == "observer" or not gone.traces.holds(one[1])]
        if number not in gone.turns and len(kept) < len(texts):
            found.append((entry, number, plain_turn(kept)))
        await pace.spend()
    return sorted(found)


async def _module_writes(
    reader: FileReader, modules: Sequence[Module[Any]], gone: Gone
) -> list[Write]:
    """Ask every module, also one that is not here but has tables, then look at all tables."""
    writes: list[Write] = []
    spared: set[str] = set()
    here = {module.name for module in modules}
    for module in (*modules, *(one for one in default_modules() if one.name not in here)):
        spared.update(module.spared)
        rows = await reader.fetch(
            "SELECT count(*) FROM module_migrations WHERE module = ?", (module.name,)
        )
        if module.migrations and int(str(rows[0][0])) >= len(module.migrations):
            writes.extend(await module.forget(reader, gone))
    for table in await tables_of(reader):
        own = [one.partition(".")[2] for one in spared if one.partition(".")[0] == table]
        writes.extend(await row_writes(reader, table, own, gone))
    return writes
