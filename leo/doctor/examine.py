"""The examination: one check after the other, nothing changed, also while a Leo lives there."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from leo.doctor.entries import Lost, entries_in
from leo.doctor.file import Held, held, pages, tables
from leo.doctor.leftovers import leftovers
from leo.doctor.looking import Looked
from leo.doctor.recount import Kept, compared, kept_in
from leo.doctor.report import Check, Tell
from leo.errors import StoreError, TurnFormatError
from leo.module import Module
from leo.modules import default_modules
from leo.store.journal import Birthday, Journal, event_of
from leo.store.looking import size_of
from leo.store.reader import MISREAD, FileReader, loaded
from leo.store.schema import VERSION

__all__ = ["examine"]

SHOWN: Final = 20
"""Entries that cannot be read of which each is told."""

TRIES: Final = 3
"""How often the packed layers are looked for while a living Leo renews them."""


async def examine(looked: Looked, tell: Tell) -> bool:
    """Examine a file, and tell whether it is healthy.

    Parameters
    ----------
    looked
        The file.
    tell
        Told each check.
    """
    reading, healthy = looked.reading, True

    async def done(about: str, checking: Awaitable[Check]) -> Check:
        nonlocal healthy
        try:
            check = await checking
        except StoreError as error:
            check = Check(about, "could not be looked at", (str(error.__cause__ or error),))
        healthy = healthy and not check.wrong
        tell(check)
        return check

    keeper = await asyncio.to_thread(held, looked.file)
    await done("leo", _who(looked, keeper))
    await done("file", pages(reading, looked.missing))
    await done("tables", tables(reading, default_modules()))
    birth = await done("birth", _birth(looked))
    birthday = None if birth.wrong else await Journal(reading).birthday()
    journal = await done("journal", _journal(looked))
    await done("modules", _modules(looked, birthday))
    if birthday is not None:
        kept = await _kept(looked, birthday)
        await done("counts", _counts(looked, birthday, kept, sound=not journal.wrong))
        if keeper is None or keeper.dead:
            needed = kept.names if kept.wrong is None else None
            await done("folder", asyncio.to_thread(leftovers, looked.file, needed))
    return healthy


async def _who(looked: Looked, keeper: Held | None) -> Check:
    size = await asyncio.to_thread(size_of, looked.file)
    told = f"{looked.file}, {size / 1000:,.0f} kB"
    if looked.version < VERSION:
        told += (
            f", of schema {looked.version}: a copy that was brought up to {VERSION} is looked at"
        )
    if keeper is None:
        return Check("leo", f"{told}; nobody has it open")
    name = f"process {keeper.pid} on {keeper.host}"
    return Check(
        "leo", f"{told}; {name} {'had it open, and died' if keeper.dead else 'has it open'}"
    )


# ---------------------------------------------------------------- the journal


async def _birth(looked: Looked) -> Check:
    birthday = await Journal(looked.reading).birthday()
    if birthday is None:
        return Check("birth", "nobody was born in it yet; that happens when it is opened")
    texts = len(birthday.birth.texts) if birthday.birth else 0
    return Check("birth", f"{_date(birthday.at)}, seed {birthday.seed}, {texts} texts, unchanged")


def _date(at: float) -> str:
    try:
        return datetime.fromtimestamp(at).astimezone().isoformat(" ", "minutes")
    except (ValueError, OverflowError, OSError):
        return f"at {at:g}"


@dataclass
class _Counted:
    """What was met in the journal so far."""

    kinds: Counter[str]
    wrong: list[str]
    turn: int = 0


async def _journal(looked: Looked) -> Check:
    """Read every entry, and the overview beside them."""
    counted = _Counted(Counter(), [])
    async for one in entries_in(looked.reading):
        if isinstance(one, Lost):
            counted.wrong.append(f"entry {one.entry} cannot be read: {one.why}")
            continue
        counted.kinds[one.kind] += 1
        name = f"entry {one.entry}, {one.kind}" + (f" {one.turn}" if one.turn else "")
        if one.turn is not None:
            if one.turn <= counted.turn:
                counted.wrong.append(f"{name}: it comes after turn {counted.turn}")
            counted.turn = one.turn
        try:
            event = event_of(one.entry, one.kind, one.at, one.body)
        except (TurnFormatError, *MISREAD) as error:
            counted.wrong.append(f"{name} cannot be read: {error}")
            continue
        if event.turn is not None and (event.turn.id, event.turn.at) != (one.turn, one.at):
            counted.wrong.append(f"{name}: its text is that of turn {event.turn.id}")
    counted.wrong += await _overview(looked)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(counted.kinds.items()))
    more = len(counted.wrong) - SHOWN
    rest = (f"and {more} more",) if more > 0 else ()
    return Check(
        "journal", f"entries that can be read: {told or 'none'}", (*counted.wrong[:SHOWN], *rest)
    )


_UNSEEN: Final = (
    "SELECT turn FROM journal WHERE kind = 'turn' EXCEPT SELECT turn FROM summary",
    "SELECT turn FROM summary EXCEPT SELECT turn FROM journal WHERE turn IS NOT NULL",
)


async def _overview(looked: Looked) -> list[str]:
    try:
        without, alone = [await looked.reading.fetch(sql) for sql in _UNSEEN]
    except StoreError as error:
        return [f"the overview beside it cannot be read: {error.__cause__}"]
    found = [f"turn {turn!r} has no row in the overview" for (turn,) in without]
    return found + [f"the overview has a turn {turn!r} that never was" for (turn,) in alone]


# ---------------------------------------------------------------- modules


async def _modules(looked: Looked, birthday: Birthday | None) -> Check:
    """Have every module read what it keeps."""
    reader = FileReader(looked.reading, birthday.birth if birthday else None)
    names: list[str] = []
    wrong: list[str] = []
    for module in default_modules():
        if not await _up_to_date(looked, module):
            continue  # he never had it, or it is brought up to date at the next opening
        names.append(module.name)
        try:
            await loaded(module, reader)
        except StoreError as error:
            cause = error.__cause__
            wrong.append(f"{module.name} cannot read what it keeps: {cause!r}")
    return Check("modules", ", ".join(names) or "none has tables here", tuple(wrong))


async def _up_to_date(looked: Looked, module: Module[Any]) -> bool:
    rows = await looked.reading.fetch(
        "SELECT count(*) FROM module_migrations WHERE module = ?", (module.name,)
    )
    return int(str(rows[0][0])) == len(module.migrations)


# ---------------------------------------------------------------- counts


async def _kept(looked: Looked, birthday: Birthday) -> Kept:
    try:
        for _ in range(TRIES):
            kept = await kept_in(looked.reading, birthday.birth, looked.file)
            if kept.wrong is None or looked.still:
                break
            await looked.again()  # a living Leo may have renewed them just now
    except StoreError as error:
        return Kept(None, str(error.__cause__ or error))
    return kept


async def _counts(looked: Looked, birthday: Birthday, kept: Kept, *, sound: bool) -> Check:
    """Hold what was kept of the counting against a recount."""
    if kept.wrong is not None:
        told = "what was kept of counting is damaged; his journal is counted anew when he is opened"
        return Check("counts", told, (kept.wrong,))
    if kept.image is None:
        return Check("counts", "none are kept; his journal is counted at every opening")
    told = f"kept up to entry {kept.image.entry}, {len(kept.image.packs)} packed layers"
    if not sound:
        return Check("counts", f"{told}; not compared with the journal, which is damaged")
    wrong = tuple(
        f"{one} is not what the journal says"
        for one in await compared(looked.reading, birthday.birth, kept.image)
    )
    if wrong:
        told += f"; to have him count anew: sqlite3 {looked.file} 'DELETE FROM image'"
    return Check("counts", told if wrong else f"{told}, as a recount gives them", wrong)
