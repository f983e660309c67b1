"""Opening and closing: one holder, one loop, nothing left behind."""

import asyncio
import gc
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from leo import AsyncLeoField, Birth, FieldBusy, SeedMismatch, WrongLoop, living
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

    def threads() -> list[str]:
        # The loop's pool for file calls is asyncio's own and bounded.
        names = [thread.name for thread in threading.enumerate()]
        return [name for name in names if not name.startswith("asyncio_")]

    async with make() as leo:
        await leo.turn("Hello.")
    gc.collect()
    before, files = threads(), await asyncio.to_thread(descriptors)
    for _ in range(30):
        async with make() as leo:
            await leo.turn("Hello.")

    assert threads() == before
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
