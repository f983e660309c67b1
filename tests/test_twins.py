"""The sync twin: the same names, the same Turns."""

import asyncio
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from leo import AsyncLeoField, LeoField, Turn, Word
from leo.testing import ScriptedClock
from tests.conftest import SEED
from tests.observation.twins import AWAITED, BLOCKING, Lived, digest, found_in, in_ipython, script
from tests.test_laws import SCRIPT, canonical

RENAMED = {"aclose": "close", "async_init": None, "fall_asleep": None}


def public(cls: type) -> dict[str, object]:
    """List a class's public names."""
    return {name: value for name, value in inspect.getmembers(cls) if not name.startswith("_")}


def test_the_twin_has_the_same_names() -> None:
    """Every public name of the async Leo is the twin's, but for opening, closing and sleep."""
    expected = {RENAMED.get(name, name) for name in public(AsyncLeoField)} - {None}

    assert set(public(LeoField)) == expected


def test_the_twin_takes_the_same_arguments() -> None:
    """Every method, and making one, takes the same parameters with the same defaults."""
    for name, method in public(LeoField).items():
        if inspect.isfunction(method) and name != "close":
            theirs = inspect.signature(getattr(AsyncLeoField, name))
            assert inspect.signature(method).parameters == theirs.parameters, name
    assert inspect.signature(LeoField).parameters == inspect.signature(AsyncLeoField).parameters


def test_async_and_sync_live_the_same_life(tmp_path: Path) -> None:
    """The same script gives equal Turns, byte for byte."""

    async def lived() -> list[Turn]:
        async with AsyncLeoField(tmp_path / "a.db", seed=SEED, clock=ScriptedClock()) as leo:
            return [await leo.turn(prompt) for prompt in SCRIPT]

    expected = canonical(asyncio.run(lived(), debug=True))
    with LeoField(tmp_path / "b.db", seed=SEED, clock=ScriptedClock()) as twin:
        turns = [twin.turn(prompt) for prompt in SCRIPT]
        assert canonical(turns) == expected
        assert canonical(list(twin.journal())) == expected


def test_in_ipython_both_live_the_same_life(tmp_path: Path) -> None:
    """Typed into IPython, awaited or not, the talk gives the Turns that it gives here."""
    how: dict[str, Any] = {"seed": SEED, "clock": ScriptedClock(step=90.0), "strict": True}
    with LeoField(tmp_path / "here.db", **how) as twin:
        here = digest([twin.turn(prompt) for prompt in script(2)])
    paths = str(tmp_path / "awaited.db"), str(tmp_path / "blocking.db")
    cells = [
        cell.format(path=path, turns=2)
        for path, way in zip(paths, (AWAITED, BLOCKING), strict=True)
        for cell in way
    ]
    found = found_in(in_ipython(cells, tmp_path))

    assert found == [Lived(2, here, here)] * 2


def test_the_twin_does_everything_the_leo_does(tmp_path: Path) -> None:
    """Each method of the twin works in a plain script."""
    book = tmp_path / "book.txt"
    book.write_text("The zeppelin sleeps.", encoding="utf-8")
    told: list[int | None] = []
    with LeoField(tmp_path / "leo.db", seed=SEED, clock=ScriptedClock()) as twin:
        leave = twin.watch(lambda turn: told.append(turn.id))
        assert twin.reply("Hello.")
        *words, turn = twin.stream("Hello again.")
        leave()

        assert isinstance(turn, Turn)
        assert "".join(word.text for word in words if isinstance(word, Word)) == turn.reply
        assert twin.imagine("Perhaps.").id is None
        assert twin.observe("A quagga.").words >= 1
        assert twin.read(book).tokens == 4
        assert [one.id for one in twin.turns] == told == [1, 2]
        assert twin.stats().turns == 2
        open_state = twin.closed
    twin.close()

    assert (open_state, twin.closed) == (False, True)


def test_a_script_that_uses_the_twin_ends(tmp_path: Path) -> None:
    """The twin leaves no thread behind that keeps Python from ending."""
    code = (
        "import sys; from leo import LeoField\n"
        "with LeoField(sys.argv[1], seed=1) as leo: print(len(leo.reply('Hello.')) > 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(tmp_path / "leo.db")],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_the_twin_blocks_inside_a_running_loop(tmp_path: Path) -> None:
    """In a notebook cell the twin works on the cell's own loop, beside await."""
    code = (
        "import asyncio, sys\n"
        "from leo import LeoField\n"
        "async def cell():\n"
        "    other = asyncio.create_task(asyncio.sleep(0, 'ran'))\n"
        "    with LeoField(sys.argv[1], seed=1) as leo:\n"
        "        one = leo.turn('Hello.')\n"
        "        assert leo.loop is asyncio.get_running_loop()\n"
        "    print(one.id, await other)\n"
        "asyncio.run(cell())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "leo.db")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("1 ran\n", 0), done.stderr


BESIDE = """
import asyncio, sys
from leo import LeoField

async def cell():
    loop = asyncio.get_running_loop()
    go = loop.create_future()

    def begin():
        go.set_result(None)
        for _ in range(5):
            loop.call_soon(print, "beside")

    loop.call_soon(begin)
    await go
    with LeoField(sys.argv[1], seed=1) as leo:
        print(leo.turn("Hello.").id)
    await asyncio.sleep(0)
    print("goes on")

asyncio.run(cell())
"""


def test_what_was_ready_beside_the_twin_does_not_end_the_loop(tmp_path: Path) -> None:
    """The first blocking call takes steps of a loop that has counted them already."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BESIDE, str(tmp_path / "leo.db")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    said = "beside\n" * 5 + "1\ngoes on\n"
    assert (done.stdout, done.stderr, done.returncode) == (said, "", 0)


INTERRUPTED = """
import asyncio, signal, sys
from leo import LeoField
from leo.life import Life

plain = Life._apply

async def interrupted(self, plan, entry):
    Life._apply = plain
    signal.raise_signal(signal.SIGINT)
    await plain(self, plan, entry)

async def cell():
    with LeoField(sys.argv[1], seed=1) as leo:
        Life._apply = interrupted
        try:
            leo.turn("The zeppelin.")
        except KeyboardInterrupt:
            print("interrupted")
        print(leo.turn("Hello.").id, [turn.prompt for turn in leo.journal()])

loop = asyncio.new_event_loop()  # as a kernel does: asyncio.run would hear of interrupts itself
loop.run_until_complete(cell())
loop.close()
"""


def test_an_interrupt_of_a_blocking_turn_is_raised_once_and_late(tmp_path: Path) -> None:
    """Interrupted while it is applied, the turn happened, and the loop goes on."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", INTERRUPTED, str(tmp_path / "leo.db")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    said = "interrupted\n2 ['The zeppelin.', 'Hello.']\n"
    assert (done.stdout, done.stderr, done.returncode) == (said, "", 0)


def test_a_failed_opening_leaves_no_loop_open(tmp_path: Path) -> None:
    """A twin that cannot be opened raises, and warns about nothing."""
    (tmp_path / "leo.db").write_bytes(b"not a database at all")
    with pytest.raises(Exception, match="not an SQLite file"):
        LeoField(tmp_path / "leo.db")
