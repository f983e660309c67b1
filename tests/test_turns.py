"""Talking to Leo: what the doors take, what they give, and what they refuse."""

import asyncio
import itertools
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd  # noqa: F401  loaded here: importing it reads files
import pytest

from leo import (
    AsyncLeoField,
    FieldClosed,
    LeoField,
    ModuleError,
    PromptTooLong,
    Revised,
    StoreError,
    Turn,
    Word,
)
from leo.module import Lean, Module
from leo.text.tokens import MARKS
from tests.conftest import Open


async def test_a_reply_is_prose(leo: AsyncLeoField) -> None:
    """A reply starts with a capital and ends with a sentence end."""
    for prompt in ("Hello.", "the moon", "WHAT?", "Привет", "42"):
        reply = await leo.reply(prompt)

        assert reply[0].isupper()
        assert reply[-1] in ".!?…"


async def test_reply_and_turn_say_the_same(make: Open, tmp_path: Path) -> None:
    """The reply of a Turn is the concatenation of its words, and what reply() gives."""
    async with make(tmp_path / "a.db") as one, make(tmp_path / "b.db") as other:
        turn = await one.turn("Hello, moon.")

        assert turn.reply == "".join(word.text for word in turn.utterance.words)
        assert await other.reply("Hello, moon.") == turn.reply


async def test_what_is_not_said_is_the_same_at_every_door(leo: AsyncLeoField) -> None:
    """However one talks to him: a temperature of one, and eighty tokens at most."""
    await leo.reply("Hello.")
    await leo.turn("Hello.")
    async for _ in leo.stream("Hello."):
        pass
    turns = [*leo.turns, await leo.imagine("Hello.")]

    assert [(one.settings.temperature, one.settings.max_tokens) for one in turns] == [(1.0, 80)] * 4


@pytest.mark.parametrize("prompt", ["", "   ", "?!...", "😀 🎉", "\n\t", "—"])
async def test_a_wordless_prompt_gets_a_reply_and_teaches_nothing(
    leo: AsyncLeoField, prompt: str
) -> None:
    """Blank, punctuation-only and emoji-only prompts are answered from the field."""
    turn = await leo.turn(prompt)

    assert any(word.word not in MARKS for word in turn.utterance.words)
    assert "observer" not in [one.source for one in turn.learned]


async def test_nul_and_lone_surrogates_are_replaced(leo: AsyncLeoField) -> None:
    """What neither file nor browser can carry is replaced, and the talk goes on."""
    turn = await leo.turn("A\x00boat \ud800 sails.")

    assert turn.prompt == "A\ufffdboat \ufffd sails."
    assert (await leo.journal())[0] == turn


@pytest.mark.parametrize("temperature", [0, -1, 10.1, float("nan"), float("inf")])
async def test_a_temperature_out_of_range_is_refused(
    leo: AsyncLeoField, temperature: float
) -> None:
    """Temperature must be in (0, 10]; nothing happens otherwise."""
    with pytest.raises(ValueError, match="temperature"):
        await leo.turn("Hello.", temperature=temperature)
    assert len(await leo.journal()) == 0


@pytest.mark.parametrize("max_tokens", [0, 401])
async def test_a_length_out_of_range_is_refused(leo: AsyncLeoField, max_tokens: int) -> None:
    """max_tokens must be 1 to 400."""
    with pytest.raises(ValueError, match="max_tokens"):
        leo.stream("Hello.", max_tokens=max_tokens)


async def test_a_prompt_that_is_too_long_is_refused(leo: AsyncLeoField) -> None:
    """A turn hears 20,000 characters; the error names the way out."""
    with pytest.raises(PromptTooLong, match=r"leo\.read"):
        await leo.turn("x" * 20_001)
    assert (await leo.turn("x " * 10_000)).id == 1


@pytest.mark.parametrize("max_tokens", [1, 2, 5, 12, 80, 400])
async def test_max_tokens_bounds_the_reply(leo: AsyncLeoField, max_tokens: int) -> None:
    """A reply has at most max_tokens tokens and one closing mark."""
    for seed in range(8):
        turn = await leo.imagine("Tell me of the sea.", seed=seed)
        short = await leo.turn("Tell me of the sea.", max_tokens=max_tokens)

        assert len(short.utterance.words) <= max_tokens + 1
        assert len(turn.utterance.words) <= 81


async def test_the_users_temperature_always_matters(leo: AsyncLeoField) -> None:
    """Colder replies are surer word by word; hotter ones less."""

    async def sureness(temperature: float) -> float:
        turns = [
            await leo.imagine("Hello, moon.", temperature=temperature, seed=seed)
            for seed in range(12)
        ]
        chances = [word.probability for turn in turns for word in turn.utterance.words[1:]]
        return sum(chances) / len(chances)

    cold, plain, hot = [await sureness(t) for t in (0.2, 1.0, 4.0)]
    assert cold > plain + 0.1 > plain > hot + 0.1


async def test_novelty_is_measured_before_the_prompt_is_learned(leo: AsyncLeoField) -> None:
    """An unknown word is new the first time and known the second."""
    first = await leo.turn("Zeppelin quagga.")
    second = await leo.turn("Zeppelin quagga.")

    assert (first.percept.pulse.novelty, second.percept.pulse.novelty) == (1.0, 0.0)
    assert first.percept.unknown == ("zeppelin", "quagga")


async def test_totals_grow_by_what_was_learned(leo: AsyncLeoField) -> None:
    """The field after a turn is the field before it plus the growth by source."""
    before = (await leo.stats()).totals
    turn = await leo.turn("A zeppelin in the harbour.")
    total = before
    for one in turn.learned:
        total = total + one.growth

    assert turn.totals == total == (await leo.stats()).totals


async def test_a_turn_tells_how_long_each_stage_took(
    leo: AsyncLeoField, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In milliseconds, in the order of the stages: by a watch that goes on 1.2346 ms a look."""
    watch = SimpleNamespace(perf_counter=itertools.count(3.0, 0.001_234_6).__next__)
    monkeypatch.setattr("leo.turn.time", watch)
    turn = await leo.turn("A zeppelin in the harbour.")

    stages = ("perceive", "before", "speak", "revise", "judge", "after", "learn")
    assert [(one.stage, one.ms) for one in turn.timings[:7]] == [(name, 1.235) for name in stages]


@pytest.mark.parametrize(("above", "learned"), [(0.0, True), (0.000_001, False)])
async def test_a_reply_is_learned_from_a_quality_on(
    leo: AsyncLeoField, monkeypatch: pytest.MonkeyPatch, above: float, *, learned: bool
) -> None:
    """One that is just as good as it must be is learned, one that is less good is not."""
    quality = (await leo.imagine("A boat in the harbour.")).quality.overall
    monkeypatch.setattr("leo.turn.LEARN_FROM", quality + above)
    turn = await leo.turn("A boat in the harbour.")

    assert turn.quality.overall == quality
    assert ("reply" in {one.source for one in turn.learned}) == learned


async def test_observing_teaches_without_answering(leo: AsyncLeoField) -> None:
    """An observed text is journaled and learned, and makes no Turn."""
    growth = await leo.observe("The zeppelin sleeps in the harbour.", source="note")

    assert growth.words >= 1
    assert len(leo.turns) == 0
    assert (await leo.turn("zeppelin")).percept.pulse.novelty == 0.0


# ---------------------------------------------------------------- streaming


async def test_a_stream_gives_words_and_the_turn_last(make: Open) -> None:
    """The words of a stream are the reply, in order; the Turn comes last and once."""
    async with make(modules=()) as leo:
        events = [event async for event in leo.stream("Hello, who are you?")]
    turn = events[-1]

    assert isinstance(turn, Turn)
    assert all(isinstance(event, Word | Revised) for event in events[:-1])
    assert "".join(event.text for event in events if isinstance(event, Word)) == turn.reply


async def test_breaking_out_of_a_stream_lets_the_turn_finish(leo: AsyncLeoField) -> None:
    """Who stops listening does not stop Leo."""
    async for _ in leo.stream("Hello."):
        break

    assert [turn.prompt for turn in await leo.journal()] == ["Hello."]


async def test_closing_a_stream_cancels_the_turn(leo: AsyncLeoField) -> None:
    """A stream that is closed before the commit leaves no turn."""
    stream = leo.stream("Hello.")
    await anext(stream)
    await stream.aclose()

    assert len(await leo.journal()) == 0
    assert (await leo.turn("Again.")).id == 1


async def test_closing_a_stream_that_has_hardly_begun_leaves_nobody_waiting(
    leo: AsyncLeoField,
) -> None:
    """Who waits for a first word that another task forbids is told that there will be none."""
    stream = leo.stream("Hello.")
    reader = asyncio.ensure_future(anext(stream))
    await asyncio.ensure_future(
        stream.aclose()
    )  # its step is after the reader's, before the turn's
    await asyncio.wait({reader}, timeout=5)

    assert reader.cancelled()
    assert [event async for event in stream] == []
    assert len(leo.turns) == 0


async def test_cancelling_the_reader_cancels_the_turn(leo: AsyncLeoField) -> None:
    """A reader that is cancelled while it waits takes its turn with it."""
    heard = asyncio.Event()

    async def read() -> None:
        async for _ in leo.stream("Hello."):
            heard.set()

    reader = asyncio.create_task(read())
    await heard.wait()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader

    assert len(await leo.journal()) == 0


async def test_a_slow_reader_does_not_hold_the_lock(leo: AsyncLeoField) -> None:
    """The turn goes on at its own pace, whatever the reader does."""
    stream = leo.stream("Hello.")
    await anext(stream)

    assert (await leo.turn("Next.")).id == 2
    rest = [event async for event in stream]
    assert isinstance(rest[-1], Turn)
    assert rest[-1].id == 1


async def test_an_error_of_the_turn_reaches_the_reader(make: Open) -> None:
    """A stream raises what the turn raised."""

    class Broken(Module[None]):
        name = "broken"

        async def before(self, percept: Any, so_far: Any) -> Lean[None]:
            raise RuntimeError("no")

    async with make(modules=[Broken()]) as leo:
        with pytest.raises(Exception, match=r"broken\.before"):
            [event async for event in leo.stream("Hello.")]


async def test_a_timeout_ends_a_turn_cleanly(make: Open) -> None:
    """asyncio.timeout around a turn raises TimeoutError, and nothing happened."""

    class Slow(Module[None]):
        name = "slow"

        async def before(self, percept: Any, so_far: Any) -> None:
            await asyncio.Event().wait()

    async with make(modules=[Slow()]) as leo:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await leo.turn("Hello.")

        assert len(await leo.journal()) == 0


# ---------------------------------------------------------------- watching


async def test_watchers_are_told_in_commit_order_until_they_leave(leo: AsyncLeoField) -> None:
    """A watcher gets every Turn after its commit, none after it unsubscribed."""
    told: list[int | None] = []
    leave = leo.watch(lambda turn: told.append(turn.id))
    await asyncio.gather(*(leo.turn(f"{i}") for i in range(5)))
    leave()
    leave()
    await leo.turn("Nobody looks.")

    assert told == [1, 2, 3, 4, 5]


async def test_a_watcher_is_called_when_the_lock_is_free(leo: AsyncLeoField) -> None:
    """A watcher may ask Leo for more without waiting for itself."""
    locked: list[bool] = []
    leo.watch(lambda turn: locked.append(leo._lock.locked()))
    await leo.turn("Hello.")

    assert locked == [False]


async def test_a_failing_watcher_harms_nobody_and_is_raised_in_strict_mode(
    leo: AsyncLeoField, caplog: pytest.LogCaptureFixture
) -> None:
    """The turn stands, the other watchers are told, and strict mode raises at the next call."""
    told: list[int | None] = []

    def broken(turn: Turn) -> None:
        raise ValueError("I only look")

    leo.watch(broken)
    leo.watch(lambda turn: told.append(turn.id))
    turn = await leo.turn("Hello.")

    assert (turn.id, told) == (1, [1])
    assert "a watcher failed on turn 1" in caplog.text
    with pytest.raises(Exception, match="I only look"):
        await leo.turn("Next.")
    assert len(await leo.journal()) == 1


async def test_a_failing_watcher_does_not_keep_him_open(make: Open) -> None:
    """What it failed with after the last turn comes up when he is closed."""

    def broken(turn: Turn) -> None:
        raise ValueError("I only look")

    leo = await make().async_init()
    leo.watch(broken)
    await leo.turn("Hello.")
    with pytest.raises(ModuleError, match=r"I only look; fix it, or let it watch no more: call"):
        await leo.aclose()
    assert leo.closed
    async with make() as again:
        assert (await again.stats()).turns == 1


def test_a_failing_watcher_does_not_keep_the_twin_open(path: Path) -> None:
    """He is closed, and lets his file go."""
    watched: list[Turn] = []
    twin = LeoField(path, strict=True)
    twin.watch(watched.remove)
    twin.turn("Hello.")
    with pytest.raises(ModuleError, match="not in list"):
        twin.close()
    assert twin.closed
    with LeoField(path) as again:
        assert again.stats().turns == 1


# ---------------------------------------------------------------- reading


async def test_a_book_is_read_once_in_batches(
    leo: AsyncLeoField, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A book is learned as a book, with progress, and skipped the second time."""
    monkeypatch.setattr("leo.books.BATCH_CHARACTERS", 8000)
    monkeypatch.setattr("leo.books.CHUNK_BYTES", 1000)
    book = tmp_path / "book.txt"
    await asyncio.to_thread(book.write_text, "The zeppelin sleeps here. It is big.\n\n" * 500)
    told: list[tuple[int, int]] = []
    report = await leo.read(book, progress=lambda done, total: told.append((done, total)))
    again = await leo.read(book)

    assert (report.batches, report.skipped) == (3, False)
    assert report.tokens == 500 * 9
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1][0] == told[-1][1]
    assert (again.tokens, again.batches, again.skipped) == (0, 0, True)
    twice = await leo.read(book, again=True)
    assert twice.tokens == report.tokens


async def test_talk_goes_on_between_the_batches_of_a_book(
    leo: AsyncLeoField, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn asked while a book is read is answered before the book is through."""
    monkeypatch.setattr("leo.books.BATCH_CHARACTERS", 8000)
    book = tmp_path / "book.txt"
    await asyncio.to_thread(book.write_text, "The zeppelin sleeps here.\n\n" * 2000)
    order: list[str] = []
    begun = asyncio.Event()

    def batch(done: int, total: int) -> None:
        order.append("batch")
        begun.set()

    reading = asyncio.create_task(leo.read(book, progress=batch))
    await begun.wait()
    await leo.turn("Hello.")
    order.append("turn")
    await reading

    assert 0 < order.index("turn") < len(order) - 1


async def test_a_book_that_is_no_text_is_refused(leo: AsyncLeoField, tmp_path: Path) -> None:
    """A wrong encoding names the byte; a missing file is named."""
    bad = tmp_path / "bad.txt"
    await asyncio.to_thread(bad.write_bytes, b"caf\xe9")
    with pytest.raises(StoreError, match="byte 0xe9 at offset 3"):
        await leo.read(bad)
    with pytest.raises(StoreError, match=r"missing\.txt"):
        await leo.read(tmp_path / "missing.txt")


# ---------------------------------------------------------------- looking


async def test_turns_make_a_frame(leo: AsyncLeoField) -> None:
    """The last turns become a table with one row per turn."""
    for i in range(3):
        await leo.turn(f"{i} boats")
    frame = leo.turns.to_frame()

    assert list(frame.index) == [1, 2, 3]
    assert list(frame["reply"]) == [turn.reply for turn in leo.turns]
    assert list(leo.turns[1:].to_frame().index) == [2, 3]
    assert list(leo.turns[:0].to_frame().columns) == list(frame.columns)


async def test_only_the_last_twenty_turns_are_at_hand(leo: AsyncLeoField) -> None:
    """turns holds twenty; the journal has them all."""
    for i in range(23):
        await leo.turn(f"{i}")

    assert [turn.id for turn in leo.turns] == list(range(4, 24))
    assert len(await leo.journal()) == 23


async def test_a_closed_leo_refuses(make: Open) -> None:
    """Before opening and after closing every door says how to open it."""
    leo = make()
    with pytest.raises(FieldClosed, match="async_init"):
        await leo.turn("Hello.")
    await leo.async_init()
    await leo.aclose()
    for call in (leo.turn("x"), leo.observe("x"), leo.journal(), leo.stats(), leo.imagine("x")):
        with pytest.raises(FieldClosed):
            await call
    with pytest.raises(FieldClosed):
        _ = leo.turns
