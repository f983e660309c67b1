"""The last turns, at hand without being decoded before somebody asks."""

import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from leo.errors import StoreError, TurnFormatError
from leo.records import Turn

__all__ = ["LAST_TURNS", "Recent"]

LAST_TURNS: Final = 20
"""Turns kept at hand."""


class Recent:
    """The last turns of a Leo.

    Parameters
    ----------
    path
        His file, for errors.
    bodies
        The turns as the journal has them, oldest first.
    """

    def __init__(self, path: Path, bodies: Iterable[str] = ()) -> None:
        self._path = path
        self._turns: list[Turn | str | bytes] = list(bodies)

    def add(self, turn: Turn) -> None:
        """Have one more at hand, and let the oldest go where there are too many."""
        self._turns = [*self._turns, turn][-LAST_TURNS:]

    def all(self, *, keep: bool) -> tuple[Turn, ...]:
        """Give them.

        Parameters
        ----------
        keep
            Whether to have them decoded from now on.

        Raises
        ------
        StoreError
            If one cannot be decoded.
        """
        turns = tuple(self._decoded(one) for one in self._turns)
        if keep:
            self._turns = list(turns)
        return turns

    def _decoded(self, turn: Turn | str | bytes) -> Turn:
        if isinstance(turn, Turn):
            return turn
        text = turn if isinstance(turn, str) else zlib.decompress(turn).decode()
        try:
            return Turn.from_json(text)
        except TurnFormatError as error:
            raise StoreError(
                f"{self._path} is damaged: one of the last turns cannot be read ({error}); "
                "restore the file from a copy"
            ) from error

    def shrunk(self) -> "Recent":
        """Give them as they take least room."""
        small = Recent(self._path)
        small._turns = [_small(one) for one in self._turns]
        return small

    def __len__(self) -> int:
        """Count them."""
        return len(self._turns)


def _small(turn: Turn | str | bytes) -> bytes:
    if isinstance(turn, bytes):
        return turn
    return zlib.compress((turn if isinstance(turn, str) else turn.to_json()).encode())
