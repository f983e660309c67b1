"""The chat as people expect one: say again, edit, copy, clear, scroll back, meet another Leo."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenLab
from tests.e2e.labkit import LabPage

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

NOTES = "() => [...document.querySelectorAll('.leo-you .leo-note')].map((one) => one.textContent)"

AT_BOTTOM = """() => {
    const log = document.querySelector('.leo-log');
    return log.scrollHeight - log.scrollTop - log.clientHeight < 24;
}"""


def tool(page: Page, name: str) -> None:
    """Press one of the chat's buttons."""
    page.get_by_role("group", name="Conversation").get_by_role(
        "button", name=name, exact=True
    ).click()


def test_the_chat_as_people_expect_it(open_lab: OpenLab) -> None:
    """A talk with every button, by hand; in the end Leo knows exactly the turns that were meant."""
    lab = open_lab(
        [
            "from leo import AsyncLeoField\nfrom leo_widgets import LeoLab\n"
            "lab = LeoLab(AsyncLeoField('chat.db', seed=5))\nlab"
        ]
    )
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab.run_all()
    lab.page.wait_for_selector(".leo-chat textarea")
    box = lab.page.get_by_role("textbox", name="Message")
    expect(lab.page.get_by_role("button", name="Say again", exact=True)).to_be_disabled()
    lab.say("Do you like the rain?")
    lab.wait_for_replies(1)
    tool(lab.page, "Say again")
    lab.wait_for_replies(2)
    for use in (edit, recall, copy, scroll_back):
        use(lab)
    assert lab.execute("[turn.prompt for turn in lab.leo.turns][:3]") == repr(
        ["Do you like the rain?", "Do you like the rain?", "Do you like the sea?"]
    )
    tool(lab.page, "Clear")
    expect(lab.page.locator(".leo-msg")).to_have_count(0)
    expect(box).to_be_visible()
    meet(lab)
    assert lab.cell_errors() == []
    assert lab.errors == []


def edit(lab: LabPage) -> None:
    """Change the last message; Escape leaves it alone, Enter says it as a new turn."""
    box = lab.page.get_by_role("textbox", name="Message")
    tool(lab.page, "Edit last")
    expect(box).to_have_value("Do you like the rain?")
    expect(box).to_be_focused()
    expect(lab.page.get_by_text("editing: it will be said as a new turn")).to_be_visible()
    box.press("Escape")
    expect(box).to_have_value("")
    expect(lab.page.get_by_text("editing:")).to_have_count(0)
    tool(lab.page, "Edit last")
    box.fill("Do you like the sea?")
    box.press("Enter")
    lab.wait_for_replies(3)
    assert lab.page.evaluate(NOTES) == ["", "said again: a new turn", "edited: a new turn"]


def recall(lab: LabPage) -> None:
    """Arrow up brings earlier messages back, arrow down goes forward again."""
    box = lab.page.get_by_role("textbox", name="Message")
    box.press("ArrowUp")
    expect(box).to_have_value("Do you like the sea?")
    box.press("ArrowUp")
    expect(box).to_have_value("Do you like the rain?")
    box.press("ArrowDown")
    expect(box).to_have_value("Do you like the sea?")
    box.press("ArrowDown")
    expect(box).to_have_value("")


def copy(lab: LabPage) -> None:
    """What is copied is the transcript, the same as in Python."""
    tool(lab.page, "Copy")
    expect(lab.page.get_by_text("copied", exact=True)).to_be_visible()
    copied = lab.page.evaluate("navigator.clipboard.readText()")
    assert repr(copied) == lab.execute("lab.chat.transcript")
    assert copied.startswith("you: Do you like the rain?\n\nLeo: ")
    assert "you (said again: a new turn): Do you like the rain?" in copied


def scroll_back(lab: LabPage) -> None:
    """Who reads further up is left in peace; a button leads to the latest message."""
    for number in range(4, 9):
        lab.say(f"Tell me about the number {number}, and about the sea, and about the old boat.")
        lab.wait_for_replies(number)
    assert lab.page.evaluate(AT_BOTTOM)
    latest = lab.page.locator("button", has_text="latest")
    expect(latest).to_be_hidden()
    lab.page.evaluate("document.querySelector('.leo-log').scrollTop = 0")
    lab.execute("turn = await lab.say('Are you still there?')")
    lab.wait_for_replies(9)
    assert lab.page.evaluate("document.querySelector('.leo-log').scrollTop") == 0
    latest.click()
    lab.page.wait_for_function(AT_BOTTOM)
    expect(latest).to_be_hidden()


def meet(lab: LabPage) -> None:
    """A newborn in another file, after a second press; the figures are about him."""
    tool(lab.page, "New Leo")
    tool(lab.page, "Sure?")
    expect(lab.page.get_by_text("This is the Leo in")).to_be_visible()
    assert lab.execute("lab.leo.path.name, lab.leo.without") == "('chat-2.db', ())"
    lab.say("Hello, little one.")
    lab.wait_for_replies(1)
    lab.wait_for_points("growth", 0, 1)
    assert lab.execute("[turn.prompt for turn in lab.leo.turns]") == "['Hello, little one.']"


def test_what_is_forgotten_goes_from_the_screen(open_lab: OpenLab) -> None:
    """A reply is being shown and a message waits: the one is taken away, the other goes below."""
    lab = open_lab(
        [
            "from leo import AsyncLeoField\nfrom leo_widgets import Chat\n"
            "chat = Chat(AsyncLeoField('forget.db', seed=5), pace=0)\nchat"
        ]
    )
    lab.run_all()
    lab.say("Good night.")
    lab.wait_for_replies(1)
    lab.execute("chat.pace = 600.0")
    lab.say("My name is Zanzibarella.")
    expect(lab.page.locator(".leo-msg.leo-is-speaking .leo-body")).not_to_be_empty()
    lab.say("Are you there?")
    expect(lab.page.locator(".leo-you .leo-note").nth(2)).to_have_text("waiting")
    assert lab.execute("(await chat.leo.forget('Zanzibarella')).turns") == "(2,)"
    bodies = lab.page.locator(".leo-you .leo-body")
    expect(bodies).to_have_text(["Good night.", "Are you there?"])
    expect(lab.page.locator(".leo-msg")).to_have_count(3)
    expect(lab.page.locator(".leo-you .leo-note").nth(1)).to_have_text("waiting")
    lab.page.get_by_role("button", name="Stop", exact=True).click()
    expect(lab.page.locator(".leo-you .leo-note").nth(1)).to_have_text("stopped, not kept")
    lab.execute("chat.pace = 0.0")
    lab.say("And now?")
    lab.wait_for_replies(2)
    expect(bodies).to_have_text(["Good night.", "Are you there?", "And now?"])
    assert lab.execute("[turn.id for turn in await chat.leo.journal()]") == "[1, 3]"
    assert "Zanzibarella" not in lab.page.locator(".leo-log").inner_text()
    assert lab.errors == []
