"""Feed: he reads what is pasted, uploaded or named, shows how far he is, and can be stopped."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import leo_widgets.feed
from leo import AsyncLeoField
from leo_widgets import Feed
from tests.widgets.conftest import Play

LONG = "\n\n".join(
    f"The tailor counted button {i} and button {i + 1} again." * 8 for i in range(400)
)
"""Several batches."""


@pytest.fixture
async def feed(leo: AsyncLeoField, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Feed]:
    """Give a feed that looks at the field after every batch."""
    monkeypatch.setattr(leo_widgets.feed, "DRAWN_EVERY", 0.0)
    one = Feed(leo)
    await one.ready()
    yield one
    one.close()


async def settled(feed: Feed) -> None:
    """Wait until nothing is going on."""
    while feed.pending:
        await asyncio.sleep(0.001)


def curve(feed: Feed) -> list[int]:
    """Read the first curve of the figure."""
    found: list[int] = feed.panel.figures["reading"]["data"][0]["y"]
    return found


def upload(name: str, content: bytes) -> dict[str, Any]:
    """Make what a browser sends for a file."""
    when = datetime(2026, 1, 1, tzinfo=UTC)
    size = len(content)
    told = {"name": name, "type": "text/plain", "size": size, "last_modified": when}
    return {**told, "content": memoryview(content)}


async def test_a_pasted_text_is_learned(feed: Feed, leo: AsyncLeoField, play: Play) -> None:
    """A press reads it; the bar is full, the curve grew, and the words are known."""
    before = (await leo.stats()).totals
    feed.text.value = LONG
    play(feed.button, {"event": "click"})
    await settled(feed)
    after = (await leo.stats()).totals

    assert feed.progress.value == 1
    assert "tokens of the pasted text" in feed.told.value
    assert curve(feed)[0] == 0
    assert curve(feed)[-1] == after.words - before.words > 0
    assert len(curve(feed)) > 3
    assert (await leo.around("tailor")).words
    assert not feed.button.disabled


async def test_an_upload_and_a_file(feed: Feed, leo: AsyncLeoField, tmp_path: Path) -> None:
    """Both are read; a name that is markup stays text; what was read before is skipped."""
    feed.upload.value = (upload("<b>.txt", b"A zeppelin."),)
    await feed.read()
    assert "&lt;b&gt;.txt" in feed.told.value
    feed.upload.value = ()

    book = tmp_path / "book.txt"
    await asyncio.to_thread(book.write_text, "A marmot whistles.")
    feed.file.value = str(book)
    await feed.read()
    assert f"of {book}" in feed.told.value
    assert (await leo.around("marmot")).words
    await feed.read()
    assert "before" in feed.told.value


async def test_cancelling_keeps_what_was_learned(
    feed: Feed, leo: AsyncLeoField, play: Play
) -> None:
    """Cancel stops between two batches; the same text goes on where it was left."""
    feed.text.value = LONG
    begun = (await leo.stats()).entries
    play(feed.button, {"event": "click"})
    while not feed.progress.value:
        await asyncio.sleep(0)
    assert not feed.cancel.disabled
    play(feed.cancel, {"event": "click"})
    await settled(feed)
    learned = (await leo.stats()).entries - begun
    assert "Cancelled" in feed.told.value
    assert 0 < feed.progress.value < 1
    assert learned >= 1

    await feed.read()
    again = (await leo.stats()).entries - begun
    assert again > learned
    assert feed.progress.value == 1


async def test_what_cannot_be_read_is_said(feed: Feed, play: Play, tmp_path: Path) -> None:
    """Nothing given, no such file, no UTF-8: the error is shown, and one can try again."""
    play(feed.button, {"event": "click"})
    await settled(feed)
    assert "nothing to read" in feed.panel.error

    feed.file.value = str(tmp_path / "gone.txt")
    play(feed.button, {"event": "click"})
    await settled(feed)
    assert "gone.txt" in feed.panel.error

    feed.upload.value = (upload("x", b"\xff\xfe\xfa"),)
    play(feed.button, {"event": "click"})
    await settled(feed)
    assert "0xff" in feed.panel.error
    feed.upload.value = ()
    feed.text.value = "The kite flies."
    play(feed.button, {"event": "click"})
    await settled(feed)
    assert feed.panel.error == ""


async def test_one_text_at_a_time(feed: Feed, play: Play) -> None:
    """While he reads, a second text is refused."""
    feed.text.value = LONG
    play(feed.button, {"event": "click"})
    while not feed.progress.value:
        await asyncio.sleep(0)
    with pytest.raises(ValueError, match="reading already"):
        await feed.read()
    await settled(feed)
