"""Books: cut into batches, gone on with where they were left, whatever became of the reader."""

import asyncio
import gzip
import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo import AsyncLeoField, books
from leo.books import Book, ReadBefore, batches, open_book, where_left
from leo.errors import StoreError
from leo.store.database import Database
from tests.conftest import Open

PAGE = "The ferry waits at the old pier. A gull sits on its bell, and nobody rings it.\n\n"
LONG = PAGE * 150
"""A book of several batches when they are small."""

SMALL, LARGE = (1500, 4000), (40_000, 40_000)


def sized(patch: pytest.MonkeyPatch, sizes: tuple[int, int]) -> None:
    """Cut batches of these sizes, the first and all later ones."""
    patch.setattr(books, "FIRST_CHARACTERS", sizes[0])
    patch.setattr(books, "BATCH_CHARACTERS", sizes[1])


async def written(path: Path, text: str) -> Path:
    """Write a book."""
    await asyncio.to_thread(path.write_bytes, text.encode())
    return path


def database_of(leo: AsyncLeoField) -> Database:
    """Look behind the door."""
    assert leo._life is not None
    return leo._life.database


async def told(leo: AsyncLeoField) -> list[dict[str, object]]:
    """Give the bodies of all batches in the journal."""
    rows = await database_of(leo).fetch("SELECT body FROM journal WHERE kind='book' ORDER BY entry")
    return [json.loads(str(body)) for (body,) in rows]


async def read_so_far(leo: AsyncLeoField) -> str:
    """Put together what the journal has of books."""
    heard = [one["heard"] for one in await told(leo)]
    assert all(isinstance(texts, list) and len(texts) == 1 for texts in heard)
    return "".join(texts[0][1] for texts in heard)  # type: ignore[index]


async def stopped(leo: AsyncLeoField, book: Path, after: int = 1) -> None:
    """Stop reading after some batches."""
    seen = 0

    def stop(done: int, total: int) -> None:
        nonlocal seen
        seen += 1
        if seen == after:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await leo.read(book, progress=stop)


# ---------------------------------------------------------------- cutting


pages = st.lists(
    st.sampled_from(
        ("The ferry waits.", "x" * 40, "\n\n", "\r\n", "\r", "\n", " ", "é你😀", "\x00")
    ),
    max_size=40,
).map("".join)
sizes = st.tuples(st.integers(1, 30), st.integers(1, 60))


@given(pages, st.lists(st.tuples(sizes, st.integers(1, 4)), max_size=4), st.integers(1, 50))
def test_whatever_the_batches_a_book_is_read_once(
    tmp_path: Path, text: str, sittings: Sequence[tuple[tuple[int, int], int]], chunk: int
) -> None:
    """Left off again and again and gone on with in other batches, all of it is read, in order."""
    path = tmp_path / "book.txt"
    path.write_bytes(text.encode())

    async def read() -> tuple[str, list[ReadBefore]]:
        book, found, before = await open_book(path), "", list[ReadBefore]()
        for size, most in (*sittings, ((7, 20), sys.maxsize)):
            begin, whole = where_left(book, before)
            if whole or not book.length:
                break
            sized(patch, size)
            left = most
            async for batch in batches(book, begin):
                found += batch.text
                before.append(ReadBefore(batch.end, None, batch.end >= book.length))
                left -= 1
                if not left:
                    break
        return found, before

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "CHUNK_BYTES", chunk)
        found, before = asyncio.run(read())
    assert "".join(found.split()) == "".join(text.replace("\x00", "\ufffd").split())
    assert [one.last for one in before] == [*[False] * (len(before) - 1), True][: len(before)]


def test_a_batch_ends_between_paragraphs_lines_or_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last gap of the best kind in the second half; in the first half there is none."""
    sized(monkeypatch, (20, 20))
    ends = {
        "One two\n\nthree four five six": 20,
        "One two three\n\nfour five six": 15,
        "One two three\nfour\nfive six": 19,
        "Onetwothreefourfivesixseven": 20,
    }
    assert {text: books._end_of_batch(text, 20) for text in ends} == ends


# ---------------------------------------------------------------- where it was left


BOOK = Book(Path("book.txt"), "d", 100, 100)


@pytest.mark.parametrize(
    ("before", "left"),
    [
        ([], (0, False)),
        ([ReadBefore(40, 40, last=False)], (40, False)),
        ([ReadBefore(None, 40, last=False)], (40, False)),
        ([ReadBefore(None, 40, last=False), ReadBefore(None, 30, last=False)], (70, False)),
        ([ReadBefore(None, 40, last=False), ReadBefore(60, 20, last=False)], (60, False)),
        ([ReadBefore(None, None, last=False), ReadBefore(60, 20, last=False)], (60, False)),
        ([ReadBefore(None, None, last=True)], (0, True)),
        ([ReadBefore(None, 60, last=False), ReadBefore(None, 42, last=False)], (0, True)),
        ([ReadBefore(100, 100, last=True), ReadBefore(40, 40, last=False)], (40, True)),
    ],
    ids=str,
)
def test_where_a_book_was_left(before: list[ReadBefore], left: tuple[int, bool]) -> None:
    """Each batch tells where it ended; of older versions' batches the texts are counted."""
    assert where_left(BOOK, before) == left


def test_nobody_can_tell_any_more() -> None:
    """A batch of an older version of which something was forgotten does not tell its length."""
    before = [ReadBefore(None, None, last=False), ReadBefore(None, 30, last=False)]
    with pytest.raises(StoreError, match=r"book\.txt.*again=True"):
        where_left(BOOK, before)
    assert where_left(BOOK, before, again=True) == (0, False)


# ---------------------------------------------------------------- going on


async def test_a_book_goes_on_in_batches_of_another_size(
    make: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is not read twice, and nothing is left out."""
    book = await written(tmp_path / "book.txt", LONG)
    sized(monkeypatch, SMALL)
    async with make(modules=()) as leo:
        await stopped(leo, book, after=2)
        sized(monkeypatch, LARGE)
        report = await leo.read(book)
        assert (report.batches, report.skipped) == (1, False)
        assert await read_so_far(leo) == LONG
        assert [one["last"] for one in await told(leo)] == [False, False, True]
        assert (await leo.read(book)).skipped
        assert (await leo.read(book, again=True)).tokens == 150 * 20
        assert await read_so_far(leo) == LONG * 2


async def aged(leo: AsyncLeoField, **more: object) -> None:
    """Make the journal's batches those of a version that numbered them."""
    for number, body in enumerate(await told(leo)):
        del body["end"]
        old = {"heard": body.pop("heard"), **body, "batch": number, **more}
        await database_of(leo).connection.execute(
            "UPDATE journal SET body = ? WHERE json_extract(body, '$.end') = "
            "(SELECT min(json_extract(body, '$.end')) FROM journal WHERE kind = 'book')",
            (json.dumps(old, ensure_ascii=False, separators=(",", ":")),),
        )


@pytest.mark.parametrize("end", ["", "\n", " \n\n"])
async def test_the_last_batch_of_a_book_says_so(make: Open, tmp_path: Path, end: str) -> None:
    """Whether or not a line ends there."""
    book = await written(tmp_path / "book.txt", f"The ferry waits.{end}")
    async with make(birth=None, modules=()) as leo:
        await leo.read(book)
        assert [one["last"] for one in await told(leo)] == [True]


async def test_a_book_that_an_older_version_left_goes_on(
    make: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its batches have numbers and no ends; their texts tell how far it came."""
    book = await written(tmp_path / "book.txt", LONG)
    sized(monkeypatch, SMALL)
    async with make(modules=()) as leo:
        await stopped(leo, book, after=2)
        await aged(leo)
        assert all("end" not in one for one in await told(leo))
        sized(monkeypatch, LARGE)
        await leo.read(book)
        assert await read_so_far(leo) == LONG
        assert (await leo.read(book)).skipped


async def test_a_book_of_which_an_older_version_forgot_is_not_guessed_at(
    make: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused with the way out, which reads all of it."""
    book = await written(tmp_path / "book.txt", LONG)
    sized(monkeypatch, SMALL)
    async with make(modules=()) as leo:
        await stopped(leo, book)
        await aged(leo, cut=True)
        with pytest.raises(StoreError, match="again=True"):
            await leo.read(book)
        assert (await leo.read(book, again=True)).tokens == 150 * 20


async def test_what_is_cancelled_is_kept_by_the_batch(make: Open, tmp_path: Path) -> None:
    """Cancelled while he reads, he has whole batches, is at hand at once, and goes on."""
    book = await written(tmp_path / "book.txt", LONG)
    async with make(modules=()) as leo:
        with pytest.MonkeyPatch.context() as patch:
            sized(patch, SMALL)
            begun = asyncio.Event()
            reading = asyncio.create_task(leo.read(book, progress=lambda *_: begun.set()))
            await begun.wait()
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
        so_far = await read_so_far(leo)
        assert LONG.startswith(so_far)
        assert 0 < len(so_far) < len(LONG)
        assert (await leo.turn("Hello.")).id == 1
        await leo.read(book)
        assert await read_so_far(leo) == LONG


async def test_he_reads_on_when_his_counts_cannot_be_kept(
    make: Open, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What is in the journal has happened; keeping his counts is tried again after each batch."""
    sized(monkeypatch, (25_000, 25_000))  # long enough to be counted at once
    monkeypatch.setattr("leo.life.BOOK_BATCHES", 1)
    book = await written(path.with_name("book.txt"), LONG * 6)
    refusal = (
        "CREATE TEMP TRIGGER full BEFORE INSERT ON image BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    async with make(modules=()) as leo:
        await database_of(leo).fetch(refusal)
        with caplog.at_level(logging.WARNING, "leo"):
            report = await leo.read(book)
        assert report.batches == len(await told(leo)) > 2
        assert await read_so_far(leo) == LONG * 6
        warned = [one for one in caplog.messages if "is tried again" in one]
        assert len(warned) == report.batches
        assert all("full" in one for one in warned)
        await database_of(leo).fetch("DROP TRIGGER full")
        await leo.read(book, again=True)
        assert len(await database_of(leo).fetch("SELECT 1 FROM image LIMIT 1")) == 1
        known = await leo.stats()
    async with make(modules=()) as again:
        assert (await again.stats()).entries == known.entries


async def test_two_who_read_him_one_book_read_it_once(
    make: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second waits for the first, and reads what that one left."""
    book = await written(tmp_path / "book.txt", LONG)
    sized(monkeypatch, SMALL)
    async with make(modules=()) as leo:
        one, other = await asyncio.gather(leo.read(book), leo.read(book))
        assert sorted((one.skipped, other.skipped)) == [False, True]
        assert await read_so_far(leo) == LONG

    async with make(tmp_path / "other.db", modules=()) as leo:
        begun = asyncio.Event()
        first = asyncio.create_task(leo.read(book, progress=lambda *_: begun.set()))
        await begun.wait()
        second = asyncio.create_task(leo.read(book))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert (await second).batches > 0
        assert await read_so_far(leo) == LONG


KILLED = """
import asyncio, os, signal, sys
from leo import AsyncLeoField, books

books.FIRST_CHARACTERS, books.BATCH_CHARACTERS = 1500, 4000
left = 2

def told(done, total):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    async with AsyncLeoField(sys.argv[1], seed=7, modules=()) as leo:
        await leo.read(sys.argv[2], progress=told)

asyncio.run(main())
"""


async def test_a_reader_who_was_killed_goes_on(make: Open, tmp_path: Path) -> None:
    """What he had read is there, and no more; run again, he reads the rest."""
    book = await written(tmp_path / "book.txt", LONG)
    path = tmp_path / "leo.db"
    child = [sys.executable, "-c", KILLED, str(path), str(book)]
    done = await asyncio.to_thread(subprocess.run, child, check=False)
    assert done.returncode == -9
    async with make(path, modules=()) as leo:
        so_far = await read_so_far(leo)
        assert LONG.startswith(so_far)
        assert len(await told(leo)) == 2
        await leo.read(book)
        assert await read_so_far(leo) == LONG
        assert (await leo.stats()).totals.tokens > 150 * 20
        field = leo._life.field  # type: ignore[union-attr]
        before = field.totals
    async with make(path, modules=()) as leo:
        assert leo._life.field.totals == before  # type: ignore[union-attr]


# ---------------------------------------------------------------- files


async def test_a_packed_book_is_the_same_book(leo: AsyncLeoField, tmp_path: Path) -> None:
    """Gzipped, also in several members, it teaches the same, and is known again unpacked."""
    raw = LONG.encode()
    packed = tmp_path / "book.txt.gz"
    halves = gzip.compress(raw[:5000]) + gzip.compress(raw[5000:])
    await asyncio.to_thread(packed.write_bytes, halves)
    told: list[tuple[int, int]] = []
    report = await leo.read(packed, progress=lambda done, total: told.append((done, total)))
    plain = await leo.read(await written(tmp_path / "book.txt", LONG))

    assert (report.tokens, report.skipped) == (150 * 20, False)
    assert told[-1] == (len(halves), len(halves))
    assert (plain.skipped, plain.digest) == (True, report.digest)


async def test_a_packed_book_that_is_damaged_is_refused(leo: AsyncLeoField, tmp_path: Path) -> None:
    """Cut short, or with bytes that do not unpack: named, and nothing is learned."""
    packed = tmp_path / "book.txt.gz"
    whole = gzip.compress(LONG.encode())
    for hurt, why in ((whole[:-9], "its end is missing"), (whole[:40] + b"?" * 60, "unpacked")):
        await asyncio.to_thread(packed.write_bytes, hurt)
        with pytest.raises(StoreError, match=rf"book\.txt\.gz is damaged.*{why}"):
            await leo.read(packed)
    assert (await leo.stats()).entries == 1


@pytest.mark.parametrize("before", [0, 3, 7, 8, 9, 100])
async def test_a_wrong_encoding_names_the_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    """Wherever the file is read in pieces, and though characters were cut in two before."""
    monkeypatch.setattr(books, "CHUNK_BYTES", 8)
    bad = tmp_path / "bad.txt"
    text = ("é" * before).encode()
    await asyncio.to_thread(bad.write_bytes, text + b"\xe9 and more")
    with pytest.raises(StoreError, match=rf"bad\.txt.*byte 0xe9 at offset {len(text)};"):
        await open_book(bad)


async def test_a_book_of_spaces_teaches_nothing(leo: AsyncLeoField, tmp_path: Path) -> None:
    """It is skipped like an empty one."""
    for text in ("", " \n" * 40_000):
        report = await leo.read(await written(tmp_path / "blank.txt", text))
        assert (report.tokens, report.batches, report.skipped) == (0, 0, True)
