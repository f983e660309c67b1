"""A lock file: whom it names, how long it is asked for, and why it cannot be written."""

import errno
import os
from pathlib import Path

import pytest

from leo import FieldBusy, StoreError
from leo.store import lockfile
from leo.store.lockfile import (
    busy,
    cannot_write,
    holder_named,
    lock,
    lock_soon,
    note_in,
    opened,
    sign,
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows keeps the files open")


def test_a_sleeper_s_lock_is_asked_for_again_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever only looks lets go of it at once; who does not is said to use it."""
    monkeypatch.setattr(lockfile, "GLANCE", 0.0)
    with opened(tmp_path / "leo.db.lock") as file:
        looking = iter((False, False, True))
        monkeypatch.setattr(lockfile, "_locked", lambda file: next(looking))
        lock_soon(file)
        assert next(looking, None) is None

        monkeypatch.setattr(lockfile, "PATIENCE", 0.0)
        monkeypatch.setattr(lockfile, "_locked", lambda file: False)
        with pytest.raises(StoreError, match=f"{file.name} is locked; close what uses it"):
            lock_soon(file)


def test_who_has_not_signed_yet_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock is asked for again; if he never signs, it is somebody's."""
    monkeypatch.setattr(lockfile, "TRIES", 2)
    with opened(tmp_path / "leo.db.lock") as file:
        free = iter((False, True))
        monkeypatch.setattr(lockfile, "_locked", lambda file: next(free))
        lock(file, tmp_path / "leo.db")

        monkeypatch.setattr(lockfile, "_locked", lambda file: False)
        with pytest.raises(FieldBusy, match="held by another process"):
            lock(file, tmp_path / "leo.db")


def test_a_name_is_written_over_all_that_stood_there(tmp_path: Path) -> None:
    """A shorter one leaves nothing of a longer one, and the file does not grow."""
    with opened(tmp_path / "leo.db.lock") as file:
        sign(file, {"path": "a/long/way/leo.db"})
        size = (tmp_path / "leo.db.lock").stat().st_size
        sign(file, {"path": "a"})

        assert (tmp_path / "leo.db.lock").stat().st_size == size
        assert note_in(file)["path"] == "a"


@pytest.mark.parametrize(
    ("number", "way_out"),
    [(errno.EACCES, "choose a folder"), (errno.EMFILE, "ulimit -n"), (errno.ENFILE, "ulimit -n")],
)
def test_why_a_lock_file_cannot_be_written_is_said(number: int, way_out: str) -> None:
    """Too many open files are told apart from a folder one may not write to."""
    assert way_out in str(cannot_write(Path("a.lock"), OSError(number, os.strerror(number))))


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ('{"pid": 7, "host": "moon", "path": "leo.db"}', (7, "moon", "leo.db")),
        ('{"pid": 7, "host": "moon"}', (7, "moon", None)),
        *((told, None) for told in ("", "7", "[]", '{"pid": 7}', '{"pid": [], "host": ""}')),
    ],
)
def test_a_lock_file_names_who_signed_it(told: str, named: tuple[int, str, str | None]) -> None:
    """Process, host and path; what is no name is none, and who holds it is still said."""
    assert holder_named(told) == named
    assert ("process 7 on moon" if named else "another process") in busy(Path("a.db"), told)
