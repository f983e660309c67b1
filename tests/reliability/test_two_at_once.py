"""One holder per file, whatever the file is called, whoever asks, and however the holder ends."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import portalocker
import pytest

from leo import FieldBusy, LeoField, StoreError, living
from leo.store.holder import Holder, hold
from leo.store.lockfile import lock_path
from leo.store.looking import real
from tests.conftest import Open

# ---------------------------------------------------------------- other names of one file


async def test_a_link_is_the_file_it_leads_to(make: Open, path: Path, tmp_path: Path) -> None:
    """A Leo opened by a link lies where the file is, and keeps others out of it."""
    link = tmp_path / "elsewhere" / "link.db"
    await asyncio.to_thread(_linked, link, path)
    async with make(link, birth=None) as leo:
        await leo.turn("Hello.")
        with pytest.raises(FieldBusy, match="already open in this process") as refused:
            await make(birth=None).async_init()
        assert repr(str(link)) in str(refused.value)  # the name that leo.living knows
        assert living(link) is leo
    assert await asyncio.to_thread(os.listdir, link.parent) == ["link.db"]
    async with make(birth=None) as again:
        assert [turn.prompt for turn in again.turns] == ["Hello."]
        with pytest.raises(FieldBusy):
            await make(link, birth=None).async_init()


def _linked(link: Path, path: Path) -> None:
    link.parent.mkdir()
    link.symlink_to(path)


async def test_a_circle_of_links_is_named(make: Open, tmp_path: Path) -> None:
    """A link that leads to itself is an error that names it."""
    link = tmp_path / "round.db"
    await asyncio.to_thread(link.symlink_to, link)
    with pytest.raises(StoreError, match=r"round\.db"):
        await make(link).async_init()


def test_a_relative_path_is_the_same_file(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative, absolute, or round a corner: it is one file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").mkdir()
    with LeoField(path.name, birth=None):
        for name in (path, path.name, tmp_path / "x" / ".." / path.name):
            with pytest.raises(FieldBusy, match=re.escape(f"leo.living('{path}')")):
                LeoField(name)


async def test_a_second_name_is_refused(make: Open, path: Path, tmp_path: Path) -> None:
    """Two hard links would have two locks and two logs: neither is opened, both are left."""
    async with make(birth=None):
        pass
    other = tmp_path / "other" / "leo.db"
    await asyncio.to_thread(other.parent.mkdir)
    await asyncio.to_thread(other.hardlink_to, path)
    before = await asyncio.to_thread(path.read_bytes)
    for name in (path, other):
        with pytest.raises(StoreError, match=f"{name} has a second name"):
            await make(name).async_init()
    assert await asyncio.to_thread(path.read_bytes) == before

    await asyncio.to_thread(other.unlink)
    async with make(birth=None) as leo:
        assert (await leo.turn("Hello.")).id == 1


# ---------------------------------------------------------------- who is named


def test_of_many_at_once_one_gets_it_and_the_others_are_told_who(path: Path) -> None:
    """However close together they come, nobody is refused without being told by whom."""
    with ThreadPoolExecutor(16) as pool:
        for _ in range(8):
            asked = [pool.submit(hold, path) for _ in range(16)]
            errors = [one.exception() for one in asked]
            held = [one.result() for one, error in zip(asked, errors, strict=True) if not error]
            refused = [str(error) for error in errors if error]
            for one in held:
                one.release()
            assert len(held) >= 1
            assert all("already open in this process" in told for told in refused)


@contextlib.asynccontextmanager
async def locked(path: Path, told: str) -> AsyncIterator[None]:
    """Hold the lock of a file, with some text in the lock file."""
    file = await asyncio.to_thread(lock_path(path).open, "a+", encoding="utf-8")
    try:
        portalocker.lock(file, portalocker.LOCK_EX | portalocker.LOCK_NB)
        await asyncio.to_thread(file.write, told)
        await asyncio.to_thread(file.flush)
        yield
    finally:
        await asyncio.to_thread(file.close)


async def test_a_process_of_the_same_number_elsewhere_is_not_this_one(
    make: Open, path: Path
) -> None:
    """In containers everybody is process 1: host and number together name the holder."""
    pid = os.getpid()
    async with locked(path, json.dumps({"pid": pid, "host": "elsewhere"})):
        with pytest.raises(FieldBusy, match=f"held by process {pid} on elsewhere"):
            await make(birth=None).async_init()


@pytest.mark.parametrize("told", ["{", "[]", '{"pid": "x"}', "7"])
async def test_a_lock_that_names_nobody_is_respected(make: Open, path: Path, told: str) -> None:
    """Whatever stands in the lock file, the lock counts."""
    async with locked(path, told):
        with pytest.raises(FieldBusy, match="held by another process"):
            await make(birth=None).async_init()


async def test_a_disk_that_cannot_lock_is_named(
    make: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network folders know no locks: the error says so, and nobody is born there."""

    def fails(*_: object) -> None:
        raise portalocker.exceptions.LockException("No locks available")

    monkeypatch.setattr(portalocker, "lock", fails)
    with pytest.raises(StoreError, match=r"No locks available.* on a local disk"):
        await make(birth=None).async_init()
    assert not await asyncio.to_thread(path.exists)


# ---------------------------------------------------------------- a lock that is taken away


async def test_a_lock_that_was_taken_away_is_noticed(make: Open, path: Path) -> None:
    """Who removes the lock file lets a second Leo in; the first one writes nothing any more."""
    first = await make(birth=None).async_init()
    told = await first.turn("The rain.")
    await asyncio.to_thread(lock_path(path).unlink)
    with pytest.raises(FieldBusy, match=r"leo\.db\.lock was taken away"):
        await first.turn("The snow.")
    async with make(birth=None) as second:
        assert (await second.turn("The snow.")).id == 2
        with pytest.raises(FieldBusy, match=r"leo\.db\.lock was taken away"):
            await first.observe("The wind.")
        assert (await second.turn("The wind.")).id == 3
    await first.aclose()
    async with make(birth=None) as again:
        assert (await again.journal())[0] == told
        assert [turn.id for turn in again.turns] == [1, 2, 3]


def test_a_lock_ends_even_if_its_file_cannot_be_emptied(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The name in the lock file is a courtesy; the lock is what counts."""
    holder = hold(path)

    assert holder._file is not None

    class Full:
        name = "leo.db.lock"

        def __init__(self, file: IO[bytes]) -> None:
            self.file = file

        def seek(self, place: int) -> None:
            raise OSError(28, "No space left on device")

        def fileno(self) -> int:
            return self.file.fileno()

        def close(self) -> None:
            self.file.close()

    monkeypatch.setattr(holder, "_file", Full(holder._file))
    holder.release()
    assert "could not empty" in caplog.text
    hold(path).release()


# ---------------------------------------------------------------- other processes

FORKS = """
import json, os, signal, sys
from leo import LeoError, LeoField, living

path = sys.argv[1]
leo = LeoField(path, seed=7, birth=None)
leo.turn("The rain.")
sleeper = LeoField(sys.argv[2], seed=7, birth=None)
sleeper.hibernate()
child = os.fork()
if not child:
    told = {"living": living(path) is not None}
    for name, ask in {"old": lambda: leo.turn("The snow."), "new": lambda: LeoField(path)}.items():
        try:
            ask()
        except LeoError as error:
            told[name] = [type(error).__name__, str(error)]
    print(json.dumps(told), flush=True)
    signal.pause()
sys.stdin.readline()
print(json.dumps([os.getpid(), child, leo.turn("The snow.").id]), flush=True)
signal.pause()
"""
"""Two Leos, one asleep, whose process forks; both processes stay until they are killed."""


def test_a_fork_shares_no_leo_and_keeps_no_lock(path: Path, tmp_path: Path) -> None:
    """In the child the Leo is refused; when his own process dies, his and a sleeper's are free."""
    asleep = tmp_path / "asleep.db"
    command = [sys.executable, "-W", "ignore", "-c", FORKS, str(path), str(asleep)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        seen = json.loads(parent.stdout.readline())
        parent.stdin.write(b"\n")
        parent.stdin.flush()
        pid, child, turn = json.loads(parent.stdout.readline())
        try:
            assert seen["living"] is False
            assert seen["old"][0] == "WrongLoop"
            assert f"lives in process {pid}" in seen["old"][1]
            assert seen["new"][0] == "FieldBusy"
            assert f"held by process {pid} on {socket.gethostname()}" in seen["new"][1]
            assert (pid, turn) == (parent.pid, 2)
            for held in (path, asleep):
                with pytest.raises(FieldBusy, match=f"process {pid} on "):
                    LeoField(held)

            parent.kill()
            parent.wait()
            with LeoField(path) as leo:  # though the child lives
                assert leo.turn("The wind.").id == 3
            with LeoField(asleep) as leo:
                assert leo.turn("The wind.").id == 1
        finally:
            os.kill(child, signal.SIGKILL)


def test_a_file_that_is_no_link_is_itself(path: Path) -> None:
    """Only a link is followed: other parts of a path stay as they were given."""
    assert real(path) == path
    holder: Holder = hold(path)
    assert json.loads(lock_path(path).read_text()) == {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "path": str(path),
    }
    holder.release()
