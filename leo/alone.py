"""A module opened alone: on a Leo's file, for reading, also while a Leo lives in it."""

import os
from types import TracebackType
from typing import Any, ClassVar, Generic, TypeVar

from leo.errors import FieldClosed, StoreError
from leo.home import ASYNC_DB_PATH, absolute
from leo.module import Module
from leo.store.database import Reading
from leo.store.journal import Journal
from leo.store.reader import FileReader, loaded

__all__ = ["Alone"]

ModuleT = TypeVar("ModuleT", bound=Module[Any])
AloneT = TypeVar("AloneT", bound="Alone[Any]")


class Alone(Generic[ModuleT]):
    """One module on its own: it looks at what a Leo keeps, and changes nothing.

    Use it as ``async with``; every question sees what is in the file at that moment.

    Parameters
    ----------
    path
        A Leo's file.
    """

    kind: ClassVar[type[Module[Any]]]

    def __init__(self, path: str | os.PathLike[str] = ASYNC_DB_PATH) -> None:
        self._path = absolute(path)
        self._reading: Reading | None = None

    async def __aenter__(self: AloneT) -> AloneT:
        """Open the file.

        Raises
        ------
        StoreError
            If there is no Leo, or he never had this module.
        """
        reading = await Reading.look(self._path)
        try:
            await self._require_tables(reading)
        except BaseException:
            await reading.close()
            raise
        self._reading = reading
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        reading, self._reading = self._reading, None
        if reading is not None:
            await reading.close()

    async def _require_tables(self, reading: Reading) -> None:
        name, needed = self.kind.name, len(self.kind.migrations)
        rows = await reading.fetch(
            "SELECT count(*) FROM module_migrations WHERE module = ?", (name,)
        )
        if int(str(rows[0][0])) < needed:
            raise StoreError(
                f"the Leo in {self._path} has no tables of {name}; open him once with that "
                "module, then look again"
            )

    async def module(self) -> ModuleT:
        """Load the module as it is in the file now."""
        if self._reading is None:
            raise FieldClosed(f"{self._path} is not open; use 'async with'")
        birthday = await Journal(self._reading).birthday()
        reader = FileReader(self._reading, birthday.birth if birthday else None)
        module: ModuleT = self.kind()  # type: ignore[assignment]
        module.state = await loaded(module, reader)
        return module
