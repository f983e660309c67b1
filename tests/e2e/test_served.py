"""The served page in a real browser: talk, reasons, a reload, a token, and a server that goes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

QUICK = """
import sys
from pathlib import Path
from leo.serve import Limits, create_app
from leo.serve.server import address, listen, server
from tests.serving.conftest import born

home, port, token, idle = sys.argv[1:]
limits = Limits(live_idle_seconds=float(idle))
app = create_app(Path(home), limits=limits, token=token or None, make=born)
with listen("127.0.0.1", int(port)) as taken:
    print(address(taken), flush=True)
    server(app, limits).run(sockets=[taken])
"""
"""A server whose Leos have read three sentences."""

TOKEN = "sesame-0123456789"


@contextmanager
def served(home: Path, port: int = 0, token: str = "", idle: float = 900) -> Iterator[str]:
    """Serve in a process of its own."""
    command = [sys.executable, "-c", QUICK, str(home), str(port), token, str(idle)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield child.stdout.readline().strip()
        finally:
            child.terminate()


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Serve for one test."""
    with served(tmp_path) as found:
        yield found


def say(page: Page, text: str) -> None:
    """Say something."""
    page.get_by_label("Message").fill(text)
    page.get_by_label("Message").press("Enter")


def test_a_talk_on_the_page(browser: BrowserContext, url: str) -> None:
    """Words appear, a click tells their reasons, and after a reload the talk is still there."""
    page = browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda one: problems.append(one.text) if one.type == "error" else None)

    def requested(one: Request) -> None:
        if not one.url.startswith((url, "data:")):
            problems.append(one.url)

    page.on("request", requested)
    page.goto(url)
    expect(page.locator(".leo-status")).to_have_text("ready")

    say(page, "The sea? <b>Boats</b>")
    reply = page.locator(".leo-leo.leo-is-done .leo-body")
    expect(reply).to_have_count(1)
    expect(page.locator(".leo-error")).to_have_count(0)
    expect(page.locator(".leo-you .leo-body")).to_have_text("The sea? <b>Boats</b>")
    word = page.locator(".leo-leo .leo-word").first
    word.click()
    expect(page.locator("#why b")).to_have_text(word.inner_text())
    expect(page.locator("#why")).to_contain_text("he starts from it")

    said = reply.inner_text()
    page.reload()
    expect(reply).to_have_text(said)
    expect(page.locator(".leo-error")).to_have_count(0)
    assert problems == []
    page.close()


def test_a_page_through_thick_and_thin(browser: BrowserContext, tmp_path: Path) -> None:
    """It asks for the token, meets a newborn Leo, and goes on after the server went and came."""
    page = browser.new_page()
    mistakes: list[str] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    status = page.locator(".leo-status")
    done = page.locator(".leo-leo.leo-is-done")
    with served(tmp_path, token=TOKEN) as url:
        page.goto(url)
        for shown in ("wrong", TOKEN):
            expect(status).to_have_text("a token is needed")
            page.get_by_label("token").fill(shown)
            page.get_by_role("button", name="Show it").click()
        expect(status).to_have_text("ready")
        expect(page.locator("#key")).to_be_hidden()
        say(page, "The sea?")
        expect(done).to_have_count(1)

        page.get_by_role("button", name="New Leo").click()
        page.get_by_role("button", name="Sure?").click()
        expect(page.locator(".leo-aside")).to_contain_text("A newborn Leo.")
        expect(done).to_have_count(0)
        expect(status).to_have_text("ready")
        say(page, "And Mila?")
        expect(done).to_have_count(1)

    expect(status).to_have_text("not connected; trying again")
    say(page, "Is nobody there?")
    expect(page.locator(".leo-you.leo-is-failed")).to_have_count(1)
    with served(tmp_path, urlsplit(url).port or 0, token=TOKEN, idle=0.5):
        expect(status).to_have_text("resting; say something")
        say(page, "Are you back?")
        expect(done).to_have_count(2)
        assert len(list(tmp_path.glob("*.leo.db"))) == 2
        turns = page.locator(".leo-leo .leo-word").evaluate_all(
            "all => all.map((e) => e.dataset.turn)"
        )
        assert set(turns) == {"1", "2"}
    assert mistakes == []
    page.close()
