"""Ablation: what each module changes, and that a silent one is found."""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leo.__main__ import main
from leo.errors import ObservationError
from leo.module import Kept, Lean, Module
from leo.modules import default_modules
from leo.observation.ablated import Ablation, read_ablation
from leo.observation.ablation import ablate
from leo.observation.effects import ModuleEffect
from leo.observation.observing import Conditions
from leo.observation.talk import TALK, TALK_TOPICS
from leo.observation.topics import Topics
from leo.records import Influence, Note
from tests.observation.made import SETTINGS, effect


class Shout(Module[None]):
    """A module that acts."""

    name = "shout"

    async def before(self, percept: Any, so_far: Any) -> Lean[None]:
        """Ask for a hotter reply."""
        return Lean(Influence(temperature=1.8))


class Diary(Note):
    """What a silent module notes."""


class Silent(Module[int]):
    """A module that keeps busy and changes nothing."""

    name = "silent"

    async def load(self, reader: Any) -> int:
        """Begin at nothing."""
        return 0

    async def after(self, judged: Any, voice: Any) -> Kept[int]:
        """Count, and note it."""
        return Kept(Diary(), self.state + 1)


def toys() -> Sequence[Module[Any]]:
    """Make one module that acts and one that does not."""
    return (Shout(), Silent())


def talk(topics: int, turns: int) -> Topics:
    """Take the beginning of the scripted talk."""
    settings = replace(
        TALK_TOPICS.conversation_settings, total_conversations=topics, turns_per_topic=turns
    )
    return replace(TALK_TOPICS, conversation_settings=settings)


async def test_a_module_that_only_notes_is_silent() -> None:
    """A note of its own is no change; a lean on the reply is, from the first turn on."""
    heard: list[tuple[int, int]] = []
    found = await ablate(
        talk(2, 3),
        seeds=(1, 2),
        conditions=Conditions(make_modules=toys),
        progress=lambda *told: heard.append(told),
    )
    shout, silent = found.modules

    assert found.silent == ("silent",)
    assert shout.firsts == (1, 1)
    assert shout.replies > 0.5
    assert any(effect.by.mean for effect in shout.effects)
    assert all(shout.loops)
    assert silent.firsts == (None, None)
    assert (silent.replies, silent.growth, silent.loops) == (0, 0, (0, 0))
    assert {(e.by.mean, e.size, e.probability) for e in silent.effects} == {(0, 0, 1)}
    assert heard == [(n, 3 * 12) for n in range(1, 3 * 12 + 1)]


async def test_the_same_ablation_twice_gives_the_same_figures() -> None:
    """Seeded lives in scripted time: nothing in it is left to chance."""
    conditions = Conditions(make_modules=lambda: (Shout(),))
    one, other = [await ablate(talk(2, 1), seeds=(5,), conditions=conditions) for _ in range(2)]
    assert one == other


async def test_what_is_off_stays_off_and_what_was_lived_before_is_not_compared() -> None:
    """A module that the conditions switch off is not judged; preparation comes first."""

    async def prepare(leo: Any) -> None:
        await leo.turn("Before all of it.")

    conditions = Conditions(make_modules=toys, without=("silent",), prepare=prepare)
    found = await ablate(talk(2, 1), seeds=(3,), conditions=conditions)

    assert [one.module for one in found.modules] == ["shout"]
    assert found.settings.without == ("silent",)
    assert found.modules[0].firsts == (2,)


@pytest.mark.timeout(240)
async def test_law_5_every_module_changes_something() -> None:
    """Over thirty turns of the scripted talk, with all ten on, switching any one off is seen."""
    found = await ablate(talk(6, 5), seeds=(1,))

    assert [one.module for one in found.modules] == [one.name for one in default_modules()]
    assert found.silent == ()
    assert all(one.replies > 0 for one in found.modules)


def test_the_talk_in_topics_is_the_talk() -> None:
    """An observer who says the topics' prompts says the scripted talk, in its order."""
    assert tuple(said for one in TALK_TOPICS.chosen for said in one.prompts) == TALK


async def test_an_ablation_of_nothing_is_refused() -> None:
    """Without seeds there is nothing to compare."""
    with pytest.raises(ObservationError, match="at least one"):
        await ablate(talk(2, 1), seeds=(), conditions=Conditions(make_modules=toys))


MADE_UP = Ablation(
    SETTINGS, (ModuleEffect("dream", (1,), 0.5, 0.0, (0.0,), (effect("relevance"),)),)
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let the command find an ablation that is made up, and keep what it asked for."""
    found: list[Any] = [MADE_UP]

    async def made_up(topics: Topics, **options: Any) -> Ablation:
        options["progress"](1, 1)
        found.append((topics, options["seeds"]))
        return found[0]  # type: ignore[no-any-return]

    monkeypatch.setattr("leo.terminal.ablate.ablate", made_up)
    return found


def run(*arguments: str) -> tuple[int, str, str]:
    """Run the command."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(["ablate", *arguments])
    return status, out.getvalue(), err.getvalue()


def test_the_command_prints_and_keeps_what_it_found(asked: list[Any], tmp_path: Path) -> None:
    """The table goes to standard output, the file holds it all; the question is what was asked."""
    kept = tmp_path / "found.json"
    status, out, _ = run("--turns", "7", "--seeds", "4,5", "--json", str(kept))

    assert status == 0
    assert out == MADE_UP.to_markdown() + "\n"
    assert read_ablation(kept) == MADE_UP
    topics, seeds = asked[1]
    assert (len(topics.chosen), topics.conversation_settings.turns_per_topic) == (15, 7)
    assert seeds == (4, 5)


def test_the_command_reads_topics(asked: list[Any], tmp_path: Path) -> None:
    """A topic file of one's own is talked through as it says."""
    mine = tmp_path / "mine.json"
    mine.write_text(
        '{"conversation_topics": [{"id": "a", "seed": 1, "theme": "a", "prompts": ["b"]}],'
        ' "conversation_settings": {"turns_per_topic": 2}}'
    )
    assert run("--topics", str(mine))[0] == 0
    topics, seeds = asked[1]
    assert ([one.id for one in topics.chosen], seeds) == (["a"], (1, 2, 3, 4, 5))
    assert topics.conversation_settings.turns_per_topic == 2


def test_the_command_fails_on_a_silent_module(asked: list[Any]) -> None:
    """A module that changes nothing is named on standard error, and the exit status says so."""
    asked[0] = Ablation(SETTINGS, (ModuleEffect("dream", (None,), 0.0, 0.0, (0.0,), ()),))
    status, _, err = run()

    assert status == 1
    assert "these modules change nothing: dream" in err


def test_a_place_that_cannot_be_written_is_told(asked: list[Any], tmp_path: Path) -> None:
    """A missing folder is told before anything is lived, a folder in the file's place after."""
    status, out, err = run("--json", str(tmp_path / "nowhere" / "found.json"))
    assert (status, out, len(asked)) == (1, "", 1)
    assert f"leo: {tmp_path / 'nowhere'} is no folder" in err

    status, out, err = run("--json", str(tmp_path))
    assert (status, out) == (1, MADE_UP.to_markdown() + "\n")
    assert f"leo: cannot write {tmp_path}" in err


@pytest.mark.parametrize("wrong", [["--turns", "0"], ["--turns", "x"], ["--seeds", "1,b"]])
def test_wrong_arguments_are_told(wrong: list[str]) -> None:
    """A number that is none ends with the usage and status 2."""
    err = io.StringIO()
    with contextlib.redirect_stderr(err), pytest.raises(SystemExit) as left:
        main(["ablate", *wrong])
    assert left.value.code == 2
    assert "usage: python -m leo" in err.getvalue()
