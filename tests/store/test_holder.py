"""Who has a file, awake and asleep: sleepers keep no open file, and nobody takes theirs."""

import asyncio
import contextlib
import errno
import gc
import itertools
import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import portalocker
import pytest

from leo import FieldBusy, StoreError
from leo.store.database import Database
from leo.store.dormitory import Dormitory, alive
from leo.store.holder import Holder, hold
from leo.store.lockfile import EXCLUSIVE
from tests.reliability.faults_kit import KINDS, faults_in

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows keeps the files open")


def names(folder: Path) -> set[str]:
    """Name what lies in a folder, random parts left out."""
    return {"-".join(one.name.split("-")[:2]) for one in folder.iterdir()}


def descriptors() -> int:
    """Count the open files."""
    return len(list(Path("/dev/fd").iterdir()))


async def test_sleepers_keep_no_file_open(tmp_path: Path) -> None:
    """However many sleep in a folder, one file is open for them, and gone with the last."""
    before = await asyncio.to_thread(descriptors)
    asleep = [await Database.open(tmp_path / f"{i}.db") for i in range(4)]
    for one in asleep:
        await one.sleep()
    assert await asyncio.to_thread(descriptors) == before + 1
    assert ".leo-asleep" in await asyncio.to_thread(names, tmp_path)
    await asleep[0].wake()
    assert await asleep[0].fetch("SELECT count(*) FROM journal") == [(0,)]
    for one in asleep:
        await one.close()
    assert await asyncio.to_thread(descriptors) == before
    assert ".leo-asleep" not in await asyncio.to_thread(names, tmp_path)


async def test_a_sleeper_keeps_his_file_in_this_process(path: Path) -> None:
    """Asleep, awake again, asleep again: nobody else can open it until he is closed."""
    database = await Database.open(path)
    for step in (database.sleep, database.wake, database.sleep):
        await step()
        with pytest.raises(FieldBusy, match="already open in this process"):
            await Database.open(path)
    await database.close()
    async with await Database.open(path):
        pass


SLEEP = """
import asyncio, sys
from pathlib import Path
from leo.store.database import Database
async def main():
    held = [await Database.open(Path(name)) for name in sys.argv[1:]]
    for one in held:
        await one.sleep()
    print("asleep", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_a_sleeper_of_another_process_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    """Others are told who has the file; when his process is killed, all files are free."""
    one, other = tmp_path / "one.db", tmp_path / "other.db"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SLEEP, str(one), str(other)), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"asleep\n"
    for file in (one, other, one):
        with pytest.raises(FieldBusy, match=f"process {process.pid} on "):
            await Database.open(file)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    for file in (one, other):
        async with await Database.open(file):
            assert ".leo-asleep" not in await asyncio.to_thread(names, tmp_path)


async def test_who_only_looks_whose_a_file_is_keeps_nobody_from_waking(path: Path) -> None:
    """Waking waits while somebody else holds the lock to read the name in it."""
    database = await Database.open(path)
    await database.sleep()
    looking = await asyncio.to_thread(path.with_name("leo.db.lock").open, "a+")
    await asyncio.to_thread(portalocker.lock, looking, EXCLUSIVE)
    waking = asyncio.ensure_future(database.wake())
    await asyncio.sleep(0)
    assert not waking.done()
    looking.close()
    await waking
    await database.close()


async def test_a_file_that_changed_hands_is_not_taken_back(path: Path) -> None:
    """Where the lock was removed while he slept, somebody else may have written: he is told."""
    database = await Database.open(path)
    await database.sleep()
    await asyncio.to_thread(path.with_name("leo.db.lock").unlink)
    async with await Database.open(path):
        pass
    with pytest.raises(StoreError, match="close him and open him again"):
        await database.wake()
    await database.close()
    async with await Database.open(path):
        pass


async def test_a_file_that_was_replaced_while_he_slept_is_not_his(path: Path) -> None:
    """Where another file stands in its place he does not wake; put back, he does."""
    database = await Database.open(path)
    await database.sleep()
    kept = path.with_name("kept.db")
    await asyncio.to_thread(path.rename, kept)
    for other in (None, b"", b"something else"):
        if other is not None:
            await asyncio.to_thread(path.write_bytes, other)
        with pytest.raises(
            StoreError, match=r"leo\.db was taken away, or replaced, while .* slept"
        ):
            await database.wake()
    await asyncio.to_thread(kept.replace, path)
    await database.wake()
    assert await database.fetch("SELECT count(*) FROM journal") == [(0,)]
    await database.close()


async def test_whatever_fails_when_he_wakes_he_wakes_when_it_works(path: Path) -> None:
    """The name in his lock file outlives a full disk: it shows that nobody had his file."""
    failed: list[str] = []
    with faults_in(path.parent) as faults:
        database = await Database.open(path)
        await database.sleep()
        for at in itertools.count(1):
            with faults.armed(at, KINDS[0]), contextlib.suppress(StoreError):
                await database.wake()
            if not faults.failed:
                break
            failed += faults.failed
            await database.wake()
            with pytest.raises(FieldBusy, match="already open in this process"):
                await Database.open(path)
            await database.sleep()
        await database.close()
    assert {"open", "fcntl.flock", "write", "stat", "connect"} <= set(failed)


async def test_where_nothing_can_be_written_he_keeps_his_file_open(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """He sleeps all the same, it is said, and he keeps his file."""

    def failing(folder: Path) -> Dormitory:
        raise StoreError("cannot write the dormitory: No space left on device")

    monkeypatch.setattr(Dormitory, "enter", failing)
    database = await Database.open(path)
    with caplog.at_level(logging.WARNING, "leo"):
        await database.sleep()
    assert "stays open while he sleeps" in caplog.text
    with pytest.raises(FieldBusy):
        await Database.open(path)
    await database.wake()
    await database.close()


async def test_a_sleeper_whom_nobody_closed_lets_go(path: Path) -> None:
    """His file can be opened when nothing refers to him any more."""
    left = [await Database.open(path)]
    await left[0].sleep()
    await asyncio.to_thread(left.clear)  # a loop must not wait for the disk
    await asyncio.to_thread(gc.collect)
    async with await Database.open(path):
        pass


async def test_a_holder_released_twice_is_released_once(path: Path) -> None:
    """Whoever has the file next keeps his name in it."""
    database = await Database.open(path)
    holder = database._holder
    assert isinstance(holder, Holder)
    await database.sleep()
    await database.close()
    async with await Database.open(path):
        await asyncio.to_thread(holder.release)
        with pytest.raises(FieldBusy, match="already open in this process"):
            await Database.open(path)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EACCES, "Permission denied"), "cannot look at {}: .*delete it by hand"),
        (portalocker.exceptions.LockException("no locks"), "cannot look at {}: no locks"),
        (OSError(errno.EMFILE, "Too many open files"), "cannot open {}: .*as many files open"),
    ],
)
def test_a_dormitory_that_cannot_be_looked_at_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    """It is not taken for that of a dead process; the message says what helps."""

    def failing(*args: object) -> None:
        raise error

    dormitory = Dormitory.enter(tmp_path)
    monkeypatch.setattr(portalocker, "lock", failing)
    with pytest.raises(StoreError, match=said.format(dormitory.path)):
        alive(dormitory.path)
    assert dormitory.path.exists()
    dormitory.leave()


def test_a_dormitory_that_somebody_took_away_is_left_in_silence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is not there any more, which is what was wanted."""
    dormitory = Dormitory.enter(tmp_path)
    dormitory.path.unlink()
    dormitory.leave()

    assert not caplog.records
    assert not alive(dormitory.path)


async def test_who_lets_go_leaves_no_name(path: Path) -> None:
    """The lock file stays, and nothing is in it."""
    database = await Database.open(path)
    holder = database._holder
    assert isinstance(holder, Holder)
    named = await asyncio.to_thread(holder.path.read_bytes)
    await database.close()

    assert named != b""
    assert await asyncio.to_thread(holder.path.read_bytes) == b""


async def test_one_who_is_cancelled_while_he_takes_his_file_lets_it_go(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread goes on, and what it took is released before the cancellation is raised."""
    begun, go = threading.Event(), threading.Event()
    taken: list[Holder] = []

    def slowly(database: Path, known_as: Path) -> Holder:
        begun.set()
        go.wait(10)
        taken.append(hold(database, known_as))
        return taken[0]

    monkeypatch.setattr("leo.store.database.hold", slowly)
    opening = asyncio.ensure_future(Database.open(path))
    await asyncio.to_thread(begun.wait, 10)
    opening.cancel()
    go.set()
    await asyncio.wait([opening])

    assert opening.cancelled()
    assert len(taken) == 1
    second = await asyncio.to_thread(hold, path)  # FieldBusy, if the first was not released
    await asyncio.to_thread(second.release)
