"""Living again: the same seed, times and words give the same Turns, in another file."""

import asyncio
from pathlib import Path

import pytest

from leo import AsyncLeoField, StoreError, TurnForgotten
from leo import relive as reliving
from leo.life import Life
from leo.observation.talk import TALK
from leo.relive import relive
from leo.store.journal import READ_ROWS, Event
from leo.testing import ScriptedClock
from tests.conftest import Open

BOOK = "The tailor counted buttons.\n\nA button rolled under the old stove, and nobody saw it."


async def lived(leo: AsyncLeoField, folder: Path) -> None:
    """Talk, hear, read and switch."""
    book = folder / "book.txt"
    await asyncio.to_thread(book.write_text, BOOK)
    await leo.turn(TALK[0])
    await leo.observe("A kite is over the bridge.", source="note")
    await leo.turn(TALK[1], temperature=1.7, max_tokens=30)
    await leo.read(book)
    await leo.set_without(["dream", "school"])
    for prompt in TALK[2:8]:
        await leo.turn(prompt)
    await leo.set_without([])
    await leo.turn(TALK[8])


async def test_a_life_lived_again_is_the_same(make: Open, tmp_path: Path) -> None:
    """Every Turn is equal, and so are what he says next and what he amounts to."""
    steps: list[tuple[int, int]] = []
    async with make() as leo:
        await lived(leo, tmp_path)
        told = await relive(
            leo, tmp_path / "again.db", progress=lambda done, total: steps.append((done, total))
        )
        assert (told.turns, told.different) == (9, ())
        assert steps == [(i, 9) for i in range(1, 10)]
        async with make(tmp_path / "again.db", clock=ScriptedClock(start=leo.turns[-1].at)) as two:
            assert list(await two.journal()) == list(await leo.journal())
            first, second = await leo.stats(), await two.stats()
            assert (first.totals, first.entries) == (second.totals, second.entries)
            one, other = (
                await leo.imagine("Good night.", seed=5),
                await two.imagine("Good night.", seed=5),
            )
            assert one.reply == other.reply


async def test_a_past_moment_can_be_imagined_otherwise(make: Open, tmp_path: Path) -> None:
    """Before a turn he stands as he stood: its imagination is that turn, and changes nothing."""
    async with make() as leo:
        await lived(leo, tmp_path)
        before = await leo.stats()
        turn = (await leo.journal(6, 7))[0]
        await relive(leo, tmp_path / "then.db", before=6)
        async with AsyncLeoField(tmp_path / "then.db", clock=lambda: turn.at) as then:
            again = await then.imagine(turn.prompt, seed=turn.seed)
            hot = await then.imagine(turn.prompt, seed=turn.seed, temperature=3.0)
            assert len(await then.journal()) == 5
        assert again.reply == turn.reply
        assert again.quality == turn.quality
        assert hot.reply != turn.reply
        assert await leo.stats() == before


async def test_what_cannot_be_lived_again(make: Open, tmp_path: Path) -> None:
    """A turn that never was, and a file that is there already, are refused."""
    async with make() as leo:
        await leo.turn(TALK[0])
        with pytest.raises(ValueError, match="no turn 2; this Leo has lived 1"):
            await relive(leo, tmp_path / "again.db", before=2)
        await relive(leo, tmp_path / "again.db")
        with pytest.raises(StoreError, match="exists already"):
            await relive(leo, tmp_path / "again.db")


async def test_it_can_be_cancelled(make: Open, tmp_path: Path) -> None:
    """A cancelled life leaves a file that opens, shorter, and the first Leo as he was."""
    async with make() as leo:
        for prompt in TALK[:6]:
            await leo.turn(prompt)

        def stop(done: int, total: int) -> None:
            if done == 2:
                task.cancel()

        task = asyncio.ensure_future(relive(leo, tmp_path / "again.db", progress=stop))
        with pytest.raises(asyncio.CancelledError):
            await task
        async with AsyncLeoField(tmp_path / "again.db") as short:
            assert len(await short.journal()) < 6
        assert len(await leo.journal()) == 6


async def test_a_newborn_elsewhere_is_left_alone(make: Open, tmp_path: Path) -> None:
    """A file is refused before it is opened, whoever was born there."""
    async with make(tmp_path / "other.db"):
        pass
    async with make() as leo:
        await leo.turn(TALK[0])
        with pytest.raises(StoreError, match="exists already"):
            await relive(leo, tmp_path / "other.db")
    async with make(tmp_path / "other.db") as other:
        assert (await other.stats()).turns == 0


async def test_what_was_heard_after_the_last_turn_is_heard_too(make: Open, tmp_path: Path) -> None:
    """However much it was, and up to the turn before which it is to end."""
    async with make(modules=()) as leo:
        await leo.turn(TALK[0])
        for number in range(READ_ROWS + 2):
            await leo.observe(f"Boat {number} is in the harbour.")
        now = (await leo.stats()).totals
        await leo.turn(TALK[1])
        await relive(leo, tmp_path / "again.db", before=2)
    async with make(tmp_path / "again.db", modules=()) as again:
        assert (await again.stats()).totals == now


@pytest.mark.parametrize("way", ["forget", "compact"])
async def test_what_is_missing_meanwhile_ends_it(make: Open, tmp_path: Path, way: str) -> None:
    """A life that loses a turn while it is lived again is not waited for."""
    meanwhile: list[asyncio.Task[None]] = []
    async with make(modules=()) as leo:
        for number in range(READ_ROWS):
            await leo.observe(f"Boat {number} is in the harbour.")
        for number in range(24):
            await leo.turn(TALK[number])

        async def lose() -> None:
            if way == "forget":
                await leo.forget(3)
            else:
                await leo.compact(keep=20)

        async def hear(life: Life, event: Event) -> None:
            await heard(life, event)
            if not meanwhile:
                meanwhile.append(asyncio.create_task(lose()))
                await meanwhile[0]

        with pytest.MonkeyPatch.context() as patch:
            heard = reliving._hear
            patch.setattr(reliving, "_hear", hear)
            with pytest.raises(
                TurnForgotten, match=r"while this life was lived again; .*again\.db"
            ):
                await relive(leo, tmp_path / "again.db")
