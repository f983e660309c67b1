"""``python -m leo export TARGET``: everything he knows, as tables."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from leo.errors import StoreError
from leo.exporting.export import ExportFormat, format_of
from leo.sync_leo import LeoField
from leo.terminal.options import add_path

__all__ = ["export_command"]


def export_command(arguments: Sequence[str]) -> int:
    """Write a Leo's field and turns as tables."""
    parser = argparse.ArgumentParser(
        prog="python -m leo export",
        description="Write his field and all his turns as tables: words, bigrams, trigrams, "
        "pairs, turns, spoken, notes. Nothing is overwritten.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "target",
        type=Path,
        metavar="TARGET",
        help="a .db or .sqlite file, a folder of CSV files (no suffix, or .csv), or a folder "
        "of Parquet files (.parquet; needs pyarrow)",
    )
    parser.add_argument(
        "--format", choices=get_args(ExportFormat), help="instead of what the suffix says"
    )
    add_path(parser)
    asked = parser.parse_args(arguments)
    try:
        chosen = format_of(asked.target, asked.format)
    except ValueError as error:
        parser.error(str(error))
    if not asked.path.exists():
        raise StoreError(f"there is no Leo at {asked.path}; talk with one there first, or --path")
    with LeoField(asked.path) as leo:
        print(leo.export(asked.target, format=chosen))
    return 0
