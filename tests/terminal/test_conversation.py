"""A conversation in a real pseudo-terminal: lines, commands, Ctrl-C and Ctrl-D."""

import shlex
import sys
from pathlib import Path

import pytest

from leo import LeoField
from tests.terminal.kit import SLOW, Terminal

pytest.importorskip("pty", reason="this platform has no pseudo-terminals")

CTRL_C, CTRL_D, UP = "\x03", "\x04", "\x1b[A"

TALK = (sys.executable, "-m", "leo")
SLOW_TALK = (sys.executable, "-c", SLOW)


def prompts(home: Path) -> list[str]:
    """Give what Leo was told in his life."""
    with LeoField(home / "leo.db") as found:
        return [turn.prompt for turn in found.journal()]


def test_a_conversation(tmp_path: Path) -> None:
    """Lines are said, commands are done, unknown ones and blank lines are not said."""
    with Terminal(tmp_path, *TALK) as terminal:
        assert "/help" in terminal.until("you: ")
        for line, told in (
            ("/help", "/exit"),
            ("/why", "there is no reply yet"),
            ("hello", "\n"),
            ("/why", "turn 1, by "),
            ("/stats", "turns     1"),
            ("/temp 1.5", "temperature 1.5"),
            ("/temp 99", "must be in (0, 10.0]"),
            ("/dance", "there is no command '/dance'"),
            ("", ""),
            ("again", "\n"),
        ):
            terminal.type(f"{line}\n")
            assert told in terminal.until("you: "), line
        terminal.type("/exit\n")
        assert terminal.end() == 0

    assert prompts(tmp_path) == ["hello", "again"]
    with LeoField(tmp_path / "leo.db") as found:
        assert [turn.settings.temperature for turn in found.turns] == [1.0, 1.5]


def test_the_end_of_input_leaves(tmp_path: Path) -> None:
    """Ctrl-D on an empty line ends the talk, and the file is let go."""
    with Terminal(tmp_path, *TALK) as terminal:
        terminal.until("you: ")
        terminal.type(CTRL_D)
        assert terminal.end() == 0

    assert prompts(tmp_path) == []


def test_ctrl_c_takes_back_a_line_and_leaves_at_an_empty_one(tmp_path: Path) -> None:
    """A half-typed line is dropped, and never said."""
    with Terminal(tmp_path, *TALK) as terminal:
        terminal.until("you: ")
        terminal.type("half a li")
        terminal.until("half a li")
        terminal.until("you: ", pressing=CTRL_C)
        terminal.type("hello\n")
        terminal.until("you: ")
        assert terminal.end(pressing=CTRL_C) == 0

    assert prompts(tmp_path) == ["hello"]


def test_ctrl_c_stops_the_reply_that_is_going_on(tmp_path: Path) -> None:
    """Nothing of it is kept, and the talk goes on."""
    with Terminal(tmp_path, *SLOW_TALK) as terminal:
        terminal.until("you: ")
        terminal.type("wait for me\n")
        terminal.until("he is thinking")
        terminal.type(CTRL_C)
        assert "nothing of this turn was kept" in terminal.until("you: ")
        terminal.type("hello\n")
        terminal.until("you: ")
        terminal.type(CTRL_D)
        assert terminal.end() == 0

    assert prompts(tmp_path) == ["hello"]


def test_ctrl_c_stops_a_single_reply(tmp_path: Path) -> None:
    """The program ends as shells expect it, and nothing is kept."""
    with Terminal(tmp_path, *SLOW_TALK, "wait") as terminal:
        terminal.until("he is thinking")
        terminal.type(CTRL_C)
        assert terminal.end() == 130
        assert terminal.shown.endswith("leo: stopped\n")

    assert prompts(tmp_path) == []


def test_replies_alone_go_to_standard_output(tmp_path: Path) -> None:
    """When it is a file, the prompt and all else still stand on the terminal."""
    out = tmp_path / "out.txt"
    command = f"{shlex.quote(sys.executable)} -m leo > {shlex.quote(str(out))}"
    with Terminal(tmp_path, "sh", "-c", command) as terminal:
        terminal.until("you: ")
        terminal.type("hello\n")
        terminal.until("you: ")
        terminal.type("/stats\n")
        terminal.until("turns     1")
        terminal.type(CTRL_D)
        assert terminal.end() == 0
    with LeoField(tmp_path / "leo.db") as found:
        assert out.read_text(encoding="utf-8") == found.turns[0].reply + "\n"


def test_the_arrow_goes_back_to_what_was_said(tmp_path: Path) -> None:
    """Also to what was said in an earlier talk."""
    pytest.importorskip("readline", reason="this Python has no line editing")
    with LeoField(tmp_path / "leo.db") as found:
        found.turn("the quagga sleeps")
    with Terminal(tmp_path, *TALK) as terminal:
        terminal.until("you: ")
        terminal.type(UP)
        terminal.until("the quagga sleeps")
        terminal.type("\n")
        terminal.until("you: ")
        terminal.type(CTRL_D)
        assert terminal.end() == 0

    assert prompts(tmp_path) == ["the quagga sleeps"] * 2
