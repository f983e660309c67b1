"""The page of an observation run: whole in itself, and no text in it becomes markup."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from leo.errors import ObservationError
from leo.observation.ablated import Ablation
from leo.observation.effects import ModuleEffect
from leo.observation.observed import Run
from leo.observation.statistics import MEASURES, figure
from leo_widgets.observed import DRAW, main, observed_page
from tests.observation.made import SETTINGS, effect, made_run
from tests.widgets.test_page import HOSTILE, Document

SHEET = "=cmd|'/C calc'!A1 {{7*7}} ${7*7} $x^2$"
"""Formulas of a spreadsheet, a template and TeX."""

RUN = made_run(
    3,
    2,
    external_vocab=lambda topic, turn, seed: 0.1 * topic,
    reply=lambda topic, turn, seed: f"{HOSTILE} {SHEET} {topic} {turn} {seed}",
    said=HOSTILE,
    attested=None,
    by=HOSTILE,
    fired=(HOSTILE,),
)

ABLATION = Ablation(
    SETTINGS, (ModuleEffect(HOSTILE, (1,), 0.5, 0.0, (0.0,), (effect("quality"),)),)
)


async def test_numbers_drawings_and_talk_stand_in_the_page() -> None:
    """Each measure with its interval, each figure, and the talk of the life that was asked for."""
    found = Document(await observed_page(RUN, seed=2))

    echo = figure(RUN, MEASURES[0])
    assert f"external_vocab{echo.mean:.3f}{echo.low:.3f} to {echo.high:.3f}lower" in found.text
    assert "attested trigrams–" in found.text
    assert all(measure.name in found.text for measure in MEASURES)
    assert "12 turns: 3 topics × 2 turns × 2 lives. Observer: scripted;" in found.text
    assert set(found.blocks["run"]) == set(DRAW)
    assert all(one["label"] and "<" not in one["label"] for one in found.blocks["run"].values())
    assert found.values("data-figure") == list(DRAW)
    for one in RUN.turns:
        assert (one.reply in found.text) == (one.seed == 2)
    turns = [one for one in found.values("id") if one and one.startswith("turn-")]
    assert turns == [f"turn-{x}" for x in range(1, 7)]


async def test_it_needs_nothing_from_anywhere_and_text_is_never_markup() -> None:
    """No address, no source, two scripts known by digest; hostile replies are shown as they are."""
    from plotly.offline import get_plotlyjs

    text = await observed_page(RUN, ablation=ABLATION, title=HOSTILE)
    bundle = await asyncio.to_thread(get_plotlyjs)
    assert text.count(bundle) == 1
    rest = text.replace(bundle, "")
    found = Document(rest)

    assert "://" not in rest
    assert found.values("src") == []
    assert all(value is not None and value.startswith("#") for value in found.values("href"))
    assert any("default-src 'none'" in (value or "") for value in found.values("content"))
    assert len(found.scripts) == 1  # the bundle was taken out
    assert "img" not in found.tags
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert HOSTILE not in text
    assert found.text.count(HOSTILE) == 2 + 2 * 6 + 1  # headings, the talk, the sentence
    assert found.text.count(SHEET) == 6
    assert {"ablation", *DRAW} == set(found.blocks["run"])


async def test_a_run_without_turns_and_a_life_that_is_not_there() -> None:
    """Nothing observed is said; a seed of no life is told with those there are."""
    found = Document(await observed_page(Run(SETTINGS, ())))
    assert "No turn was observed." in found.text
    assert found.text.count("–") == len(MEASURES)

    with pytest.raises(ObservationError, match="the seed 7; there are 1, 2"):
        await observed_page(RUN, seed=7)


def test_the_command_writes_a_page(tmp_path: Path) -> None:
    """A stored run and a stored ablation become one file, whole."""
    run, ablation, page = (tmp_path / name for name in ("run.jsonl", "found.json", "page.html"))
    run.write_text(RUN.to_jsonl(), encoding="utf-8")
    ablation.write_text(ABLATION.to_json(), encoding="utf-8")

    assert main([str(run), str(page), "--seed", "2", "--ablation", str(ablation)]) == 0
    expected = asyncio.run(observed_page(RUN, seed=2, ablation=ABLATION))
    assert page.read_text(encoding="utf-8") == expected
    assert sorted(tmp_path.iterdir()) == sorted([run, ablation, page])


def test_what_cannot_be_read_or_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 1, a line on standard error that names the file, and no page."""
    run, page = tmp_path / "run.jsonl", tmp_path / "page.html"
    assert main([str(run), str(page)]) == 1
    run.write_text(RUN.to_jsonl(), encoding="utf-8")
    assert main([str(run), str(page), "--ablation", str(run)]) == 1
    assert main([str(run), str(tmp_path / "nowhere" / "page.html")]) == 1
    assert main([str(run), str(page), "--seed", "7"]) == 1

    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["leo"] * 4
    assert str(run) in lines[0]
    assert "is no stored ablation" in lines[1]
    assert "nowhere" in lines[2]
    assert not page.exists()


def test_it_runs_as_a_program() -> None:
    """``python -m leo_widgets.observed`` says how it is used."""
    asked = [sys.executable, "-m", "leo_widgets.observed", "--help"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)

    assert "usage: python -m leo_widgets.observed" in done.stdout
    assert done.stderr == ""
