"""The main job in a real JupyterLab: people talk with Leo and see why he says what he says."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenLab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

HELLO = Path(__file__).parents[2] / "notebooks" / "00_hello_leo.ipynb"

LAB_CELL = 2
"""Where the lab is in it."""

START = "from leo import AsyncLeoField\nfrom leo_widgets import Chat, LeoLab\n"

SLOW = """
import asyncio
from leo.module import Module
class Slow(Module):
    name = "slow"
    async def before(self, percept, so_far):
        if "slow" in percept.tokens:
            await asyncio.sleep(60)
        if "boom" in percept.tokens:
            raise RuntimeError("on purpose")
"""

WATCH_LENGTHS = """() => {
    window.lengths = [];
    new MutationObserver(() => {
        const bodies = document.querySelectorAll('.leo-leo .leo-body');
        if (bodies.length) window.lengths.push(bodies[bodies.length - 1].textContent.length);
    }).observe(
        document.querySelector('.leo-log'),
        {subtree: true, childList: true, characterData: true},
    );
}"""


def test_a_newcomer_talks_with_leo(open_lab: OpenLab) -> None:
    """The first notebook runs; three messages are answered, figures grow, words explain."""
    lab = open_lab(HELLO)
    lab.run_all()
    assert lab.cell_errors() == []
    lab.look_at(LAB_CELL)
    lab.wait_for_replies(1)  # the notebook's own say()

    lab.page.evaluate(WATCH_LENGTHS)
    for number, text in enumerate(("Hello, Leo.", "Do you like the rain?", "Good night."), start=2):
        lab.say(text)
        lab.wait_for_replies(number)
        lab.wait_for_points("growth", 0, number)
        lab.wait_for_points("pulse", 0, number)
    lengths = lab.page.evaluate("window.lengths")
    assert len(set(lengths)) > 9, "replies appear a few words at a time"

    assert lab.execute("[turn.prompt for turn in lab.leo.turns][1:]") == repr(
        ["Hello, Leo.", "Do you like the rain?", "Good night."]
    )
    assert lab.execute("lab.leo.turns[-1].reply") == repr(lab.replies()[-1])

    assert lab.title("reasons") == "Why this word?"
    word = lab.page.locator(".leo-leo").nth(1).locator(".leo-word").nth(2)
    word.click()
    lab.page.wait_for_function(
        """word => document.querySelector('[data-figure="reasons"]')?.layout?.title?.text
            ?.startsWith('Why “' + word + '”')""",
        arg=word.inner_text(),
    )
    assert "turn 2" in lab.title("words")
    expect(word).to_have_attribute("aria-pressed", "true")

    transcript = lab.said()
    lab.save()
    lab.open()
    lab.wait_for_replies(4)
    lab.wait_for_points("growth", 0, 4)
    assert lab.said() == transcript

    lab.restart_kernel()
    lab.run_all()
    assert lab.cell_errors() == []
    lab.look_at(LAB_CELL)
    lab.wait_for_replies(5)
    lab.wait_for_points("growth", 0, 5)
    assert lab.said()[: len(transcript)] == transcript

    assert lab.external == []
    assert lab.errors == []


def test_other_cells_run_while_leo_speaks_and_stop_stops(open_lab: OpenLab) -> None:
    """A turn holds up no cell; Stop is there from the first moment, and nothing is kept."""
    lab = open_lab(
        [START + SLOW, "leo = AsyncLeoField('slow.db', modules=[Slow()])\nchat = Chat(leo)\nchat"]
    )
    lab.run_all()
    lab.say("slow one")
    lab.say("in the queue")
    stop = lab.page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_visible()

    assert lab.execute("chat.busy, len(leo.turns)") == "(True, 0)"
    expect(lab.page.locator(".leo-you .leo-note").nth(1)).to_have_text("waiting")

    stop.click()
    expect(lab.page.locator(".leo-you .leo-note").first).to_have_text("stopped, not kept")
    expect(stop).to_be_hidden()
    assert lab.execute("len(await leo.journal())") == "0"
    lab.say("hello")
    lab.wait_for_replies(1)
    assert lab.execute("[turn.prompt for turn in await leo.journal()]") == "['hello']"


def test_an_error_is_shown(open_lab: OpenLab) -> None:
    """What goes wrong in a turn stands in the transcript: raised when strict, a fault when not.

    A module that fails is named in red below the reply it sat out.
    """
    lab = open_lab(
        [
            START + SLOW,
            "strict = AsyncLeoField('strict.db', modules=[Slow()], strict=True)\nChat(strict)",
            "Chat(AsyncLeoField('fault.db', modules=[Slow()]))",
        ]
    )
    lab.run_all()
    for place, told in enumerate(("slow.before raised", "slow.before failed:")):
        chat = lab.page.locator(".leo-chat").nth(place)
        box = chat.get_by_role("textbox", name="Message")
        box.fill("boom")
        box.press("Enter")
        expect(chat.get_by_role("alert")).to_contain_text(f"{told} RuntimeError")
        box.fill("hello")
        box.press("Enter")
        expect(chat.locator(".leo-leo.leo-is-done")).to_have_count(1 + place)


def test_markup_is_text_and_keys_stay_in_the_chat(open_lab: OpenLab) -> None:
    """What people type is shown as typed, in chat and figures; Lab's shortcuts do not fire."""
    lab = open_lab([START, "lab = LeoLab(path='text.db')\nlab"])
    lab.run_all()
    cells = lab.page.locator(".jp-Cell").count()
    box = lab.page.get_by_role("textbox", name="Message")
    box.click()
    box.press_sequentially("dd <img src=x onerror='window.hit=1'> <b>quagga</b>")
    box.press("Shift+Enter")
    box.press_sequentially("second line")
    box.press("Enter")
    lab.wait_for_replies(1)
    lab.wait_for_points("growth", 0, 1)

    typed = "dd <img src=x onerror='window.hit=1'> <b>quagga</b>\nsecond line"
    assert lab.page.locator(".leo-you .leo-body").inner_text() == typed
    assert lab.page.evaluate("window.hit ?? null") is None
    assert lab.page.locator(".leo-chat img, .leo-plots img, .leo-chat b").count() == 0
    assert lab.page.locator(".jp-Cell").count() == cells
    box.press("ArrowUp")
    assert box.input_value() == typed


def test_turns_from_elsewhere_appear_in_every_chat(open_lab: OpenLab) -> None:
    """A turn asked in a cell, or in another chat on the same Leo, is in all transcripts, once."""
    lab = open_lab([START, "one = Chat(path='two.db')\none", "other = Chat(path='two.db')\nother"])
    lab.run_all()
    lab.execute("await one.ready(); await other.ready(); assert one.leo is other.leo")
    lab.execute("turn = await one.leo.turn('from a cell')")
    lab.page.get_by_role("textbox", name="Message").nth(1).fill("from the second chat")
    lab.page.get_by_role("textbox", name="Message").nth(1).press("Enter")
    lab.page.wait_for_function(
        "() => document.querySelectorAll('.leo-leo.leo-is-done').length === 4"
    )
    for chat in (0, 1):
        said = lab.page.locator(".leo-log").nth(chat).locator(".leo-you .leo-body")
        assert said.all_inner_texts() == ["from a cell", "from the second chat"]


def test_a_word_in_a_figure_can_be_clicked(open_lab: OpenLab) -> None:
    """A click on a bar of the words figure shows that word's reasons, and marks it in the chat."""
    lab = open_lab([START, "lab = LeoLab(path='click.db')\nlab"])
    lab.run_all()
    lab.say("hello")
    lab.wait_for_replies(1)
    lab.wait_for_points("growth", 0, 1)
    box = lab.wait_until_still('[data-figure="words"] .bars path')
    lab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    lab.page.wait_for_selector('[data-figure="words"] .hoverlayer .hovertext')
    lab.page.mouse.down()
    lab.page.mouse.up()
    lab.page.wait_for_function("() => document.querySelectorAll('.leo-selected').length === 1")
    chosen = lab.page.locator(".leo-selected").inner_text()

    lab.page.wait_for_function(
        """word => document.querySelector('[data-figure="reasons"]')?.layout?.title?.text
            ?.startsWith('Why “' + word + '”')""",
        arg=chosen,
    )


RECALL_SHOWN = """() => {
    const ticks = document.querySelector('[data-figure="recall"]')?.layout?.yaxis?.ticktext;
    return ticks ? ticks.length : 0;
}"""

RECALL_NOTED = """
from leo.recall.santaklaus import RecallNote
from leo.reflection.mathbrain import Lesson
note = lab.leo.turns[-1].note(RecallNote)
len(note.hits) + len(note.others)
"""


def test_recall_and_mathbrain_are_seen_live(open_lab: OpenLab) -> None:
    """After each turn the lab shows what was recalled, and quality expected against true."""
    lab = open_lab([START, "leo = AsyncLeoField('recall.db', seed=28)\nlab = LeoLab(leo)\nlab"])
    lab.run_all()
    talk = ("I like the rain on the window.", "The rain and the window.", "What is the rain?")
    for number, text in enumerate(talk, start=1):
        lab.say(text)
        lab.wait_for_replies(number)
        lab.wait_for_points("mathbrain", 0, number)
        lab.wait_for_points("mathbrain", 1, number)
    shown, noted = lab.page.evaluate(RECALL_SHOWN), int(lab.execute(RECALL_NOTED))
    true = json.loads(lab.execute("[turn.note(Lesson).true for turn in lab.leo.turns]"))
    seen = lab.page.evaluate(
        """() => Array.from(document.querySelector('[data-figure="mathbrain"]').data[0].y)"""
    )
    assert seen == true
    assert shown == noted > 0
    assert "turn 3" in lab.title("recall")
    assert lab.external == []
    assert lab.errors == []


def test_the_inspector_looks_into_any_turn(open_lab: OpenLab) -> None:
    """Parts are chosen by click and keyboard, the slider goes back, new turns are followed."""
    cells = [
        "from leo import AsyncLeoField\nfrom leo_widgets import Inspector\n"
        "from leo.observation.talk import TALK\n"
        "leo = AsyncLeoField('inspected.db', seed=1)\nawait leo.async_init()\n"
        "for prompt in TALK[:4]:\n    await leo.turn(prompt)",
        "inspector = Inspector(leo)\ninspector",
    ]
    lab = open_lab(cells)
    lab.run_all()
    assert lab.cell_errors() == []
    lab.page.wait_for_selector('[data-figure="words"].js-plotly-plot')
    assert "turn 4" in lab.title("words")

    for part, figure in (("recall", "recall"), ("body", "features"), ("thoughts", "rings")):
        lab.page.get_by_role("button", name=part, exact=True).click()
        lab.page.wait_for_selector(f'[data-figure="{figure}"].js-plotly-plot')
        expect(lab.page.locator('[data-figure="words"]')).to_have_count(0)
    lab.page.get_by_role("button", name="field", exact=True).press("Enter")
    lab.wait_for_points("growth", 0, 4)

    lab.execute("inspector.show('field', 2)")
    lab.wait_for_points("growth", 0, 2)
    lab.execute("inspector.show('field', 4)")
    lab.wait_for_points("growth", 0, 4)
    lab.execute("await leo.turn(TALK[4])")
    lab.wait_for_points("growth", 0, 5)
    assert lab.execute("inspector.turn.value, inspector.panel.error") == "(5, '')"
    assert lab.external == []
    assert lab.errors == []
