"""Whatever is done in whichever order: a Leo is what a plain list says he is."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from leo import AsyncLeoField, FieldClosed, Turn
from leo.text.tokens import tokens
from tests.reliability.campaigns.lives import (
    SMALL,
    digest_of_field,
    digest_of_turn,
    life_of,
    recounted,
)
from tests.reliability.campaigns.nursery import LONG, hurried
from tests.reliability.campaigns.saying import book
from tests.reliability.campaigns.stepping import cancelled_at
from tests.strategies import prose

ResultT = TypeVar("ResultT")

LONG_FORM: Final = "LEO_SOAK_LIVES"
"""Names the variable that says how many lives ``scripts/soak any_order`` lives."""

EXAMPLES: Final = int(os.environ.get(LONG_FORM, "8"))
STEPS: Final = 30 if LONG_FORM in os.environ else 12
"""Things that happen in a life at most."""

BOOKS: Final = 2
AWAITS: Final = 45
"""A turn of this life waits about so often; cancelled later, it is through."""

OLD_JOURNAL: Final = """
CREATE TABLE old (
    entry INTEGER PRIMARY KEY,
    kind  TEXT NOT NULL CHECK (kind IN ('birth', 'turn', 'observe', 'book', 'settings')),
    at    REAL NOT NULL,
    turn  INTEGER UNIQUE,
    body  TEXT NOT NULL
) STRICT;
INSERT INTO old SELECT entry, kind, at, turn, body FROM journal;
DROP TABLE journal;
ALTER TABLE old RENAME TO journal;
"""


def made_old(path: Path, version: int) -> None:
    """Give a closed file the schema of an earlier version, with all that is in it."""
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.executescript(
            "ALTER TABLE journal DROP COLUMN packed;"
            if version == 2
            else f"{OLD_JOURNAL} DROP TABLE chores;"
        )
        file.execute(f"PRAGMA user_version={version}")


@dataclass
class Model:
    """What must be there: everything that was said, as plain lists."""

    turns: list[str] = field(default_factory=list)
    """Digest of each turn."""
    entries: int = 1
    heard: list[str] = field(default_factory=list)
    """Every text that was learned since the birth."""
    batches: dict[int, int] = field(default_factory=dict)
    """How many batches of each book were read."""
    without: tuple[str, ...] = ()

    def lived(self, turn: Turn) -> None:
        """A turn happened."""
        self.turns.append(digest_of_turn(turn))
        self.entries += 1
        self.heard += [text for _, text in turn.texts()]


class AnyOrder(RuleBasedStateMachine):
    """Open, observe, turn, imagine, read, sleep, cancel, crash, reopen and migrate a Leo."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner(debug=False)
        self.folder = Path(tempfile.mkdtemp(prefix="leo-machine-"))
        self.hurry = hurried(fold_every=3, packed_from=150, mirror_every=2)
        self.hurry.__enter__()
        self.lives = 0
        self.old = False
        self.path = self.folder / "0" / "leo.db"
        self.model = Model()
        self.gone: list[AsyncLeoField] = []
        self.leo = SMALL.leo(self.path)
        self.books = [self.folder / f"{number}.txt" for number in range(BOOKS)]
        self.texts = [book(2 * LONG, number) for number in range(BOOKS)]
        for path, text in zip(self.books, self.texts, strict=True):
            path.write_text(text, encoding="utf-8")

    def run(self, work: Awaitable[ResultT]) -> ResultT:
        """Do something on the machine's loop."""

        async def awaited() -> ResultT:
            return await work

        return self.runner.run(awaited())

    # ------------------------------------------------------------ opening and closing

    @precondition(lambda self: self.leo.closed)
    @rule()
    def opens(self) -> None:
        """Open him, or let him be born."""
        self.run(self.leo.async_init())
        self.old = False

    @precondition(lambda self: not self.leo.closed)
    @rule()
    def closes(self) -> None:
        """Close him; another one opens the file."""
        self.run(self.leo.aclose())
        with pytest.raises(FieldClosed):
            self.run(self.leo.stats())
        self.leo = SMALL.leo(self.path)

    @precondition(lambda self: not self.leo.closed)
    @rule()
    def sleeps(self) -> None:
        """Let him sleep; whatever comes next wakes him."""
        self.run(self.leo.hibernate())

    @precondition(lambda self: not self.leo.closed)
    @rule()
    def crashes(self) -> None:
        """Take file and log as they are now, as a crash would leave them, and go on with those."""
        self.lives += 1
        there = self.folder / str(self.lives)
        shutil.copytree(self.path.parent, there, ignore=shutil.ignore_patterns("*.lock", "*-shm"))
        self.gone.append(self.leo)
        self.path = there / "leo.db"
        self.leo = SMALL.leo(self.path)

    @precondition(lambda self: self.leo.closed and self.path.exists() and not self.old)
    @rule(version=st.sampled_from([1, 2]))
    def grows_old(self, version: int) -> None:
        """Give the file an earlier schema; the next opening brings it up to date."""
        made_old(self.path, version)
        self.old = True

    # ------------------------------------------------------------ living

    @precondition(lambda self: not self.leo.closed)
    @rule(prompt=prose)
    def turns(self, prompt: str) -> None:
        """Take a turn."""
        turn = self.run(self.leo.turn(prompt, max_tokens=8))
        assert (turn.id, turn.prompt) == (len(self.model.turns) + 1, prompt)
        self.model.lived(turn)

    @precondition(lambda self: not self.leo.closed)
    @rule(prompt=prose, at=st.integers(1, AWAITS))
    def is_cancelled(self, prompt: str, at: int) -> None:
        """Cancel a turn at one of its awaits: it happened, or it did not."""
        outcome = self.run(cancelled_at(self.leo.turn(prompt, max_tokens=8), at))
        lived = len(self.model.turns)
        assert not outcome.left
        assert not self.leo._lock.locked()
        new = self.run(self.leo.journal(lived + 1))
        assert len(new) == 1 if outcome.result is not None else len(new) in (0, 1)
        for turn in new:
            self.model.lived(turn)

    @precondition(lambda self: not self.leo.closed)
    @rule(prompt=prose)
    def imagines(self, prompt: str) -> None:
        """Imagine a turn, of which nothing is kept."""
        assert self.run(self.leo.imagine(prompt)).id is None

    @precondition(lambda self: not self.leo.closed)
    @rule(text=prose)
    def observes(self, text: str) -> None:
        """Hear a text."""
        self.run(self.leo.observe(text))
        self.model.entries += 1
        self.model.heard.append(text)

    @precondition(lambda self: not self.leo.closed)
    @rule(number=st.integers(0, BOOKS - 1))
    def reads(self, number: int) -> None:
        """Read a book, which is skipped the second time."""
        report = self.run(self.leo.read(self.books[number]))
        known = self.model.batches.get(number)
        assert report.skipped == (known is not None)
        if known is None:
            self.model.batches[number] = report.batches
            self.model.entries += report.batches
            self.model.heard.append(self.texts[number])

    @precondition(lambda self: not self.leo.closed)
    @rule(names=st.sampled_from([(), ("dream",), ("school", "game")]))
    def switches(self, names: tuple[str, ...]) -> None:
        """Switch modules off and on."""
        self.run(self.leo.set_without(names))
        self.model.entries += set(names) != set(self.model.without)
        self.model.without = tuple(sorted(names))

    # ------------------------------------------------------------ what must be true

    @precondition(lambda self: not self.leo.closed)
    @invariant()
    def he_is_what_was_said(self) -> None:
        """Turns, entries, switches and tokens are those of the plain lists."""
        stats = self.run(self.leo.stats())
        assert (stats.turns, stats.entries) == (len(self.model.turns), self.model.entries)
        assert tuple(sorted(self.leo.without)) == self.model.without
        assert [digest_of_turn(turn) for turn in self.leo.turns] == self.model.turns[-20:]
        born = [text for _, text in SMALL.birth.texts]
        assert stats.totals.tokens == sum(len(tokens(text)) for text in [*born, *self.model.heard])
        assert not self.leo._lock.locked()

    def teardown(self) -> None:
        """Compare memory with the journal counted anew, and let everything go."""
        try:
            if not self.leo.closed:
                self.run(self._is_his_journal())
        finally:
            for leo in (self.leo, *self.gone):
                self.run(leo.aclose())
            self.runner.close()
            self.hurry.__exit__(None, None, None)
            shutil.rmtree(self.folder)

    async def _is_his_journal(self) -> None:
        turns = await self.leo.journal()
        assert [digest_of_turn(turn) for turn in turns] == self.model.turns
        life = life_of(self.leo)
        assert digest_of_field(life.field) == digest_of_field(await recounted(life))
        assert await life.database.fetch("PRAGMA integrity_check") == [("ok",)]
        heard: Counter[str] = Counter()
        for text in self.model.heard:
            heard.update(token.word for token in tokens(text))
        for word in heard:
            assert life.field.own.id(word) is not None, word


TestAnyOrder: Any = pytest.mark.timeout(300)(AnyOrder.TestCase)
TestAnyOrder.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=not os.environ.get(LONG_FORM),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
