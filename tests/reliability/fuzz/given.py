"""Values out of bytes: what a fuzzer gives, as texts, numbers and choices that hurt."""

import struct
from collections.abc import Sequence
from typing import Final, TypeVar

__all__ = ["HOSTILE_NUMBERS", "PIECES", "Given"]

ValueT = TypeVar("ValueT")

PIECES: Final = (
    *("moon", " ", "\n", "\0", "\ud800", "\udfff", "\u202e", "\u2066", "e\u0301", "\u0301"),
    *("👩‍👩‍👧", "🎉", "привет", "Мир", "你好", "かな", "हिन्दी", "İ", "ﷺ", "ß", "ﬁ", "\ufeff"),
    *("3.14", "1,000", "٣", "½", "²", "2 + 2", "9 ^ 64", "1/0", "(", ")", "-", "— ", "...", ". "),
    *("!", "?", "'", "’", '"', "\\", "\u2028", "\x85", "\x1b[31m", "\U0010ffff", "\ufffe"),
    *("'; DROP TABLE journal; --", "<script>", "</script>", "<img src=x onerror=f()>", "&lt;"),
    *("<a href='javascript:f()'>x</a>", "[x](javascript:f())", "$\\href{javascript:f()}{x}$"),
    *("{{7*7}}", "%{x}", "${x}", "%s%n", "../", "file:///etc/passwd", "My name is Mila", "mila's"),
)
"""What texts are put together from, besides any characters."""

HOSTILE_NUMBERS: Final = (
    *(0, 1, -1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**400),
    *(0.0, -0.0, 0.5, 1e-320, 1e308, float("inf"), float("-inf"), float("nan")),
)

LONGEST: Final = 14
"""Doublings of a piece that is said again and again."""


class Given:
    """Takes values from bytes; when they are used up, everything is small.

    Parameters
    ----------
    data
        The bytes.
    """

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def empty(self) -> bool:
        """Whether all bytes are used up."""
        return self._at >= len(self._data)

    def take(self, most: int) -> bytes:
        """Take bytes, as many as there are at most."""
        taken = self._data[self._at : self._at + most]
        self._at += most
        return taken

    def rest(self) -> bytes:
        """Take all bytes that are left."""
        return self.take(len(self._data))

    def byte(self) -> int:
        """Take a byte; 0 when there is none."""
        return (self.take(1) or b"\0")[0]

    def pick(self, values: Sequence[ValueT]) -> ValueT:
        """Take one of some values."""
        return values[self.byte() % len(values)]

    def whole(self) -> int:
        """Take a whole number of 64 bits."""
        return int.from_bytes(self.take(8), "big", signed=True)

    def number(self) -> float:
        """Take a number: a hostile one, a small one, or any."""
        kind = self.byte()
        if kind < 96:
            return HOSTILE_NUMBERS[kind % len(HOSTILE_NUMBERS)]
        if kind < 192:
            return kind / 64
        found: float = struct.unpack("<d", self.take(8).ljust(8, b"\0"))[0]
        return found

    def text(self, most: int = 64) -> str:
        """Take a text: any characters, hostile pieces, or one piece again and again."""
        kind, size = self.byte() % 5, self.byte() % most + 1
        if kind == 0:
            return self.take(size).decode("utf-8", "surrogateescape")
        if kind == 1:
            units = self.take(2 * size)
            return units[: len(units) // 2 * 2].decode("utf-16-le", "surrogatepass")
        if kind == 2:
            return self.take(size).decode("latin-1")
        if kind == 3:
            return self.pick(PIECES) * (1 << size % LONGEST)
        return "".join(self.pick(PIECES) for _ in range(size))
