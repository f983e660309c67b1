"""Fixtures of the browser tests: one server, one Chromium, a kernel and a Leo per test.

Chromium has one profile, as at home: from its second page on it knows Lab's programs, which
saves a third of what a page costs.
"""

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.e2e.labkit import CHROMIUM_FLAGS, JupyterServer, LabPage, write_notebook

PAGE_MS = 30_000

CHROMIUM = os.environ.get("CHROMIUM") or next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """Start Chromium; without one the tests fail, they are never skipped."""
    if CHROMIUM is None:
        pytest.fail("no Chromium was found: install it, or set CHROMIUM to the program")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=CHROMIUM,
            args=list(CHROMIUM_FLAGS),
            headless=True,
        )
        started.set_default_timeout(PAGE_MS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that the server shows."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="session")
def server(notebooks: Path) -> Iterator[JupyterServer]:
    """Start JupyterLab."""
    with JupyterServer(notebooks, env={"LEO_HOME": str(notebooks / "home")}) as started:
        yield started


OpenLab = Callable[..., LabPage]


@pytest.hookimpl(tryfirst=True, wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know whether their test failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def labs() -> Iterator[list[Page]]:
    """Keep the page in which Lab is loaded already: loading it is most of what a test costs."""
    kept: list[Page] = []
    yield kept
    for page in kept:
        page.close()


@pytest.fixture
def open_lab(
    request: pytest.FixtureRequest,
    server: JupyterServer,
    browser: BrowserContext,
    notebooks: Path,
    labs: list[Page],
) -> Iterator[OpenLab]:
    """Open a notebook given as cells, or as a file to copy, with a Leo and a kernel of its own.

    ``fresh`` is a page that loads Lab anew and is not used again.
    """
    opened: list[tuple[LabPage, bool]] = []

    def make(
        cells: list[str] | Path, size: tuple[int, int] = (1500, 1100), fresh: bool = False
    ) -> LabPage:
        plain = re.sub(r"\W+", "_", request.node.name)
        name = f"{plain}{len(opened) or ''}.ipynb"
        if isinstance(cells, Path):
            shutil.copy(cells, notebooks / name)
        else:
            write_notebook(notebooks / name, cells)
        loaded = bool(labs) and not fresh
        page = LabPage(labs.pop() if loaded else browser.new_page(), server, name)
        page.page.set_viewport_size({"width": size[0], "height": size[1]})
        opened.append((page, fresh))
        return page.show() if loaded else page.open()

    yield make
    failed = request.node.stash.get(FAILED, False)
    for page, fresh in opened:
        if failed:
            _tell(page, request.node.name)
        if failed or fresh or labs:
            page.page.close()
        else:
            page.leave()
            labs.append(page.page)
    browser.clear_permissions()
    server.stop_kernels()
    shutil.rmtree(notebooks / "home", ignore_errors=True)


def _tell(page: LabPage, test: str) -> None:
    """Keep and print what may explain a failure."""
    shots = Path("shots")
    shots.mkdir(exist_ok=True)
    page.page.screenshot(path=shots / f"{test}.png")
    print("page errors:", page.errors, "\nconsole:", page.console[-20:])  # noqa: T201
    print("cell errors:", page.cell_errors())  # noqa: T201
    print("server:", page.server.log.read_text()[-1500:])  # noqa: T201
