"""The served page in a real browser: talk, reasons, and a reload."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Request, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

QUICK = """
import asyncio, sys
from pathlib import Path
from leo.serve import Limits, create_app
from leo.serve.server import address, listen, server
from tests.serving.conftest import born

with listen("127.0.0.1", 0) as taken:
    print(address(taken), flush=True)
    server(create_app(Path(sys.argv[1]), make=born), Limits()).run(sockets=[taken])
"""
"""A server whose Leos have read three sentences."""


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Serve in a process of its own."""
    command = [sys.executable, "-c", QUICK, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        yield child.stdout.readline().strip()
        child.terminate()


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

    page.get_by_label("Message").fill("The sea? <b>Boats</b>")
    page.get_by_label("Message").press("Enter")
    reply = page.locator(".leo-leo.leo-is-done .leo-body")
    expect(reply).to_have_count(1)
    expect(page.locator(".leo-you .leo-body")).to_have_text("The sea? <b>Boats</b>")
    word = page.locator(".leo-leo .leo-word").first
    word.click()
    expect(page.locator("#why b")).to_have_text(word.inner_text())
    expect(page.locator("#why")).to_contain_text("he starts from it")

    said = reply.inner_text()
    page.reload()
    expect(reply).to_have_text(said)
    assert problems == []
    page.close()
