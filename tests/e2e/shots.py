"""Take pictures of every widget in both themes, to look at.

Run it from the project's root: ``python -m tests.e2e.shots [FOLDER]``.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

from leo_widgets.sections import SECTIONS
from tests.e2e.conftest import CHROMIUM
from tests.e2e.labkit import CHROMIUM_FLAGS, JupyterServer, LabPage, write_notebook
from tests.e2e.picture import TALK

CELLS = [
    "from leo import AsyncLeoField\n"
    "from leo_widgets import Feed, FieldMap, Inspector, LeoLab, WhatIf\n"
    "leo = AsyncLeoField('leo.db', seed=11)\nlab = LeoLab(leo)\nlab",
    "inspector = Inspector(leo)\ninspector",
    "FieldMap(leo)",
    "what_if = WhatIf(leo)\nwhat_if.prompt.value = 'Do you like the rain?'\n"
    "what_if.temperature.value = 1.6\nwhat_if",
    "feed = Feed(leo)\nfeed.text.value = 'The zeppelin flies over the sea. ' * 900\nfeed",
]
LAB, INSPECTOR, FIELD_MAP, WHAT_IF, FEED = range(len(CELLS))

WIDTHS = (1600, 700)
"""Of the lab."""

WIDTH = 1200
"""Of everything else."""

HEIGHT, AROUND = 2400, 200
"""Of the window before a widget's own height is known, and what Lab has around a widget."""

ONLY = """shown => document.querySelectorAll('.jp-Notebook .jp-Cell')
    .forEach((cell, place) => (cell.style.display = place === shown ? '' : 'none'))"""

DRAWN = """([cell, names]) => {
    const plots = [...document.querySelectorAll('.jp-Notebook .jp-Cell')[cell]
        .querySelectorAll('.leo-plot')];
    const drawn = plots.length > 0 && plots.every((plot) => plot.querySelector('.main-svg'));
    return drawn && (!names || names.join() === plots.map((p) => p.dataset.figure).join());
}"""


class Camera:
    """A Lab with all widgets, of which one at a time is seen."""

    def __init__(self, lab: LabPage, folder: Path) -> None:
        self.lab, self.folder, self.theme = lab, folder, "Light"

    def use(self, theme: str) -> None:
        """Change Lab's theme."""
        self.theme = theme
        self.lab.js(
            "await window.jupyterapp.commands.execute('apputils:change-theme', {theme: args});",
            f"JupyterLab {theme}",
        )

    def take(self, cell: int, name: str, width: int, figures: list[str] | None = None) -> None:
        """Take the picture of a cell's output, when its figures are drawn and at rest."""
        page = self.lab.page
        page.set_viewport_size(ViewportSize(width=width, height=HEIGHT))
        page.evaluate(ONLY, cell)
        page.wait_for_function(DRAWN, arg=[cell, figures])
        page.mouse.move(2, 2)
        output = page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".jp-OutputArea").first
        page.wait_for_timeout(700)  # plotly and the theme move things
        box = output.bounding_box()
        if box and box["height"] + AROUND > HEIGHT:  # what is out of the window is not in a picture
            tall = ViewportSize(width=width, height=int(box["height"]) + AROUND)
            page.set_viewport_size(tall)
            page.wait_for_timeout(700)
        target = self.folder / f"{name}-{self.theme.lower()}-{width}.png"
        output.screenshot(path=target)
        print(target)  # noqa: T201

    def take_all(self) -> None:
        """Take every picture in the present theme."""
        for width in WIDTHS:
            self.take(LAB, "lab", width)
        for part, section in SECTIONS.items():
            self.lab.execute(f"inspector.show({part!r})")
            shown = ["timeline", *section.figures, *section.live]
            for width in WIDTHS:
                self.take(INSPECTOR, f"inspector-{part}", width, shown)
        for width in WIDTHS:
            self.take(FIELD_MAP, "field-map", width)
            self.take(WHAT_IF, "what-if", width)
            self.take(FEED, "feed", width)


def take(folder: Path) -> None:
    """Talk ten turns in a real JupyterLab, and save pictures of all widgets."""
    folder.mkdir(parents=True, exist_ok=True)
    root = Path(tempfile.mkdtemp(prefix="leo-shots-"))
    write_notebook(root / "leo.ipynb", CELLS)
    settings = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}
    with JupyterServer(root, settings=settings) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS), headless=True
        )
        page = browser.new_page(viewport=ViewportSize(width=WIDTHS[0], height=HEIGHT))
        page.set_default_timeout(60_000)
        lab = LabPage(page, server, "leo.ipynb").open()
        lab.command("application:toggle-left-area")
        lab.run_all()
        for number, text in enumerate(TALK, start=1):
            lab.say(text)
            lab.wait_for_replies(number)
        lab.wait_for_points("growth", 0, len(TALK))
        page.locator(".leo-leo").last.locator(".leo-word").nth(1).click()
        lab.execute("pair = await what_if.imagine()", 60)
        lab.execute("await feed.read()", 60)
        camera = Camera(lab, folder)
        for theme in ("Light", "Dark"):
            camera.use(theme)
            camera.take_all()
        browser.close()
    shutil.rmtree(root)


if __name__ == "__main__":
    take(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
