"""A draft of an export: written beside its target, and put in place when it is whole."""

import asyncio
import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from leo.errors import StoreError
from leo.exporting.sinks import ExportFormat, sink_of
from leo.exporting.tables import TABLES, Row, Table
from leo.pace import ROWS_PER_BREATH, Pace
from leo.settle import settled

__all__ = ["Draft", "drafted"]

log = logging.getLogger("leo")

BATCH_ROWS = 512
"""Rows that are written at a time; the thread shares the interpreter with the event loop."""


class Draft:
    """An export in the making. Made by `drafted`.

    Parameters
    ----------
    target
        Where it is to stand.
    chosen
        The format.
    """

    def __init__(self, target: Path, chosen: ExportFormat) -> None:
        self._target, self._sink = target, sink_of(chosen)
        self._folder: Path | None = None
        self._waiting: dict[str, list[Row]] = {table.name: [] for table in TABLES}
        self._pace = Pace(ROWS_PER_BREATH)

    async def add(self, table: Table, row: Row) -> None:
        """Write a row; in batches, and handing control back in between."""
        waiting = self._waiting[table.name]
        waiting.append(row)
        await self._pace.spend()
        if len(waiting) >= BATCH_ROWS:
            await self._flush(table)

    async def _flush(self, table: Table) -> None:
        rows, self._waiting[table.name] = self._waiting[table.name], []
        await settled(asyncio.to_thread(self._sink.write, table, rows))

    async def begin(self) -> None:
        """Refuse a target that is there, and start to write beside it."""
        await settled(asyncio.to_thread(self._begin))

    async def end(self) -> None:
        """Write the rest, then put the whole in place at once."""
        for table in TABLES:
            await self._flush(table)
        await settled(asyncio.to_thread(self._finish))
        await settled(asyncio.to_thread(self._place))

    async def discard(self) -> None:
        """Remove whatever is not in place."""
        await settled(asyncio.to_thread(self._discard))

    def _begin(self) -> None:
        self._refuse()
        self._target.parent.mkdir(parents=True, exist_ok=True)
        name = f".{self._target.name}."
        self._folder = Path(tempfile.mkdtemp(prefix=name, suffix=".new", dir=self._target.parent))
        self._sink.open(self._folder / "export")

    def _refuse(self) -> None:
        if os.path.lexists(self._target):
            raise StoreError(f"{self._target} exists already; choose another name for the export")

    def _finish(self) -> None:
        self._sink.finish()
        self._sink.close()

    def _place(self) -> None:
        if self._folder is not None:
            self._refuse()
            (self._folder / "export").rename(self._target)

    def _discard(self) -> None:
        try:
            self._sink.close()
        finally:
            folder, self._folder = self._folder, None
            if folder is not None:
                _removed(folder)


def _removed(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:  # the export itself stands, or its own error is on the way
        log.warning("could not remove %s: %s; delete it by hand", folder, error)


@asynccontextmanager
async def drafted(target: Path, chosen: ExportFormat) -> AsyncIterator[Draft]:
    """Open a draft; at the end it stands at its target, or after an error nothing does.

    Raises
    ------
    StoreError
        If the target exists already, or cannot be written, or a library is missing.
    """
    draft = Draft(target, chosen)
    try:
        try:
            await draft.begin()
            yield draft
            await draft.end()
        finally:
            await draft.discard()
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"cannot write {target}: {error}; check the free space and that you may write to its "
            "folder"
        ) from error
