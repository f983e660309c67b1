"""Every notebook runs from top to bottom, is short, and is kept without outputs."""

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))

CHECK = """
turns = lab.leo.turns
assert [turn.prompt for turn in turns] == ["Hello, who are you?"]
assert turns[0].reply == turn.reply
assert lab.panel.error == ""
await lab.aclose()
"""


def test_there_are_notebooks() -> None:
    """The folder is not empty."""
    assert [path.name for path in NOTEBOOKS] == ["00_hello_leo.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_clean(path: Path) -> None:
    """No outputs, no execution counts, under twenty cells."""
    book = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]

    assert len(book["cells"]) < 20
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.mark.kernel
@pytest.mark.timeout(120)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel client, not ours
def test_hello_leo_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blockbuster: None) -> None:
    """The first notebook talks with Leo and shows what it says it shows."""
    monkeypatch.setenv("LEO_HOME", str(tmp_path / "home"))
    book = nbformat.read(NOTEBOOKS[0], as_version=4)
    book.cells.append(nbformat.v4.new_code_cell(CHECK))
    client = NotebookClient(
        book, timeout=60, store_widget_state=False, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()

    assert (tmp_path / "home" / "leo.db").exists()
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
