"""Turns in a notebook's cell: readable, escaped, and of a bounded size."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from leo import AsyncLeoField
from leo.observation.talk import TALK
from leo.records import Fault, Growth, Learned, Turn, UnknownNote, Utterance
from leo.records.shown import ROWS_SHOWN, turn_html, turns_html
from leo.testing import make_turn
from leo.turns import Turns
from tests.conftest import Open

HOSTILE = "<script>alert('x')</script><img src=x onerror=\"alert(1)\"> & </table>"


class Tags(HTMLParser):
    """Collects tags and text, as a browser would."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


async def test_a_turn_shows_what_was_said_and_its_numbers(leo: AsyncLeoField) -> None:
    """Prompt, reply word by word with chance and context, and the table stand in the cell."""
    for prompt in TALK[:3]:
        turn = await leo.turn(prompt)
    shown = turn._repr_html_()
    text = Tags(shown).text

    assert shown == turn_html(turn)
    assert turn.prompt in text
    assert turn.reply in text
    word = turn.utterance.words[0]
    assert f'title="{word.probability:.1%}, {word.context}"' in shown
    for label in ("external_vocab", "temperature", "entropy", "experts", "faults", "learned"):
        assert label in text
    assert f"{turn.quality.overall:.2f} (structural" in text
    assert all(type(note).__name__ in text for note in turn.notes)


async def test_turns_are_a_table_with_a_row_each(leo: AsyncLeoField) -> None:
    """A run of turns shows ids, texts, numbers and new words."""
    for prompt in TALK[:3]:
        await leo.turn(prompt)
    shown = leo.turns._repr_html_()

    assert shown == turns_html(leo.turns)
    assert shown.count("<tr>") == 1 + 3
    assert all(prompt in Tags(shown).text for prompt in TALK[:3])


async def test_a_turn_without_modules_can_be_shown(make: Open) -> None:
    """A Leo without modules writes no notes; the cell says so."""
    async with make(modules=()) as leo:
        turn = await leo.turn(TALK[0])
    assert turn.notes == ()
    assert "notesnone" in Tags(turn_html(turn)).text


def test_text_is_never_markup() -> None:
    """Hostile text, wherever it stands in a Turn, is shown as it is."""
    turn = hostile()
    for shown in (turn_html(turn), turn_html(spoken(turn)), turns_html([turn])):
        found = Tags(shown)
        assert not found.tags & {"script", "img"}
        assert found.attributes <= {"class", "style", "title"}
    assert HOSTILE in Tags(turn_html(turn)).text


def hostile() -> Turn:
    """Give a turn in which every text is hostile."""
    fault = Fault(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    notes = (UnknownNote(HOSTILE, "{}"),)
    return make_turn(1, prompt=HOSTILE, reply=HOSTILE, notes=notes, faults=(fault,))


def spoken(turn: Turn) -> Turn:
    """Give the turn with a hostile word."""
    word = replace(turn.utterance.words[0], text=HOSTILE)
    return replace(turn, utterance=replace(turn.utterance, words=(word,)))


@pytest.mark.parametrize("count", [0, 1, ROWS_SHOWN, ROWS_SHOWN + 23])
def test_long_runs_say_what_they_leave_out(count: int) -> None:
    """At most fifty rows are shown, the last ones."""
    shown = Turns([make_turn(i) for i in range(1, count + 1)])._repr_html_()

    assert shown.count("<tr><th>") == min(count, ROWS_SHOWN) + bool(count)
    assert ("left out: 23." in shown) == (count > ROWS_SHOWN)
    assert ("No turn yet" in shown) == (count == 0)


def test_an_imagined_turn_has_no_number() -> None:
    """It is named, not counted."""
    assert "(an imagined turn)" in turn_html(make_turn(None))
    assert "<th>imagined</th>" in turns_html([make_turn(None)])


def test_a_cell_has_a_bounded_size() -> None:
    """Whatever a Turn holds, a cell stays small."""
    big = "<" * 20_000
    turn = make_turn(
        1,
        prompt=big,
        reply="word " * 5_000,
        faults=tuple(Fault("spy", "before", big, "") for _ in range(200)),
        notes=tuple(UnknownNote(big, "{}") for _ in range(200)),
        learned=tuple(Learned("ring", Growth(1, 1, 1, 1, 1), big) for _ in range(200)),
    )

    assert len(turn_html(turn)) < 80_000
    assert len(turns_html([turn] * 500)) < 80_000
    silent = replace(turn, reply=big, utterance=Utterance((), 0.0, "leo"))
    assert len(turn_html(silent)) < 80_000
