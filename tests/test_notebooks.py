"""Every notebook runs from top to bottom, is short, and is kept without outputs."""

import json
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from leo.terminal.lab import starter

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHECKS = ROOT / "tests" / "notebooks"
STARTER = ROOT / "leo" / "starter" / "hello.ipynb"


def test_there_are_notebooks() -> None:
    """The first says hello, and others follow."""
    assert NOTEBOOKS[0].name == "00_hello_leo.ipynb"
    assert len(NOTEBOOKS) > 1


@pytest.mark.parametrize("path", [*NOTEBOOKS, STARTER], ids=lambda path: path.stem)
def test_a_notebook_is_kept_clean(path: Path) -> None:
    """No outputs, no execution counts, at most twenty cells."""
    book = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]

    assert len(book["cells"]) <= 20
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_the_package_carries_the_starter() -> None:
    """``python -m leo lab`` finds it in the package, whose files the wheel takes whole."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]

    assert starter() == STARTER.read_bytes()
    assert wheel == {"packages": ["leo", "leo_widgets"]}


@pytest.mark.kernel
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel client, not ours
def test_the_starter_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blockbuster: None
) -> None:
    """The notebook that the package carries talks with Leo, in the home he was given."""
    monkeypatch.setenv("LEO_HOME", str(tmp_path / "home"))
    book = nbformat.read(STARTER, as_version=4)
    book.cells.append(nbformat.v4.new_code_cell("assert lab.leo.turns[0].reply == turn.reply"))
    here = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(book, timeout=60, store_widget_state=False, resources=here).execute()

    assert (tmp_path / "home" / "leo.db").exists()


def test_every_lesson_is_checked() -> None:
    """Each numbered notebook has assertions of its own, and nothing else has."""
    assert {path.stem for path in CHECKS.glob("*.check")} == {path.stem for path in NOTEBOOKS}


@pytest.mark.lesson
@pytest.mark.kernel
@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel client, not ours
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_teaches_what_it_says(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blockbuster: None
) -> None:
    """It runs, what it claims is true, it asks questions, and tells right answers from others.

    Whoever answers wrong, or not at all, reads nothing of what the right answer is told.
    A cell that asks has ``answer`` in its metadata: what stands there, and what is right.
    """
    monkeypatch.setenv("LEO_HOME", str(tmp_path / "home"))
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    book = nbformat.read(path, as_version=4)
    asked = [cell for cell in book.cells if "answer" in cell.metadata]
    assert 2 <= len(asked) <= 3
    missed = [nbformat.v4.new_code_cell(_answered(cell, _wrong)) for cell in asked]
    told = [nbformat.v4.new_code_cell(_answered(cell)) for cell in asked]
    book.cells += [*missed, *told]
    book.cells += [nbformat.v4.new_code_cell((CHECKS / f"{path.stem}.check").read_text())]
    here = {"metadata": {"path": str(tmp_path / "notebooks")}}
    NotebookClient(book, timeout=240, store_widget_state=False, resources=here).execute()

    assert not any(_printed(cell).startswith("Right") for cell in asked)
    assert all(_printed(cell).startswith("Right") for cell in told)
    for other, right in zip([*asked, *missed], [*told, *told], strict=True):
        assert _printed(other)
        assert not set(_printed(other).splitlines()) & set(_printed(right).splitlines())


def _wrong(right: str) -> str:
    """Make a wrong answer of the same kind as the right one."""
    name, value = right.split(" = ", 1)
    if '"' in value:
        return f"{name} = " + re.sub(r'"[^"]*"', '"neither"', value)
    return right.replace("False", "True") if "False" in value else f"{name} = -999"


def _answered(cell: nbformat.NotebookNode, of: Callable[[str], str] = str) -> str:
    blank, right = cell.metadata["answer"]
    assert cell.source.count(blank) == 1
    return str(cell.source.replace(blank, of(right)))


def _printed(cell: nbformat.NotebookNode) -> str:
    return "".join(output.get("text", "") for output in cell.get("outputs", []))
