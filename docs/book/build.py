"""Build the book: the notebooks with their figures, the pages, and the reference, as static HTML.

Run it by ``scripts/docs [FOLDER]``. Every notebook is executed; what its widgets show is written
into the page as HTML, so that a reader without a kernel sees and turns the same figures.
"""

import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from plotly.offline import get_plotlyjs

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
WORK = ROOT / ".book"
RUN_S = 240
"""Seconds that a cell may take."""

HOME = "https://github.com/leo-organism/leo/blob/main"
LINK = re.compile(r"\]\(((?:\.\./)?[A-Za-z_][\w./-]*)\)")
"""A Markdown link to a file of the project."""

PAGES = ("CHANGELOG.md", "CONTRIBUTING.md")
"""Of the project's root, beside ``docs`` and ``notebooks``."""

BEGIN = (
    f"import sys\nsys.path.append({str(HERE)!r})\nimport on_paper\non_paper.begin()\ndel on_paper"
)
"""What a kernel is told before the first cell."""


def execute(path: Path) -> None:
    """Run a notebook in its own folder, and write it back with what it shows."""
    book = nbformat.read(path, as_version=4)
    book.cells.insert(0, nbformat.v4.new_code_cell(BEGIN))
    here = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(book, timeout=RUN_S, store_widget_state=False, resources=here)
    with tempfile.TemporaryDirectory() as home:
        client.execute(env={**os.environ, "LEO_HOME": home})
    del book.cells[0]
    nbformat.write(book, path)


def point_home(source: Path) -> None:
    """Let links to what is not in the book lead to the project's page."""

    def led(page: Path, link: re.Match[str]) -> str:
        target = (page.parent / link[1]).resolve()
        if target.exists() or not target.is_relative_to(source):
            return link[0]
        return f"]({HOME}/{target.relative_to(source)})"

    for page in source.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        page.write_text(LINK.sub(functools.partial(led, page), text), encoding="utf-8")


def gather(source: Path) -> None:
    """Lay out what the book is made of as it lies in the project, so that links hold."""
    shutil.copytree(ROOT / "docs", source / "docs")
    shutil.copytree(ROOT / "notebooks", source / "notebooks")
    for name in PAGES:
        shutil.copy(ROOT / name, source / name)
    for name in ("index.md", "reference.md", "conf.py", "templates"):
        shutil.move(source / "docs" / "book" / name, source / name)
    shutil.rmtree(source / "docs" / "book")
    point_home(source)
    (source / "_static").mkdir()
    (source / "_static" / "plotly.js").write_text(get_plotlyjs(), encoding="utf-8")


def build(target: Path) -> None:
    """Build all of it; a link that leads nowhere, or any other warning, ends it."""
    shutil.rmtree(WORK, ignore_errors=True)
    source = WORK / "source"
    source.mkdir(parents=True)
    gather(source)
    for path in sorted((source / "notebooks").glob("*.ipynb")):
        print(path.stem, flush=True)  # noqa: T201
        execute(path)
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q"]
    subprocess.run([*command, source, target], check=True)
    print(target / "index.html")  # noqa: T201


if __name__ == "__main__":
    build(Path(sys.argv[1] if len(sys.argv) > 1 else WORK / "html").absolute())
