"""The page: one document, whole in itself, in which no text becomes markup."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from leo import AsyncLeoField
from leo.errors import StoreError
from leo.observation.talk import TALK
from leo.records import Fault
from leo.testing import make_turn
from leo_widgets import figures
from leo_widgets.document import STATIC
from leo_widgets.page import ASKING, LAST, LIFE, OVERVIEW, page, save_html
from leo_widgets.sections import SECTIONS, Section
from tests.conftest import Open

HOSTILE = "</script><script>alert('x')</script><!--<script> <img src=x onerror=\"alert(1)\"> &"
ALL = {**OVERVIEW, **SECTIONS}
FIGURES = [name for section in ALL.values() for name in section.figures]
STYLE = (STATIC / "page.css").read_text(encoding="utf-8")


class Document(HTMLParser):
    """What a browser makes of a page: tags, attributes, scripts, blocks of data and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.scripts: list[str] = []
        self.blocks: dict[str, dict[str, Any]] = {}
        self.text = ""
        self._in: tuple[str, str | None] = ("", None)
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._in = (tag, dict(attrs).get("data-figures"))

    def handle_endtag(self, tag: str) -> None:
        self._in = ("", None)

    def handle_data(self, data: str) -> None:
        tag, block = self._in
        if block is not None:
            self.blocks[block] = json.loads(data)
        elif tag == "script":
            self.scripts.append(data)
        elif tag != "style":
            self.text += data

    def values(self, name: str) -> list[str | None]:
        """Give all values of an attribute."""
        return [value for found, value in self.attributes if found == name]


@pytest.fixture
async def leo(make: Open) -> AsyncIterator[AsyncLeoField]:
    """Give a Leo with all modules who has lived three turns, the last one hostile."""
    async with make() as born:
        for prompt in (*TALK[:2], HOSTILE):
            await born.turn(prompt)
        yield born


async def test_everything_stands_in_the_page(leo: AsyncLeoField) -> None:
    """The transcript, each sentence, and every figure of every turn are there."""
    found = Document(await page(leo.turns, title="Leo & I"))

    assert "Leo & I" in found.text
    assert "3 turns, 2023-11-14T22:13:" in found.text
    assert "Figures of their own: 3 of 3." in found.text
    for turn in leo.turns:
        assert turn.prompt in found.text
        assert turn.reply in found.text
        assert f"turn-{turn.id}" in found.values("id")
    assert all(section.told in found.text for section in ALL.values())
    assert list(found.blocks) == ["life", "0", "1", "2"]
    for of, drawn in found.blocks.items():
        assert set(drawn) == {
            name for name in FIGURES if name not in ASKING and (name in LIFE) == (of == "life")
        }
        assert all(one["label"] and "<" not in one["label"] for one in drawn.values())
    assert found.values("role").count("img") == len(FIGURES) - len(ASKING)


async def test_the_life_is_drawn_to_its_end_and_a_turn_as_it_was(leo: AsyncLeoField) -> None:
    """Figures of the life reach over all turns; a turn's figures are its own."""
    blocks = Document(await page(leo.turns)).blocks

    assert blocks["life"]["growth"]["data"][0]["x"] == [1, 2, 3]
    assert "turn 2" in blocks["1"]["words"]["label"]


async def test_it_needs_nothing_from_anywhere(leo: AsyncLeoField) -> None:
    """Plotly's bundle is there once; nothing else names a place, and the policy forbids it."""
    from plotly.offline import get_plotlyjs

    text = await page(leo.turns)
    bundle = await asyncio.to_thread(get_plotlyjs)

    assert text.count(bundle) == 1
    rest = text.replace(bundle, "")
    assert "://" not in rest
    found = Document(rest)
    assert found.values("src") == []
    assert all(value is not None and value.startswith("#") for value in found.values("href"))
    assert found.values("charset") == ["utf-8"]
    assert any("default-src 'none'" in (value or "") for value in found.values("content"))


async def test_text_is_never_markup(leo: AsyncLeoField) -> None:
    """Hostile text in prompt, reply, fault, heading and sentence is shown as it is."""
    fault = Fault(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    turns = [*leo.turns, make_turn(4, prompt=HOSTILE, reply=HOSTILE, faults=(fault,))]
    section = Section(HOSTILE, {'"><script>': lambda life, turn, word: figures.words(turn, word)})
    text = await page(turns, title=HOSTILE, sections={**SECTIONS, HOSTILE: section})
    found = Document(text)

    assert len(found.scripts) == 2
    assert "img" not in found.tags
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert found.text.count(HOSTILE) >= 5
    assert HOSTILE not in text
    assert text.count("<script") - "".join(found.scripts).count("<script") == 2 + 1 + len(turns)


async def test_no_turns_make_a_page(leo: AsyncLeoField) -> None:
    """Before the first turn the page says so."""
    text = await page([])
    found = Document(text)

    assert found.text.count("No turn yet.") == 2
    assert list(found.blocks) == ["life"]
    assert "disabled" in dict(found.attributes)


async def test_a_turn_without_modules_and_an_imagined_one_can_be_shown(make: Open) -> None:
    """What no module wrote is missing, and nothing fails."""
    async with make(modules=()) as leo:
        lived = await leo.turn(TALK[0])
        imagined = await leo.imagine(TALK[1])
    found = Document(await page([lived, imagined]))

    assert list(found.blocks) == ["life", "0", "1"]
    assert {"turn-1", "imagined-2"} <= set(found.values("id"))


async def test_the_size_is_bounded() -> None:
    """Only the last turns have figures and reasons; an older one costs little more than its words.

    What is left out is said.
    """
    turns = [make_turn(i) for i in range(1, LAST + 201)]
    few, many = await page(turns[-LAST:]), await page(turns)
    found = Document(many)

    assert len(found.blocks) == 1 + LAST
    assert f"Figures of their own: {LAST} of {len(turns)}." in found.text
    assert "0" not in found.blocks
    assert len(many) - len(few) < 200 * 1_000
    assert len(few) < 8_000_000


async def test_the_loop_is_free_between_figures() -> None:
    """Another task goes on while a page is made."""
    steps = 0

    async def count() -> None:
        nonlocal steps
        while True:
            steps += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(count())
    found = Document(await page([make_turn(1), make_turn(2)]))
    other.cancel()

    assert steps >= sum(len(drawn) for drawn in found.blocks.values())


async def test_it_is_written_whole(leo: AsyncLeoField, tmp_path: Path) -> None:
    """The file holds the page, and nothing else is left behind."""
    folder = tmp_path / "pages"
    await asyncio.to_thread(folder.mkdir)
    found = await save_html(folder / "talk.html", leo.turns)

    assert found == folder / "talk.html"
    text = await asyncio.to_thread(found.read_text, encoding="utf-8")
    assert text == await page(leo.turns)
    assert await asyncio.to_thread(lambda: list(folder.iterdir())) == [found]


async def test_where_it_cannot_write_it_says_so(tmp_path: Path) -> None:
    """The error names the file; a folder in its place leaves no draft behind."""
    missing = tmp_path / "nowhere" / "talk.html"
    with pytest.raises(StoreError, match=f"cannot write {re.escape(str(missing))}: No such file"):
        await save_html(missing, [])
    folder = tmp_path / "folder"
    await asyncio.to_thread(folder.mkdir)
    with pytest.raises(StoreError, match=re.escape(str(folder))):
        await save_html(folder, [])
    assert await asyncio.to_thread(lambda: list(tmp_path.iterdir())) == [folder]


def test_every_word_can_be_read() -> None:
    """In light and dark, each colour of text has a contrast of 4.5 and more to each ground."""
    themes = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    assert len(themes) == 2
    for theme in themes:
        colours = dict(re.findall(r"--(\w+): (#\w{6})", theme))
        for ink in ("text", "soft", "accent", "fault"):
            for ground in ("ground", "raised"):
                assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours, as WCAG defines it."""
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


def _light(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_figure_of_the_life_is_a_figure() -> None:
    """The names that the page sorts figures by are names of figures."""
    assert set(figures.__all__) >= LIFE | ASKING
