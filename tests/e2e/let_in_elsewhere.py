"""Nobody is let in, in Notebook 7 and in Voila either; scripts/matrix drives it, CI does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PAGE_MS
from tests.e2e.labkit import JupyterServer, LabPage, write_notebook
from tests.e2e.letting_in import TYPED, Guard, hover_everything, poisoned_file
from tests.e2e.test_elsewhere import Visit, VoilaServer, visit

__all__ = ["visit"]  # a fixture

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def cell(path: Path) -> str:
    """Write the cell of a lab on a Leo from somebody else."""
    return (
        "from leo import AsyncLeoField\nfrom leo_widgets import LeoLab\n"
        f"lab = LeoLab(AsyncLeoField({str(path)!r}))\nlab"
    )


def assert_every_text_is_a_text(there: LabPage, guard: Guard) -> None:
    """Type every payload on a foreign Leo; nothing runs, asks, or becomes an element."""
    chat = there.page.locator(".leo-chat")
    done = chat.locator(".leo-leo.leo-is-done")
    expect(done).to_have_count(10, timeout=PAGE_MS)
    for number, text in enumerate(TYPED, start=11):
        there.say(text)
        expect(done).to_have_count(number, timeout=PAGE_MS)
    there.wait_for_points("growth", 0, 13)
    expect(chat.locator(".leo-msg", has_text="leoEvil('script')").first).to_be_attached()
    assert hover_everything(there.page) > 10
    assert guard.found(there.page) == []


def test_in_notebook_seven_every_text_is_a_text(
    server: JupyterServer, visit: Visit, notebooks: Path
) -> None:
    """In Notebook 7 a foreign Leo and a hostile talk are text."""
    poisoned_file(notebooks / "foreign7.db")
    write_notebook(notebooks / "evil7.ipynb", [cell(notebooks / "foreign7.db")])
    there = visit(server, f"/notebooks/evil7.ipynb?token={server.token}", "evil7.ipynb")
    there.page.locator(".jp-Cell .cm-content").click()
    expect(there.page.locator(".jp-NotebookKernelStatus")).to_be_attached()
    guard = Guard(there.page)
    there.page.keyboard.press("Shift+Enter")
    assert_every_text_is_a_text(there, guard)
    server.stop_kernels()


@pytest.fixture
def voila(tmp_path: Path) -> Iterator[VoilaServer]:
    """Start Voila on a notebook with a foreign Leo."""
    poisoned_file(tmp_path / "foreign.db")
    write_notebook(tmp_path / "voila.ipynb", [cell(tmp_path / "foreign.db")])
    with VoilaServer(tmp_path / "voila.ipynb", {"LEO_HOME": str(tmp_path / "home")}) as started:
        yield started


def test_in_voila_every_text_is_a_text(voila: VoilaServer, visit: Visit) -> None:
    """In Voila too, whose page may set formulas."""
    there = visit(voila, "/", "voila.ipynb")
    guard = Guard(there.page)
    assert_every_text_is_a_text(there, guard)
