"""Books: any bytes, plain or gzipped, are read whole or refused with what is wrong with them."""

import gzip
import io
from pathlib import Path

from leo import StoreError
from leo.books import BATCH_CHARACTERS, batches, open_book
from leo.text.tokens import clean
from tests.reliability.fuzz.given import Given
from tests.reliability.fuzz.keeping import kept_folder, kept_runner

__all__ = ["target"]

_folder = kept_folder()
_runner = kept_runner()


def target(data: bytes) -> None:
    """Read a file of these bytes."""
    path = _folder / "book.txt"
    path.write_bytes(_content(Given(data)))
    said = _runner.run(_read(path))
    if said is not None:
        assert said == "".join(_plain(path).split())


def _content(given: Given) -> bytes:
    kind = given.byte()
    if kind < 64:
        content = given.rest()
    else:
        times, size = 1 << given.byte() % 12, given.byte()
        text = "".join(given.text() + given.pick(("\n\n", "\n", " ", "")) for _ in range(size % 8))
        content = text.encode("utf-8", "surrogatepass" if size % 16 == 0 else "replace") * times
        content = content[: 1 << 22] + given.rest()
    if kind % 4 == 1:
        packed = gzip.compress(content, 1)
        return packed[: len(packed) - given.byte() % 16] if kind % 8 == 1 else packed + packed
    return content


async def _read(path: Path) -> str | None:
    try:
        book = await open_book(path)
    except StoreError as error:
        assert str(path) in str(error)  # noqa: PT017  the message is what is tested
        return None
    found = [batch async for batch in batches(book)]
    assert all(0 < len(batch.text) <= BATCH_CHARACTERS for batch in found)
    ends = [batch.end for batch in found]
    assert ends == sorted(set(ends))
    assert all(0 <= batch.done <= book.size for batch in found)
    return "".join("".join(batch.text for batch in found).split())


def _plain(path: Path) -> str:
    content = path.read_bytes()
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    return clean(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig").read())
