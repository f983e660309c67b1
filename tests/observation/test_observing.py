"""Whole lives through topics: the same every time, told as they go, and nothing left behind."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from leo import AsyncLeoField
from leo.errors import ObservationError
from leo.observation.observed import Run, read_run
from leo.observation.observers import Exchange, Function, Observer, OtherLeo, Scripted
from leo.observation.observing import Conditions, observe, other_leo, together
from leo.observation.topics import ConversationSettings, Topic, Topics
from leo.text.birth import DEFAULT_BIRTH, Birth
from tests.observation.kit import SMALL, observed, run_of

SPARSE = Conditions(birth=None, make_modules=tuple)
"""An empty field and no modules: the fastest life."""

YOUNG = Conditions(birth=Birth("young", DEFAULT_BIRTH.texts[:20]))
"""All modules, and a part of the birth texts."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Have temporary folders made here, and check that none is left."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield place
    assert list(place.iterdir()) == []


async def test_the_same_run_twice_is_the_same_bytes() -> None:
    """Two topics, two turns, two lives, all of Leo: equal as JSON lines, and read back equal."""
    one = await observe(SMALL, seeds=(1, 2), conditions=YOUNG)
    two = await observe(SMALL, seeds=(1, 2), conditions=YOUNG)

    assert one.to_jsonl() == two.to_jsonl()
    assert [(turn.seed, turn.topic, turn.turn) for turn in one.turns] == [
        (seed, topic, number)
        for seed in (1, 2)
        for topic, number in (("rain", 1), ("rain", 2), ("bread", 3), ("bread", 4))
    ]
    assert [turn.said for turn in one.turns[:4]] == [
        prompt for topic in SMALL.chosen for prompt in topic.prompts
    ]
    assert {turn.reply for turn in one.topic("rain")}.isdisjoint({""})
    settings = one.settings
    assert (settings.observer, settings.seeds, settings.topics) == (
        "scripted",
        (1, 2),
        ("rain", "bread"),
    )
    assert (settings.turns_per_topic, settings.temperature, settings.without) == (2, 1.0, ())
    assert len(settings.birth) == 32


async def test_progress_is_told_turn_by_turn() -> None:
    """Over all lives together, up to the end."""
    told: list[tuple[int, int]] = []
    await observe(SMALL, seeds=(1, 2), conditions=SPARSE, progress=lambda *one: told.append(one))
    assert told == [(done, 8) for done in range(1, 9)]


async def test_lives_differ_by_their_seed_alone() -> None:
    """A life is the same whatever lives are lived beside it."""
    plain = replace(YOUNG, make_modules=tuple)
    both = await observe(SMALL, seeds=(3, 4), conditions=plain)
    alone = await observe(SMALL, seeds=(4,), conditions=plain)
    assert both.turns[4:] == alone.turns
    assert [one.reply for one in both.turns[:4]] != [one.reply for one in alone.turns]


async def test_who_is_cancelled_leaves_no_folder() -> None:
    """Not even while it is being made in a thread (the fixture looks)."""
    for steps in range(3):
        task = asyncio.create_task(observe(SMALL, seeds=(1,), conditions=SPARSE))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_conditions_are_lived_in_and_told() -> None:
    """Temperature, modules that are off and the birth stand in the settings, and matter."""
    heard: list[str] = []

    async def prepare(leo: AsyncLeoField) -> None:
        heard.append(await leo.reply("Zeppelin."))

    conditions = Conditions(0.5, ("school", "dream"), None, prepare)
    run = await observe(SMALL, seeds=(1,), conditions=conditions, named="me")

    settings = run.settings
    assert (settings.temperature, settings.without) == (0.5, ("dream", "school"))
    assert (settings.birth, settings.observer) == ("", "me")
    assert len(heard) == 1
    assert [one.turn for one in run.turns] == [2, 3, 4, 5]
    assert not {name for one in run.turns for name in one.fired} & {"school", "dream"}


async def test_time_goes_by_between_topics() -> None:
    """A pause is Leo's time; nobody waits for it, and it comes after each topic."""
    clocks: list[list[float]] = []

    async def run(pause: float) -> None:
        times: list[float] = []

        async def prepare(leo: AsyncLeoField) -> None:
            leo.watch(lambda turn: times.append(turn.at))

        settings = replace(SMALL.conversation_settings, pause_between_topics_sec=pause)
        await observe(
            replace(SMALL, conversation_settings=settings),
            seeds=(1,),
            conditions=replace(SPARSE, prepare=prepare),
        )
        clocks.append(times)

    await run(0)
    await run(1000)
    (one, two, three, four), later = clocks
    assert two - one == three - two == four - three > 0
    assert later == [one, two, three + 1000, four + 1000]


async def test_a_function_observes() -> None:
    """It is asked with the topic and the talk so far, plain or as a coroutine."""
    asked: list[tuple[str, tuple[Exchange, ...]]] = []

    def plain(topic: Topic, talk: Sequence[Exchange]) -> str:
        asked.append((topic.id, tuple(talk)))
        return f"{topic.id} {len(talk)}"

    async def slow(topic: Topic, talk: Sequence[Exchange]) -> str:
        return plain(topic, talk)

    one = await observe(SMALL, seeds=(1,), company=together(Function(plain)), conditions=SPARSE)
    two = await observe(SMALL, seeds=(1,), company=together(Function(slow)), conditions=SPARSE)

    assert one == two
    assert [turn.said for turn in one.turns] == ["rain 0", "rain 1", "bread 0", "bread 1"]
    first = Exchange("rain 0", one.turns[0].reply)
    assert asked[:3] == [("rain", ()), ("rain", (first,)), ("bread", ())]


async def test_a_script_begins_again_after_its_last_prompt() -> None:
    """More turns than prompts: the first is said once more."""
    topic, talk = SMALL.chosen[0], [Exchange("a", "b"), Exchange("c", "d")]
    assert await Scripted().say(topic, talk) == topic.prompts[0]
    assert await Scripted().say(topic, talk[:1]) == topic.prompts[1]


async def test_another_leo_talks() -> None:
    """He hears the first prompt and then the replies; the same two Leos have the same talk."""
    topics = Topics(SMALL.conversation_topics[:1], SMALL.conversation_settings)
    one = await observe(topics, seeds=(1,), company=other_leo, conditions=SPARSE)
    two = await observe(topics, seeds=(1,), company=other_leo, conditions=SPARSE)
    other = await observe(topics, seeds=(2,), company=other_leo, conditions=SPARSE)

    assert one == two
    said = {turn.said for turn in (*one.turns, *other.turns)}
    assert len(said) == 4
    assert said.isdisjoint(topics.chosen[0].prompts)


async def test_another_leo_answers_what_was_replied(path: Path) -> None:
    """Not what he said himself before."""
    async with AsyncLeoField(path, seed=1, birth=None, modules=()) as leo:
        await leo.observe("A boat.")
        observer = OtherLeo(leo)
        await observer.say(SMALL.chosen[0], ())
        await observer.say(SMALL.chosen[0], (Exchange("mine", "yours"), Exchange("own", "his")))
        assert [turn.prompt for turn in leo.turns] == [SMALL.chosen[0].prompts[0], "his"]


class Broken:
    """An observer who fails in the second topic."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def say(self, topic: Topic, talk: Sequence[Exchange]) -> str:
        """Fail."""
        if topic.id == "bread":
            raise self._error
        return "Hello."


@pytest.mark.parametrize("error", [ObservationError("no network"), ZeroDivisionError("mine")])
async def test_an_observer_who_fails_ends_the_run(error: Exception) -> None:
    """His own error is raised, not a group of them, and no folder is left."""
    error.__cause__ = KeyError("why")
    with pytest.raises(type(error), match=str(error)) as failed:
        await observe(SMALL, seeds=(1, 2), company=together(Broken(error)), conditions=SPARSE)
    assert failed.value is error
    assert repr(failed.value.__cause__) == "KeyError('why')"


async def test_company_is_left_however_a_life_ends() -> None:
    """One observer per life, let go of after it; also after one that failed."""
    came: list[int] = []
    went: list[int] = []

    @asynccontextmanager
    async def company(seed: int) -> AsyncIterator[Observer]:
        came.append(seed)
        try:
            yield Broken(ObservationError("no")) if seed == 9 else Scripted()
        finally:
            went.append(seed)

    await observe(SMALL, seeds=(5, 6), company=company, conditions=SPARSE)
    assert sorted(came) == sorted(went) == [5, 6]
    with pytest.raises(ObservationError, match="no"):
        await observe(SMALL, seeds=(9,), company=company, conditions=SPARSE)
    assert came[2:] == went[2:] == [9]


@pytest.mark.parametrize("seeds", [(), (1, 1)])
async def test_seeds_must_be_different_ones(seeds: tuple[int, ...]) -> None:
    """None, or one twice, would be no run or count a life twice."""
    with pytest.raises(ObservationError, match="must be at least one, each once"):
        await observe(SMALL, seeds=seeds, conditions=SPARSE)


async def test_one_message_alone_is_refused() -> None:
    """With nothing else that was said there is nothing to compare a reply with."""
    topic = Topic("one", 1, "one", ("Hello.",))
    with pytest.raises(ObservationError, match="fewer than two different messages"):
        await observe(Topics((topic,), ConversationSettings(3)), seeds=(1,), conditions=SPARSE)


# ---------------------------------------------------------------- what is stored


def stored(tmp_path: Path, run: Run) -> Path:
    """Write a run."""
    path = tmp_path / "run.jsonl"
    path.write_text(run.to_jsonl(), encoding="utf-8")
    return path


RUN = run_of([observed(turn=1), observed(turn=2, reply="Größe, 你好|", attested=None, fired=())])


def test_a_stored_run_reads_back_equal(tmp_path: Path) -> None:
    """The first line is the settings, then a line for each turn."""
    path = stored(tmp_path, RUN)
    assert read_run(path) == RUN
    assert len(path.read_text(encoding="utf-8").splitlines()) == 3
    assert [one.turn for one in RUN.topic("rain")] == [1, 2]
    assert list(RUN.topic("none")) == []


def test_broken_lines_are_named(tmp_path: Path) -> None:
    """The file, the line and what is wrong with it."""
    path = stored(tmp_path, RUN)
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line, why in (
        (1, "{}", "line 1: .*observer"),
        (2, lines[1][:-9], "line 2: "),
        (3, lines[2].replace('"turn":2', '"turn":"2"'), r"line 3: .*\$\.turn"),
        (3, lines[2].replace('"topic":"rain"', '"topic":"sea"'), "line 3: .* topic 'sea' is none"),
        (3, lines[2].replace('"seed":1', '"seed":8'), "line 3: seed 8 .* is none of this run"),
    ):
        changed = list(lines)
        changed[number - 1] = line
        path.write_text("\n".join(changed), encoding="utf-8")
        with pytest.raises(ObservationError, match=f"run.jsonl, {why}"):
            read_run(path)


def test_what_is_no_stored_run(tmp_path: Path) -> None:
    """A missing file, an empty one, one of another format, and one that was cut off."""
    path = stored(tmp_path, RUN)
    whole = path.read_bytes()
    with pytest.raises(ObservationError, match="nowhere cannot be read: No such file"):
        read_run(tmp_path / "nowhere")
    path.write_bytes(b"\n".join(whole.splitlines()[:-1]))
    with pytest.raises(ObservationError, match="has 1 turns; its run had 2"):
        read_run(path)
    path.write_bytes(whole.replace(b'"format":1', b'"format":2'))
    with pytest.raises(ObservationError, match="has format 2; this program knows 1"):
        read_run(path)
    path.write_bytes(b"\xff\n")
    with pytest.raises(ObservationError, match=r"line 1: .*it is no stored run"):
        read_run(path)
    path.write_bytes(b"")
    with pytest.raises(ObservationError, match="is empty; a stored run has a line of settings"):
        read_run(path)
