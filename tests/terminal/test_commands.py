"""Reading, exporting, and JupyterLab from the terminal, in real child processes."""

import asyncio
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from leo import LeoField
from leo.books import batches, open_book
from leo.terminal.lab import NOTEBOOK, starter
from tests.terminal.kit import Terminal, leo

BOOK = "The zeppelin sleeps under the old bridge. " * 40


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Give a book of some batches."""
    path = tmp_path / "book.txt"
    path.write_text("\n\n".join([BOOK] * 60), encoding="utf-8")
    return path


def batches_of(book: Path) -> int:
    """Give the number of batches in which a book is read."""

    async def counted() -> int:
        return len([batch async for batch in batches(await open_book(book))])

    return asyncio.run(counted())


# ---------------------------------------------------------------- read


def test_a_book_is_read_once_unless_asked_for_again(tmp_path: Path, book: Path) -> None:
    """What was learned is said; a second time only when it is asked for."""
    one = leo(tmp_path, "read", str(book))
    two = leo(tmp_path, "read", str(book))
    three = leo(tmp_path, "read", str(book), "--again")

    tokens = 60 * 40 * 8
    parts = batches_of(book)
    assert one.stdout == three.stdout == f"{book}: {tokens} tokens in {parts} batches\n"
    assert "was read before" in two.stdout
    assert [done.returncode for done in (one, two, three)] == [0, 0, 0]
    with LeoField(tmp_path / "leo.db") as found:
        assert found.stats().entries == 1 + 2 * parts


def test_reading_shows_a_bar_in_a_terminal(tmp_path: Path, book: Path) -> None:
    """The bar names the book and goes to the end."""
    with Terminal(tmp_path, sys.executable, "-m", "leo", "read", str(book)) as terminal:
        assert terminal.end() == 0

    assert "book.txt: 100%" in terminal.shown


STOPPED = """
import signal, sys
import leo.terminal.reading as reading
from leo.__main__ import main

class Bar(reading.tqdm):
    def update(self, n=1):
        super().update(n)
        if n:
            signal.raise_signal(signal.SIGINT)

reading.tqdm = Bar
raise SystemExit(main(sys.argv[1:]))
"""
"""Ctrl-C as soon as the first batch is read."""


def test_ctrl_c_stops_a_book_that_goes_on_next_time(tmp_path: Path, book: Path) -> None:
    """What was read is kept, it is said so, and the rest is read next time."""
    stopped = leo(tmp_path, "read", str(book), code=STOPPED)
    with LeoField(tmp_path / "leo.db") as found:
        first = found.stats().entries - 1
    rest = leo(tmp_path, "read", str(book))
    again = leo(tmp_path, "read", str(book))
    with LeoField(tmp_path / "leo.db") as found:
        later = found.stats().entries - 1 - first

    assert stopped.returncode == 130
    assert "reading goes on there next time" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert 1 <= first < batches_of(book)
    assert f"in {later} batches" in rest.stdout
    assert "was read before" in again.stdout


def test_a_book_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    """A missing book is an error with status 1."""
    done = leo(tmp_path, "read", str(tmp_path / "missing.txt"))

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "missing.txt" in done.stderr


# ---------------------------------------------------------------- export


def test_an_export_says_where_it_is(tmp_path: Path) -> None:
    """The path is printed; a second export to it is refused."""
    leo(tmp_path, "hello")
    target = tmp_path / "tables.db"
    one, two = leo(tmp_path, "export", str(target)), leo(tmp_path, "export", str(target))

    assert (one.returncode, one.stdout, one.stderr) == (0, f"{target}\n", "")
    assert (two.returncode, two.stderr.count("\n")) == (1, 1)
    assert "exists already" in two.stderr
    with closing(sqlite3.connect(target)) as file:
        assert file.execute("SELECT id, prompt FROM turns").fetchall() == [(1, "hello")]


def test_an_export_of_nobody_makes_nobody(tmp_path: Path) -> None:
    """Without a Leo nothing is exported, and none is born."""
    done = leo(tmp_path, "export", str(tmp_path / "tables"))

    assert done.returncode == 1
    assert "there is no Leo at" in done.stderr
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- lab

WITHOUT_LAB = """
import sys
sys.modules["jupyterlab"] = None
from leo.__main__ import main
raise SystemExit(main(sys.argv[1:]))
"""

TOLD_LAB = """
import subprocess, sys
import leo.terminal.lab as lab
from leo.__main__ import main

def told(command, env):
    assert command[1:3] == ["-m", "jupyterlab"]
    show = "import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ)])); sys.exit(7)"
    return Popen([sys.executable, "-c", show, *command[3:]], env=env)

Popen, lab.subprocess.Popen = subprocess.Popen, told
raise SystemExit(main(sys.argv[1:]))
"""
"""A child that shows what JupyterLab would have been given."""


def test_the_lab_opens_the_first_notebook(tmp_path: Path) -> None:
    """It is put there; JupyterLab gets it with all other arguments, and its status counts."""
    work = tmp_path / "work"
    done = leo(
        tmp_path, *("lab", "--no-browser", "--port", "8899", "--dir", str(work)), code=TOLD_LAB
    )
    arguments, environment = json.loads(done.stdout)

    assert (work / NOTEBOOK).read_bytes() == starter()
    assert [one for one in arguments if one != "--allow-root"] == [
        f"--ServerApp.root_dir={work}",
        f"--LabApp.default_url=/lab/tree/{NOTEBOOK}",
        *("--no-browser", "--port", "8899"),
    ]
    assert environment["JUPYTER_PREFER_ENV_PATH"] == "1"
    assert done.returncode == 7


def test_a_notebook_of_ones_own_is_never_overwritten(tmp_path: Path) -> None:
    """What stands there stays, in the current directory too."""
    (tmp_path / NOTEBOOK).write_text("mine", encoding="utf-8")
    done = leo(tmp_path, "lab", cwd=tmp_path, code=TOLD_LAB)

    assert (tmp_path / NOTEBOOK).read_text(encoding="utf-8") == "mine"
    assert "stays as it is" in done.stderr


def test_a_missing_jupyterlab_is_named(tmp_path: Path) -> None:
    """The message says what to install, and nothing is written."""
    done = leo(tmp_path, "lab", "--dir", str(tmp_path / "work"), code=WITHOUT_LAB)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "pip install 'leo-organism[lab]'" in done.stderr
    assert not (tmp_path / "work").exists()


def test_the_real_jupyterlab_takes_these_arguments(tmp_path: Path) -> None:
    """JupyterLab itself starts, with an argument of its own that ends it at once."""
    pytest.importorskip("jupyterlab", reason="an extra")
    done = leo(tmp_path, "lab", "--dir", str(tmp_path / "work"), "--version")

    assert (done.returncode, done.stdout[:1].isdecimal()) == (0, True), done.stderr
