"""Other homes and other circumstances: Notebook 7, Voila, themes, narrow windows, long lives."""

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from leo_widgets.log import SHOWN_MESSAGES
from tests.e2e.conftest import FAILED, PAGE_MS, OpenLab
from tests.e2e.labkit import JupyterServer, LabPage, _die_with_parent, write_notebook
from tests.e2e.test_lab import START

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


class VoilaServer(JupyterServer):
    """Voila, which shows one notebook as an application."""

    def __enter__(self) -> "VoilaServer":
        env = {
            **os.environ,
            "HOME": str(self.home),
            "JUPYTER_CONFIG_DIR": str(self.home / "config"),
            "JUPYTER_DATA_DIR": str(self.home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "runtime"),
            "IPYTHONDIR": str(self.home / "ipython"),
            "JUPYTER_PREFER_ENV_PATH": "1",
            **self._env,
        }
        command = [
            *(sys.executable, "-m", "voila", str(self.root), "--no-browser"),
            f"--port={self.port}",
            "--Voila.ip=127.0.0.1",
            "--MappingKernelManager.shutdown_wait_time=0.3",
        ]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=self.root.parent,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  a killed pytest leaves no server
            )
        deadline = time.monotonic() + 60
        while True:
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__(None, None, None)
                raise RuntimeError("Voila did not start")
            try:
                urllib.request.urlopen(f"{self.url}/voila/static/voila.js", timeout=5).close()
            except urllib.error.HTTPError:
                break  # it answers
            except OSError:
                time.sleep(0.1)
            else:
                break
        return self


VOILAS_OWN = "https://cdn.jsdelivr.net/npm/@fortawesome/"
"""Voila's template asks for its icons there, on a page with a mere sum too."""

NOTEBOOKS_OWN = (
    "Cannot read properties of undefined (reading 'schema')",
    "Command 'filebrowser:open-path' not registered.",
)
"""Notebook 7.6 says so of itself: the first on every page, since its settings registry meets a
plugin it lacks; the second when its page is faster than its file browser."""

Visit = Callable[[JupyterServer, str, str], LabPage]


@pytest.fixture
def visit(request: pytest.FixtureRequest, browser: BrowserContext) -> Iterator[Visit]:
    """Open an address of a server that is not JupyterLab's own page."""
    visited: list[LabPage] = []

    def make(server: JupyterServer, address: str, notebook: str) -> LabPage:
        there = LabPage(browser.new_page(), server, notebook)
        there.page.set_viewport_size({"width": 1500, "height": 1100})
        visited.append(there)
        there.page.goto(server.url + address)
        return there

    yield make
    for there in visited:
        if request.node.stash.get(FAILED, False):
            shots = Path("shots")
            shots.mkdir(exist_ok=True)
            there.page.screenshot(path=shots / f"{request.node.name}.png")
            print("page errors:", there.errors, "\nconsole:", there.console[-20:])  # noqa: T201
            print("server:", there.server.log.read_text()[-1500:])  # noqa: T201
        there.page.close()


def lab_on(path: str) -> str:
    """Write the cell of a lab on a Leo of its own."""
    return (
        "from leo import AsyncLeoField\nfrom leo_widgets import LeoLab\n"
        f"lab = LeoLab(AsyncLeoField({path!r}, seed=3))\nlab"
    )


def assert_a_talk_works(there: LabPage) -> None:
    """Type a message; the reply comes, and the figures are drawn."""
    there.page.wait_for_selector(".leo-chat textarea")
    there.say("Do you like the rain?")
    there.wait_for_replies(1)
    there.wait_for_points("growth", 0, 1)
    for figure in ("words", "growth"):
        there.page.locator(f'[data-figure="{figure}"] .main-svg').first.scroll_into_view_if_needed()
    assert len(there.replies()) == 1
    assert [one for one in there.external if VOILAS_OWN not in one] == []
    assert [one for one in there.errors if not any(own in one for own in NOTEBOOKS_OWN)] == []


def run_first_cell(there: LabPage) -> None:
    """Run it by the keyboard; what is asked before the kernel is connected goes unheard there."""
    prompt = there.page.locator(".jp-Cell .jp-InputPrompt").first
    for _ in range(10):
        there.page.locator(".jp-Cell .cm-content").first.click()
        there.page.keyboard.press("Shift+Enter")
        try:
            expect(prompt).to_have_text(re.compile(r"\[(\d+|\*)\]"), timeout=3_000)
        except AssertionError:
            continue
        return
    pytest.fail("Notebook 7 did not run the cell")


@pytest.mark.slow
def test_a_talk_in_notebook_seven(server: JupyterServer, visit: Visit, notebooks: Path) -> None:
    """The lab works in Notebook 7: one message is answered, the figures are drawn."""
    write_notebook(notebooks / "nb7.ipynb", [lab_on("nb7.db")])
    there = visit(server, f"/notebooks/nb7.ipynb?token={server.token}", "nb7.ipynb")
    expect(there.page.locator(".jp-NotebookKernelStatus")).to_be_attached()
    run_first_cell(there)
    assert_a_talk_works(there)
    server.stop_kernels()


@pytest.fixture
def voila(tmp_path: Path) -> Iterator[VoilaServer]:
    """Start Voila on a notebook with a lab."""
    write_notebook(tmp_path / "voila.ipynb", [lab_on("voila.db")])
    with VoilaServer(tmp_path / "voila.ipynb", {"LEO_HOME": str(tmp_path / "home")}) as started:
        yield started


@pytest.mark.slow
def test_a_talk_in_voila(voila: VoilaServer, visit: Visit) -> None:
    """The lab works in Voila, where there is no notebook around it."""
    assert_a_talk_works(visit(voila, "/", "voila.ipynb"))


OVERFLOWING = """() => ['.leo-chat', '.leo-chat textarea', '.leo-plots', '.leo-plot']
    .flatMap((name) => [...document.querySelectorAll(name)])
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([element, box]) => box.width === 0 || box.left < 0 || box.right > window.innerWidth
        || element.scrollWidth > element.clientWidth + 1)
    .map(([element, box]) => `${element.className} ${element.dataset.figure ?? ''}: `
        + `${box.left} to ${box.right}, holds ${element.scrollWidth} in ${element.clientWidth}`)"""

CONTRASTS = """() => {
    const rgba = (text) => {
        const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
        return [r, g, b, a];
    };
    const over = (front, back) =>
        [0, 1, 2].map((i) => front[i] * front[3] + back[i] * (1 - front[3])).concat(1);
    const ground = (element) => {
        const layers = [];
        for (let one = element; one; one = one.parentElement) {
            if (one.matches('.plot-container'))
                layers.push(rgba(getComputedStyle(one.querySelector('.main-svg')).backgroundColor));
            layers.push(rgba(getComputedStyle(one).backgroundColor));
        }
        return layers.reduceRight((back, front) => over(front, back), [255, 255, 255, 1]);
    };
    const light = (colour) => {
        const [r, g, b] = colour.slice(0, 3).map((c) => c / 255)
            .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (element) => {
        const style = getComputedStyle(element);
        const back = ground(element);
        const ink = rgba(element instanceof SVGElement ? style.fill : style.color);
        const [a, b] = [light(over(ink, back)), light(back)].sort((x, y) => y - x);
        return (a + 0.05) / (b + 0.05);
    };
    const looked = {
        yours: '.leo-you .leo-body', his: '.leo-leo .leo-word:not(.leo-selected)',
        selected: '.leo-selected', who: '.leo-leo .leo-who', status: '.leo-status',
        typed: '.leo-chat textarea', send: '.leo-send',
        title: '[data-figure="words"] .gtitle', axis: '[data-figure="growth"] .ytick text',
    };
    return Object.fromEntries(Object.entries(looked)
        .map(([name, selector]) => [name, contrast(document.querySelector(selector))]));
}"""


def use_theme(lab: LabPage, theme: str) -> None:
    """Change Lab's theme, and wait until chat and figures have followed."""
    lab.js(
        "await window.jupyterapp.commands.execute('apputils:change-theme', {theme: args});",
        f"JupyterLab {theme}",
    )
    lab.page.wait_for_function(
        """light => document.body.dataset.jpThemeLight === light
            && [...document.querySelectorAll('.js-plotly-plot')].every((plot) =>
                getComputedStyle(plot.querySelector('.main-svg')).backgroundColor
                    === getComputedStyle(document.querySelector('.leo-chat')).backgroundColor)""",
        arg=str(theme == "Light").lower(),
    )


def overflowing(lab: LabPage) -> list[str]:
    """List what runs over when everything had time to take its place."""
    over: list[str] = []
    for _ in range(50):
        over = lab.page.evaluate(OVERFLOWING)
        if not over:
            break
        lab.page.wait_for_timeout(100)
    return over


def test_narrow_and_dark(open_lab: OpenLab) -> None:
    """In a narrow window nothing runs over, and both themes have enough contrast to read."""
    lab = open_lab([lab_on("narrow.db")], (520, 900))
    lab.command("application:toggle-left-area")
    lab.run_all()
    lab.say("Do you like the rain?")
    lab.wait_for_replies(1)
    lab.wait_for_points("growth", 0, 1)
    lab.page.locator(".leo-leo .leo-word").first.click()
    lab.page.wait_for_selector(".leo-selected")
    try:
        for theme in ("Dark", "Light"):
            use_theme(lab, theme)
            assert overflowing(lab) == []
            contrasts = lab.page.evaluate(CONTRASTS)
            assert {name: ratio for name, ratio in contrasts.items() if ratio < 4.5} == {}, theme
    finally:
        use_theme(lab, "Light")  # Lab remembers both
        lab.command("application:toggle-left-area")
    assert lab.errors == []


def press_until(lab: LabPage, key: str, selector: str, most: int = 40) -> None:
    """Press a key until the focus is where it should be."""
    for _ in range(most):
        lab.page.keyboard.press(key)
        if lab.page.evaluate("where => document.activeElement.matches(where)", selector):
            return
    where = lab.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    pytest.fail(f"{most} times {key} did not reach {selector}, but {where}")


def test_keyboard_alone(open_lab: OpenLab) -> None:
    """Tab reaches the text box and the words; Enter sends a message, and selects a word."""
    lab = open_lab([lab_on("keys.db")])
    lab.run_all()
    lab.page.wait_for_selector(".leo-chat textarea")
    lab.page.keyboard.press("Escape")
    press_until(lab, "Tab", ".leo-chat textarea")
    lab.page.keyboard.type("Do you like the rain?")
    lab.page.keyboard.press("Enter")
    lab.wait_for_replies(1)
    assert lab.execute("[turn.prompt for turn in lab.leo.turns]") == "['Do you like the rain?']"

    press_until(lab, "Shift+Tab", ".leo-word")
    word = lab.page.locator(".leo-word:focus")
    expect(word).to_have_attribute("aria-pressed", "false")
    lab.page.keyboard.press("Enter")
    expect(word).to_have_attribute("aria-pressed", "true")
    lab.page.wait_for_function(
        """() => document.querySelector('[data-figure="reasons"]')?.layout?.title?.text
            ?.startsWith('Why “')"""
    )


GROWN = """turn => document.querySelector('[data-figure="growth"].js-plotly-plot')
    ?.data?.[0]?.x?.at(-1) === turn"""


@pytest.mark.slow
def test_many_turns(open_lab: OpenLab) -> None:
    """After many turns asked in a cell the lab still answers, and the page stays small."""
    lab = open_lab(
        [
            START + "leo = AsyncLeoField('long.db', seed=3, modules=[])\nChat(leo)",
            "await leo.async_init()\nfor i in range(60):\n"
            "    turn = await leo.turn('the moon and the boat ' + str(i % 7))",
            "LeoLab(leo)",
        ],
        (1500, 5000),  # so high that Lab keeps both in sight, and so on the page
    )
    lab.command("notebook:run-all-cells", 120)
    assert lab.cell_errors() == []
    lab.page.wait_for_function(GROWN, arg=60)
    boxes = lab.page.get_by_role("textbox", name="Message")
    boxes.nth(1).fill("good night")
    boxes.nth(1).press("Enter")
    lab.page.wait_for_function(GROWN, arg=61)
    assert lab.execute("len(await leo.journal())") == "61"
    for place in (0, 1):
        log = lab.page.locator(".leo-log").nth(place)
        expect(log.locator(".leo-you .leo-body").last).to_have_text("good night")
        expect(log.locator(".leo-msg").last).to_have_class("leo-msg leo-leo leo-is-done")
        said = log.locator(".leo-leo .leo-body").last.inner_text()
        assert lab.execute("leo.turns[-1].reply") == repr(said)
        assert log.locator(".leo-msg").count() == SHOWN_MESSAGES
    assert lab.errors == []


@pytest.mark.slow
def test_two_labs_on_one_leo_agree_and_two_leos_stay_apart(open_lab: OpenLab) -> None:
    """What is typed in one lab is in the other on the same Leo, and not in another Leo's."""
    lab = open_lab(
        [
            START + "leo = AsyncLeoField('shared.db', seed=3)\none = LeoLab(leo)\none",
            "two = LeoLab(leo)\ntwo",
            "alone = Chat(AsyncLeoField('alone.db', seed=3))\nalone",
        ]
    )
    lab.run_all()
    lab.execute("await one.ready(); await two.ready(); await alone.ready()")
    boxes = lab.page.get_by_role("textbox", name="Message")
    for place, text in ((0, "we share this"), (2, "only for you")):
        boxes.nth(place).fill(text)
        boxes.nth(place).press("Enter")
    lab.page.wait_for_function(
        "() => document.querySelectorAll('.leo-leo.leo-is-done').length === 3"
    )
    logs = lab.page.locator(".leo-log")
    said = [logs.nth(i).locator(".leo-you .leo-body").all_text_contents() for i in range(3)]
    assert said == [["we share this"], ["we share this"], ["only for you"]]
    assert logs.nth(0).text_content() == logs.nth(1).text_content()
    lab.page.wait_for_function(
        """() => {
            const plots = [...document.querySelectorAll('[data-figure="growth"].js-plotly-plot')];
            return plots.length === 2 && plots.every((plot) => plot.data[0]?.y?.length === 1);
        }"""
    )
    assert lab.errors == []


@pytest.mark.slow
def test_many_widgets_on_a_slow_computer(open_lab: OpenLab) -> None:
    """Several widgets in one notebook are all drawn, on a computer half as fast too."""
    lab = open_lab(
        [
            START + "from leo_widgets import FieldMap, Inspector\n"
            "leo = AsyncLeoField('slowly.db', seed=3)\nLeoLab(leo)",
            "Inspector(leo)",
            "FieldMap(leo)",
        ]
    )
    throttle = lab.page.context.new_cdp_session(lab.page)
    throttle.send("Emulation.setCPUThrottlingRate", {"rate": 2})
    try:
        lab.run_all()
        words = lab.page.locator('[data-figure="words"]:has(.main-svg)')
        growth = lab.page.locator('[data-figure="growth"]:has(.main-svg)')
        maps = lab.page.locator('[data-figure="field map"]:has(.main-svg)')
        for figure, count in ((growth, 1), (words, 2), (maps, 1)):
            expect(figure).to_have_count(count, timeout=PAGE_MS)
    finally:
        throttle.send("Emulation.setCPUThrottlingRate", {"rate": 1})  # the page is used again
        throttle.detach()
    assert lab.cell_errors() == []
    assert lab.errors == []
