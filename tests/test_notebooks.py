"""Every notebook runs from top to bottom, is short, and is kept without outputs."""

import json
import shutil
import tomllib
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from leo.terminal.lab import starter

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
STARTER = ROOT / "leo" / "starter" / "hello.ipynb"

CHECK = """
turns = lab.leo.turns
assert [turn.prompt for turn in turns] == ["Hello, who are you?"]
assert turns[0].reply == turn.reply
assert lab.panel.error == ""
await lab.aclose()
"""


def test_there_are_notebooks() -> None:
    """The folder is not empty."""
    assert [path.name for path in NOTEBOOKS] == [
        "00_hello_leo.ipynb",
        "08_observation_run.ipynb",
    ]


@pytest.mark.parametrize("path", [*NOTEBOOKS, STARTER], ids=lambda path: path.stem)
def test_a_notebook_is_kept_clean(path: Path) -> None:
    """No outputs, no execution counts, under twenty cells."""
    book = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]

    assert len(book["cells"]) < 20
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_the_package_carries_the_starter() -> None:
    """``python -m leo lab`` finds it in the package, whose files the wheel takes whole."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]

    assert starter() == STARTER.read_bytes()
    assert wheel == {"packages": ["leo", "leo_widgets"]}


@pytest.mark.kernel
@pytest.mark.timeout(120)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel client, not ours
@pytest.mark.parametrize("path", [NOTEBOOKS[0], STARTER], ids=lambda path: path.stem)
def test_hello_leo_runs(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blockbuster: None
) -> None:
    """The first notebooks talk with Leo and show what they say they show."""
    monkeypatch.setenv("LEO_HOME", str(tmp_path / "home"))
    book = nbformat.read(path, as_version=4)
    book.cells.append(nbformat.v4.new_code_cell(CHECK))
    client = NotebookClient(
        book, timeout=60, store_widget_state=False, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()

    assert (tmp_path / "home" / "leo.db").exists()
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]


OBSERVED = """
assert len(run.turns) == 2 * 16
assert [len(life.turns) for life in lives.values()] == [16] * 3
assert lives["after a book"].turns[0].turn == 1
assert lives["after a talk"].turns[0].turn == 201
assert len({life.turns[0].reply for life in lives.values()}) == 3
assert abs(shuffled.mean()) < 0.02 < own
assert [one.seed for one in without.turns] == [one.seed for one in run.turns]
assert list(at_once) == one_by_one == blocking
assert [turn.id for turn in at_once] == list(range(1, 11))
"""


@pytest.mark.kernel
@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel client, not ours
def test_the_observation_run_shows_what_it_tells(tmp_path: Path, blockbuster: None) -> None:
    """Three Leos are observed, shuffled replies are relevant to nothing, and answers are judged."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    book = nbformat.read(NOTEBOOKS[1], as_version=4)
    for cell in book.cells:
        cell.source = cell.source.replace("optimal = None, None", "optimal = 0.3, False")
        cell.source = cell.source.replace("answer = None", 'answer = "zero"')
    book.cells.append(nbformat.v4.new_code_cell(OBSERVED))
    here = {"metadata": {"path": str(tmp_path / "notebooks")}}
    NotebookClient(book, timeout=240, store_widget_state=False, resources=here).execute()

    told = "".join(
        output.get("text", "") for cell in book.cells for output in cell.get("outputs", [])
    )
    assert told.count("Right") == 2
