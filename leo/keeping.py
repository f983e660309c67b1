"""Keeping a field on disk beside its journal: what saves counting a life again at every opening.

The counts that were packed lie on the shelf, all else in the image, which names them.
"""

import asyncio
import logging
from pathlib import Path

from leo.errors import StoreError
from leo.field.field import Field, Newborn
from leo.field.packed import Packed
from leo.field.shelf import Folder
from leo.store.database import Database
from leo.store.image import image_writes, read_image

__all__ = ["BOOK_BATCHES", "FOLD_EVERY", "Keeper"]

log = logging.getLogger("leo")

FOLD_EVERY = 32
"""Journal entries after which the image is renewed while he lives: no more than these (and those
of a moment) are heard again after a crash, some twenty milliseconds each."""

BOOK_BATCHES = 8
"""Journal entries after which it is renewed while a book is read: a crash must not cost counting
all of it again."""


class Keeper:
    """Keeps one Leo's field.

    Parameters
    ----------
    database
        His file.
    """

    def __init__(self, database: Database) -> None:
        self._database, self._shelf = database, Folder.beside(database.path)
        self._entry = 0
        self._packs: tuple[Packed, ...] = ()

    async def field(self, first: Newborn) -> Field:
        """Give the field as it was kept last; entries after it are still to be heard.

        Parameters
        ----------
        first
            What he knew on his first day.
        """
        field = Field(first, self._shelf)
        image = await read_image(self._database, first.layer, self._shelf)
        if image is not None:
            field.restore(image)
        else:
            field.entries = 1  # the birth itself
        self._entry, self._packs = field.entries if image is not None else 0, field.packs
        await self._sweep(field)
        return field

    def due(self, field: Field) -> bool:
        """Tell whether so much happened since it was kept that it is time."""
        return field.entries - self._entry >= FOLD_EVERY or field.packs != self._packs

    async def keep(self, field: Field, *, after: int = 1, packed_too: bool = True) -> None:
        """Keep a field if enough happened since it was kept.

        Parameters
        ----------
        field
            The field.
        after
            Journal entries that are enough.
        packed_too
            Whether it is enough that something was packed.

        Raises
        ------
        CommitFailed, StoreError
            If it could not be written; the field is unharmed.
        """
        packed = packed_too and field.packs != self._packs
        if field.entries - self._entry < after and not packed:
            return
        try:
            image = await field.kept()
        except OSError as error:
            raise StoreError(
                f"cannot write {self._shelf.path}: {error.strerror}; make room, or see that the "
                "folder can be written to; until then his counts are made anew at every opening"
            ) from error
        await self._database.write(await image_writes(image))
        self._entry, self._packs = image.entry, image.packs
        await self._sweep(field)

    async def copy(self, path: Path) -> None:
        """Copy the file, and the packed layers that it names.

        Parameters
        ----------
        path
            The new file.

        Raises
        ------
        StoreError
            If there is a file already, or something cannot be written.
        """
        await self._database.copy(path)
        shelf = Folder.beside(path)
        names = [pack.name for pack in self._packs if pack.name is not None]
        try:
            await asyncio.to_thread(self._shelf.give, shelf, names)
        except OSError as error:
            raise StoreError(
                f"{path} is written, but not {shelf.path}: {error.strerror}; make room. The copy "
                "can be opened all the same: it counts what is missing anew"
            ) from error

    async def _sweep(self, field: Field) -> None:
        try:
            await self.sweep(field)
        except StoreError as error:
            log.warning("%s", error)  # it costs room, nothing else

    async def sweep(self, field: Field) -> None:
        """Remove every packed layer that a field does not stand on.

        Raises
        ------
        StoreError
            If one is still there.
        """
        named = {pack.name for pack in field.packs if pack.name is not None}
        try:
            await asyncio.to_thread(self._shelf.sweep, named)
        except OSError as error:
            raise StoreError(
                f"{self._shelf.path} holds old counts that cannot be removed: {error.strerror}; "
                "see that nobody uses them, and open this Leo again"
            ) from error
