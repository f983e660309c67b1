"""Books: a text file of any size, plain or gzipped, cut into batches as it is read.

Each batch is a journal entry of its own. A file is read twice: first to be sure that all of
it can be read, and to know it again; then batch by batch. Neither time is it ever whole in
memory.
"""

import asyncio
import codecs
import hashlib
import io
import zlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, TypeAlias

import aiofiles
from tqdm.auto import tqdm

from leo.errors import StoreError
from leo.text.tokens import clean

__all__ = [
    "BATCH_CHARACTERS",
    "Batch",
    "Book",
    "Progress",
    "ReadBefore",
    "Reporter",
    "batches",
    "open_book",
    "where_left",
]

BATCH_CHARACTERS: Final = 1_000_000
"""Most characters learned under one lock; talk goes on between batches."""

FIRST_CHARACTERS: Final = 32_000
"""Characters of the first batch, so that something is to be seen at once."""

GROWTH: Final = 4
"""How many times longer each later batch is than the one before, until they are long enough."""

CHUNK_BYTES: Final = 1 << 17
"""Bytes read at a time."""

GZIP: Final = b"\x1f\x8b"
"""How a gzipped file begins."""

WBITS_GZIP: Final = 31

Progress: TypeAlias = Callable[[int, int], None] | bool | None
"""``callable(done, total)`` in bytes of the file, ``True`` for a bar, ``None`` for silence."""


@dataclass(frozen=True, slots=True)
class Book:
    """A file that can be read.

    Attributes
    ----------
    path
        The file.
    digest
        BLAKE2b digest of its text.
    size
        Bytes of the file.
    length
        Characters of its text up to the last that is no space, as `batches` counts them.
    """

    path: Path
    digest: str
    size: int
    length: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A piece of a book: its text, where it ends (`Book.length`), bytes of the file until then."""

    text: str
    end: int
    done: int


@dataclass(frozen=True, slots=True)
class ReadBefore:
    """A batch of a book as the journal has it.

    Attributes
    ----------
    end
        Where it ended; ``None`` in journals of versions that counted batches.
    length
        Characters of its text; ``None`` where some of it was forgotten.
    last
        Whether it was said to be the last.
    """

    end: int | None
    length: int | None
    last: bool


async def open_book(path: Path) -> Book:
    """Look through a file: its digest, and that all of it is text.

    Raises
    ------
    StoreError
        If it cannot be read, is damaged, or is not UTF-8; the message names the byte.
    """
    digest = hashlib.blake2b(digest_size=16)
    length = read = size = 0
    async for text, done in _texts(path, digest):
        said = len(text.rstrip())
        length, read, size = read + said if said else length, read + len(text), done
    return Book(path, digest.hexdigest(), size, length)


async def batches(book: Book, begin: int = 0) -> AsyncIterator[Batch]:
    """Read a file batch by batch; a batch ends between paragraphs, or at least between words.

    How large batches are is no part of what was read: it goes on at a character, also where
    another version of Leo left off.

    Parameters
    ----------
    book
        What `open_book` found.
    begin
        Characters that were read before.

    Raises
    ------
    StoreError
        See `open_book`.
    """
    held, number, end, read = "", 0, begin, 0
    async for text, done in _texts(book.path, None):
        held += text[max(0, begin - read) :]
        read += len(text)
        while len(held) > (limit := _limit(number)) and end < book.length:
            size = _end_of_batch(held, limit)
            piece, held, end, number = held[:size], held[size:], end + size, number + 1
            if not piece.isspace():
                yield Batch(piece, end, done=done * end // read)
    if end < book.length:
        yield Batch(held, end + len(held), done=book.size)


def where_left(
    book: Book, before: Iterable[ReadBefore], *, again: bool = False
) -> tuple[int, bool]:
    """Tell where a book was left off, and whether it was ever read to its end.

    Parameters
    ----------
    book
        The book.
    before
        Its batches in the journal, in order.
    again
        Whether it is to be read from its beginning if nobody can tell.

    Returns
    -------
    int, bool
        Characters read before; 0 at its beginning.

    Raises
    ------
    StoreError
        If nobody can tell, and it is not to be read from its beginning.
    """
    at: int | None = 0
    whole = False
    for batch in before:
        if batch.end is not None:
            at = batch.end
        elif batch.length is None:
            at = None  # an older version of Leo wrote down only the text, and it was cut
        elif at is not None:
            at += batch.length
        if batch.last or (at is not None and at >= book.length):
            at, whole = 0, True
    if at is None and not again:
        raise StoreError(
            f"nobody can tell how much of {book.path} was read: an older version of leo read a "
            "part of it, and something in that was forgotten. again=True (--again) reads all of it"
        )
    return at or 0, whole


def _limit(number: int) -> int:
    """Give the most characters of a batch."""
    steps = min(number, BATCH_CHARACTERS.bit_length())
    return min(FIRST_CHARACTERS * int(GROWTH**steps), BATCH_CHARACTERS)


def _end_of_batch(text: str, limit: int) -> int:
    """Find where to cut: after the last paragraph, line, or word in the second half that fits."""
    for gap in ("\n\n", "\n", " "):
        end = text.rfind(gap, max(1, limit // 2), limit)
        if end > 0:
            return end + len(gap)
    return limit


async def _texts(path: Path, digest: "hashlib.blake2b | None") -> AsyncIterator[tuple[str, int]]:
    """Give a file's text piece by piece, each with the bytes of the file read so far."""
    lines = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8-sig")(), True)
    before = done = 0
    async for data, done in _chunks(path):
        if digest is not None:
            await asyncio.to_thread(digest.update, data)
        yield clean(_decoded(lines, data, path, before)), done
        before += len(data)
    yield clean(_decoded(lines, b"", path, before, final=True)), done


def _decoded(
    lines: io.IncrementalNewlineDecoder,
    data: bytes,
    path: Path,
    before: int,
    *,
    final: bool = False,
) -> str:
    try:
        return lines.decode(data, final)
    except UnicodeDecodeError as error:
        # the decoder had kept back the beginning of a character that the chunks cut in two
        kept = len(error.object) - len(data)
        at = before - kept + error.start
        raise StoreError(
            f"{path} is not UTF-8 text: byte {error.object[error.start]:#04x} at offset {at}; "
            "save it as UTF-8 and read it again"
        ) from error


async def _chunks(path: Path) -> AsyncIterator[tuple[bytes, int]]:
    """Read a file, and unpack it if it is gzipped."""
    done = 0
    try:
        async with aiofiles.open(path, "rb") as file:
            chunk = await file.read(CHUNK_BYTES)
            unpack = _Unpacker(path) if chunk.startswith(GZIP) else None
            while chunk:
                done += len(chunk)
                if unpack is None:
                    yield chunk, done
                else:
                    for data in await asyncio.to_thread(unpack.feed, chunk):
                        yield data, done
                chunk = await file.read(CHUNK_BYTES)
            if unpack is not None:
                unpack.close()
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error


class _Unpacker:
    """Unpacks gzip, member by member, in pieces that are small however well it was packed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._member = zlib.decompressobj(WBITS_GZIP)

    def feed(self, data: bytes) -> list[bytes]:
        """Unpack what came."""
        pieces: list[bytes] = []
        try:
            while data:
                if self._member.eof:
                    self._member = zlib.decompressobj(WBITS_GZIP)
                pieces.append(self._member.decompress(data, CHUNK_BYTES))
                data = self._member.unconsumed_tail or self._member.unused_data
        except zlib.error as error:
            raise StoreError(
                f"{self._path} is damaged: it cannot be unpacked ({error}); get it anew"
            ) from error
        return pieces

    def close(self) -> None:
        """Be sure that nothing is missing."""
        if not self._member.eof:
            raise StoreError(f"{self._path} is damaged: its end is missing; get it anew")


class Reporter:
    """Tells how far reading has come.

    Parameters
    ----------
    progress
        Whom to tell.
    book
        What is read.
    """

    def __init__(self, progress: Progress, book: Book) -> None:
        self._told = progress if callable(progress) else None
        shown = progress is True
        self._bar = (
            tqdm(total=book.size, unit="B", unit_scale=True, desc=book.path.name) if shown else None
        )
        self._size = book.size

    def __call__(self, done: int) -> None:
        """Tell how many bytes of the file were read."""
        if self._told is not None:
            self._told(done, self._size)
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def __enter__(self) -> "Reporter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
