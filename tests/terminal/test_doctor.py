"""The doctor: he says what is wrong with a file, saves what can be read, and changes nothing."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from leo import Turn
from leo.store.schema import APPLICATION_ID, VERSION
from leo.terminal.main import main
from tests.reliability.damage_kit import LIVED, life, opened, small

PAGE: Final = 4096

Seen: TypeAlias = dict[str, bytes]


@pytest.fixture(autouse=True)
def blockbuster() -> None:
    """Let these tests block: the doctor has a loop and a file of his own."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Live a life with packed layers and an image, once for all tests."""
    folder = tmp_path_factory.mktemp("lived")
    return asyncio.run(life(folder))


@pytest.fixture
def file(lived: Path, tmp_path: Path) -> Iterator[Path]:
    """Give a copy of that life to damage; what was packed early is read as such."""
    shutil.copytree(lived.parent, tmp_path, dirs_exist_ok=True)
    with small():
        yield tmp_path / lived.name


def seen(folder: Path) -> Seen:
    """Read every file in a folder, but for the index that SQLite keeps for living readers."""
    files = (one for one in folder.rglob("*") if one.is_file() and one.suffix != ".db-shm")
    return {str(one): one.read_bytes() for one in files if not one.name.endswith("-shm")}


class Told:
    """What the doctor said of a file, and that he changed nothing."""

    def __init__(self, file: Path, capsys: pytest.CaptureFixture[str], *more: str) -> None:
        before = seen(file.parent)
        self.status = main(["doctor", str(file), *more])
        written = capsys.readouterr()
        self.out, self.err = written.out, written.err
        assert seen(file.parent) == before

    @property
    def wrong(self) -> set[str]:
        """What he found wrong, a word each."""
        return {line.split()[1] for line in self.out.splitlines() if line.startswith("wrong")}


# ---------------------------------------------------------------- sound files


def test_a_sound_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything is looked at and well: status 0."""
    told = Told(file, capsys)

    assert (told.status, told.wrong, told.err) == (0, set(), "")
    about = [line.split()[1] for line in told.out.splitlines()[:-1]]
    assert about == "leo file tables birth journal modules counts folder".split()
    assert f"{LIVED} turn" in told.out
    assert "nobody has it open" in told.out
    assert "as a recount gives them" in told.out
    assert told.out.splitlines()[-1] == "healthy"


async def test_a_file_in_which_a_leo_lives(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """He is named, what he said last is seen, and he goes on as if nobody had looked."""
    monkeypatch.setattr("leo.keeping.FOLD_EVERY", 1_000)  # which he would do meanwhile
    async with opened(file) as leo:
        await leo.turn("The zeppelin.", max_tokens=4)
        told = await asyncio.to_thread(Told, file, capsys)
        assert (told.status, told.wrong) == (0, set())
        assert f"process {os.getpid()} on " in told.out
        assert f"{LIVED + 1} turn" in told.out
        assert (await leo.turn("Hello.", max_tokens=4)).id == LIVED + 2


KILLED = """
import os, signal, sys
from leo import LeoField
leo = LeoField(sys.argv[1], seed=7, birth=None)
leo.turn("The rain.", max_tokens=4)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_file_whose_leo_was_killed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is only in the log is seen; that he died is said, and is no damage."""
    file = tmp_path / "leo.db"
    ended = subprocess.run([sys.executable, "-c", KILLED, str(file)], check=False, timeout=50)
    assert ended.returncode == -signal.SIGKILL
    told = Told(file, capsys)

    assert (told.status, told.wrong) == (0, set())
    assert "had it open, and died" in told.out
    assert "1 turn" in told.out
    assert "the log beside the file is taken in at the next opening" in told.out


# ---------------------------------------------------------------- what can be read in part


def damaged(file: Path, at: int, length: int = 200) -> None:
    """Write over a part of a file."""
    data = bytearray(file.read_bytes())
    data[at : at + length] = bytes(range(256))[:length]
    file.write_bytes(data)


def pages_of(file: Path, table: str) -> list[int]:
    """Find the pages that hold a table's rows."""
    with contextlib.closing(sqlite3.connect(file)) as looked:
        sql = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        root = int(looked.execute(sql, (table,)).fetchone()[0])
    data, found = file.read_bytes(), list[int]()
    page = data[(root - 1) * PAGE : root * PAGE]
    assert page[0] == 5, "an inner page"
    for cell in range(int.from_bytes(page[3:5])):
        at = int.from_bytes(page[12 + 2 * cell : 14 + 2 * cell])
        found.append(int.from_bytes(page[at : at + 4]))
    return found


def test_random_bytes_in_a_page(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page of the journal is lost: status 1; the entries on all other pages are saved."""
    damaged(file, (pages_of(file, "journal")[1] - 1) * PAGE)
    saved = tmp_path.parent / f"{tmp_path.name}.jsonl"
    told = Told(file, capsys, "--export", str(saved))

    assert told.status == 1
    assert told.wrong >= {"file", "journal"}
    assert told.out.splitlines()[-1] == "not healthy"
    rows = [json.loads(line) for line in saved.read_text(encoding="utf-8").splitlines()]
    turns = [Turn.from_json(json.dumps(row["body"])) for row in rows if row["kind"] == "turn"]
    assert 0 < len(turns) < LIVED
    assert [row["turn"] for row in rows if row["kind"] == "turn"] == [turn.id for turn in turns]
    assert f"saved  {len(rows)} journal entries" in told.out
    assert "cannot be read" in told.out


def test_a_whole_journal_is_saved(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every entry stands in the export as it is in the file; nothing is overwritten."""
    saved = tmp_path.parent / f"{tmp_path.name}.whole.jsonl"
    assert Told(file, capsys, "--export", str(saved)).status == 0
    with contextlib.closing(sqlite3.connect(file)) as looked:
        rows = looked.execute("SELECT entry, kind, body FROM journal ORDER BY entry").fetchall()
    found = [json.loads(line) for line in saved.read_text(encoding="utf-8").splitlines()]
    assert [(one["entry"], one["kind"], one["body"]) for one in found] == [
        (entry, kind, json.loads(body)) for entry, kind, body in rows
    ]
    again = Told(file, capsys, "--export", str(saved))
    assert (again.status, again.out) == (2, "")
    assert "exists already" in again.err


def test_a_truncated_file(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SQLite refuses it whole; the doctor saves the entries that are left."""
    file.write_bytes(file.read_bytes()[: -9 * PAGE - 100])
    saved = tmp_path.parent / f"{tmp_path.name}.left.jsonl"
    told = Told(file, capsys, "--export", str(saved))

    assert (told.status, told.err) == (1, "")
    assert told.wrong >= {"file", "journal"}
    assert "bytes are missing" in told.out
    rows = [json.loads(line) for line in saved.read_text(encoding="utf-8").splitlines()]
    assert rows[0]["kind"] == "birth"
    assert 1 < len(rows) < LIVED + 2
    assert f"saved  {len(rows)} journal entries in {saved}" in told.out


def test_only_the_beginning_of_a_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When nothing of the journal is left it is said which file that is; status 2."""
    file.write_bytes(file.read_bytes()[:PAGE])
    told = Told(file, capsys, "--export", str(file.with_name("out.jsonl")))

    assert (told.status, told.out) == (2, "")
    assert f"bytes of {file} are missing, and nothing of what is left can be read" in told.err


def changed(file: Path, *statements: str) -> None:
    """Change a file behind Leo's back."""
    with contextlib.closing(sqlite3.connect(file)) as other:
        for statement in statements:
            other.execute(statement)
        other.commit()


WRONG: Final = {
    "a turn is missing": ("DELETE FROM journal WHERE entry = 3", "journal", "entry 3"),
    "a turn is no turn": ("UPDATE journal SET body = '{}' WHERE entry = 3", "journal", "entry 3"),
    "the overview": ("DELETE FROM summary WHERE turn = 2", "journal", "turn 2 has no row"),
    "a table": ("DROP TABLE summary", "tables", "summary is missing"),
    "a memory": (
        "UPDATE santaklaus_memories SET text = CAST(x'ff' AS TEXT)",
        "modules",
        "santaklaus",
    ),
    "counts": ("UPDATE image SET data = zeroblob(9) WHERE part = 'near'", "counts", "not what"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was changed behind his back is found, and where."""
    statement, about, said = WRONG[name]
    changed(file, statement)
    told = Told(file, capsys)

    assert told.status == 1
    assert about in told.wrong
    assert said in told.out


def test_counts_that_are_not_what_the_journal_says(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A letter changed in a text that was counted has no check sum; the recount finds it."""
    changed(file, "UPDATE journal SET body = replace(body, 'zeppelin', 'zeppelon')")
    told = Told(file, capsys)

    assert (told.status, told.wrong) == (1, {"counts"})
    assert "DELETE FROM image" in told.out


def _cut(layer: Path) -> None:
    layer.write_bytes(layer.read_bytes()[:-8])


def _flipped(layer: Path) -> None:
    data = bytearray(layer.read_bytes())
    data[len(data) // 2] ^= 1
    layer.write_bytes(data)


@pytest.mark.parametrize("hurt", [_cut, _flipped, Path.unlink], ids=["cut", "flipped", "missing"])
def test_packed_layers_that_are_damaged(
    hurt: Callable[[Path], None], file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One bit is enough; it is said that he counts anew, which he does."""
    layers = file.with_name(f"{file.name}.packs")
    hurt(max(layers.glob("*/*"), key=lambda one: one.stat().st_size))
    told = Told(file, capsys)

    assert (told.status, told.wrong) == (1, {"counts"})
    assert "counted anew when he is opened" in told.out

    async def reopened() -> int | None:
        async with opened(file) as leo:
            return (await leo.turn("Hello.", max_tokens=4)).id

    assert asyncio.run(reopened()) == LIVED + 1
    assert Told(file, capsys).status == 0


def test_what_lies_beside_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A draft that nobody finished is told, and so is a layer that no image names any more."""
    layers = file.with_name(f"{file.name}.packs")
    shutil.copytree(next(layers.iterdir()), layers / "0123456789abcdef")
    told = Told(file, capsys)
    assert (told.status, told.wrong) == (0, set())
    assert f"{layers.name}/0123456789abcdef: not used" in told.out

    file.with_name(".leo.db.copy.new").touch()
    told = Told(file, capsys)
    assert (told.status, told.wrong) == (1, {"folder"})
    assert ".leo.db.copy.new was begun and never finished" in told.out


# ---------------------------------------------------------------- what cannot be read


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _other(file: Path) -> None:
    changed(file, "CREATE TABLE notes (x)")


def _newer(file: Path) -> None:
    changed(file, f"PRAGMA application_id={APPLICATION_ID}", f"PRAGMA user_version={VERSION + 1}")


UNREADABLE: Final[dict[str, tuple[Callable[[Path], object], str]]] = {
    "empty": (_empty, "is empty: no Leo was born in it yet"),
    "other": (_other, "is an SQLite file of something else, and was left as it is"),
    "text": (lambda file: file.write_text("Dear diary, " * 99), "is not an SQLite file"),
    "newer": (_newer, "was written by a newer leo"),
    "missing": (lambda file: None, "there is no Leo at"),
    "folder": (Path.mkdir, "cannot look at"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_is_no_leo(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is named in one line, and what is the matter with it: status 2."""
    write, said = UNREADABLE[kind]
    write(tmp_path / "leo.db")
    told = Told(tmp_path / "leo.db", capsys)

    assert (told.status, told.out) == (2, "")
    assert said in told.err
    assert str(tmp_path / "leo.db") in told.err
    assert len(told.err.splitlines()) == 1
