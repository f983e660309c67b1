"""What the targets hold open from input to input, which whoever drives them puts away."""

import asyncio
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

__all__ = ["KEPT", "kept_folder", "kept_runner"]

KEPT: Final = ExitStack()
"""Closed when no more inputs come; what was opened last is closed first."""


def kept_folder() -> Path:
    """Make a folder for a target's files."""
    folder = Path(tempfile.mkdtemp(prefix="leo-fuzz-"))
    KEPT.callback(shutil.rmtree, folder)
    return folder


def kept_runner() -> asyncio.Runner:
    """Make what runs a target's coroutines, all in one loop."""
    return KEPT.enter_context(asyncio.Runner())
