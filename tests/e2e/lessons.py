"""Run every notebook once in a real JupyterLab, as a reader would, and take its picture.

Run it by ``scripts/notebooks [--binder] [NAME...] [--pictures FOLDER]``.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.e2e.conftest import CHROMIUM
from tests.e2e.labkit import CHROMIUM_FLAGS, JupyterServer, LabPage

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

WIDTH, HEIGHT = 1300, 1000
"""Of the window while a notebook runs, in pixels."""

TALLEST = 16_000
"""Pixels of a picture at most; Chromium takes no taller ones."""

RUN_S = 120
"""Seconds that all cells of a notebook may take, far beyond the minute that is promised."""

FIRST = "00_hello_leo"
"""The notebook that a visitor sees first."""

START_S = 30
"""Seconds from the server's start to the end of the first notebook's cells, at most: what
somebody waits for on Binder once the image is there, with two processors."""

WHOLE = "() => document.querySelector('.jp-WindowedPanel-inner').scrollHeight"

TO_THE_TOP = "() => document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)"

NOT_DRAWN = """() => [...document.querySelectorAll('.jp-Notebook .leo-plot')]
    .filter((plot) => !plot.querySelector('.main-svg')).map((plot) => plot.dataset.figure)"""


@dataclass(frozen=True, slots=True)
class Driven:
    """What came of one notebook: seconds until it stood there, seconds of Run All, and more."""

    name: str
    opened: float
    seconds: float
    figures: int
    complaints: tuple[str, ...]

    def told(self) -> str:
        """Say it in a line, and each complaint in one more."""
        line = (
            f"{self.name}: open after {self.opened:.1f} s, "
            f"run in {self.seconds:.1f} s, {self.figures} figures drawn"
        )
        return "\n  ".join([line, *self.complaints])


def drive(lab: LabPage, opened: float, picture: Path) -> Driven:
    """Run all cells, wait until the figures stand, and look for anything that went wrong."""
    began = time.monotonic()
    lab.command("notebook:run-all-cells", RUN_S)
    seconds = time.monotonic() - began
    height = min(TALLEST, int(lab.page.evaluate(WHOLE)) + HEIGHT)
    lab.page.set_viewport_size(ViewportSize(width=WIDTH, height=height))
    lab.page.wait_for_function(f"() => ({NOT_DRAWN})().length === 0")
    lab.page.evaluate(TO_THE_TOP)
    lab.page.locator(".jp-Notebook").screenshot(path=picture)
    return Driven(
        Path(lab.path).stem,
        opened,
        seconds,
        lab.page.locator(".jp-Notebook .leo-plot").count(),
        (*lab.cell_errors(), *lab.errors, *lab.external),
    )


def drive_all(names: Sequence[str], pictures: Path) -> bool:
    """Drive notebooks one after the other in one Lab; tell whether nothing complained."""
    pictures.mkdir(parents=True, exist_ok=True)
    root = Path(tempfile.mkdtemp(prefix="leo-lessons-"))
    shutil.copytree(NOTEBOOKS, root / "notebooks")
    settings = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}
    env = {"LEO_HOME": str(root / "home")}
    all_driven: list[Driven] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS), headless=True
        )
        page, began = browser.new_page(), time.monotonic()
        with JupyterServer(root, env, settings) as server:
            answered = time.monotonic() - began
            for name in names:
                all_driven.append(_driven(page, server, name, pictures))
                print(all_driven[-1].told(), flush=True)  # noqa: T201
                server.stop_kernels()
                page = browser.new_page()
        browser.close()
    shutil.rmtree(root)
    fine = not any(one.complaints for one in all_driven)
    return _soon_enough(answered, all_driven[0]) and fine


def _soon_enough(answered: float, first: Driven) -> bool:
    """Hold what a visitor waits for against its budget; that is about `FIRST` alone."""
    if first.name != FIRST:
        return True
    waited = answered + first.opened + first.seconds
    print(  # noqa: T201
        f"from the server's start to the end of {first.name}: {waited:.1f} s of at most {START_S} "
        f"(the server answered after {answered:.1f} s)"
    )
    return waited <= START_S


def _driven(page: Page, server: JupyterServer, name: str, pictures: Path) -> Driven:
    page.set_default_timeout(60_000)
    page.set_viewport_size(ViewportSize(width=WIDTH, height=HEIGHT))
    began = time.monotonic()
    lab = LabPage(page, server, f"notebooks/{name}.ipynb").open()
    opened = time.monotonic() - began
    lab.command("application:toggle-left-area")
    driven = drive(lab, opened, pictures / f"{name}.png")
    page.close()
    return driven


def main() -> int:
    """Read the arguments; 1 if anything went wrong."""
    there = [path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
    reader = argparse.ArgumentParser(prog="scripts/notebooks", description=main.__doc__)
    reader.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(there)}")
    reader.add_argument("--pictures", type=Path, default=Path("shots"), metavar="FOLDER")
    asked = reader.parse_args()
    if unknown := set(asked.names) - set(there):
        reader.error(f"no such notebook: {', '.join(sorted(unknown))}")
    return 0 if drive_all(asked.names or there, asked.pictures) else 1


if __name__ == "__main__":
    sys.exit(main())
