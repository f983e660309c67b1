"""The saved page in a real browser: no server, no network, and everything can be reached."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from leo import AsyncLeoField
from leo.observation.talk import TALK
from leo.testing import ScriptedClock, make_turn
from leo_widgets.observed import DRAW
from leo_widgets.page import LAST, save_html
from tests.observation.made import made_run

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

TURNS = 4


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """Live a few turns and save them."""

    async def live() -> Path:
        async with AsyncLeoField(tmp_path / "leo.db", seed=7, clock=ScriptedClock()) as leo:
            for prompt in TALK[: TURNS - 1]:
                await leo.turn(prompt)
            await leo.turn("</script><script>window.broken = 1</script> <b>Boats</b>?")
            return await save_html(tmp_path / "talk.html", leo.turns)

    with ThreadPoolExecutor(1) as other:  # a loop of the browser's driver runs in this thread
        return other.submit(lambda: asyncio.run(live())).result()


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    """Give a page that may read files only."""

    def only_files(route: Route) -> None:
        if route.request.url.startswith("file:"):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    asked: list[str] = []
    opened = browser.new_page()
    opened.set_viewport_size({"width": 1300, "height": 900})
    opened.route("**/*", only_files)
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda one: problems.append(one.text) if one.type == "error" else None)
    yield opened
    assert problems == []
    assert asked == []
    opened.close()


def test_a_saved_talk_can_be_looked_through(page: Page, talk: Path) -> None:
    """Figures are drawn when they come near; slider, click and address go to a turn."""
    page.goto(talk.as_uri())
    words = page.locator(".figure[data-figure=words]")
    shown = page.locator("#shown")
    slider = page.get_by_label("turn", exact=True)

    # it opens at the last turn; what is far below is not drawn yet
    expect(words.locator("svg.main-svg").first).to_be_visible()
    expect(shown).to_have_text("turn 4")
    expect(words).to_have_attribute(
        "aria-label", "The words of the reply of turn 4: how probable each was. Click one."
    )
    timings = page.locator(".figure[data-figure=timings]")
    expect(timings.locator("svg")).to_have_count(0)
    assert page.evaluate("window.broken") is None
    expect(page.locator("#turn-4")).to_contain_text("<b>Boats</b>?")

    # by keyboard
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(shown).to_have_text("turn 3")
    expect(words.locator(".gtitle")).to_contain_text("of turn 3")
    page.keyboard.press("Home")
    expect(shown).to_have_text("turn 1")
    expect(slider).to_have_attribute("aria-valuetext", "turn 1")

    # by the transcript, and by the address
    page.locator("#turn-2 p.leo").click()
    expect(shown).to_have_text("turn 2")
    expect(page.locator("#turn-2")).to_have_class("shown")
    expect(words.locator(".gtitle")).to_contain_text("of turn 2")
    page.goto(f"{talk.as_uri()}#turn-3")
    expect(shown).to_have_text("turn 3")

    # by a click on the strips of the life, which mark where one is
    strips = page.locator(".figure[data-figure=timeline]")
    strips.locator(".scatterlayer .point").nth(1).click(force=True)
    expect(shown).to_have_text("turn 2")
    expect(strips.locator(".shapelayer path")).to_have_count(1)

    # a word tells its reasons
    words.locator(".bars path").first.click(force=True)
    expect(page.locator("section[aria-label=words] .why")).to_contain_text("% among ")

    # every figure is drawn when one scrolls there
    for box in page.locator(".figure").all():
        box.scroll_into_view_if_needed()
        expect(box.locator("svg.main-svg").first).to_be_attached()
    expect(page.locator("#failed")).to_have_text("")


def test_a_narrow_dark_screen_needs_no_scrolling_sideways(page: Page, talk: Path) -> None:
    """On a telephone at night it fits and is dark, figures too."""
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme="dark")
    page.goto(talk.as_uri())
    words = page.locator(".figure[data-figure=words]")
    words.scroll_into_view_if_needed()

    expect(words.locator("svg.main-svg").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(words.locator(".gtitle")).to_have_css("fill", "rgb(232, 232, 232)")
    page.emulate_media(color_scheme="light")
    expect(words.locator(".gtitle")).to_have_css("fill", "rgb(27, 27, 27)")


def test_of_older_turns_there_are_the_words(page: Page, tmp_path: Path) -> None:
    """A turn from before the last ones says that it has no figures; newer ones have them again."""
    turns = [make_turn(i) for i in range(1, LAST + 6)]
    with ThreadPoolExecutor(1) as other:
        saved = other.submit(lambda: asyncio.run(save_html(tmp_path / "long.html", turns)))
    page.goto(f"{saved.result().as_uri()}#turn-2")
    words = page.locator(".figure[data-figure=words]")

    expect(page.locator("#shown")).to_have_text("turn 2")
    expect(page.locator("#older")).to_be_visible()
    expect(words).to_be_hidden()
    expect(page.locator(".figure[data-figure=pulse] svg.main-svg").first).to_be_visible()
    page.get_by_label("turn", exact=True).press("End")
    expect(page.locator("#older")).to_be_hidden()
    expect(words.locator(".gtitle")).to_contain_text(f"of turn {LAST + 5}")


def test_an_observed_run_can_be_looked_at(page: Page, tmp_path: Path) -> None:
    """Every figure is drawn, a click on a dot goes to its turn, and hostile words stay words."""
    script = "</script><script>window.broken = 1</script> <img src=x onerror='window.broken = 2'>"
    run, file = tmp_path / "run.jsonl", tmp_path / "page.html"
    run.write_text(made_run(3, 6, reply=script, said=script, by=script).to_jsonl())
    asked = [sys.executable, "-m", "leo_widgets.observed", str(run), str(file)]
    subprocess.run(asked, check=True)
    page.goto(file.as_uri())
    last = page.locator("#turn-18")
    expect(last).not_to_be_in_viewport()
    expect(last).to_contain_text(script)

    for name in DRAW:
        figure = page.locator(f".figure[data-figure={name}]")
        figure.scroll_into_view_if_needed()
        expect(figure.locator("svg.main-svg").first).to_be_visible()
    echo = page.locator(".figure[data-figure=echo]")
    echo.scroll_into_view_if_needed()
    echo.locator("path.point").nth(17).click(force=True)
    expect(last).to_be_in_viewport()
    assert page.evaluate("window.broken") is None
    expect(page.locator("#failed")).to_be_empty()
