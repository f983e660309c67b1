"""What is shown of any Leo's file is inert: no text in it becomes markup, in no figure or page."""

import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest

from leo import Turn
from leo.records.shown import turn_html, turns_html
from leo_widgets.compared import absences, side_by_side
from leo_widgets.page import page
from leo_widgets.sections import SECTIONS
from leo_widgets.still import lab_snapshot
from leo_widgets.transcript import turn_messages
from tests.reliability.fuzz.bending import leaves, value_at
from tests.reliability.fuzz.life import lived
from tests.reliability.poison import EVIL, PAYLOADS, poisoned
from tests.widgets import conftest as _loaded  # plotly, whose loading reads files

assert _loaded

OWN = re.compile(r"</?(?:b|i|sup|sub|br|extra|span)(?: style=['\"][^'\"<>()]*['\"])?/?>")
"""The pseudo-HTML that our figures write themselves."""


@pytest.fixture(scope="module")
def life() -> list[Turn]:
    """Give poisoned turns, each with every kind of note."""
    texts = list(PAYLOADS.values())
    turns = lived()[-4:]
    return [poisoned(turn, texts[i:] + texts[:i]) for i, turn in enumerate(turns)]


def test_the_poison_is_everywhere(life: list[Turn]) -> None:
    """Prompt, reply, words, candidates, notes and faults hold nothing but payloads."""
    for turn in life:
        word = turn.utterance.words[0]
        texts = [turn.prompt, turn.reply, word.text, word.word, word.candidates[0].word]
        texts += [turn.faults[0].error, turn.blend.dominant]
        assert set(texts) <= set(PAYLOADS.values())
        assert len(turn.notes) >= 8


def texts_of(plain: Mapping[str, Any]) -> Iterator[str]:
    """Give every text of a figure."""
    for at in leaves(plain):
        value = value_at(plain, at)
        if isinstance(value, str):
            yield value


def test_no_figure_takes_a_text_for_markup(life: list[Turn]) -> None:
    """In every figure of every part, the only markup is the figure's own."""
    drawn = 0
    for section in SECTIONS.values():
        for name, draw in section.figures.items():
            for word in (None, 0):
                figure = json.loads(draw(life, life[-1], word).to_json())
                for text in texts_of({"data": figure["data"], "layout": figure["layout"]}):
                    assert "<" not in OWN.sub("", text), (name, text)
                drawn += 1
    assert drawn > 60


class Elements(HTMLParser):
    """Gathers every element of a document, with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.found.append((tag, dict(attrs)))


SHOWN = {"title", "aria-label"}
"""Attributes that are only ever read out."""


def assert_inert(document: str, allowed: set[str]) -> None:
    """Find no element but ours, and nothing in an attribute that could run or ask."""
    reader = Elements()
    reader.feed(document)
    assert {tag for tag, _ in reader.found} <= allowed
    for tag, attributes in reader.found:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert "data-evil" not in attributes, (tag, attributes)
        told = {name: value or "" for name, value in attributes.items() if name not in SHOWN}
        assert not re.search(f"leoEvil|javascript:|{re.escape(EVIL)}", str(told)), (tag, told)


PLAIN = {"div", "p", "b", "span", "table", "tbody", "thead", "tr", "th", "td", "ul", "li", "h4"}
PAGE = PLAIN | set(
    "html head meta title style body header h1 h2 time noscript nav ol main label input output "
    "section script a".split()
)


def test_no_still_takes_a_text_for_markup(life: list[Turn]) -> None:
    """What stays in a notebook without a kernel is paragraphs and tables of escaped text."""
    messages = [one for turn in life for one in turn_messages(turn)]
    figures = {
        name: json.loads(draw(life, life[-1], None).to_json())
        for section in SECTIONS.values()
        for name, draw in section.figures.items()
    }
    assert_inert(lab_snapshot(messages, life, figures).html, PLAIN)
    assert_inert(turn_html(life[0]) + turns_html(life), PLAIN)
    compared = side_by_side(life[0], life[1]) + absences({"": life[0], "<b>": life[1]})
    assert_inert(compared, PLAIN | {"mark", "br", "small"})


async def test_no_saved_page_takes_a_text_for_markup(life: list[Turn]) -> None:
    """In the page too; its data cannot end their block, and only its own scripts may run."""
    document = await page(life, title=PAYLOADS["end of data"])
    assert_inert(document, PAGE)
    blocks = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', document, re.DOTALL)
    assert len(blocks) == 1 + len(life)
    for block in blocks:
        assert "<" not in block
        json.loads(block)
    assert len(re.findall(r"<script>", document)) == 2
