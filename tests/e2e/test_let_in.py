"""Nobody is let in: whatever is said, read or sent in a file, a real browser shows it as text."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from leo_widgets.page import save_html
from leo_widgets.sections import SECTIONS
from tests.e2e.conftest import PAGE_MS, OpenLab
from tests.e2e.labkit import LabPage
from tests.e2e.letting_in import TYPED, Guard, hover_everything, poisoned_file
from tests.reliability.poison import PAYLOADS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

FOREIGN = (
    "from leo import AsyncLeoField\nfrom leo_widgets import LeoLab\n"
    "lab = LeoLab(AsyncLeoField('foreign.db'))\nlab"
)

STILLS = (
    "await lab.ready()\nfrom IPython.display import display\n"
    "display(lab.leo.turns[-1], lab.leo.turns, lab.snapshot())"
)

FAILS = f"""
from dataclasses import dataclass
from leo.module import Module
from leo_widgets import Chat
class Evil(Module):
    name = 'evil'
    async def before(self, percept, so_far):
        raise ValueError({PAYLOADS["image"]!r} + so_far.moment.prompt)
chat = Chat(AsyncLeoField('faulty.db', seed=3, modules=[Evil()]))
chat
"""


def assert_nobody(guard: Guard, page: Page) -> None:
    """See that nothing ran, asked or became an element."""
    assert guard.found(page) == []


def say_everything(lab: LabPage, place: int, replies: int) -> None:
    """Type every payload into one of the chats."""
    chat = lab.page.locator(".leo-chat").nth(place)
    for number, text in enumerate(TYPED, start=1):
        box = chat.get_by_role("textbox", name="Message")
        box.fill(text)
        box.press("Enter")
        done = chat.locator(".leo-leo.leo-is-done")
        expect(done).to_have_count(replies + number, timeout=PAGE_MS)
        expect(chat.locator(".leo-you .leo-body").last).to_have_text(text.replace("\n", " "))


def look_everywhere(lab: LabPage) -> None:
    """Open every tab and every part of the inspector, each drawn."""
    lab.execute("lab.tabs.selected_index = 1")
    for part, section in SECTIONS.items():
        lab.execute(f"lab.window('inspect').show({part!r}, 10)")
        for name in section.figures:
            figure = lab.page.locator(f'.leo-plots [data-figure="{name}"].js-plotly-plot').last
            expect(figure).to_be_attached(timeout=PAGE_MS)
    evil = repr(PAYLOADS["image"])
    lab.execute(
        f"w = lab.window('what if'); w.prompt.value = {evil}; w.seed.value = {evil}\n"
        f"f = lab.window('feed'); f.file.value = {evil}; w.button.click(); f.button.click()\n"
        f"m = lab.window('field'); m.word.value = {PAYLOADS['unicode']!r}"
    )
    for place in (2, 3, 4):
        lab.execute(f"lab.tabs.selected_index = {place}")
    for told in ("the seed must be a whole number", "cannot read"):
        expect(lab.page.get_by_text(told)).to_be_attached(timeout=PAGE_MS)


def test_in_jupyterlab_every_text_is_a_text(open_lab: OpenLab, notebooks: Path) -> None:
    """A foreign Leo, a hostile talk, a failing module: in chat, figures, tabs, errors, outputs."""
    poisoned_file(notebooks / "foreign.db")
    lab = open_lab([FOREIGN, STILLS, FAILS], (1500, 4000), fresh=True)
    guard = Guard(lab.page)
    lab.run_all()
    lab.page.wait_for_selector(".leo-turns")
    expect(lab.page.locator(".leo-msg", has_text="leoEvil('script')").first).to_be_visible()
    say_everything(lab, 0, 10)
    say_everything(lab, 1, 0)
    expect(lab.page.locator(".leo-error", has_text="evil.before failed").first).to_be_attached()
    assert hover_everything(lab.page) > 10
    assert_nobody(guard, lab.page)
    look_everywhere(lab)
    hover_everything(lab.page)
    assert_nobody(guard, lab.page)
    assert lab.external == []
    assert lab.errors == []


def test_in_a_saved_page_every_text_is_a_text(browser: BrowserContext, tmp_path: Path) -> None:
    """The page draws a foreign life with its name and every figure, and runs only its own."""
    turns = poisoned_file(tmp_path / "foreign.db")
    with ThreadPoolExecutor(1) as other:
        saved = other.submit(
            lambda: asyncio.run(
                save_html(tmp_path / "x.html", turns, title=PAYLOADS["end of data"])
            )
        ).result()
    page = browser.new_page()
    page.set_viewport_size({"width": 1300, "height": 900})
    guard = Guard(page, math=True)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda one: problems.append(one.text) if one.type == "error" else None)
    page.goto(saved.as_uri())
    for box in page.locator(".figure:visible").all():
        box.scroll_into_view_if_needed()
        expect(box.locator("svg.main-svg").first).to_be_attached()
    assert hover_everything(page) > 10
    why = page.locator("section[aria-label=words] .why")
    for _ in range(10):  # figures that are still being drawn do not hear a click
        page.locator(".figure[data-figure=words] .bars path").first.click(force=True)
        page.wait_for_timeout(300)
        if why.inner_text():
            break
    expect(why).not_to_be_empty()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAYLOADS["end of data"])
    assert_nobody(guard, page)
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x: onerror=\"leoEvil(1)\">')"
    )
    page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    assert page.evaluate("window.leoEvils") == []  # what got in all the same could not run
    assert [one for one in problems if "Content Security Policy" not in one] == []
    page.close()
