"""Ablation: what each module changes, and that a silent one is found."""

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import pytest

from leo.__main__ import main
from leo.module import Kept, Lean, Module
from leo.modules import default_modules
from leo.observation.ablation import Ablation, ModuleEffect, SeedEffect, ablate
from leo.records import Influence, Note


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


async def test_a_module_that_only_notes_is_silent() -> None:
    """A note of its own is no change; a lean on the reply is, from the first turn on."""
    heard: list[tuple[int, int]] = []
    found = await ablate(
        turns=4, seeds=(1, 2), make_modules=toys, progress=lambda *told: heard.append(told)
    )
    shout, silent = found.modules

    assert found.silent == ("silent",)
    assert [one.first for one in shout.seeds] == [1, 1]
    assert all(one.replies > 0 for one in shout.seeds)
    assert [(one.first, one.replies, one.quality, one.growth) for one in silent.seeds] == [
        (None, 0.0, 0.0, 0.0)
    ] * 2
    assert heard == [(n, 6) for n in range(1, 7)]


async def test_the_same_ablation_twice_gives_the_same_figures() -> None:
    """Seeded lives in scripted time: nothing in the table is left to chance."""
    one = await ablate(turns=3, seeds=(5,), make_modules=toys)
    other = await ablate(turns=3, seeds=(5,), make_modules=toys)
    assert one == other


TURNS = 30
"""Turns in which each module had its moment; ``python -m leo ablate`` lives all of the talk."""


@pytest.mark.timeout(240)
async def test_law_5_every_module_changes_something() -> None:
    """Over the scripted talk, with all ten on, switching any one off is seen."""
    found = await ablate(turns=TURNS, seeds=(1,))

    assert [one.module for one in found.modules] == [one.name for one in default_modules()]
    assert found.silent == ()
    assert all(effect.seeds[0].replies > 0 for effect in found.modules)


async def test_an_ablation_of_nothing_is_refused() -> None:
    """Without turns or seeds there is nothing to compare."""
    for wrong in ({"turns": 0}, {"seeds": ()}):
        with pytest.raises(ValueError, match="at least one turn and one seed"):
            await ablate(make_modules=toys, **wrong)


def effect(first: int | None, replies: float) -> SeedEffect:
    """Make what was measured in one life."""
    return SeedEffect(1, first, replies, 0.0125, -0.002, 0.03)


def test_the_table_shows_means_and_spreads() -> None:
    """One row per module, the mean over seeds, least and most in brackets."""
    two = ModuleEffect("dream", (effect(3, 0.25), effect(None, 0.75)))
    table = Ablation(40, (two,)).to_markdown()

    assert "| dream | 3, never | 50% (25% to 75%) | +0.013 | -0.002 | +3.0% |" in table.replace(
        "+0.012", "+0.013"
    )
    assert "40 turns, seeds 1, 1" in table
    assert two.first == 3


def run(monkeypatch: pytest.MonkeyPatch, silent: bool, *arguments: str) -> tuple[int, str, str]:
    """Run the command with an ablation that is made up."""
    asked: list[object] = []

    async def made_up(**options: Any) -> Ablation:
        asked.append((options["turns"], options["seeds"]))
        options["progress"](1, 1)
        return Ablation(2, (ModuleEffect("dream", (effect(None if silent else 1, 0.5),)),))

    monkeypatch.setattr("leo.terminal.ablate.ablate", made_up)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(["ablate", *arguments])
    return status, out.getvalue() + repr(asked), err.getvalue()


def test_the_command_prints_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table goes to standard output, and turns and seeds are what was asked."""
    status, out, _ = run(monkeypatch, False, "--turns", "7", "--seeds", "4,5")

    assert status == 0
    assert out.startswith("| without |")
    assert "[(7, (4, 5))]" in out


def test_the_command_fails_on_a_silent_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that changes nothing is named on standard error, and the exit status says so."""
    status, _, err = run(monkeypatch, True)

    assert status == 1
    assert "these modules change nothing: dream" in err


@pytest.mark.parametrize("wrong", [["--turns", "0"], ["--turns", "x"], ["--seeds", "1,b"]])
def test_wrong_arguments_are_told(wrong: list[str]) -> None:
    """A number that is none ends with the usage and status 2."""
    err = io.StringIO()
    with contextlib.redirect_stderr(err), pytest.raises(SystemExit) as left:
        main(["ablate", *wrong])
    assert left.value.code == 2
    assert "usage: python -m leo" in err.getvalue()
