"""A conversation in the terminal, and a single reply."""

import sys
from collections.abc import Sequence

from leo.errors import LeoError, StoreError
from leo.sync_leo import LeoField
from leo.terminal.commands import Talk, WrongCommand
from leo.terminal.lines import Lines
from leo.terminal.options import Asked, ask_to_say, ask_to_talk

__all__ = ["say_command", "talk_command"]

WRONG_USAGE = 2
"""Exit status of argparse too."""


def talk_command(arguments: Sequence[str]) -> int:
    """Hold a conversation, or give one reply if there is a prompt."""
    asked = ask_to_talk(arguments)
    if asked.prompt is None and sys.stdin is not None and sys.stdin.isatty():
        return _converse(asked)
    return _say(asked)


def say_command(arguments: Sequence[str]) -> int:
    """Give one reply."""
    return _say(ask_to_say(arguments))


def _say(asked: Asked) -> int:
    prompt = _piped() if asked.prompt is None else asked.prompt
    with _open(asked) as leo:
        talk = Talk(leo, asked.temperature, asked.max_tokens)
        try:
            talk.hear(prompt)
        except WrongCommand as error:
            _tell(error)
            return WRONG_USAGE
    return 0


def _piped() -> str:
    if sys.stdin is None:  # closed by who started this program
        return ""
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise StoreError(f"standard input is not UTF-8 text: {error.reason}") from error


def _open(asked: Asked) -> LeoField:
    return LeoField(asked.path, seed=asked.seed)


# ---------------------------------------------------------------- the conversation


def _converse(asked: Asked) -> int:
    with _open(asked) as leo:
        talk = Talk(leo, asked.temperature, asked.max_tokens)
        lines = Lines(turn.prompt for turn in leo.turns)
        _tell(f"{leo.path}, turn {leo.stats().turns}; /help lists the commands, Ctrl-D leaves")
        while (line := _ask(lines)) is not None:
            if line and not _heard(talk, line):
                break
    return 0


def _ask(lines: Lines) -> str | None:
    """Give the next line, ``None`` when somebody leaves."""
    while True:
        try:
            return lines.ask().strip()
        except (EOFError, KeyboardInterrupt) as left:
            print(file=sys.stderr)
            if isinstance(left, KeyboardInterrupt) and lines.half_typed:
                continue
            return None


def _heard(talk: Talk, line: str) -> bool:
    try:
        return talk.hear(line)
    except KeyboardInterrupt:
        _tell("stopped; nothing of this turn was kept")
    except (LeoError, WrongCommand) as error:
        _tell(error)
    return True


def _tell(what: object) -> None:
    print(f"leo: {' '.join(str(what).split())}", file=sys.stderr)
