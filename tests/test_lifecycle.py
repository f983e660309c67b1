"""Opening and closing: one holder, one loop, nothing left behind."""

import asyncio
import gc
import sqlite3
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

from leo import AsyncLeoField, Birth, FieldBusy, FieldClosed, SeedMismatch, WrongLoop, living
from tests.conftest import SEED, Open


async def test_closing_twice_is_closing_once(make: Open) -> None:
    """aclose may be called at any time, any number of times."""
    leo = make()
    await leo.aclose()
    await leo.async_init()
    assert await leo.async_init() is leo
    await leo.aclose()
    await leo.aclose()

    assert leo.closed


async def test_a_leo_can_be_opened_again(make: Open) -> None:
    """The same object may be closed and opened."""
    leo = make()
    for number in (1, 2):
        async with leo:
            assert (await leo.turn("Hello.")).id == number


async def test_the_file_has_one_holder(make: Open) -> None:
    """A second Leo on the file is refused in the same process, and may have it afterwards."""
    async with make() as first:
        with pytest.raises(FieldBusy, match="already open in this process"):
            await make().async_init()
        assert living(first.path) is first
    assert living(first.path) is None
    async with make() as second:
        assert living(second.path) is second


async def test_closing_waits_for_the_turns_under_way(make: Open) -> None:
    """Turns that were asked before closing are answered; those after it are refused."""
    leo = await make().async_init()
    turns = [asyncio.create_task(leo.turn(f"{i}")) for i in range(3)]
    await asyncio.sleep(0)
    await leo.aclose()

    assert [(await turn).id for turn in turns] == [1, 2, 3]


async def test_the_seed_is_stored(make: Open) -> None:
    """A Leo keeps the seed of his birth; another one given later is an error."""
    async with make() as leo:
        seed = (await leo.stats()).seed
    assert seed == SEED
    with pytest.raises(SeedMismatch, match="seed 7, not 8"):
        await make(seed=8).async_init()
    async with make(seed=None) as again:
        assert (await again.stats()).seed == SEED


async def test_a_seed_is_drawn_when_none_is_given(make: Open, tmp_path: Path) -> None:
    """Two Leos born without a seed are two."""
    async with make(tmp_path / "a.db", seed=None) as one, make(tmp_path / "b.db", seed=None) as two:
        assert (await one.stats()).seed != (await two.stats()).seed


async def test_a_living_leo_keeps_the_texts_he_was_born_with(make: Open) -> None:
    """A later version's texts change nothing in a Leo who has already been born."""
    mine = Birth("mine", (("origin", "A quagga sleeps under the zeppelin."),))
    async with make(birth=mine) as leo:
        totals = (await leo.stats()).totals
    async with make() as again:
        assert (await again.stats()).totals == totals
        assert totals.tokens == 7


async def test_an_empty_leo_answers_and_grows(make: Open) -> None:
    """Without a birth the field is empty, the reply is silence; he learns from the first word."""
    async with make(birth=None) as leo:
        first = await leo.turn("A quagga sleeps under the tree.")
        second = await leo.turn("Hello.")

        assert first.reply == "…"
        assert [one.source for one in first.learned] == ["observer"]
        assert second.utterance.words[0].word == "a"


async def test_use_from_another_loop_is_refused(make: Open) -> None:
    """A Leo is used on the loop that opened him; the error names the way."""
    async with make() as leo:

        def elsewhere() -> None:
            asyncio.run(leo.turn("Hello."), debug=True)

        with pytest.raises(WrongLoop, match=r"leo\.loop"):
            await asyncio.to_thread(elsewhere)


async def test_opening_and_closing_leaks_nothing(make: Open) -> None:
    """Thirty lives leave no thread and no open file behind."""

    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    def threads() -> list[threading.Thread]:
        # The loop's pool for file calls is asyncio's own and bounded.
        return [one for one in threading.enumerate() if not one.name.startswith("asyncio_")]

    async with make() as leo:
        await leo.turn("Hello.")
    gc.collect()
    before, files = threads(), await asyncio.to_thread(descriptors)
    for _ in range(30):
        async with make() as leo:
            await leo.turn("Hello.")

    for one in threads():
        if one not in before:  # it answers just before it ends
            await asyncio.to_thread(one.join, 5)
    assert set(threads()) <= set(before)
    assert await asyncio.to_thread(descriptors) <= files


async def test_a_failed_opening_lets_the_file_go(make: Open) -> None:
    """After an opening that failed the file can be opened."""
    async with make():
        pass
    with pytest.raises(SeedMismatch):
        await make(seed=99).async_init()
    async with make() as leo:
        assert not leo.closed


def test_a_forgotten_leo_does_not_hang_the_interpreter(tmp_path: Path) -> None:
    """A script that forgets to close ends, keeps what was said, and is told the remedy."""
    code = (
        "import asyncio, sys\n"
        "from leo import AsyncLeoField\n"
        "async def main():\n"
        "    leo = await AsyncLeoField(sys.argv[1], seed=1).async_init()\n"
        "    print((await leo.turn('Hello.')).id)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", code, str(tmp_path / "leo.db")],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout == "1\n"
    assert "was never closed" in done.stderr
    assert "aclose" in done.stderr

    async def journal() -> int:
        async with AsyncLeoField(tmp_path / "leo.db") as leo:
            return len(await leo.journal())

    assert asyncio.run(journal(), debug=True) == 1


# ---------------------------------------------------------------- the event loop is gone


def on_a_loop_that_ends(leo: AsyncLeoField) -> None:
    """Open a Leo and take a turn on a loop that ends before he is closed."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(leo.async_init())
    loop.run_until_complete(leo.turn("The zeppelin."))
    loop.close()


@pytest.fixture
def others() -> set[threading.Thread]:
    """Give the threads that were there before; some fuzz targets keep a Leo."""
    return set(threading.enumerate())


def assert_no_connection(others: set[threading.Thread]) -> None:
    """Be sure that no thread of a connection is left; it answers just before it ends."""
    for one in set(threading.enumerate()) - others:
        if not one.name.startswith("asyncio_"):
            one.join(5)
            assert not one.is_alive()


def test_a_leo_whose_loop_has_ended_says_so_and_can_be_closed(
    make: Open, others: set[threading.Thread]
) -> None:
    """Whatever else he is asked names the way out; closed elsewhere, he is opened again there."""
    leo = make(birth=None)
    on_a_loop_that_ends(leo)

    async def elsewhere() -> None:
        for asked in (leo.turn("Hello."), leo.stats(), leo.async_init(), leo.hibernate()):
            with pytest.raises(WrongLoop, match=r"loop that has ended; await leo\.aclose\(\)"):
                await asked
        await leo.aclose()
        await leo.aclose()
        assert (leo.closed, living(leo.path)) == (True, None)
        await leo.async_init()
        assert [turn.prompt for turn in await leo.journal()] == ["The zeppelin."]
        assert (await leo.turn("Hello.")).id == 2
        await leo.aclose()

    asyncio.run(elsewhere(), debug=True)
    assert_no_connection(others)


def test_a_loop_that_ended_in_the_middle_of_a_commit(
    make: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What was half written is taken back; nothing hangs, though nobody holds the lock any more."""
    leo, loop = make(birth=None), asyncio.new_event_loop()
    loop.run_until_complete(leo.async_init())
    loop.run_until_complete(leo.turn("One."))
    assert leo._life is not None
    database = leo._life.database
    reached = asyncio.Event()

    async def never(write: object) -> None:
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(database, "_run", never)
    turn = loop.create_task(leo.turn("Two."))
    loop.run_until_complete(reached.wait())
    loop.set_exception_handler(lambda loop, told: None)  # "Task was destroyed", as it was
    loop.close()

    async def elsewhere() -> None:
        assert leo._lock.locked()
        await leo.aclose()
        assert "his event loop ended while something was under way" in caplog.text
        async with make(birth=None) as again:
            assert [one.prompt for one in await again.journal()] == ["One."]
            assert (await again.turn("Two.")).id == 2

    asyncio.run(elsewhere(), debug=True)
    assert not turn.done()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_loop_that_ended_while_the_disk_was_asked(
    make: Open, others: set[threading.Thread]
) -> None:
    """The connection's thread dies of an answer that nobody hears; the file is let go even so.

    What it was asked to commit is committed, as after a kill.
    """
    leo, loop = make(birth=None), asyncio.new_event_loop()
    loop.run_until_complete(leo.async_init())
    assert leo._life is not None
    held = leo._life.database.connection._connection
    assert held is not None
    begun, go_on = threading.Event(), threading.Event()

    def slow(statement: str) -> None:
        if statement == "COMMIT":
            begun.set()
            go_on.wait(10)

    held.set_trace_callback(slow)
    loop.create_task(leo.turn("One."))
    loop.run_until_complete(asyncio.to_thread(begun.wait))
    loop.set_exception_handler(lambda loop, told: None)  # "Task was destroyed", as it was
    loop.close()

    async def elsewhere() -> None:
        closing = asyncio.ensure_future(leo.aclose())
        await asyncio.sleep(0)
        go_on.set()
        await closing
        async with make(birth=None) as again:
            assert [one.prompt for one in await again.journal()] == ["One."]

    asyncio.run(elsewhere(), debug=True)
    assert_no_connection(others)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        held.execute("SELECT 1")


def test_a_leo_who_slept_when_his_loop_ended_can_be_closed(make: Open) -> None:
    """He held his file without a connection; it is let go."""
    leo, loop = make(birth=None), asyncio.new_event_loop()
    loop.run_until_complete(leo.async_init())
    loop.run_until_complete(leo.hibernate())
    loop.close()

    async def elsewhere() -> None:
        await leo.aclose()
        async with make(birth=None) as again:
            assert (await again.turn("One.")).id == 1

    asyncio.run(elsewhere(), debug=True)


def test_a_leo_whose_loop_has_ended_is_let_go_when_nobody_has_him(
    make: Open, others: set[threading.Thread]
) -> None:
    """He is warned about, and neither his thread nor his lock outlives him."""
    leo = [make(birth=None)]
    on_a_loop_that_ends(leo[0])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        leo.clear()
        gc.collect()
        said = [str(one.message) for one in told if "was never closed" in str(one.message)]
        told.clear()  # a warning keeps what it is about
        gc.collect()
        assert_no_connection(others)
    assert len(said) == 1

    async def elsewhere() -> None:
        async with make(birth=None) as again:
            assert [one.prompt for one in await again.journal()] == ["The zeppelin."]

    asyncio.run(elsewhere(), debug=True)


async def test_a_closed_leo_may_be_opened_on_another_loop(make: Open) -> None:
    """He belongs to a loop for as long as he is open."""
    async with make(birth=None) as leo:
        await leo.turn("One.")

    def elsewhere() -> int | None:
        async def talk() -> int | None:
            async with leo:
                return (await leo.turn("Two.")).id

        return asyncio.run(talk(), debug=True)

    assert await asyncio.to_thread(elsewhere) == 2


TWIN = """
import asyncio, sys
from leo import FieldClosed, LeoField

async def cell():
    twin = LeoField(sys.argv[1], seed=1, birth=None)
    twin.turn("Hello.")
    return twin

loop = asyncio.new_event_loop()
twin = loop.run_until_complete(cell())
loop.close()
try:
    twin.turn("Again.")
except FieldClosed as error:
    print(error)
twin.close()
twin.close()
with LeoField(sys.argv[1], birth=None) as again:
    print(again.turn("Again.").id)
"""


def test_a_twin_whose_loop_has_ended_can_be_closed(tmp_path: Path) -> None:
    """He says so when he is used, and lets his file go."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", TWIN, str(tmp_path / "leo.db")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    said = "this Leo was opened inside an event loop that has ended; close him, and open him again"
    assert (done.stdout, done.stderr) == (f"{said}\n2\n", "")


# ---------------------------------------------------------------- closed, and never closed


async def test_a_closed_leo_refuses_whatever_he_is_asked(make: Open, tmp_path: Path) -> None:
    """Every door says that he is closed, before he was opened and after; closing does nothing."""
    leo = make(birth=None)
    for _ in range(2):
        for asked in (
            leo.reply("x"),
            leo.turn("x"),
            leo.imagine("x"),
            leo.observe("x"),
            leo.read(__file__),
            leo.forget(1),
            leo.compact(),
            leo.hibernate(),
            leo.journal(),
            leo.stats(),
            leo.around("x"),
            leo.copy(tmp_path / "copy.db"),
            leo.export(tmp_path / "tables.db"),
            leo.set_without(()),
            anext(leo.stream("x")),
        ):
            with pytest.raises(FieldClosed, match="async_init"):
                await asked
        with pytest.raises(FieldClosed):
            _ = leo.turns
        await leo.aclose()
        await leo.async_init()
        await leo.aclose()
    assert sorted(one.name for one in await asyncio.to_thread(lambda: [*tmp_path.iterdir()])) == [
        "leo.db",
        "leo.db.lock",
        "leo.db.mathbrain.json",
    ]


async def test_a_forgotten_leo_lets_his_file_go(make: Open) -> None:
    """When nobody has him any more he is warned about, and the file can be opened again."""
    leo = await make(birth=None).async_init()
    await leo.turn("One.")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        del leo
        await asyncio.to_thread(gc.collect)  # a loop must not wait for the disk
        said = [str(one.message) for one in told if "was never closed" in str(one.message)]
        told.clear()  # a warning keeps what it is about
        await asyncio.to_thread(gc.collect)
    assert len(said) == 1
    assert "'await leo.aclose()'" in said[0]
    async with make(birth=None) as again:
        assert (await again.turn("Two.")).id == 2
