"""``python -m leo doctor FILE``: what is wrong with a file, and saving what can be read."""

import argparse
import asyncio
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from leo.doctor.examine import examine
from leo.doctor.looking import looking
from leo.doctor.report import Check
from leo.doctor.rescue import Rescued, rescue
from leo.errors import StoreError
from leo.home import ASYNC_DB_PATH, absolute

__all__ = ["doctor_command"]

HEALTHY: Final = 0
ILL: Final = 1
UNREADABLE: Final = 2
"""Exit statuses."""


def doctor_command(arguments: Sequence[str]) -> int:
    """Examine a file: 0 if it is healthy, 1 if something is wrong, 2 if it cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m leo doctor",
        description="Examine a Leo's file, also while he lives in it; nothing is changed. Looks at "
        "every page and every journal entry, has the modules read what they keep, and counts his "
        "whole life again. Exit status: 0 healthy, 1 something is wrong, 2 it cannot be read.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "file",
        type=Path,
        nargs="?",
        default=ASYNC_DB_PATH,
        metavar="FILE",
        help="his file (%(default)s)",
    )
    parser.add_argument(
        "--export",
        type=Path,
        metavar="OUT",
        help="write every journal entry that can be read into a new file, as JSON lines",
    )
    asked = parser.parse_args(arguments)
    try:
        return asyncio.run(_doctor(absolute(asked.file), asked.export))
    except StoreError as error:
        print(f"leo: {' '.join(str(error).split())}", file=sys.stderr)
        return UNREADABLE


async def _doctor(file: Path, export: Path | None) -> int:
    async with looking(file) as looked:
        if export is not None:
            _saved(await rescue(looked.reading, absolute(export)))
        healthy = await examine(looked, _show)
    print("healthy" if healthy else "not healthy")
    return HEALTHY if healthy else ILL


def _show(check: Check) -> None:
    print(f"{'wrong' if check.wrong else 'ok':7}{check.about:9}{check.told}", flush=True)
    for one in check.wrong:
        print(textwrap.indent(one, " " * 16))


def _saved(rescued: Rescued) -> None:
    print(f"saved  {rescued.saved} journal entries in {rescued.path}")
    if rescued.lost:
        print(f"       {len(rescued.lost)} cannot be read", flush=True)
