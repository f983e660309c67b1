"""Where the tables go: one class for each format. They write to disk: call them in a thread."""

import contextlib
import csv
import sqlite3
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Protocol, TextIO, get_args

from leo.errors import StoreError
from leo.exporting.tables import TABLES, Kind, Row, Table

__all__ = ["ExportFormat", "Sink", "format_of", "sink_of"]

ExportFormat = Literal["sqlite", "csv", "parquet"]
"""``sqlite``: one file. ``csv`` and ``parquet``: a folder with a file for each table."""

SUFFIXES: dict[str, ExportFormat] = {
    ".db": "sqlite",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    "": "csv",
    ".csv": "csv",
    ".parquet": "parquet",
}

GROUP_ROWS = 16_384
"""Rows of a Parquet file that are packed together."""


class Sink(Protocol):
    """Takes rows of the tables and writes them under one path."""

    def open(self, place: Path) -> None:
        """Make the file or folder, which must not exist."""
        ...

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Write some rows."""
        ...

    def finish(self) -> None:
        """Write what is held back, and what can only be written at the end."""
        ...

    def close(self) -> None:
        """Let all files go; closing twice is closing once."""
        ...


def format_of(target: Path, chosen: str | None) -> ExportFormat:
    """Give the format that was chosen, or else the one that the target's suffix asks for.

    Raises
    ------
    ValueError
        If there is no such format, or the suffix says nothing.
    """
    if chosen is None:
        found = SUFFIXES.get(target.suffix.lower())
        if found is None:
            raise ValueError(
                f"cannot tell the format of {target.name!r}; end it in one of "
                f"{', '.join(filter(None, SUFFIXES))}, or say format= (a folder of CSV files "
                "has no suffix)"
            )
        return found
    for name in get_args(ExportFormat):
        if name == chosen:
            return SUFFIXES[f".{name}"]
    raise ValueError(f"format is {chosen!r}; it can be one of {get_args(ExportFormat)}")


def sink_of(chosen: ExportFormat) -> Sink:
    """Make the sink of a format."""
    match chosen:
        case "sqlite":
            return SqliteSink()
        case "csv":
            return CsvSink()
        case "parquet":
            return ParquetSink()


# ---------------------------------------------------------------- SQLite


class SqliteSink:
    """One SQLite file, with keys and indices."""

    def __init__(self) -> None:
        self._file: sqlite3.Connection | None = None

    def open(self, place: Path) -> None:
        """Make the file and its tables."""
        # Each call may come from another thread of the pool, never two at a time.
        self._file = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=OFF")  # a draft: nobody reads half of it
        self._file.execute("PRAGMA synchronous=OFF")
        self._file.execute("BEGIN")
        for table in TABLES:
            self._file.execute(_create(table))

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Write some rows."""
        marks = ", ".join("?" * len(table.columns))
        self._open().executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', rows)

    def finish(self) -> None:
        """Make the indices, which is faster when all rows are there."""
        file = self._open()
        for table in TABLES:
            for column in table.sought:
                name = f"{table.name}_{column}"
                file.execute(f'CREATE INDEX "{name}" ON "{table.name}" ("{column}")')
        file.execute("COMMIT")

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> sqlite3.Connection:
        if self._file is None:
            raise sqlite3.ProgrammingError("the export's file is not open")
        return self._file


SQL_KINDS: dict[Kind, str] = {str: "TEXT", int: "INTEGER", float: "REAL"}


def _create(table: Table) -> str:
    single = table.key[0] if len(table.key) == 1 else None
    lines = [
        f'"{name}" {SQL_KINDS[kind]}' + (" PRIMARY KEY NOT NULL" if name == single else "")
        for name, kind in table.columns
    ]
    if single is None:
        lines.append(f"PRIMARY KEY ({', '.join(map(_quoted, table.key))})")
    lines += [
        f'FOREIGN KEY ("{column}") REFERENCES "{other}" ("{theirs}")'
        for column, other, theirs in table.refers
    ]
    return f'CREATE TABLE "{table.name}" ({", ".join(lines)})'


def _quoted(name: str) -> str:
    return f'"{name}"'


# ---------------------------------------------------------------- CSV


class CsvSink:
    """A folder of CSV files in UTF-8 with a header; a missing value is an empty field."""

    def __init__(self) -> None:
        self._files: dict[str, TextIO] = {}

    def open(self, place: Path) -> None:
        """Make the folder, and a file with a header for each table."""
        place.mkdir()
        for table in TABLES:
            file = (place / f"{table.name}.csv").open("w", encoding="utf-8", newline="")
            self._files[table.name] = file
            csv.writer(file).writerow([name for name, _ in table.columns])

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Write some rows."""
        csv.writer(self._files[table.name]).writerows(rows)

    def finish(self) -> None:
        """Write what the files hold back."""
        for file in self._files.values():
            file.flush()

    def close(self) -> None:
        """Let the files go."""
        with contextlib.ExitStack() as stack:
            while self._files:
                stack.callback(self._files.popitem()[1].close)


# ---------------------------------------------------------------- Parquet


class ParquetSink:
    """A folder of Parquet files; needs pyarrow."""

    def __init__(self) -> None:
        self._arrow: Any = None  # a library that is not always there, and has no types
        self._files: dict[str, Any] = {}
        self._held: dict[str, list[Row]] = {table.name: [] for table in TABLES}

    def open(self, place: Path) -> None:
        """Make the folder, and a file for each table."""
        self._arrow, parquet = _pyarrow()
        place.mkdir()
        kinds = {str: self._arrow.string(), int: self._arrow.int64(), float: self._arrow.float64()}
        for table in TABLES:
            schema = self._arrow.schema([(name, kinds[kind]) for name, kind in table.columns])
            file = place / f"{table.name}.parquet"
            self._files[table.name] = parquet.ParquetWriter(file, schema)

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Hold some rows back, and write them when a group is full."""
        self._held[table.name].extend(rows)
        if len(self._held[table.name]) >= GROUP_ROWS:
            self._pack(table.name)

    def finish(self) -> None:
        """Write the last groups and the files' ends."""
        for name in self._files:
            self._pack(name)
        self.close()

    def _pack(self, name: str) -> None:
        rows, self._held[name] = self._held[name], []
        if rows:
            schema = self._files[name].schema
            columns = dict(zip(schema.names, zip(*rows, strict=True), strict=True))
            self._files[name].write_table(self._arrow.table(columns, schema))

    def close(self) -> None:
        """Let the files go."""
        with contextlib.ExitStack() as stack:
            while self._files:
                stack.callback(self._files.popitem()[1].close)


def _pyarrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise StoreError(
            "Parquet files need pyarrow: pip install 'leo-organism[parquet]'; SQLite and CSV "
            "need nothing"
        ) from error
