"""Populations in this process: the lives of who lives them one by one, and what is refused."""

import asyncio
import pickle
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from leo.errors import ObservationError
from leo.modules import default_modules
from leo.observation.observers import Function, Observer
from leo.observation.observing import Conditions, observe, together
from leo.observation.statistics import MEASURES, figure
from leo.observation.topics import ConversationSettings, Topic, Topics
from leo.population import Setting, population, read_population
from leo.population.lives import digest, lives_of
from leo.population.living import live, lived
from leo.text.birth import DEFAULT_BIRTH
from tests.population.kit import BIRTH, SCRIPT, few, short

TOPICS = Topics((Topic("script", 1, "", SCRIPT),), ConversationSettings(len(SCRIPT)))

LIVES = lives_of(SCRIPT, TOPICS, None, BIRTH, few)


async def seeds_in(file: Path) -> list[int]:
    """List whose lives a file keeps."""
    return [one.seed for one in (await asyncio.to_thread(read_population, file)).lives]


async def test_a_population_is_its_lives_one_by_one() -> None:
    """Eight at a time are the same lives as one after the other, in the order of the grid."""
    people = await short([3, 1], [(), ("school", "trauma")], [1.0, 0.5])
    settings = [
        Setting(seed, off, temperature)
        for seed in (3, 1)
        for off in ((), ("school", "trauma"))
        for temperature in (1.0, 0.5)
    ]

    assert [one.setting for one in people.lives] == settings
    assert list(people.lives) == [await lived(LIVES, one) for one in settings]
    assert len({one.replies for one in people.lives}) == len(settings)
    assert people.table.shape == (8, 28)


async def test_a_row_is_what_an_observation_measures() -> None:
    """The same turns as those of `observe`, and what the field knew after the last of them."""
    run = await observe(
        TOPICS,
        seeds=(5,),
        conditions=Conditions(birth=BIRTH, make_modules=few, without=("game",), temperature=0.5),
    )
    life = await lived(LIVES, Setting(5, ("game",), 0.5))

    expected = [figure(run, one).mean for one in MEASURES]
    assert list(life.measured) == pytest.approx(expected, abs=1e-6)
    assert min(life.known) > len(SCRIPT)


async def test_sentences_and_topics_say_the_same() -> None:
    """A list of sentences is one topic of theirs; progress is told life by life."""
    told: list[tuple[int, int]] = []
    one = await short([1, 2], progress=lambda *done: told.append(done))
    two = await population(TOPICS, [1, 2], birth=BIRTH, make_modules=few, progress=False)

    assert one.lives == two.lives
    assert told == [(1, 2), (2, 2)]


async def test_an_observer_is_made_for_each_life(capsys: pytest.CaptureFixture[str]) -> None:
    """Who he is may depend on the seed; a bar shows how far it is."""
    company: list[int] = []

    @asynccontextmanager
    async def somebody(seed: int) -> AsyncIterator[Observer]:
        company.append(seed)
        yield Function(lambda _, talk: f"I have {seed + len(talk)} apples.")

    people = await population(
        somebody, [1, 2], topics=TOPICS, named="Ida", birth=BIRTH, make_modules=few
    )

    assert sorted(company) == [1, 2]
    assert people.made.observer == "Ida"
    assert people.lives[0].replies != people.lives[1].replies
    assert "2/2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Hello, Leo.", "a script is a list of sentences"),
        ([], "this is no script: topic script has no prompts"),
        ([1, 2], "a script is a list of sentences"),
        (Function(lambda topic, talk: "Hello."), "a script is a list of sentences"),
        (["Hello."], "two different sentences"),
        (["Hello.", "Hello."], "two different sentences"),
        (["Hello.", " "], "has no prompts, or an empty one"),
        (together(Function(lambda topic, talk: "Hello.")), "give the observer a name, named="),
    ],
)
async def test_what_cannot_be_heard_is_refused(said: Any, told: str) -> None:
    """Before any life is lived."""
    with pytest.raises(ObservationError, match=told):
        await short.func(said, [1])


async def test_a_life_that_fails_is_named(tmp_path: Path) -> None:
    """With its setting and what happened; what was lived before is kept."""
    file = tmp_path / "lives.jsonl"

    @asynccontextmanager
    async def moody(seed: int) -> AsyncIterator[Observer]:
        if seed == 9:
            raise ValueError("no mood to talk")
        yield Function(lambda _, talk: SCRIPT[len(talk)])

    async def people(*seeds: int) -> None:
        await population(
            moody,
            seeds,
            topics=TOPICS,
            named="moody",
            birth=BIRTH,
            make_modules=few,
            keep=file,
            progress=None,
        )

    await people(1)
    told = "the life with seed 9 without nothing at temperature 1 failed: ValueError: no mood"
    with pytest.raises(ObservationError, match=told):
        await people(1, 9)
    assert await seeds_in(file) == [1]


async def test_who_is_cancelled_keeps_what_was_lived(tmp_path: Path) -> None:
    """The next call lives the rest."""
    file = tmp_path / "lives.jsonl"
    begun = asyncio.Event()

    def stop(done: int, total: int) -> None:
        begun.set()

    task = asyncio.create_task(short(range(12), keep=file, progress=stop))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    kept = len(await seeds_in(file))
    told: list[int] = []
    people = await short(range(12), keep=file, progress=lambda done, _: told.append(done))

    assert 1 <= kept < 12
    assert told == list(range(kept + 1, 13))
    assert [one.seed for one in people.lives] == list(range(12))


async def test_leos_own_modules_and_texts_are_the_default() -> None:
    """With nothing said of them, a life is the one that `observe` lives."""
    (run, people) = await asyncio.gather(
        observe(TOPICS, seeds=(1,)), population(SCRIPT, [1], progress=None)
    )

    assert people.made.modules == tuple(one.name for one in default_modules())
    assert people.lives[0].replies == digest([one.reply for one in run.turns])


async def test_without_pandas_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that could not be made is told of before the lives, with what to install."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install 'leo-organism\[cluster\]'"):
        await short([1])


@pytest.mark.parametrize(("asynchronous", "status"), [(False, "running"), (True, "closed")])
async def test_a_client_of_another_loop_is_refused(asynchronous: bool, status: str) -> None:
    """A synchronous one would block this loop, and one that is not open would wait for ever."""
    client: Any = SimpleNamespace(asynchronous=asynchronous, status=status)
    with pytest.raises(ObservationError, match="the client must be open on this event loop"):
        await short([1], client=client)


async def test_what_cannot_be_sent_to_a_worker_is_refused() -> None:
    """An observer that holds something open here."""
    client: Any = SimpleNamespace(asynchronous=True, status="running")
    mine = threading.Lock()
    holding = together(Function(lambda topic, talk: str(mine.locked())))
    with pytest.raises(ObservationError, match="cannot be sent to workers"):
        await population(holding, [1], named="holder", client=client)


def test_a_worker_with_other_texts_refuses() -> None:
    """Another version, too: it would live another life, and nobody would see it."""
    with pytest.raises(ObservationError, match="this worker would live another life"):
        live(
            pickle.dumps(LIVES),
            lives_of(SCRIPT, TOPICS, None, None, default_modules).made,
            Setting(1),
        )


def test_the_shipped_texts_are_sent_by_name() -> None:
    """A task has not to carry them; others come as they are."""
    sent = pickle.dumps(DEFAULT_BIRTH)

    assert len(sent) < 100
    assert pickle.loads(sent) is DEFAULT_BIRTH
    assert pickle.loads(pickle.dumps(BIRTH)) == BIRTH


def test_the_core_needs_none_of_this() -> None:
    """Importing Leo, his widgets and figures loads neither pandas nor Dask."""
    code = (
        "import sys, leo, leo_widgets, leo_widgets.figures, leo.population;"
        "print([m for m in ('pandas', 'dask', 'distributed', 'cloudpickle') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
