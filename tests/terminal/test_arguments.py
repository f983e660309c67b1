"""What is typed after ``python -m leo``, and how it is understood."""

import pytest

from leo import ASYNC_DB_PATH
from leo.__main__ import main
from leo.terminal.main import RUN
from leo.terminal.options import COMMANDS, ask_to_say, ask_to_talk


def test_without_arguments_a_conversation_is_asked_for() -> None:
    """No prompt, the usual file, the usual settings."""
    asked = ask_to_talk([])

    assert (asked.prompt, asked.path, asked.seed) == (None, ASYNC_DB_PATH, None)
    assert (asked.temperature, asked.max_tokens) == (1.0, 80)


@pytest.mark.parametrize(
    ("typed", "prompt"),
    [
        ("hello there", "hello there"),
        ("--seed 3 hello there", "hello there"),
        ("hello --seed 3 there", "hello there"),
        ("hello there --seed 3", "hello there"),
        ("-- lab", "lab"),
        ("--seed 3 -- --seed", "--seed"),
        ("hello -- --there", "hello --there"),
        ("open the lab", "open the lab"),
    ],
)
def test_words_are_the_prompt_wherever_options_stand(typed: str, prompt: str) -> None:
    """Options may stand between the words; after two dashes everything is said."""
    assert ask_to_talk(typed.split()).prompt == prompt


def test_say_takes_a_commands_name_as_a_prompt() -> None:
    """What stands after say is said."""
    assert [ask_to_say([name]).prompt for name in COMMANDS] == list(COMMANDS)
    assert ask_to_say(["say", "--seed", "3", "it"]).prompt == "say it"


def test_a_command_that_comes_too_late_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Options before a command are an error that names the way, not a prompt."""
    with pytest.raises(SystemExit) as ended:
        ask_to_talk(["--seed", "3", "lab"])

    assert ended.value.code == 2
    assert "python -m leo -- lab" in capsys.readouterr().err


@pytest.mark.parametrize(
    "typed",
    [
        "--temperature 0 hello",
        "--temperature nan hello",
        "--max-tokens 401 hello",
        "--max-tokens many hello",
        "--seed x hello",
        "--temp 1 hello",
        "--unknown hello",
        "read",
        "read the room",
        "export",
        "export x.foo",
        "export x --format xls",
        "ablate --turns 0",
    ],
)
def test_wrong_usage_is_told_by_argparse(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2 and a usage line, before any Leo is opened."""
    with pytest.raises(SystemExit) as ended:
        main(typed.split())

    assert ended.value.code == 2
    assert "usage: python -m leo" in capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Each has a function and a line, and the way to say its name stands there."""
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    shown = capsys.readouterr().out

    assert ended.value.code == 0
    assert set(RUN) == set(COMMANDS)
    assert all(f"  {name}" in shown for name in COMMANDS)
    assert "python -m leo -- lab" in shown
    assert "python -m leo say lab" in shown
