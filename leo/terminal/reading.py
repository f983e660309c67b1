"""``python -m leo read BOOK``: a book, with a bar that shows how far he is."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from leo.sync_leo import LeoField
from leo.terminal.options import add_path
from leo.turns import ReadReport

__all__ = ["read_command"]


def read_command(arguments: Sequence[str]) -> int:
    """Let Leo read a book, and say what he learned."""
    parser = argparse.ArgumentParser(
        prog="python -m leo read",
        description="Let Leo read a UTF-8 text file. A book that was left half-way goes on "
        "where it was left; one that was read is not read again unless you say so.",
        allow_abbrev=False,
    )
    parser.add_argument("book", type=Path, metavar="BOOK", help="the file")
    parser.add_argument("--again", action="store_true", help="read it although he knows it")
    add_path(parser)
    asked = parser.parse_args(arguments)
    with LeoField(asked.path) as leo:
        try:
            report = _read(leo, asked.book, again=asked.again)
        except KeyboardInterrupt:
            print("leo: what was read is kept; reading goes on there next time", file=sys.stderr)
            raise
    if report.skipped:
        print(f"{asked.book} taught nothing: it is empty, or was read before (--again reads it)")
    else:
        print(f"{asked.book}: {report.tokens} tokens in {report.batches} batches")
    return 0


def _read(leo: LeoField, book: Path, *, again: bool) -> ReadReport:
    with tqdm(unit="char", unit_scale=True, desc=book.name, file=sys.stderr, disable=None) as bar:

        def told(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return leo.read(book, progress=told, again=again)
