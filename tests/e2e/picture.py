"""Take the README's picture: a real lab after ten turns.

Run it from the project's root: ``python -m tests.e2e.picture docs/img/lab.png [dark]``.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.e2e.conftest import CHROMIUM
from tests.e2e.labkit import CHROMIUM_FLAGS, JupyterServer, LabPage, write_notebook

TALK = (
    "Hello, who are you?",
    "Do you like the rain in the garden?",
    "I am a little afraid of the dark.",
    "Tell me about Pepper the cat.",
    "What is a friend?",
    "I love bread, and I love the sea!",
    "Have you ever seen a trombone?",
    "A trombone sings like a very big bird.",
    "What did the trombone sing?",
    "Good night, Leo.",
)

SIZE = {"width": 1600, "height": 1852}


def take(target: Path, theme: str) -> None:
    """Talk ten turns in a real JupyterLab, click a word, and save a screenshot."""
    root = Path(tempfile.mkdtemp(prefix="leo-picture-"))
    cells = [
        "from leo import AsyncLeoField\nfrom leo_widgets import LeoLab\n\n"
        "lab = LeoLab(AsyncLeoField('leo.db', seed=11))\nlab"
    ]
    write_notebook(root / "leo.ipynb", cells)
    settings = {"@jupyterlab/apputils-extension:themes": {"theme": f"JupyterLab {theme}"}}
    with JupyterServer(root, settings=settings) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS), headless=True
        )
        page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        page.set_default_timeout(60_000)
        lab = LabPage(page, server, "leo.ipynb").open()
        lab.command("application:toggle-left-area")
        lab.run_all()
        for number, text in enumerate(TALK, start=1):
            lab.say(text)
            lab.wait_for_replies(number)
        lab.wait_for_points("growth", 0, len(TALK))
        leaned = lab.execute(
            "max(enumerate(lab.leo.turns[-1].utterance.words), key=lambda w: len(w[1].shares))[0]"
        )
        said = page.locator(".leo-leo").nth(len(TALK) - 1).locator(".leo-word")
        said.nth(int(leaned)).click()
        page.wait_for_function(
            """() => document.querySelector('[data-figure="reasons"]')
                .layout.title.text.startsWith('Why “')"""
        )
        page.mouse.move(5, 5)
        page.wait_for_timeout(800)
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
        browser.close()
    shutil.rmtree(root)


if __name__ == "__main__":
    take(Path(sys.argv[1]), "Dark" if "dark" in sys.argv[2:] else "Light")
