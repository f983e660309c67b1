"""The laws of Leo: each has a test here that fails when the law is broken."""

import asyncio
import hashlib
import inspect
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import leo.generation.first_word as opening
from leo import AsyncLeoField, Turn
from leo.field.field import Field
from leo.generation.gravity import pulls_of
from leo.module import Kept, Lean, Module
from leo.modules import MODULES
from leo.pace import (
    BREATH,
    ROWS_PER_BREATH,
    WORDS_PER_BREATH,
    Pace,
    breathe_if_due,
    on_breath,
)
from leo.records import Influence, Percept
from leo.testing import ScriptedClock
from tests.conftest import SEED, Open

SCRIPT = (
    "Hello, who are you?",
    "I love the rain, and I love bread.",
    "What is a sombrero? Tell me!",
    "NOTHING is left. I am afraid of the dark.",
    "Привет, мир. Where does the moon go?",
    "The sombrero is red and the moon is white.",
)


def canonical(turns: list[Turn]) -> list[str]:
    """Give the bytes that two equal lives share."""
    return [turn.without_timings().to_json() for turn in turns]


def digest_of(field: Field) -> str:
    """Identify everything a field counts, whatever the order of its dictionaries."""
    own = field.own
    state = repr(
        (
            own.words,
            sorted(own.seen.items()),
            sorted(own.starts.items()),
            sorted((id_, sorted(forms.items())) for id_, forms in own.forms.items()),
            sorted((key, sorted(row.cells.items()), row.total) for key, row in own.after.items()),
            sorted((key, sorted(row.cells.items()), row.total) for key, row in own.near.items()),
            sorted((key, sorted(row.cells.items())) for key, row in own.opening.items()),
            sorted((key, sorted(row.top or ())) for key, row in own.after.items()),
            sorted((kind, sorted(kinds.items())) for kind, kinds in own.kinds.items()),
            own.grown,
            field.centers(),
            [(theme.id, theme.words) for theme in field.themes.all],
            field.entries,
        )
    )
    return hashlib.blake2b(state.encode()).hexdigest()


def field_of(leo: AsyncLeoField) -> Field:
    """Look behind the door: the tests of the laws compare memory with disk."""
    assert leo._life is not None
    return leo._life.field


async def talk(leo: AsyncLeoField, script: tuple[str, ...] = SCRIPT) -> list[Turn]:
    """Live through a script."""
    return [await leo.turn(prompt) for prompt in script]


class Gate(Module[None]):
    """Holds a turn in a hook until it is opened."""

    name = "gate"

    def __init__(self, hook: str = "before") -> None:
        self.hook = hook
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def _wait(self, hook: str) -> None:
        if hook == self.hook:
            self.reached.set()
            await self.opened.wait()

    async def before(self, percept: Percept, so_far: Any) -> Lean[None] | None:
        """Hold before speaking."""
        await self._wait("before")
        return None

    async def after(self, judged: Any, voice: Any) -> Kept[None] | None:
        """Hold after speaking."""
        await self._wait("after")
        return None


# ---------------------------------------------------------------- 1. the lock is sacred


async def test_law_1_fifty_concurrent_turns_stand_in_order(make: Open, path: Path) -> None:
    """Fifty turns asked at once get ids in the order of asking, and memory equals disk."""
    async with make() as leo:
        turns = await asyncio.gather(*(leo.turn(f"{i} little boats") for i in range(50)))
        live = digest_of(field_of(leo))

        assert [turn.id for turn in turns] == list(range(1, 51))
        assert [turn.prompt for turn in turns] == [f"{i} little boats" for i in range(50)]
    async with make() as again:
        assert digest_of(field_of(again)) == live
        assert [turn.id for turn in await again.journal()] == list(range(1, 51))


async def test_law_1_two_leos_share_nothing(make: Open, tmp_path: Path) -> None:
    """What one Leo hears, another one on another file does not know."""
    async with make(tmp_path / "a.db") as one, make(tmp_path / "b.db") as other:
        alone = digest_of(field_of(other))
        await asyncio.gather(*(one.turn("A zeppelin over the harbour.") for _ in range(5)))

        assert digest_of(field_of(other)) == alone
        assert field_of(one).own.id("zeppelin") is not None
        assert field_of(other).own.id("zeppelin") is None
        assert one._lock is not other._lock


async def test_law_1_a_turn_is_one_critical_section(make: Open) -> None:
    """Nothing that reads or writes starts while a turn is going on."""
    gate = Gate("after")
    async with make(modules=[gate]) as leo:
        turn = asyncio.create_task(leo.turn("Hello."))
        await gate.reached.wait()
        others = [
            asyncio.create_task(work)
            for work in (leo.turn("You?"), leo.observe("Rain."), leo.stats(), leo.journal())
        ]
        await asyncio.sleep(0)
        await asyncio.sleep(0)

        assert not any(other.done() for other in others)

        gate.opened.set()
        await asyncio.gather(turn, *others)
        assert [one.id for one in leo.turns] == [1, 2]


async def test_law_1_a_cancelled_waiter_never_starts(make: Open) -> None:
    """A turn cancelled while it waits leaves no trace, and those behind it are served."""
    gate = Gate()
    async with make(modules=[gate]) as leo:
        first = asyncio.create_task(leo.turn("One."))
        await gate.reached.wait()
        waiter = asyncio.create_task(leo.turn("Never zeppelin."))
        third = asyncio.create_task(leo.turn("Three."))
        await asyncio.sleep(0)
        waiter.cancel()
        gate.opened.set()

        assert [turn.prompt for turn in await asyncio.gather(first, third)] == ["One.", "Three."]
        assert waiter.cancelled()
        assert [turn.prompt for turn in await leo.journal()] == ["One.", "Three."]
        assert field_of(leo).own.id("zeppelin") is None


# ---------------------------------------------------------------- 2. planned, committed, applied


async def test_law_2_a_turn_cancelled_while_speaking_never_happened(make: Open) -> None:
    """Cancelling before the commit leaves memory and disk as they were, and Leo usable."""
    gate = Gate("after")
    async with make(modules=[gate]) as leo:
        before = digest_of(field_of(leo))
        turn = asyncio.create_task(leo.turn("A zeppelin."))
        await gate.reached.wait()
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn

        assert digest_of(field_of(leo)) == before
        assert len(await leo.journal()) == 0
        gate.opened.set()
        assert (await leo.turn("Hello.")).id == 1


async def test_law_2_a_turn_cancelled_during_the_commit_happened(make: Open) -> None:
    """From BEGIN on the turn is finished; the cancellation is raised afterwards."""
    async with make() as leo:
        told: list[int | None] = []
        leo.watch(lambda turn: told.append(turn.id))
        assert leo._life is not None
        database = leo._life.database
        task: asyncio.Task[Turn]
        real = database._run

        async def cancelling(write: Any) -> None:
            task.cancel()
            await real(write)

        database._run = cancelling  # type: ignore[method-assign]
        task = asyncio.create_task(leo.turn("A zeppelin."))
        with pytest.raises(asyncio.CancelledError):
            await task
        database._run = real  # type: ignore[method-assign]

        assert [turn.prompt for turn in await leo.journal()] == ["A zeppelin."]
        assert field_of(leo).own.id("zeppelin") is not None
        assert told == [1]
        assert (await leo.turn("Next.")).id == 2


async def test_law_2_a_failed_commit_changes_nothing(make: Open) -> None:
    """When the transaction fails, memory, disk and module state are as before."""

    class Bad(Module[int]):
        name = "bad"

        async def load(self, reader: Any) -> int:
            return 0

        async def after(self, judged: Any, voice: Any) -> Kept[int]:
            return Kept(state=self.state + 1)

        def rows(self, note: Any, state: int) -> Any:
            from leo.module import Write

            return [Write("INSERT INTO nowhere VALUES (1)")] if state == 2 else []

    async with make(modules=[Bad()]) as leo:
        await leo.turn("One.")
        before = digest_of(field_of(leo))
        with pytest.raises(Exception, match="nothing of it happened"):
            await leo.turn("A zeppelin.")

        assert digest_of(field_of(leo)) == before
        assert leo.module("bad").state == 1
        assert len(await leo.journal()) == 1


async def test_law_2_memory_is_rebuilt_when_apply_was_interrupted(
    make: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn that was committed but not applied is read from disk before the next one."""
    async with make() as leo:
        life = leo._life
        assert life is not None
        real = life.field.own.absorb

        async def broken(*args: Any) -> None:
            await real(*args)
            raise KeyError("half way")

        monkeypatch.setattr(life.field.own, "absorb", broken)
        with pytest.raises(KeyError):
            await leo.turn("A zeppelin.")

        turn = await leo.turn("Hello.")
        assert turn.id == 2
        assert [one.prompt for one in await leo.journal()] == ["A zeppelin.", "Hello."]
        live = digest_of(field_of(leo))
    async with make() as again:
        assert digest_of(field_of(again)) == live


async def test_law_2_imagining_changes_nothing(make: Open) -> None:
    """A rehearsal is a plan nobody commits: the next turn is the same with and without it."""
    async with make(clock=lambda: 5.0) as leo:
        rehearsal = await leo.imagine(SCRIPT[0])
        before = digest_of(field_of(leo))
        await leo.imagine("Something else, a zeppelin!", temperature=2.0, seed=3)

        assert rehearsal.id is None
        assert digest_of(field_of(leo)) == before
        turn = await leo.turn(SCRIPT[0])
        assert replace(turn, id=None).without_timings() == rehearsal.without_timings()


async def test_law_2_one_transaction_per_turn(make: Open) -> None:
    """A turn is one BEGIN and one COMMIT, whatever it learned."""
    async with make() as leo:
        assert leo._life is not None
        said: list[str] = []
        await leo._life.database.connection.set_trace_callback(said.append)
        await leo.turn("The moon is a red boat. " * 20)
        await leo._life.database.connection.set_trace_callback(None)  # type: ignore[arg-type]  # None stops it

        assert [sql for sql in said if sql.split()[0] in ("BEGIN", "COMMIT", "ROLLBACK")] == [
            "BEGIN IMMEDIATE",
            "COMMIT",
        ]


# ---------------------------------------------------------------- 3. the loop is never blocked


async def test_law_3_the_loop_gets_a_turn_every_few_words(leo: AsyncLeoField) -> None:
    """At most eight words are spoken and a stated number of rows counted between two yields."""
    spent: list[int] = []
    on_breath.set(spent.append)
    words = 0
    beats = 0

    async def ticker() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    beating = asyncio.create_task(ticker())
    turn = await leo.turn("A long walk by the river, with bread and a cat and the moon. " * 40)
    words = len(turn.utterance.words)
    beating.cancel()

    assert WORDS_PER_BREATH <= 8
    assert spent.count(WORDS_PER_BREATH) >= words // WORDS_PER_BREATH - 1
    assert max(spent) < 2 * ROWS_PER_BREATH
    assert beats >= len(spent)


async def test_law_3_short_pieces_of_work_make_a_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever works, one after the other, the loop gets its turn when it has waited long."""
    now, beats = 100.0, 0
    monkeypatch.setattr("leo.pace.time", SimpleNamespace(perf_counter=lambda: now))

    async def ticker() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    beating = asyncio.create_task(ticker())
    await breathe_if_due()
    for _ in range(40):
        now += 0.4 * BREATH
        await Pace(1000).spend()  # each a budget of its own, and little spent of it
        now += 0.7 * BREATH
        await breathe_if_due()
    beating.cancel()

    assert 40 <= beats <= 42


async def test_law_3_words_arrive_while_leo_speaks(make: Open) -> None:
    """A listener hears early words before the last one is chosen."""
    async with make(modules=()) as leo:
        stream = leo.stream("Tell me about the moon.")
        first = await anext(stream)
        assert leo._lock.locked()
        rest = [event async for event in stream]

    assert isinstance(rest[-1], Turn)
    assert rest[-1].reply.startswith(first.text)  # type: ignore[union-attr]


# ---------------------------------------------------------------- 4. the first word


async def test_law_4_the_first_word_is_never_from_the_prompt(make: Open) -> None:
    """Same state and seed: any two prompts get the same first word."""
    async with make() as leo:
        firsts = {
            (await leo.imagine(prompt, seed=11)).utterance.words[0].word
            for prompt in (*SCRIPT, "zeppelin", "The the the!", "", "Mila Mila Mila")
        }

        assert len(firsts) == 1
        many = [(await leo.imagine("hello", seed=seed)).utterance.words[0] for seed in range(40)]
        assert len({word.word for word in many}) > 5
        centers = {center.word for center in field_of(leo).centers()}
        assert {word.word for word in many} <= centers


def test_law_4_the_function_that_picks_it_knows_no_prompt() -> None:
    """The first word is chosen from centers, luck and the user's own factor."""
    assert list(inspect.signature(opening.first_word).parameters) == [
        "centers",
        "rng",
        "user_temperature",
    ]


async def test_law_4_every_learned_ngram_knows_its_source(leo: AsyncLeoField) -> None:
    """Words learned from the observer and from a book are told apart by the reasons."""
    await leo.observe("Ozymandias was a king of kings.", source="book")
    await leo.turn("Ozymandias was a king of sand.")
    row = await field_of(leo).own.look([_after(leo, "a", "king")])
    of = row[0].cells[_id(leo, "of")]

    from leo.field.rows import sources_of

    assert set(sources_of(of)) == {"observer", "book"}


def _id(leo: AsyncLeoField, word: str) -> int:
    id_ = field_of(leo).own.id(word)
    assert id_ is not None
    return id_


def _after(leo: AsyncLeoField, *words: str) -> Any:
    from leo.field.view import Ask

    return Ask("next", tuple(_id(leo, word) for word in words))


async def test_law_4_reply_is_no_source_of_observe(leo: AsyncLeoField) -> None:
    """Nobody can put words into Leo's memory as his own."""
    with pytest.raises(ValueError, match="observer"):
        await leo.observe("I said this.", source="reply")  # type: ignore[arg-type]


# ---------------------------------------------------------------- 7. the same Turn


async def test_law_7_the_same_script_twice_is_the_same_life(make: Open, tmp_path: Path) -> None:
    """Same seed, clock and words give equal Turns, byte for byte."""
    async with make(tmp_path / "a.db") as one, make(tmp_path / "b.db") as other:
        assert canonical(await talk(one)) == canonical(await talk(other))


async def test_law_7_a_restart_in_the_middle_changes_nothing(make: Open, tmp_path: Path) -> None:
    """A life with restarts, with and without an image, equals one without."""
    script = SCRIPT * 3
    async with make(tmp_path / "whole.db") as leo:
        whole = canonical(await talk(leo, script))
        live = digest_of(field_of(leo))

    parts: list[Turn] = []
    clock = ScriptedClock()
    for i, prompt in enumerate(script):
        async with make(tmp_path / "parts.db", seed=SEED, clock=clock) as leo:
            if i == 0:
                clock.now = 1_700_000_000.0  # the birth read it once
            parts.append(await leo.turn(prompt))
            if i % 7 == 3:
                assert leo._life is not None
                leo._life._keeper._entry = -10_000  # fold now, at closing
            last = digest_of(field_of(leo))

    assert canonical(parts) == whole
    assert last == live


def test_law_7_the_order_of_sets_and_hashes_plays_no_part(tmp_path: Path) -> None:
    """Two interpreters with different hash seeds live the same life."""
    code = (
        "import asyncio, hashlib, sys\n"
        "from leo import AsyncLeoField\n"
        "from leo.testing import ScriptedClock\n"
        "async def main():\n"
        "    async with AsyncLeoField(sys.argv[1], seed=7, clock=ScriptedClock()) as leo:\n"
        f"        turns = [await leo.turn(p) for p in {SCRIPT * 2!r}]\n"
        "    print(hashlib.sha256('|'.join(t.without_timings().to_json() for t in turns)"
        ".encode()).hexdigest())\n"
        "asyncio.run(main())\n"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / f"{seed}.db")],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]
    assert len(told[0].strip()) == 64


async def test_law_7_the_clock_is_read_once_per_turn(make: Open) -> None:
    """Turns stand one step of the clock apart."""
    async with make(clock=ScriptedClock(start=100.0, step=2.5)) as leo:
        turns = await talk(leo, SCRIPT[:3])

        assert [turn.at for turn in turns] == [102.5, 105.0, 107.5]


# ---------------------------------------------------------------- 8. the cost of a turn


async def _written(leo: AsyncLeoField, prompt: str) -> tuple[int, int]:
    assert leo._life is not None
    connection = leo._life.database.connection
    before = connection.total_changes
    steps: list[str] = []
    await connection.set_trace_callback(steps.append)
    await leo.turn(prompt)
    await connection.set_trace_callback(None)  # type: ignore[arg-type]  # None stops it
    return connection.total_changes - before, len(steps)


async def test_law_8_rows_written_do_not_depend_on_the_field(make: Open, tmp_path: Path) -> None:
    """A newborn, an empty Leo and one who has read much write the same number of rows."""
    async with (
        make(tmp_path / "empty.db", birth=None, modules=[]) as empty,
        make(tmp_path / "newborn.db", modules=[]) as newborn,
        make(tmp_path / "reader.db", modules=[]) as reader,
    ):
        for i in range(30):
            await reader.observe(" ".join(f"word{i}x{j} and" for j in range(200)), source="book")
        counts = {await _written(one, "Hello, moon.") for one in (empty, newborn, reader)}

        assert counts == {(2, 4)}


async def test_law_8_modules_write_a_few_rows(make: Open, tmp_path: Path) -> None:
    """With all modules on, rows and statements of a turn stay bounded, however much was read."""
    async with make() as newborn, make(tmp_path / "reader.db") as reader:
        for i in range(30):
            await reader.observe(" ".join(f"word{i}x{j} and" for j in range(200)), source="book")
        counts = [
            await _written(one, prompt)
            for one in (newborn, reader)
            for prompt in ("Hello, moon.", "The moon is over the sea.", "Good night, moon.")
        ]

        assert max(rows for rows, _ in counts) <= 80
        assert max(statements for _, statements in counts) <= 80


async def test_law_8_reading_for_a_turn_does_not_depend_on_the_field(make: Open) -> None:
    """A context's candidates are bounded, however many words followed it."""
    async with make(birth=None) as leo:
        text = " ".join(f"the thing{i} ." for i in range(600))
        await leo.observe(text)
        row = (await field_of(leo).own.look([_after(leo, "the")]))[0]

        assert row.kinds == 600
        assert len(row.cells) == 64


async def test_law_8_a_turn_stays_small_on_disk(leo: AsyncLeoField) -> None:
    """A Turn is at most 40 kB of JSON, however much was said."""
    prompt = ("The quick zeppelin floats over seventeen quiet hills and rivers. " * 400)[:20_000]
    turn = await leo.turn(prompt, max_tokens=400, temperature=3.0)

    assert len(turn.to_json().encode()) <= 40_000


# ---------------------------------------------------------------- 5. every module matters


class Hot(Module[None]):
    """A module that acts: it heats the reply."""

    name = "hot"

    async def before(self, percept: Percept, so_far: Any) -> Lean[None]:
        """Ask for a hotter reply."""
        return Lean(Influence(temperature=2.0))


async def observable(leo: AsyncLeoField, without: tuple[str, ...]) -> list[str]:
    """Imagine a talk, and give what a listener or an inspector could notice of it."""
    turns = [await leo.imagine(text, without=without, seed=i) for i, text in enumerate(SCRIPT)]
    plain = [replace(t, at=0.0, settings=replace(t.settings, without=())) for t in turns]
    return canonical(plain)


@pytest.mark.parametrize("make_module", [*MODULES, Hot], ids=lambda make_module: make_module.name)
async def test_law_5_switching_a_module_off_changes_something(
    make: Open, make_module: Callable[[], Module[Any]]
) -> None:
    """Every module of the ordered list, and an example, is missed when it is gone."""
    module = make_module()
    async with make(modules=[module]) as leo:
        assert await observable(leo, ()) != await observable(leo, (module.name,))
        assert await observable(leo, ()) == await observable(leo, ())


# ---------------------------------------------------------------- 6. nothing fails silently


async def test_law_6_a_failing_hook_is_seen_in_the_turn(
    make: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """A module that raises is out of this turn only; the fault says where and why."""

    class Faulty(Module[None]):
        name = "faulty"

        async def before(self, percept: Percept, so_far: Any) -> Lean[None] | None:
            if "boom" in percept.tokens:
                raise RuntimeError("it broke")
            return Lean(Influence(temperature=1.5))

        async def after(self, judged: Any, voice: Any) -> Kept[None] | None:
            assert "boom" not in judged.percept.tokens, "a failed module sits out the turn"
            return None

    async with make(modules=[Faulty()], strict=False) as leo:
        broken = await leo.turn("boom")
        fine = await leo.turn("Hello.")

        [fault] = broken.faults
        assert (fault.module, fault.hook, fault.error) == (
            "faulty",
            "before",
            "RuntimeError: it broke",
        )
        assert "Traceback" in fault.traceback
        assert broken.reply
        assert caplog.text.count("faulty.before failed") == 1
        assert fine.faults == ()
        assert fine.influence.temperature == 1.5
        assert (await leo.journal())[0].faults == broken.faults


async def test_the_journal_shows_the_whole_life_again(make: Open) -> None:
    """After a restart the Turns are the ones that were told."""
    async with make() as leo:
        lived = canonical(await talk(leo))
    async with make() as again:
        assert canonical(list(await again.journal())) == lived
        assert canonical(list(again.turns)) == lived
        assert [turn.id for turn in await again.journal(2, 4)] == [2, 3]


async def test_pulls_follow_the_prompt(leo: AsyncLeoField) -> None:
    """Different prompts pull different words."""
    own = field_of(leo).own
    one = {pull.word for pull in await pulls_of(["the", "rain"], own)}
    other = {pull.word for pull in await pulls_of(["the", "bread"], own)}

    assert "rain" in one
    assert "bread" in other
    assert one != other


def test_no_module_global_luck_or_time() -> None:
    """Nothing in the organism draws luck or reads the time behind the arguments' back."""
    import leo as package

    root = Path(inspect.getfile(package)).parent
    for file in root.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for call in ("random.random()", "random.choice(", "time.time()", "datetime.now("):
            assert call not in text.replace("self._luck.random()", "").replace(
                "rng.random()", ""
            ), f"{file.name}: {call}"


async def test_the_file_can_be_looked_at_while_leo_lives(leo: AsyncLeoField) -> None:
    """Anybody may read the journal with plain SQLite at any time."""
    await leo.turn("Hello.")

    def peek() -> Any:
        with sqlite3.connect(f"file:{leo.path}?mode=ro", uri=True) as other:
            found = other.execute("SELECT turn, json_extract(body, '$.prompt') FROM journal")
            rows = found.fetchall()
        other.close()
        return rows

    assert (await asyncio.to_thread(peek))[-1] == (1, "Hello.")
