"""One prompt, one reply: arguments, pipes, commands and errors, in real child processes."""

import os
import subprocess
import sys
from pathlib import Path

from leo import LeoField
from tests.terminal.kit import environment, leo


def lived(path: Path) -> list[tuple[str, str]]:
    """Give what was said in a Leo's life, and what he answered."""
    with LeoField(path) as found:
        return [(turn.prompt, turn.reply) for turn in found.journal()]


def test_a_prompt_gives_one_reply(tmp_path: Path) -> None:
    """The reply is all of standard output, and nothing else is shown."""
    done = leo(tmp_path, "hello", "there", "--seed", "3")

    assert lived(tmp_path / "leo.db") == [("hello there", done.stdout.rstrip("\n"))]
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout) > 2


def test_a_piped_text_is_one_prompt(tmp_path: Path) -> None:
    """All lines together, stripped; standard input is left alone when there is a prompt."""
    one = leo(tmp_path, said="\n Two boats.\nПривет! \n\n")
    other = leo(tmp_path, "hello", said="not this")

    assert lived(tmp_path / "leo.db") == [
        ("Two boats.\nПривет!", one.stdout[:-1]),
        ("hello", other.stdout[:-1]),
    ]


def test_a_commands_name_can_be_said(tmp_path: Path) -> None:
    """After two dashes, after say, or with other words."""
    for words in (["--", "lab"], ["say", "lab"], ["the", "lab"]):
        assert leo(tmp_path, *words).returncode == 0

    assert [said for said, _ in lived(tmp_path / "leo.db")] == ["lab", "lab", "the lab"]


def test_options_reach_leo(tmp_path: Path) -> None:
    """File, temperature, length and seed are those that were asked for."""
    path = tmp_path / "other.db"
    done = leo(
        tmp_path,
        *("--path", str(path), "--temperature", "1.5", "--max-tokens", "5", "--seed", "11", "hi"),
    )
    with LeoField(path) as found:
        turn = found.journal()[0]
        assert found.stats().seed == 11

    assert (turn.settings.temperature, turn.settings.max_tokens) == (1.5, 5)
    assert done.stdout == turn.reply + "\n"
    assert not (tmp_path / "leo.db").exists()


def test_a_command_may_be_asked_for_alone(tmp_path: Path) -> None:
    """Stats and reasons go to standard error, and nothing is said to Leo."""
    leo(tmp_path, "hello")
    stats, why = leo(tmp_path, "/stats"), leo(tmp_path, said="/why\n")
    with LeoField(tmp_path / "leo.db") as found:
        words = found.turns[0].utterance.words
        assert len(found.turns) == 1

    assert (stats.stdout, why.stdout) == ("", "")
    assert "turns     1\n" in stats.stderr
    told = why.stderr.splitlines()
    assert told[0] == "turn 1, by leo:"
    assert [line.split()[0] for line in told[1:]] == [word.text.strip() for word in words]
    assert "he starts from it" in told[1]


def test_an_unknown_command_is_never_said(tmp_path: Path) -> None:
    """It is reported, the status is that of wrong usage, and nothing was learned."""
    for done in (leo(tmp_path, "/dance"), leo(tmp_path, said="/dance with me")):
        assert (done.returncode, done.stdout) == (2, "")
        assert "there is no command '/dance" in done.stderr

    with LeoField(tmp_path / "leo.db") as found:
        assert (found.stats().entries, found.stats().turns) == (1, 0)


def one_line(done: "subprocess.CompletedProcess[str]") -> str:
    """Check that a run ended in one line on standard error, and give it."""
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("leo: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_busy_file_names_its_holder(tmp_path: Path) -> None:
    """Who has the file is told in one line."""
    with LeoField(tmp_path / "leo.db"):
        assert f"held by process {os.getpid()}" in one_line(leo(tmp_path, "hello"))


def test_errors_are_one_line(tmp_path: Path) -> None:
    """Another seed, a file that is no Leo, a long prompt, a text that is not UTF-8."""
    assert leo(tmp_path, "--seed", "3", "hello").returncode == 0
    (tmp_path / "no.db").write_text("this is no database, it is a text", encoding="utf-8")

    assert "born with seed 3, not 4" in one_line(leo(tmp_path, "--seed", "4", "hello"))
    assert "not an SQLite file" in one_line(leo(tmp_path, "--path", str(tmp_path / "no.db"), "a"))
    assert "20001 characters" in one_line(leo(tmp_path, said="x" * 20_001))
    assert "not UTF-8" in one_line(leo(tmp_path, said=b"caf\xe9"))
    assert len(lived(tmp_path / "leo.db")) == 1


def test_a_reader_who_has_gone_is_no_traceback(tmp_path: Path) -> None:
    """A closed pipe ends the program quietly."""
    there, here = os.pipe()
    os.close(there)
    with os.fdopen(here, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "leo", "hello"],
            stdout=gone,
            stderr=subprocess.PIPE,
            env=environment(tmp_path),
            timeout=50,
            check=False,
        )

    assert (done.returncode, done.stderr) == (1, b"")
