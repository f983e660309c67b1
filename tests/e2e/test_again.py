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
    shown = lab.page.locator(".jp-Notebook").inner_text()
    assert "Traceback" not in shown
    assert lab.errors == []


@pytest.mark.parametrize(
    "made",
    [
        pytest.param("LeoLab()", id="at home"),
        pytest.param("LeoLab(path='again.db')", id="on a path"),
        pytest.param("LeoLab(AsyncLeoField('given.db', seed=3))", id="given"),
    ],
)
def test_the_cell_that_makes_the_lab_is_run_again(open_lab: OpenLab, made: str) -> None:
    """The new lab shares the Leo that is open, with the whole talk; so does a second one."""
    lab = open_lab([START, f"lab = {made}\nlab"])
    lab.run_all()
    lab.run_all()  # at once: the first lab may still be opening its Leo
    lab.say("Hello, Leo.")
    lab.wait_for_replies(1)
    lab.execute("first = lab")

    lab.run_all()
    lab.wait_for_replies(1)
    expect(lab.page.locator(".leo-chat")).to_have_count(1)
    assert lab.execute("first.leo is lab.leo") == "True"
    lab.say("Are you the same?")
    lab.wait_for_replies(2)
    lab.wait_for_points("growth", 0, 2)
    assert lab.execute(PROMPTS) == repr(["Hello, Leo.", "Are you the same?"])
    assert lab.execute("first.chat.transcript == lab.chat.transcript") == "True"
    expect(lab.page.get_by_role("alert")).to_have_count(0)
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
    expect(lab.page.get_by_role("alert")).to_have_count(0)
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
    fault = other.page.get_by_role("alert").first
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


def test_two_leos_in_one_notebook(open_lab: OpenLab) -> None:
    """Two labs with a Leo each: what one hears the other does not, also when both speak at once."""
    lab = open_lab(
        [
            START,
            "one = LeoLab(path='one.db')\none",
            "two = LeoLab(path='two.db')\ntwo",
        ]
    )
    lab.run_all()
    boxes = lab.page.get_by_role("textbox", name="Message")
    for place, text in ((0, "only for one"), (1, "only for two")):
        boxes.nth(place).fill(text)
        boxes.nth(place).press("Enter")
    lab.page.wait_for_function(
        "() => document.querySelectorAll('.leo-leo.leo-is-done').length === 2"
    )
    for name, text in (("one", "only for one"), ("two", "only for two")):
        assert lab.execute(f"[turn.prompt for turn in {name}.leo.turns]") == repr([text])
    assert_no_traceback(lab)


def test_an_interrupted_kernel_answers_again(open_lab: OpenLab) -> None:
    """A kernel that is interrupted in the middle of a reply answers the next message."""
    lab = open_lab(
        [
            START + SLOW,
            "leo = AsyncLeoField('broken.db', modules=[Slow()])\nlab = LeoLab(leo)\nlab",
            "await lab.say('slow, from a cell')",
        ]
    )
    stop = lab.page.get_by_role("button", name="Stop")
    notes = lab.page.locator(".leo-you .leo-note")

    lab.js("window.ran = window.jupyterapp.commands.execute('notebook:run-all-cells');")
    expect(stop).to_be_visible(timeout=PAGE_MS)
    lab.command("notebook:interrupt-kernel")
    lab.say("hello")  # ipykernel hears of the interrupt with the next message (its issue 881)
    lab.wait_for_replies(1)
    lab.js("await window.ran;")
    assert [error.partition(":")[0] for error in lab.cell_errors()] == ["CancelledError"]
    expect(notes.first).to_have_text("stopped; not kept", timeout=PAGE_MS)

    lab.say("slow, typed")
    expect(stop).to_be_visible(timeout=PAGE_MS)
    lab.command("notebook:interrupt-kernel")  # no cell runs: nothing is to be interrupted
    assert lab.execute("lab.chat.busy") == "True"
    stop.click()
    expect(notes.nth(2)).to_have_text("stopped; not kept", timeout=PAGE_MS)
    lab.say("good night")
    lab.wait_for_replies(2)
    assert lab.execute("[turn.prompt for turn in await leo.journal()]") == repr(
        ["hello", "good night"]
    )
    assert lab.errors == []
