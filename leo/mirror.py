"""Mirrors: module states as JSON beside a Leo's file, for human eyes.

The tables in the file are the truth. A mirror is written whole and put in place at once, so
that a reader never sees half of one; where it differs from the tables, the tables win, and
it is said. Mirrors are written when a turn has happened already, so a module that fails at its
own costs nothing else: the third place, after hooks and watchers, where a failure is caught.
"""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import aiofiles
import aiofiles.os

from leo.errors import ModuleError, StoreError
from leo.module import Module

__all__ = ["MIRROR_EVERY", "Mirrors", "drop_mirrors", "mirror_path"]

log = logging.getLogger("leo")

MIRROR_EVERY = 32
"""Turns between two renewals; besides, mirrors are renewed at closing."""

INSTEAD: Final = "let it give None, for no mirror"


def mirror_path(path: Path, module: str) -> Path:
    """Give where a module's mirror stands: ``leo.db`` has ``leo.db.mathbrain.json``."""
    return path.with_name(f"{path.name}.{module}.json")


class Mirrors:
    """The mirrors of one Leo's modules.

    Parameters
    ----------
    modules
        His modules.
    strict
        Keep a module's failure, to be raised at the next call.
    """

    def __init__(self, modules: Sequence[Module[Any]], *, strict: bool) -> None:
        self._modules, self._strict = tuple(modules), strict
        self._failing: set[str] = set()
        self._error: ModuleError | None = None

    async def write(self, path: Path) -> None:
        """Renew them beside his file; one that cannot be written is reported."""
        for module in self._modules:
            text = self._text(module)
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

    async def compare(self, path: Path) -> None:
        """Say which of them differ from the tables of his file."""
        for module in self._modules:
            text = self._text(module)
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

    def raise_pending(self) -> None:
        """In strict mode, raise the last failure of a module, once."""
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _text(self, module: Module[Any]) -> str | None:
        """Ask a module for its mirror; ``None`` for none, also if it fails."""
        try:
            text = module.mirror(module.state)
            if not isinstance(text, str | None):
                raise TypeError(f"it returned {text!r}, not str or None")
            if text is not None:
                text.encode()  # here, where it is known whose it is, not while it is written
        except Exception as error:  # the boundary: a module fails, what happened has happened
            if module.name not in self._failing:
                log.exception("%s.mirror failed; nothing else depends on it", module.name)
            self._failing.add(module.name)
            if self._strict:
                self._error = ModuleError(module.name, "mirror", error, INSTEAD)
                self._error.__cause__ = error
            return None
        self._failing.discard(module.name)
        return text


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
