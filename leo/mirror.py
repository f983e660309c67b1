"""Mirrors: module states as JSON beside a Leo's file, for human eyes.

The tables in the file are the truth. A mirror is written whole and put in place at once, so
that a reader never sees half of one; where it differs from the tables, the tables win, and
it is said.
"""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import aiofiles
import aiofiles.os

from leo.errors import StoreError
from leo.module import Module

__all__ = ["MIRROR_EVERY", "compare_mirrors", "drop_mirrors", "mirror_path", "write_mirrors"]

log = logging.getLogger("leo")

MIRROR_EVERY = 32
"""Turns between two renewals; besides, mirrors are renewed at closing."""


def mirror_path(path: Path, module: str) -> Path:
    """Give where a module's mirror stands: ``leo.db`` has ``leo.db.mathbrain.json``."""
    return path.with_name(f"{path.name}.{module}.json")


async def write_mirrors(path: Path, modules: Sequence[Module[Any]]) -> None:
    """Renew the mirrors of a Leo's modules; one that cannot be written is reported."""
    for module in modules:
        text = module.mirror(module.state)
        if text is None:
            continue
        place = mirror_path(path, module.name)
        draft = _draft(place)
        try:
            async with aiofiles.open(draft, "w", encoding="utf-8") as file:
                await file.write(text)
            await aiofiles.os.replace(draft, place)
        except OSError as error:
            log.warning("could not write %s: %s; nothing else depends on it", place, error)
            await _drop_draft(draft)


async def drop_mirrors(path: Path, modules: Iterable[str]) -> None:
    """Take mirrors away, half-written ones too, because they may quote what is forgotten.

    Raises
    ------
    StoreError
        If one cannot be taken away; the message names it.
    """
    for module in modules:
        place = mirror_path(path, module)
        for one in (place, _draft(place)):
            try:
                await aiofiles.os.remove(one)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise StoreError(
                    f"could not take {one} away: {error.strerror}; it may still quote what was to "
                    "be forgotten. Delete it by hand"
                ) from error


async def _drop_draft(draft: Path) -> None:
    try:
        await aiofiles.os.remove(draft)
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("could not remove %s: %s; it is written over next time", draft, error)


def _draft(place: Path) -> Path:
    return place.with_suffix(".json.new")


async def compare_mirrors(path: Path, modules: Sequence[Module[Any]]) -> None:
    """Say which mirrors differ from the tables they mirror."""
    for module in modules:
        text = module.mirror(module.state)
        place = mirror_path(path, module.name)
        if text is None or not await aiofiles.os.path.exists(place):
            continue
        try:
            async with aiofiles.open(place, encoding="utf-8", errors="replace") as file:
                found = await file.read()
        except OSError as error:
            log.warning("could not read %s: %s; it will be written anew", place, error)
            continue
        if found != text:
            log.warning("%s differs from %s; the latter wins", place, path)
