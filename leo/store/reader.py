"""What a module may look at when it is loaded."""

from collections.abc import Sequence

from leo.module import SqlValue
from leo.records import Source
from leo.store.database import Reading
from leo.text.birth import Birth

__all__ = ["FileReader"]


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
    def birth(self) -> Sequence[tuple[Source, str]]:
        """The birth texts with their sources; none for an empty field."""
        return self._birth.texts if self._birth else ()

    async def fetch(
        self, sql: str, parameters: Sequence[SqlValue] = ()
    ) -> list[tuple[SqlValue, ...]]:
        """Run one SELECT and give all its rows."""
        return await self._database.fetch(sql, parameters)
