"""What a process holds, counted: memory, threads, descriptors, tasks, living records, files."""

import asyncio
import contextlib
import gc
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["Files", "Held", "Table", "files_of", "held", "living", "tables_of"]

KB: Final = 1024


@dataclass(frozen=True, slots=True)
class Held:
    """What this process holds.

    ``anonymous`` and ``mapped`` are kB of resident memory: its own, and that of files, which
    the system takes back when it needs room.
    """

    anonymous: int
    mapped: int
    threads: int
    descriptors: int
    tasks: int
    objects: int


def held() -> Held:
    """Count what this process holds. Takes some 0.1 s, most of it for collecting garbage."""
    gc.collect()
    status = dict(
        line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if line
    )
    return Held(
        anonymous=int(status["RssAnon"].split()[0]),
        mapped=int(status["RssFile"].split()[0]),
        threads=sum(not one.name.startswith("asyncio_") for one in threading.enumerate()),
        descriptors=len([*Path("/proc/self/fd").iterdir()]) - 1,  # one is the listing itself
        tasks=len(asyncio.all_tasks()),
        objects=len(gc.get_objects()),
    )


def living(kinds: Iterable[type]) -> dict[str, int]:
    """Count the living objects of some types."""
    gc.collect()
    counts = dict.fromkeys(kinds, 0)
    for one in gc.get_objects():
        if type(one) in counts:
            counts[type(one)] += 1
    return {kind.__name__: count for kind, count in counts.items()}


@dataclass(frozen=True, slots=True)
class Files:
    """Bytes of a Leo's file, of its log, and of the packed counts beside it."""

    file: int
    log: int
    packs: int


def files_of(path: Path) -> Files:
    """Weigh a Leo's files."""
    packs = path.with_name(f"{path.name}.packs")
    size = sum(one.stat().st_size for one in packs.rglob("*")) if packs.exists() else 0
    log = path.with_name(f"{path.name}-wal")
    return Files(path.stat().st_size, log.stat().st_size if log.exists() else 0, size)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a Leo's file, with its indexes: rows, and bytes of pages."""

    name: str
    rows: int
    size: int


def tables_of(path: Path) -> list[Table]:
    """Weigh the tables of a Leo's file, the heaviest first."""
    found: list[Table] = []
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
        sizes: dict[str, int] = dict(
            file.execute(
                "SELECT tbl_name, sum(pgsize) FROM dbstat "
                "JOIN sqlite_master USING (name) GROUP BY 1"
            )
        )
        for name, size in sizes.items():
            (rows,) = file.execute(f'SELECT count(*) FROM "{name}"').fetchone()
            found.append(Table(name, rows, size))
    return sorted(found, key=lambda table: -table.size)
