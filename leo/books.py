"""Books: a text file cut into batches, each a journal entry of its own."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import aiofiles
from tqdm.auto import tqdm

from leo.errors import StoreError
from leo.text.tokens import clean

__all__ = ["BATCH_CHARACTERS", "Book", "Progress", "load_book", "reporter"]

BATCH_CHARACTERS = 8_000
"""Characters learned under one lock; talk goes on between batches."""

Progress: TypeAlias = Callable[[int, int], None] | bool | None
"""``callable(done, total)`` in characters, ``True`` for a progress bar, ``None`` for silence."""


@dataclass(frozen=True, slots=True)
class Book:
    """A text to read: its BLAKE2b digest, and its batches in order."""

    path: Path
    digest: str
    batches: tuple[str, ...]


async def load_book(path: Path) -> Book:
    """Read a text file whole and cut it at paragraph ends.

    Raises
    ------
    StoreError
        If it cannot be read, or is not UTF-8; the message names the byte.
    """
    try:
        async with aiofiles.open(path, "rb") as file:
            data = await file.read()
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
    try:
        text = clean(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise StoreError(
            f"{path} is not UTF-8 text: byte {data[error.start]:#04x} at offset {error.start}; "
            "save it as UTF-8 and read it again"
        ) from error
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return Book(path, digest, tuple(_cut(text)))


def _cut(text: str) -> list[str]:
    batches: list[str] = []
    held: list[str] = []
    size = 0
    for paragraph in text.split("\n\n"):
        for begin in range(0, len(paragraph), BATCH_CHARACTERS):
            piece = paragraph[begin : begin + BATCH_CHARACTERS]
            if held and size + len(piece) > BATCH_CHARACTERS:
                batches.append("\n\n".join(held))
                held, size = [], 0
            held.append(piece)
            size += len(piece)
    return [*batches, "\n\n".join(held)] if held else batches


def reporter(progress: Progress, book: Book) -> Callable[[int, int], None]:
    """Make the function that is told how far reading has come."""
    if callable(progress):
        return progress
    if not progress:
        return lambda done, total: None
    bar = tqdm(total=sum(map(len, book.batches)), unit="char", desc=book.path.name)

    def show(done: int, total: int) -> None:
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return show
