"""The examples: an application of somebody else, in which Leo is mounted, and a notebook."""

import asyncio
import json
import runpy
from pathlib import Path

import httpx
import nbformat
import pytest
from nbclient import NotebookClient

from leo.serve.server import serving

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in a folder of the test."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("folder")
async def test_leo_in_another_application() -> None:
    """Its lifespan opens and closes him; page and talk are under its path."""
    app = (await asyncio.to_thread(runpy.run_path, str(EXAMPLES / "served.py")))["app"]
    async with (
        serving(app) as url,
        httpx.AsyncClient(base_url=f"{url}leo/", trust_env=False, timeout=60) as client,
    ):
        assert (await client.get("")).status_code == 200
        assert (await client.get("static/chat.js")).status_code == 200
        where = (await client.post("sessions")).headers["location"]
        told = await client.post(f"{where}/turns", json={"text": "Hello, who are you?"})
        assert told.json()["turn"]["id"] == 1
        assert (await client.get("nowhere")).headers["content-type"] == "application/problem+json"


CHECK = """
journal = [one["reply"] for one in page["turns"]]
assert journal[0] == answer.json()["reply"]
assert told["reply"] == journal[1] and len(journal) == 2
assert not list(home.parent.glob(home.name))
"""


@pytest.mark.kernel
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel client, not ours
def test_the_notebook(tmp_path: Path, blockbuster: None) -> None:
    """It starts a server, hears words come one by one, and leaves nothing behind."""
    book = nbformat.read(EXAMPLES / "served.ipynb", as_version=4)
    book.cells.append(nbformat.v4.new_code_cell(CHECK))
    here = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(book, timeout=60, store_widget_state=False, resources=here).execute()

    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    _, over_http, streamed, reasons, journal, _ = map(printed, cells)
    first, second = journal.splitlines()
    assert first == f"1 Do you like the rain? -> {over_http.strip()}"
    assert second.endswith(f" -> {streamed.strip()}")
    assert "he starts from it" in reasons


def printed(cell: nbformat.NotebookNode) -> str:
    """Give what a cell printed."""
    return "".join(one.get("text", "") for one in cell.outputs if one.output_type == "stream")


async def test_the_notebook_is_kept_clean() -> None:
    """No outputs, and short."""
    text = await asyncio.to_thread((EXAMPLES / "served.ipynb").read_text, encoding="utf-8")
    cells = json.loads(text)["cells"]

    assert len(cells) <= 12
    assert all(one.get("outputs", []) == [] for one in cells)
