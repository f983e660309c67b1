"""Disks that really fail: full, read-only, forbidden, gone, and locked by somebody else."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from leo import AsyncLeoField, CommitFailed, LeoError, LeoField, StoreError, Turn
from leo.testing import ScriptedClock
from tests.conftest import SEED

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
CI = bool(os.environ.get("CI"))
NOBODY = 65534

LONG = "A zeppelin sleeps under the old bridge, and dreams of bread. " * 300


@pytest.fixture(autouse=True)
def blockbuster() -> None:
    """Let these tests block: they are about disks, and no Leo of theirs has company."""


def opened(path: Path) -> LeoField:
    """Open a Leo whose turns follow from his file alone."""
    return LeoField(path, seed=SEED, clock=ScriptedClock(), birth=None)


def lived(path: Path, turns: int = 1) -> None:
    """Live a little, and close."""
    with opened(path) as leo:
        for i in range(turns):
            leo.turn(f"The rain falls on bridge {i}.", max_tokens=6)


def told(path: Path) -> list[tuple[int, str]]:
    """Read the journal behind Leo's back, and have every page checked."""
    with contextlib.closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return file.execute("SELECT entry, body FROM journal ORDER BY entry").fetchall()


# ---------------------------------------------------------------- full


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of one megabyte."""
    if not ROOT:
        pytest.skip("only root may mount a disk; test_a_file_that_may_not_grow needs no root")
    place = tmp_path / "tiny"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        if CI and "permitted" not in made.stderr and "denied" not in made.stderr:
            pytest.fail(f"no disk could be mounted: {made.stderr}")
        pytest.skip(f"this machine lets nobody mount a disk: {made.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_keeps_what_was_said(tiny: Path) -> None:
    """On a full disk a turn is refused; what was said before is kept; with room it goes on."""
    path = tiny / "leo.db"
    filler = tiny / "filler"
    with opened(path) as leo:
        kept = [leo.turn("The rain.", max_tokens=6)]
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        error = _until_refused(leo, kept)
        assert f"could not write to {path}: database or disk is full" in error
        assert "make room on the disk" in error.lower()
        assert list(leo.journal()) == kept
        filler.unlink()
        kept.append(leo.turn("The snow.", max_tokens=6))
    with opened(path) as again:
        assert list(again.journal()) == kept


def _until_refused(leo: LeoField, kept: list[Turn]) -> str:
    """Talk until it is refused, because the log may have some room of its own left."""
    try:
        while len(kept) < 50:
            kept.append(leo.turn(LONG, max_tokens=6))
    except CommitFailed as error:
        return str(error)
    raise AssertionError("the disk is never full")


LIMITED = """
import resource, sys
from leo import CommitFailed, LeoField

with LeoField(sys.argv[1], seed=7, birth=None) as leo:
    leo.turn("The rain.", max_tokens=6)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), hard))
    said = 1
    try:
        while said < 60:
            leo.turn(sys.argv[3], max_tokens=6)
            said += 1
    except CommitFailed as error:
        print(error)
    print(said)
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    print(leo.turn("The snow.", max_tokens=6).id)
"""


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """Under a limit of file size (ulimit -f) a turn is refused, and the next one works."""
    path = tmp_path / "leo.db"
    command = [sys.executable, "-c", LIMITED, str(path), str(1 << 19), LONG]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=True)
    error, said, after = done.stdout.splitlines()

    assert f"could not write to {path}" in error
    assert "nothing of it happened" in error
    assert int(after) == int(said) + 1
    assert len(told(path)) == 1 + int(after)


# ---------------------------------------------------------------- read-only, forbidden


@pytest.fixture
def frozen(tmp_path: Path) -> Iterator[Path]:
    """Give a folder with a life in it, which nobody can write to: not even root."""
    if not ROOT:
        pytest.skip("only root may mount; test_permissions needs no root")
    place = tmp_path / "frozen"
    place.mkdir()
    lived(place / "leo.db")
    bind = ["mount", "--bind", str(place), str(place)]
    made = subprocess.run(bind, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"this machine lets nobody mount: {made.stderr.strip()}")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=True)
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_read_only_disk_is_named(frozen: Path) -> None:
    """Opening, being born and copying are refused there; the life can be looked at."""
    path = frozen / "leo.db"
    before = path.read_bytes(), path.stat().st_mtime_ns
    with pytest.raises(StoreError, match=r"leo\.db\.lock: Read-only.*LEO_HOME"):
        opened(path)
    with pytest.raises(StoreError, match=r"new\.db\.lock: Read-only.*LEO_HOME"):
        opened(frozen / "new.db")
    with opened(frozen.parent / "other.db") as other:
        other.turn("Hello.", max_tokens=4)
        with pytest.raises(StoreError, match=r"copy\.db: Read-only.*choose a folder"):
            other.copy(frozen / "copy.db")
        with pytest.raises(StoreError, match=r"tables\.db: .*Read-only"):
            other.export(frozen / "tables.db")
        assert other.turn("Hello.", max_tokens=4).id == 2
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


AS_NOBODY = """
import os, pathlib, sys
from leo import LeoError, LeoField

def tried(place):
    try:
        with LeoField(place / "leo.db", seed=7, birth=None) as leo:
            return leo.turn("The snow.", max_tokens=6).id
    except LeoError as error:
        return f"{type(error).__name__}: {error}"

root = pathlib.Path(sys.argv[1])
tried(root / "warm")  # whatever is imported late must be imported now
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
for name in sys.argv[2:]:
    print(tried(root / name), flush=True)
"""
"""Opens Leos as somebody whom permissions bind."""


def test_permissions() -> None:
    """Whom permissions bind is told which file, and what to do; the files are as they were."""
    root = Path(tempfile.mkdtemp(prefix="leo-permissions-"))  # nobody may look into tmp_path
    root.chmod(0o755)
    modes = {"warm": 0o777, "file": 0o777, "folder": 0o555, "closed": 0o000, "mine": 0o777}
    try:
        for name in modes:
            (root / name).mkdir()
            if name != "warm":
                lived(root / name / "leo.db")
        before = (root / "file" / "leo.db").read_bytes()
        for name in modes:
            if ROOT:
                for one in (root / name).iterdir():
                    os.chown(one, NOBODY, NOBODY)
                os.chown(root / name, NOBODY, NOBODY)
        (root / "file" / "leo.db").chmod(0o444)
        for name, mode in modes.items():
            (root / name).chmod(mode)
        (root / "folder" / "leo.db.lock").unlink()  # the file itself could be written to
        command = [sys.executable, "-c", AS_NOBODY, str(root), "file", "folder", "closed", "mine"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=True)
        file, folder, closed, mine = done.stdout.splitlines()

        assert file.startswith(f"CommitFailed: could not write to {root / 'file' / 'leo.db'}")
        assert "see that you may write" in file.lower()
        assert folder.startswith(f"StoreError: cannot write {root / 'folder' / 'leo.db.lock'}")
        assert closed.startswith(f"StoreError: cannot look at {root / 'closed' / 'leo.db'}")
        assert mine == "2"
        (root / "closed").chmod(0o755)
        assert (root / "file" / "leo.db").read_bytes() == before
        assert len(told(root / "closed" / "leo.db")) == 2
    finally:
        for name in modes:
            (root / name).chmod(0o755)
        shutil.rmtree(root)


# ---------------------------------------------------------------- gone, replaced, locked


@pytest.mark.parametrize("how", ["file", "folder", "moved", "replaced"])
def test_what_is_taken_away_is_noticed(tmp_path: Path, how: str) -> None:
    """A turn that would be lost with its file is refused; what he knew can still be saved."""
    place, other = tmp_path / "here", tmp_path / "there" / "saved.db"
    path = place / "leo.db"
    place.mkdir()
    with opened(path) as leo:
        kept = leo.turn("The rain.", max_tokens=6)
        expected = leo.imagine("The snow.")
        match how:
            case "file":
                path.unlink()
            case "folder":
                shutil.rmtree(place)
            case "moved":
                place.rename(tmp_path / "moved")
            case "replaced":
                lived(tmp_path / "impostor.db", 3)
                (tmp_path / "impostor.db").replace(path)
        for _ in range(2):
            with pytest.raises(LeoError, match=r"leo\.db .*leo\.copy"):
                leo.turn("The snow.", max_tokens=6)
        assert leo.copy(other) == other
    with opened(other) as saved:
        assert list(saved.journal()) == [kept]
        again = saved.imagine("The snow.")
    assert [one.reply for one in (again, expected)] == [expected.reply] * 2


async def test_another_program_that_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program holds the file's lock a turn is refused; then the next one works."""
    monkeypatch.setattr("leo.store.connecting.BUSY_MS", 50)
    path = tmp_path / "leo.db"
    leo = AsyncLeoField(path, seed=SEED, clock=ScriptedClock(), birth=None)
    async with leo:
        await leo.turn("The rain.", max_tokens=6)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(CommitFailed, match=r"is locked.*close that program"):
                await leo.turn("The snow.", max_tokens=6)
            assert (await leo.stats()).turns == 1  # reading goes on
            other.execute("ROLLBACK")
        assert (await leo.turn("The snow.", max_tokens=6)).id == 2
    assert len(await asyncio.to_thread(told, path)) == 3
