"""Again, and twice: cells run again, kernels interrupted, two Leos, two notebooks on one file."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PAGE_MS, OpenLab
from tests.e2e.labkit import LabPage
from tests.e2e.test_lab import SLOW, START

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

PROMPTS = "[turn.prompt for turn in await lab.leo.journal()]"


def assert_no_traceback(lab: LabPage) -> None:
    """Nothing went wrong where people would see it as Python's own words."""
    assert lab.cell_errors() == []
    shown = lab.page.locator(".jp-Notebook").text_content() or ""
    assert "Traceback" not in shown
    assert lab.errors == []


LABS = {
    "home": "LeoLab()",
    "path": "LeoLab(path='again.db')",
    "given": "LeoLab(AsyncLeoField('given.db', seed=3))",
}
"""Three ways to make a lab, each with a Leo of its own."""

ALL = f"({', '.join(LABS)})"


def say_to_all(lab: LabPage, text: str, replies: int) -> None:
    """Say something to each Leo by his lab's name, and wait for all their replies."""
    boxes = lab.page.get_by_role("textbox", name="Message")
    for place, name in enumerate(LABS):
        boxes.nth(place).fill(f"{text}, {name}?")
        boxes.nth(place).press("Enter")
    lab.page.wait_for_function(
        "n => document.querySelectorAll('.leo-leo.leo-is-done').length === n", arg=replies
    )


def test_the_cells_that_make_labs_are_run_again(open_lab: OpenLab) -> None:
    """A new lab shares the Leo that is open, with the whole talk; three Leos stay apart."""
    lab = open_lab([START, *(f"{name} = {made}\n{name}" for name, made in LABS.items())])
    lab.run_all()
    lab.run_all()  # at once: the first labs may still be opening their Leos
    say_to_all(lab, "Who are you", 3)
    lab.execute(f"before = {ALL}")

    lab.run_all()
    say_to_all(lab, "Are you the same", 6)
    expect(lab.page.locator(".leo-chat")).to_have_count(3)
    assert lab.execute(f"[one.leo is two.leo for one, two in zip(before, {ALL})]") == repr(
        [True] * 3
    )
    for name in LABS:
        assert lab.execute(f"[turn.prompt for turn in await {name}.leo.journal()]") == repr(
            [f"Who are you, {name}?", f"Are you the same, {name}?"]
        )
    transcripts = f"[one.chat.transcript == two.chat.transcript for one, two in zip(before, {ALL})]"
    assert lab.execute(transcripts) == repr([True] * 3)
    expect(lab.page.locator(".leo-log .leo-error")).to_have_count(0)
    assert_no_traceback(lab)


def test_a_cell_that_raises_between_two_talks(open_lab: OpenLab) -> None:
    """A cell's error is that cell's: the chat goes on, by hand and from the next cell."""
    lab = open_lab(
        [
            START,
            "lab = LeoLab(path='raised.db')\nlab",
            "turn = await lab.say('before')",
            "1 / 0",
            "turn = await lab.say('after')",
        ]
    )
    lab.run_all()
    lab.wait_for_replies(1)
    assert lab.cell_errors() == ["ZeroDivisionError: division by zero"]
    lab.say("and now?")
    lab.wait_for_replies(2)
    lab.execute("turn = await lab.say('after')")
    lab.wait_for_replies(3)
    assert lab.execute(PROMPTS) == repr(["before", "and now?", "after"])
    expect(lab.page.locator(".leo-log .leo-error")).to_have_count(0)
    assert lab.errors == []


def test_a_second_notebook_on_the_same_file(open_lab: OpenLab) -> None:
    """It says in a sentence who holds the file and what to do; when that is done, it works."""
    cells = [START, "lab = LeoLab(path='one-file.db')\nlab"]
    one = open_lab(cells)
    one.run_all()
    one.say("Hello, Leo.")
    one.wait_for_replies(1)
    process = one.execute("import os; os.getpid()")

    other = open_lab(cells)
    other.run_all()
    fault = other.page.locator(".leo-log .leo-error").first
    expect(fault).to_contain_text(f"one-file.db is held by process {process} on ")
    expect(fault).to_contain_text("shut down the kernel of his notebook")
    expect(fault).to_contain_text("or give a path of your own")
    expect(other.page.locator(".leo-status")).to_have_text("not open")
    assert_no_traceback(other)
    one.say("Are you still mine?")
    one.wait_for_replies(2)

    one.js("await window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown();")
    other.run_all()
    other.wait_for_replies(2)
    other.say("And now mine?")
    other.wait_for_replies(3)
    assert other.execute(PROMPTS) == repr(["Hello, Leo.", "Are you still mine?", "And now mine?"])
    assert_no_traceback(other)


def test_an_interrupted_kernel_answers_again(open_lab: OpenLab) -> None:
    """A kernel that is interrupted in the middle of a reply answers the next message."""
    lab = open_lab(
        [
            START + SLOW,
            "leo = AsyncLeoField('broken.db', modules=[Slow()])\nlab = LeoLab(leo)\nlab",
            "await lab.say('slow, from a cell')",
        ]
    )
    stop = lab.page.get_by_role("button", name="Stop", exact=True)
    notes = lab.page.locator(".leo-you .leo-note")

    lab.js("window.ran = window.jupyterapp.commands.execute('notebook:run-all-cells');")
    expect(stop).to_be_visible(timeout=PAGE_MS)
    lab.command("notebook:interrupt-kernel")
    lab.say("hello")  # ipykernel hears of the interrupt with the next message (its issue 881)
    lab.wait_for_replies(1)
    lab.js("await window.ran;")
    assert [error.partition(":")[0] for error in lab.cell_errors()] == ["CancelledError"]
    expect(notes.first).to_have_text("stopped, not kept", timeout=PAGE_MS)

    lab.say("slow, typed")
    expect(stop).to_be_visible(timeout=PAGE_MS)
    lab.command("notebook:interrupt-kernel")  # no cell runs: nothing is to be interrupted
    assert lab.execute("lab.chat.busy") == "True"
    stop.click()
    expect(notes.nth(2)).to_have_text("stopped, not kept", timeout=PAGE_MS)
    lab.say("good night")
    lab.wait_for_replies(2)
    assert lab.execute("[turn.prompt for turn in await leo.journal()]") == repr(
        ["hello", "good night"]
    )
    assert lab.errors == []
