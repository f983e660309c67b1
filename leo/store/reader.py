"""What a module may look at when it is loaded."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from leo.errors import StoreError
from leo.module import Module, SqlValue
from leo.records import Source
from leo.store.database import Reading
from leo.text.birth import Birth

__all__ = ["MISREAD", "FileReader", "loaded"]

MISREAD: Final = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError),
    msgspec.MsgspecError,
)
"""What loading rows can raise that are not as they were written."""


class FileReader:
    """The birth texts and the tables of one file (see `leo.module.Reader`).

    Parameters
    ----------
    database
        The open file.
    birth
        What the Leo in it was born with.
    """

    def __init__(self, database: Reading, birth: Birth | None) -> None:
        self._database, self._birth = database, birth

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    @property
    def birth(self) -> Sequence[tuple[Source, str]]:
        """The birth texts with their sources; none for an empty field."""
        return self._birth.texts if self._birth else ()

    async def fetch(
        self, sql: str, parameters: Sequence[SqlValue] = ()
    ) -> list[tuple[SqlValue, ...]]:
        """Run one SELECT and give all its rows."""
        return await self._database.fetch(sql, parameters)


async def loaded(module: Module[Any], reader: FileReader) -> Any:
    """Load a module's state.

    Raises
    ------
    StoreError
        If its tables cannot be read.
    """
    try:
        return await module.load(reader)
    except MISREAD as error:
        raise StoreError(
            f"{module.name} cannot read what it keeps in {reader.path} ({type(error).__name__}: "
            f"{error}). If nobody changed {module.name}, the file is damaged: restore it from a "
            f"copy; `python -m leo doctor {reader.path}` tells what else is wrong, and saves what "
            "can be read"
        ) from error
