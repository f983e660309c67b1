"""``python -m leo observe``: what it writes, what it says, and how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from leo.__main__ import main
from leo.observation import statistics
from leo.observation.model import KEY
from leo.observation.observed import Run, read_run
from leo.observation.observing import SEEDS, other_leo
from leo.observation.report import headline, report
from leo.observation.topics import CHILDS_WORLD
from leo.terminal import observing
from tests.observation.kit import SMALL, observed, run_of
from tests.terminal.kit import leo

MADE_UP = run_of(
    [
        observed(topic=topic, turn=turn)
        for topic, turn in (("rain", 1), ("rain", 2), ("sea", 3), ("sea", 4))
    ]
)

WORSE = Run(
    MADE_UP.settings,
    tuple(replace(one, external_vocab=one.external_vocab + 0.05) for one in MADE_UP.turns),
)

DRAW = """
import sys
from pathlib import Path
lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
Path(sys.argv[2]).write_text(f"{len(lines)} lines", encoding="utf-8")
"""


@dataclass
class Asked:
    """What the command asked for, and what came of it."""

    topics: Any = None
    options: dict[str, Any] = field(default_factory=dict)
    drawn: list[list[str]] = field(default_factory=list)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Observe a run that is made up, and have its page drawn by nobody."""
    found = Asked()

    async def made_up(topics: Any, **options: Any) -> Run:
        found.topics, found.options = topics, options
        options["progress"](2, 4)
        options["progress"](4, 4)
        return MADE_UP

    def drawn(command: list[str], **_: Any) -> "subprocess.CompletedProcess[str]":
        found.drawn.append(command)
        Path(command[-1]).write_text("<p>page</p>", encoding="utf-8")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(statistics, "DRAWS", 200)  # nobody reads these intervals
    monkeypatch.setattr(observing, "observe", made_up)
    monkeypatch.setattr("leo.terminal.observing.subprocess.run", drawn)
    monkeypatch.setattr(observing, "find_spec", lambda name: name)
    return found


Heard = Callable[[], tuple[str, str]]


@pytest.fixture
def heard(capsys: pytest.CaptureFixture[str]) -> Heard:
    """Give what went to standard output, and to standard error."""

    def both() -> tuple[str, str]:
        out, err = capsys.readouterr()
        return out, err

    return both


def stored(tmp_path: Path, run: Run) -> str:
    """Write a run."""
    path = tmp_path / "stored.jsonl"
    path.write_text(run.to_jsonl(), encoding="utf-8")
    return str(path)


# ---------------------------------------------------------------- a real run


def test_a_real_run_from_end_to_end(tmp_path: Path) -> None:
    """A child process observes and writes, and has the page drawn by another one."""
    topics = tmp_path / "topics.json"
    topics.write_bytes(msgspec.json.encode(SMALL))
    package = tmp_path / "leo_widgets"  # found first, because it is where the program runs
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "observed.py").write_text(DRAW, encoding="utf-8")
    options = ("--topics", str(topics), "--seeds", "1", "--without", "overthinking,dream")
    done = leo(tmp_path, "observe", *options, "--out", "deep/runs", cwd=tmp_path)

    out = tmp_path / "deep" / "runs"
    assert (done.returncode, done.stdout) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == ["page.html", "report.md", "run.jsonl"]
    run = read_run(out / "run.jsonl")
    assert [one.said for one in run.turns] == [
        prompt for topic in SMALL.chosen for prompt in topic.prompts
    ]
    assert (run.settings.seeds, run.settings.without) == ((1,), ("dream", "overthinking"))
    assert (out / "report.md").read_text(encoding="utf-8") == report(run)
    assert (out / "page.html").read_text(encoding="utf-8") == "5 lines"
    assert not (tmp_path / "leo.db").exists()


# ---------------------------------------------------------------- what is asked for


def test_without_options_it_is_the_whole_run(asked: Asked, heard: Heard) -> None:
    """Fifteen topics, five lives, the script; the main figures go to standard output."""
    assert main(["observe"]) == 0

    out, _ = heard()
    assert out == headline(MADE_UP) + "\n"
    assert asked.topics == CHILDS_WORLD
    options = asked.options
    assert (options["seeds"], options["company"], options["named"]) == (SEEDS, None, "scripted")
    assert (options["conditions"].temperature, options["conditions"].without) == (1.0, ())
    assert asked.drawn == []


def test_every_option_arrives(asked: Asked, tmp_path: Path) -> None:
    """Topics, seeds, turns, temperature and what is off."""
    path = tmp_path / "topics.json"
    path.write_bytes(msgspec.json.encode(SMALL))
    options = ["--topics", str(path), "--seeds", "7,-8", "--turns", "3", "--temperature", "0.5"]
    assert main(["observe", *options, "--without", "dream, school", "--observer", "leo"]) == 0

    settings = replace(SMALL.conversation_settings, turns_per_topic=3)
    assert asked.topics == replace(SMALL, conversation_settings=settings)
    assert asked.options["seeds"] == (7, -8)
    assert asked.options["company"] is other_leo
    assert asked.options["named"] == "leo"
    conditions = asked.options["conditions"]
    assert (conditions.temperature, conditions.without) == (0.5, ("dream", "school"))


def test_a_model_is_asked_in_the_topics_tone(
    asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name, its endpoint and the tone go to the observer; the run says which model it was."""
    path = tmp_path / "topics.json"
    path.write_bytes(msgspec.json.encode(SMALL))
    given: list[object] = []

    def model(name: str, **options: object) -> str:
        given.append((name, options))
        return "company"

    monkeypatch.setattr(observing, "language_model", model)
    options = ["--topics", str(path), "--observer", "model", "--model", "tiny"]
    assert main(["observe", *options, "--endpoint", "http://here/v1"]) == 0
    assert given == [("tiny", {"tone": "Be calm.", "endpoint": "http://here/v1"})]
    assert (asked.options["company"], asked.options["named"]) == ("company", "model tiny")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (["--turns", "0"], "'0' is not a number of at least 1"),
        (["--turns", "x"], "'x' is not a number of at least 1"),
        (["--seeds", "1,b"], "'1,b' is no list of numbers"),
        (["--seeds", "2,2"], "'2,2' has a seed twice"),
        (["--seeds", str(2**70)], "seed is"),
        (["--temperature", "0"], "temperature"),
        (["--without", "sleep"], "there is no module 'sleep'; there are trauma, santaklaus"),
        (["--observer", "model"], "--observer model needs --model NAME"),
        (["--model", "tiny"], "--model and --endpoint need --observer model"),
        (["--endpoint", "http://x"], "--model and --endpoint need --observer model"),
        (["more"], "unrecognized arguments: more"),
    ],
)
def test_wrong_arguments_are_told(asked: Asked, heard: Heard, wrong: list[str], why: str) -> None:
    """The usage and the reason, status 2, and nothing was observed."""
    with pytest.raises(SystemExit) as left:
        main(["observe", *wrong])
    assert left.value.code == 2
    _, err = heard()
    assert "usage: python -m leo observe" in err
    assert why in err
    assert asked.topics is None


def test_the_help_shows_how(heard: Heard) -> None:
    """Examples, and what the exit status says; the help of Leo himself names the command."""
    with pytest.raises(SystemExit) as left:
        main(["observe", "--help"])
    assert left.value.code == 0
    out, _ = heard()
    assert "python -m leo observe --out runs/today" in out
    assert "exit status: 1 if" in out
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "\n  observe " in heard()[0]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--topics", "nowhere.json"], "leo: nowhere.json cannot be read"),
        (["--against", "nowhere.jsonl"], "leo: nowhere.jsonl cannot be read"),
        (["--observer", "model", "--model", "m"], f"leo: set {KEY}"),
        (["--observer", "model", "--model", "m", "--endpoint", "here"], "leo: the endpoint must"),
        (["--out", "file/folder"], "leo: cannot make the folder file/folder: Not a directory"),
    ],
)
def test_what_cannot_work_is_told_before_the_run(
    asked: Asked,
    heard: Heard,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    why: str,
) -> None:
    """One line and status 1; nobody waits for a run whose end is known."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(KEY, raising=False)
    Path("file").touch()
    assert main(["observe", *options]) == 1
    assert heard()[1].startswith(why)
    assert asked.topics is None


def test_a_bar_shows_how_far_it_is(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Turns lived of turns in all, on standard error, and only where somebody looks."""
    seen: list[object] = []

    class Bar:
        def __init__(self, **options: Any) -> None:
            seen.append((options["unit"], options["file"] is sys.stderr, options["disable"]))
            self.n, self.total = 0, 0

        def __enter__(self) -> "Bar":
            return self

        def __exit__(self, *_: object) -> None:
            seen.append("closed")

        def update(self, by: int) -> None:
            self.n += by
            seen.append((self.n, self.total))

    monkeypatch.setattr(observing, "tqdm", Bar)
    assert main(["observe"]) == 0
    assert seen == [("turn", True, None), (2, 4), (4, 4), "closed"]


# ---------------------------------------------------------------- what is written


def test_a_folder_gets_the_run_its_report_and_its_page(
    asked: Asked, heard: Heard, tmp_path: Path
) -> None:
    """Each is named on standard error; standard output is left alone."""
    out = tmp_path / "a" / "b"
    assert main(["observe", "--out", str(out)]) == 0

    told, err = heard()
    assert told == ""
    assert [line for line in err.splitlines() if "wrote" in line] == [
        f"leo: wrote {out / name}" for name in ("run.jsonl", "report.md", "page.html")
    ]
    assert read_run(out / "run.jsonl") == MADE_UP
    assert (out / "report.md").read_text(encoding="utf-8") == report(MADE_UP)
    assert (out / "page.html").read_text(encoding="utf-8") == "<p>page</p>"
    assert len(list(out.iterdir())) == 3
    [command] = asked.drawn
    assert command[:4] == [sys.executable, "-m", "leo_widgets.observed", str(out / "run.jsonl")]


def test_what_was_there_is_replaced(asked: Asked, tmp_path: Path) -> None:
    """Also by a shorter text, and the same run gives the same bytes."""
    for name in ("run.jsonl", "report.md", "page.html"):
        (tmp_path / name).write_text("zzz" * 100_000, encoding="utf-8")
    assert main(["observe", "--out", str(tmp_path)]) == 0
    once = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(["observe", "--out", str(tmp_path)]) == 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == once
    assert b"zzz" not in b"".join(once.values())


def test_a_stop_while_writing_leaves_nothing_half_written(
    asked: Asked, heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C before the new text is whole: the old one is still there, and nothing else."""
    (tmp_path / "run.jsonl").write_text("old", encoding="utf-8")

    def stopped(path: Path, text: str, **_: Any) -> None:
        with path.open("w", encoding="utf-8") as file:
            file.write(text[:10])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", stopped)
    assert main(["observe", "--out", str(tmp_path)]) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["run.jsonl"]
    assert (tmp_path / "run.jsonl").read_text(encoding="utf-8") == "old"
    assert "leo: stopped" in heard()[1]


def test_a_stop_while_drawing_leaves_no_page(
    asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the half of one, and not that of an earlier run either."""
    (tmp_path / "page.html").write_text("old", encoding="utf-8")

    def stopped(command: list[str], **_: Any) -> None:
        Path(command[-1]).write_text("<p>", encoding="utf-8")
        raise KeyboardInterrupt

    monkeypatch.setattr("leo.terminal.observing.subprocess.run", stopped)
    assert main(["observe", "--out", str(tmp_path)]) == 130
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.md", "run.jsonl"]


def test_no_page_where_the_notebook_side_is_missing(
    asked: Asked, heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is said, and is no failure."""
    monkeypatch.setattr(observing, "find_spec", lambda name: None)
    (tmp_path / "page.html").write_text("old", encoding="utf-8")
    assert main(["observe", "--out", str(tmp_path)]) == 0
    assert "leo: there is no page.html, because leo_widgets is not installed" in heard()[1]
    assert asked.drawn == []
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("status", "said", "why"),
    [
        (1, "Traceback\nValueError: no line", "ValueError: no line"),
        (3, "", "status 3"),
        (0, "", "status 0"),
    ],
)
def test_a_page_that_cannot_be_drawn_is_a_failure(
    asked: Asked,
    heard: Heard,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    said: str,
    why: str,
) -> None:
    """Its last words are told; the run and its report are there."""
    monkeypatch.setattr(
        "leo.terminal.observing.subprocess.run",
        lambda command, **_: subprocess.CompletedProcess(command, status, "", said),
    )
    assert main(["observe", "--out", str(tmp_path)]) == 1
    assert f"leo: page.html could not be drawn: {why}\n" in heard()[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.md", "run.jsonl"]


def test_what_cannot_be_written_is_named(asked: Asked, heard: Heard, tmp_path: Path) -> None:
    """A folder where a file belongs: one line and status 1."""
    (tmp_path / "report.md").mkdir()
    assert main(["observe", "--out", str(tmp_path)]) == 1
    assert "report.md cannot be written: Is a directory; choose another --out" in heard()[1]


def test_a_folder_that_is_closed_is_told_before_the_run(
    asked: Asked, heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing could be written into it at the end."""
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert main(["observe", "--out", str(tmp_path)]) == 1
    assert f"leo: {tmp_path} cannot be written into" in heard()[1]
    assert asked.topics is None


# ---------------------------------------------------------------- against a stored run


def test_a_regression_is_listed_and_is_the_exit_status(
    asked: Asked, heard: Heard, tmp_path: Path
) -> None:
    """The table goes to standard output and into the report, the names to standard error."""
    better = Run(
        MADE_UP.settings,
        tuple(replace(one, external_vocab=0.01, quality=0.9) for one in MADE_UP.turns),
    )
    out = tmp_path / "out"
    against = stored(tmp_path, better)
    assert main(["observe", "--against", against, "--out", str(out)]) == 1

    told, err = heard()
    assert told.startswith("**Worse: external_vocab, quality.**\n")
    assert "leo: worse than the stored run: external_vocab, quality\n" in err
    kept = (out / "report.md").read_text(encoding="utf-8")
    assert kept == report(MADE_UP) + f"\n## Against the stored run\n\n{told}"


def test_no_regression_is_status_0(asked: Asked, heard: Heard, tmp_path: Path) -> None:
    """The figures come first, then the comparison."""
    assert main(["observe", "--against", stored(tmp_path, WORSE)]) == 0
    out, err = heard()
    assert out.startswith(headline(MADE_UP) + "\nNothing is worse.\n")
    assert "worse than" not in err


def test_a_run_may_be_compared_with_the_one_it_replaces(asked: Asked, tmp_path: Path) -> None:
    """The stored run is read before it is written over."""
    path = tmp_path / "run.jsonl"
    better = Run(MADE_UP.settings, tuple(replace(one, quality=0.9) for one in MADE_UP.turns))
    path.write_text(better.to_jsonl(), encoding="utf-8")
    assert main(["observe", "--against", str(path), "--out", str(tmp_path)]) == 1
    assert read_run(path) == MADE_UP
    assert main(["observe", "--against", str(path), "--out", str(tmp_path)]) == 0


def test_a_stored_run_that_is_broken_is_told(asked: Asked, heard: Heard, tmp_path: Path) -> None:
    """Its file and line, before anything is observed."""
    path = tmp_path / "stored.jsonl"
    path.write_text(MADE_UP.to_jsonl() + json.dumps({"seed": 1}) + "\n", encoding="utf-8")
    assert main(["observe", "--against", str(path)]) == 1
    assert f"leo: {path}, line 6: " in heard()[1]
    assert asked.topics is None
