"""The whole lab in a real JupyterLab: switches, timeline, map, what if, feed, a page to keep."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenLab
from tests.e2e.labkit import LabPage

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

TALK = ("Hello, Leo.", "Do you like the rain in the garden?", "I am afraid of the dark.")

CLICK_AT = """([figure, x]) => {
    const plot = document.querySelector(`[data-figure="${figure}"]`);
    const axis = plot._fullLayout.xaxis;
    const box = plot.querySelector('.nsewdrag[data-subplot="xy"]').getBoundingClientRect();
    return [box.left + axis.d2p(x), box.top + box.height / 2];
}"""


def open_tab(page: Page, name: str) -> None:
    """Turn to a tab of the lab."""
    page.get_by_role("tab", name=name, exact=True).click()


def test_everything_in_the_lab_can_be_used_by_hand(open_lab: OpenLab) -> None:
    """Switch a module off, go back in time, walk the field, imagine the past, feed him, keep it."""
    lab = open_lab(
        [
            "from leo import AsyncLeoField\nfrom leo_widgets import LeoLab\n"
            "lab = LeoLab(AsyncLeoField('whole.db', seed=5))\nlab"
        ]
    )
    lab.page.set_viewport_size({"width": 1500, "height": 1500})
    lab.run_all()
    for number, text in enumerate(TALK, start=1):
        lab.say(text)
        lab.wait_for_replies(number)
    lab.wait_for_points("growth", 0, 3)
    lab.page.wait_for_selector('[data-figure="modules"] .table')
    told = lab.page.locator('[data-figure="growth"]').get_attribute("aria-label")
    assert told is not None
    assert "words: 3 values from" in told
    for use in (switch_off, go_back, walk, imagine, feed):
        use(lab)
        assert lab.cell_errors() == []
    assert lab.execute("(await lab.save_html('talk.html')).stat().st_size > 10**6") == "True"
    assert lab.external == []
    assert lab.errors == []


def switch_off(lab: LabPage) -> None:
    """Take the tick from a module's box."""
    box = lab.page.get_by_role("checkbox", name="dream")
    expect(box).to_be_checked()
    box.uncheck()
    expect(lab.page.get_by_text("off: dream")).to_be_visible()
    assert lab.execute("lab.leo.without") == "('dream',)"


def go_back(lab: LabPage) -> None:
    """Click on a turn in the timeline."""
    page = lab.page
    open_tab(page, "inspect")
    page.wait_for_selector('[data-figure="timeline"].js-plotly-plot')
    lab.wait_until_still('[data-figure="timeline"]')
    page.mouse.click(*page.evaluate(CLICK_AT, ["timeline", 2]))
    page.wait_for_function(
        """() => [...document.querySelectorAll('[data-figure="words"]')]
            .some((plot) => plot.layout.title.text.includes('turn 2'))"""
    )
    assert lab.execute("lab.window('inspect').turn.value") == "2"


def walk(lab: LabPage) -> None:
    """Put a word in the middle of the map."""
    page = lab.page
    open_tab(page, "field")
    page.wait_for_selector('[data-figure="field map"].js-plotly-plot')
    page.get_by_placeholder("of the last reply").fill("rain")
    page.get_by_placeholder("of the last reply").press("Enter")
    page.wait_for_function(
        """() => document.querySelector('[data-figure="field map"]')
            .layout.title.text.includes('“rain”')"""
    )


def imagine(lab: LabPage) -> None:
    """Imagine a lived turn again, then without each module; nothing of it happens."""
    page = lab.page
    open_tab(page, "what if")
    asked = page.get_by_label("turn (0: next)")
    asked.fill("2")
    asked.press("Enter")
    expect(page.get_by_label("you say")).to_have_value(TALK[1])
    page.get_by_role("button", name="Imagine", exact=True).click()
    expect(page.get_by_text("as he would say it")).to_be_visible()
    lived = lab.execute("lab.leo.turns[1].reply")[1:-1]
    expect(page.locator(".widget-html").filter(has_text=lived).first).to_be_visible()
    page.get_by_role("button", name="Without each module", exact=True).click()
    expect(page.get_by_text("without mathbrain")).to_be_visible()
    assert lab.execute("len(lab.leo.turns), (await lab.leo.stats()).turns") == "(3, 3)"


def feed(lab: LabPage) -> None:
    """Paste a text, and let him read it."""
    page = lab.page
    open_tab(page, "feed")
    page.get_by_placeholder("Paste a text here…").fill("A zeppelin over Zanzibar.\n\n" * 400)
    page.locator("button", has_text=re.compile(r"^\s*Read$")).click()
    expect(page.get_by_text("tokens of the pasted text")).to_be_visible()
    page.wait_for_selector('[data-figure="reading"].js-plotly-plot')
    assert lab.execute("len((await lab.leo.around('zeppelin')).words) > 0") == "True"


def test_a_past_moment_after_a_kernel_restart(open_lab: OpenLab) -> None:
    """A new kernel on the same file has the whole life in its timeline."""
    cell = (
        "from leo import AsyncLeoField\nfrom leo_widgets import Inspector\n"
        "leo = AsyncLeoField('restarted.db', seed=5)\ninspector = Inspector(leo)\ninspector"
    )
    lab = open_lab([cell])
    lab.run_all()
    lab.execute("await inspector.ready()\nfor i in range(3): await leo.turn(f'hello {i}')")
    lab.restart_kernel()
    lab.run_all()
    lab.page.wait_for_function(
        """() => {
            const strips = document.querySelector('[data-figure="timeline"]');
            return strips && strips.data && strips.data[0].x.length === 3;
        }"""
    )
    assert lab.execute("(inspector.turn.min, inspector.turn.max, inspector.turn.value)") == (
        "(1, 3, 3)"
    )
    assert lab.errors == []


def test_a_restart_in_the_middle_of_a_reply(open_lab: OpenLab) -> None:
    """What was not answered never happened; the lab opens again on the same life."""
    module = (
        "import asyncio\nfrom leo import AsyncLeoField\nfrom leo.module import Module\n"
        "from leo_widgets import LeoLab\nclass Slow(Module):\n    name = 'slow'\n"
        "    async def before(self, percept, so_far):\n"
        "        if 'slow' in percept.tokens:\n            await asyncio.sleep(60)"
    )
    cell = "lab = LeoLab(AsyncLeoField('middle.db', seed=5, modules=[Slow()]))\nlab"
    lab = open_lab([module, cell])
    lab.run_all()
    lab.say("Hello, Leo.")
    lab.wait_for_replies(1)
    lab.say("Now be slow.")
    lab.page.wait_for_function(
        "() => document.querySelector('.leo-chat')?.textContent.includes('Now be slow.')"
    )
    lab.restart_kernel()
    lab.run_all()
    lab.wait_for_replies(1)
    expect(lab.page.locator(".leo-log").last).not_to_contain_text("Now be slow.")
    lab.say("Are you there?")
    lab.wait_for_replies(2)
    assert lab.execute("[turn.prompt for turn in lab.leo.turns]") == repr(
        ["Hello, Leo.", "Are you there?"]
    )
    assert lab.errors == []
