"""Faults that a program of this kind once had, each kept away by a test that bears its number.

Those of a single module stand with the module's tests; here are the ones that lie between.
"""

import ast
import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import leo
from leo.field.layer import Layer
from leo.modules import MODULES, default_modules
from leo.observation.talk import TALK
from leo.perception.trauma import Trauma, TraumaNote
from leo.recall.santaklaus import SantaKlaus
from leo.recall.school import School, SchoolNote
from leo.records import Turn
from leo.reflection.episodes import EpisodeNote
from leo.reflection.features import FEATURES, LONG_REPLY
from leo.reflection.flow import FlowTracker
from leo.reflection.game import GameEngine
from leo.reflection.mathbrain import MathBrain, Prediction
from leo.reflection.metaleo import MetaLeo
from leo.reflection.overthinking import Overthinking
from leo.store.database import Database, Reading
from leo.text.birth import DEFAULT_BIRTH
from leo.text.tokens import tokens
from tests.conftest import Open

ASK = "Yesterday I met a boy called Tomasz near the harbour."
SOURCES = {type(make()).__module__ for make in MODULES}


async def talk(born: leo.AsyncLeoField, n: int) -> list[Turn]:
    """Live through the beginning of the scripted talk."""
    return [(await born.turn(prompt)).without_timings() for prompt in TALK[:n]]


def own_file(module: str) -> Path:
    """Give a module's source file."""
    found = sys.modules[module].__file__
    assert found is not None
    return Path(found)


# ---------------------------------------------------------------- between the modules


async def test_x1_no_module_is_given_what_was_meant_for_another(make: Open) -> None:
    """When the body-sense fails, the others go on, and none takes something else for its note."""

    class Broken(MathBrain):
        async def before(self, percept: Any, so_far: Any) -> Any:
            raise RuntimeError("injected")

    modules = [Broken() if one.name == "mathbrain" else one for one in default_modules()]
    async with make(modules=modules, strict=False) as born:
        for turn in await talk(born, 6):
            assert turn.note(Prediction) is None
            assert {fault.module for fault in turn.faults} == {"mathbrain"}


async def test_x2_talking_and_measuring_are_one_path(make: Open) -> None:
    """A prompt is as new in a conversation as it is in an observation: heard, then learned."""
    prompt = "The quixotic zeppelin flies over Zanzibar."
    async with make() as born:
        imagined = await born.imagine(prompt)
        lived = await born.turn(prompt)
    assert lived.percept.pulse.novelty == imagined.percept.pulse.novelty >= 0.5


@pytest.mark.parametrize("modules", [[], None], ids=["bare", "all modules"])
async def test_x3_the_caller_s_temperature_reaches_the_words(make: Open, modules: Any) -> None:
    """Twice the temperature is twice the temperature, whoever else leans on it."""
    options = {} if modules is None else {"modules": modules}
    async with make(**options) as born:
        cool, warm = [await born.imagine(TALK[0], temperature=t) for t in (0.5, 1.0)]
    assert warm.blend.temperature == pytest.approx(2 * cool.blend.temperature, rel=1e-3)
    for turn in (cool, warm):
        for word in turn.utterance.own.words:
            if word.context in {"opening", "trigram", "bigram"} and turn.utterance.by == "leo":
                assert 0.79 < word.temperature / turn.blend.temperature < 1.21


async def test_x4_no_formula_takes_the_temperature_over_after_a_few_words(make: Open) -> None:
    """From the first word to the last it stays within a fifth of what was blended."""
    async with make(modules=[]) as born:
        for turn in await talk(born, 8):
            late = [one for one in turn.utterance.words[4:] if one.context in {"trigram", "bigram"}]
            for word in late:
                assert abs(word.temperature / turn.blend.temperature - 1) < 0.21


async def test_x5_every_module_keeps_to_the_file_that_its_leo_was_given(
    make: Open, tmp_path: Path
) -> None:
    """Of two Leos in two files only the one who lived has rows of the modules."""
    async with make(tmp_path / "one.db") as one, make(tmp_path / "two.db") as other:
        await talk(one, 12)
        rows = [await rows_of(born.path) for born in (one, other)]
    assert all(count > 0 for name, count in rows[0].items() if name in ALWAYS_WRITTEN)
    assert set(rows[1].values()) == {0}


ALWAYS_WRITTEN = {"overthinking_rings", "mathbrain_replies", "episodes", "game_transitions"}


async def rows_of(path: Path) -> dict[str, int]:
    """Count the rows of every table that belongs to a module."""
    reading = await Reading.look(path)
    try:
        found = await reading.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")
        starts = (*(f"{one.name}_" for one in default_modules()), "episodes")
        names = [str(name) for (name,) in found if str(name).startswith(starts)]
        return {
            name: int(str((await reading.fetch(f"SELECT count(*) FROM {name}"))[0][0]))
            for name in names
        }
    finally:
        await reading.close()


async def test_x6_a_circle_hears_the_circles_before_it(make: Open) -> None:
    """What a thought taught is known to the next one, within the same turn."""
    taught: list[tuple[int, int]] = []

    class Twice(Overthinking):
        async def revise(self, percept: Any, said: Any, voice: Any) -> Any:
            growth = [await voice.keep("Zorbl flims gax.", "ring") for _ in range(2)]
            taught.append((growth[0].trigrams, growth[1].trigrams))

    async with make(modules=[Twice()]) as born:
        await born.imagine(TALK[0])
    assert taught[0][0] > 0
    assert taught[0][1] == 0


async def test_x7_a_question_that_is_open_was_seen(make: Open) -> None:
    """Whenever School waits for an answer, the reply that asked ends with the question."""
    waited = 0
    async with make() as born:
        for prompt in (ASK, *TALK[:12], "Do you know Agnieszka from Radom?"):
            turn = await born.turn(prompt)
            pending = born.module("school").state.pending
            if pending is not None and pending.at == turn.at:
                waited += 1
                assert turn.reply.endswith("?")
                assert pending.name.shown in turn.reply
    assert waited > 0


# ---------------------------------------------------------------- one module each


async def test_g8_a_theme_s_number_means_the_same_after_a_restart(make: Open) -> None:
    """The rhythm keeps theme numbers: a Leo reopened names the same themes by them."""
    async with make(modules=[GameEngine()]) as whole:
        unbroken = await talk(whole, 24)
    path = whole.path.with_name("again.db")
    async with make(path, modules=[GameEngine()]) as first:
        for prompt in TALK[:12]:
            await first.turn(prompt)
    clock = leo.testing.ScriptedClock(start=unbroken[12].at)
    async with make(path, modules=[GameEngine()], clock=clock) as second:
        rest = [await second.turn(prompt) for prompt in TALK[12:24]]
    named = [[(t.id, t.words) for t in turn.percept.themes] for turn in unbroken[12:]]
    assert any(named)
    assert [[(t.id, t.words) for t in turn.percept.themes] for turn in rest] == named


async def test_o5_thinking_reads_nothing_from_disk(
    make: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three thoughts and their learning happen in memory; the file is not asked once."""
    asked: list[str] = []
    fetch = Database.fetch

    async def counted(self: Database, sql: str, parameters: Any = ()) -> Any:
        asked.append(sql)
        return await fetch(self, sql, parameters)

    async with make(modules=[Overthinking()]) as born:
        monkeypatch.setattr(Database, "fetch", counted)
        turn = await born.turn(TALK[0])
        during = list(asked)
        monkeypatch.undo()
    assert len(turn.learned) == 5  # prompt, reply, three circles
    assert during == []


async def test_o5_thinking_costs_what_is_thought_not_what_is_known(
    make: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows looked at for a turn's thoughts do not follow the size of the field."""
    looks = 0
    look = Layer.look_now

    def counted(self: Layer, ask: Any) -> Any:
        nonlocal looks
        looks += 1
        return look(self, ask)

    monkeypatch.setattr(Layer, "look_now", counted)
    seen: list[float] = []
    async with make(modules=[Overthinking()]) as born:
        for more in (0, 20):
            for word in range(more):
                await born.observe(f"The moon {word} shines over boat {word} and " * 200)
            looks, said = 0, 0
            for seed in range(8):
                turn = await born.imagine(TALK[0], seed=seed)
                said += len(turn.utterance.words)
                said += sum(len(tokens(one.text or "")) for one in turn.learned)
            seen.append(looks / said)
    assert seen[1] < 1.5 * seen[0]


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_o7_and_2_12_18_no_setting_is_without_effect(name: str) -> None:
    """Every constant and every field of a configuration is read somewhere in the package."""
    tree = ast.parse(own_file(name).read_text())
    constants = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id.isupper()
    }
    configs = {
        field.target.id
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name.endswith("Config")
        for field in node.body
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
    }
    package = Path(leo.__file__).parent.rglob("*.py")
    read = {
        node.id if isinstance(node, ast.Name) else node.attr
        for file in package
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    assert constants | configs <= read


async def test_t6_the_novelty_in_the_wound_s_score_is_the_moment_s(make: Open) -> None:
    """New words beside the origin's deepen the touch by what perception measured."""
    origin = next(text for source, text in DEFAULT_BIRTH.texts if source == "origin")
    async with make(modules=[Trauma()]) as born:
        turn = await born.turn(f"{origin} Zorbl gax flimbert!")
    note = turn.note(TraumaNote)
    assert note is not None
    parts = {part.name: part.amount for part in note.parts}
    assert turn.percept.pulse.novelty > 0
    expected = 0.3 * parts["overlap"] * turn.percept.pulse.novelty
    assert parts["novelty"] == pytest.approx(expected, abs=1e-5)
    assert expected > 0


async def test_1_7_6_recalls_are_counted_in_memories(make: Open) -> None:
    """Corrected rule: one unit throughout; every recall is one memory that came back."""
    async with make(modules=[SantaKlaus()]) as born:
        turns = await talk(born, 20)
        module = born.module("santaklaus")
        assert isinstance(module, SantaKlaus)
        stats = module.stats()
    hits = [hit for turn in turns for note in turn.notes for hit in getattr(note, "hits", ())]
    assert stats.recalls == len(hits) > 0
    assert stats.ever_recalled == len({hit.memory for hit in hits}) <= stats.memories


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_1_7_11_any_module_can_be_imported_first(name: str) -> None:
    """No circle of imports: whichever file comes first, Leo has all his modules."""
    code = f"import {name}; from leo.modules import default_modules; print(len(default_modules()))"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert (ran.stdout.strip(), ran.stderr) == ("10", "")


async def test_2_12_7_no_hint_is_what_was_asked_with(make: Open) -> None:
    """Corrected rule: what is suggested comes from other turns, never from the turn itself."""
    seen = 0
    async with make() as born:
        for turn in await talk(born, 16):
            note = turn.note(EpisodeNote)
            assert note is not None
            assert turn.id is not None
            seen += len(note.neighbours)
            assert all(one.turn < turn.id for one in note.neighbours)
    assert seen > 20


async def test_2_12_14_length_and_quality_are_of_the_same_words(make: Open) -> None:
    """With a question added to the reply, both what is judged and its length are his own words."""
    async with make(modules=[School(), MathBrain()]) as born:
        asked = await born.turn(ASK)
        later = await born.turn("It is a warm evening.")
    own = asked.utterance.own
    assert asked.note(SchoolNote) is not None
    assert len(own.tokens) < len(asked.utterance.tokens)
    note = later.note(Prediction)
    assert note is not None
    length = note.features[FEATURES.index("last_length")]
    assert length == pytest.approx(len(own.tokens) / LONG_REPLY, abs=1e-4)


async def test_6_6_12_there_is_one_inner_voice(make: Open, tmp_path: Path) -> None:
    """With and without await it is the same class, and says the same."""
    async with make(tmp_path / "one.db") as one:
        turns = await talk(one, 10)
        voice = one.module("metaleo")

    def blocking() -> tuple[type, list[Turn]]:
        clock = leo.testing.ScriptedClock()
        with leo.LeoField(tmp_path / "two.db", seed=7, clock=clock, strict=True) as other:
            said = [other.turn(prompt).without_timings() for prompt in TALK[:10]]
            return type(other.module("metaleo")), said

    kind, same = await asyncio.to_thread(blocking)
    assert kind is type(voice) is MetaLeo
    assert same == turns


async def test_7_7_3_a_theme_is_as_active_as_its_words_were_said(make: Open) -> None:
    """One word of a theme in a prompt is one touch, however many words the theme has."""
    async with make(modules=[FlowTracker()]) as born:
        theme = (await born.turn(TALK[0])).percept.themes[0]
        assert len(theme.words) > 3
        once = await born.imagine(f"Zorbl gax {theme.words[0]}")
        twice = await born.imagine(f"Zorbl {theme.words[0]} gax {theme.words[0]}")
    assert {one.score for one in once.percept.themes} == {1}
    assert {one.score for one in twice.percept.themes} == {2}


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_7_7_9_no_module_opens_a_connection(name: str) -> None:
    """Modules say what to read and write; the one connection is the store's."""
    imported = {
        alias.name
        for node in ast.walk(ast.parse(own_file(name).read_text()))
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        node.module
        for node in ast.walk(ast.parse(own_file(name).read_text()))
        if isinstance(node, ast.ImportFrom)
    }
    assert not imported & {"sqlite3", "aiosqlite", "aiofiles", "pathlib", "os"}
    assert "leo.store.database" not in imported
