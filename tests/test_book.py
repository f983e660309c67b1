"""The book: what a widget looks like where there is no kernel."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]

CELLS = (
    "from leo_widgets import figures, show\nshow(figures.growth([]))",
    "from leo_widgets import Chat\nChat(path='none.db')",
    "1 + 1",
)

EXECUTE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import build
build.execute(Path(sys.argv[2]))
"""


@pytest.mark.kernel
def test_a_notebook_is_executed_onto_paper(tmp_path: Path) -> None:
    """A figure becomes a plot of the page, a chat its still, and no widget is left."""
    path = tmp_path / "lesson.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    book = str(ROOT / "docs" / "book")
    subprocess.run([sys.executable, "-c", EXECUTE, book, str(path)], check=True, cwd=tmp_path)

    done = nbformat.read(path, as_version=4)
    assert [cell.source for cell in done.cells] == list(CELLS)
    figure, chat, plain = (cell.outputs[0].data for cell in done.cells)
    assert "Plotly.newPlot" in figure["text/html"]
    assert "Nothing was said yet." in chat["text/html"]
    assert plain["text/plain"] == "2"
    assert "widget-view" not in path.read_text(encoding="utf-8")
