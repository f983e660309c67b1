"""The options of talking, and the help that names the commands."""

import argparse
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from leo.home import ASYNC_DB_PATH
from leo.limits import settings_of

__all__ = ["COMMANDS", "Asked", "add_path", "ask_to_say", "ask_to_talk"]

COMMANDS: dict[str, str] = {
    "say": "give one reply, like a prompt alone; also to a word that is a command",
    "read": "let Leo read a book (a UTF-8 text file)",
    "export": "write what he knows and all his turns as tables",
    "doctor": "examine a file, and save what can be read of a damaged one",
    "lab": "open JupyterLab with a first notebook",
    "ablate": "show what each module changes in a talk",
    "observe": "talk with newborn Leos through topics, and measure every turn",
    "serve": "serve him over HTTP and WebSocket, with a page: one Leo for each session",
}
"""Words that are a command when they stand first."""

DESCRIPTION = """Talk with Leo, a language organism.

Without a prompt a conversation begins; with one, or with text on standard
input, he gives one reply and the program ends. Replies go to standard output,
everything else to standard error."""

EPILOG = """commands (each has a --help of its own):
{commands}

A command is a command only as the first word. To say such a word to Leo:
  python -m leo -- lab
  python -m leo say lab"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: a prompt (``None`` if none was given), and how to talk."""

    prompt: str | None
    path: Path
    temperature: float
    max_tokens: int
    seed: int | None


def ask_to_talk(arguments: Sequence[str]) -> Asked:
    """Understand the arguments of a talk; wrong ones end the program with status 2."""
    listed = "\n".join(f"  {name:8}{what}" for name, what in COMMANDS.items())
    parser = _parser("python -m leo", DESCRIPTION, EPILOG.format(commands=listed))
    parser.add_argument("prompt", nargs="*", help="what you say; a conversation without it")
    return _asked(parser, arguments)


def ask_to_say(arguments: Sequence[str]) -> Asked:
    """Understand the arguments of ``say``; wrong ones end the program with status 2."""
    parser = _parser("python -m leo say", "Give one reply; every word is part of the prompt.")
    parser.add_argument("prompt", nargs="*", help="what you say; standard input without it")
    return _asked(parser, arguments, commands=())


def _parser(program: str, description: str, epilog: str | None = None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_path(parser)
    told = (("--temperature", float, 1.0), ("--max-tokens", int, 80))
    for name, kind, default in told:
        parser.add_argument(name, type=kind, default=default, metavar="X", help="(%(default)s)")
    parser.add_argument("--seed", type=int, metavar="N", help="of a newborn's luck")
    return parser


def add_path(parser: argparse.ArgumentParser) -> None:
    """Give a command the option that names Leo's file."""
    parser.add_argument(
        "--path", type=Path, default=ASYNC_DB_PATH, metavar="FILE", help="his file (%(default)s)"
    )


def _asked(
    parser: argparse.ArgumentParser,
    arguments: Sequence[str],
    commands: Collection[str] = tuple(COMMANDS),
) -> Asked:
    # What follows "--" is cut off here: argparse loses track of it between options.
    given = list(arguments)
    end = given.index("--") if "--" in given else len(given)
    options, said = given[:end], given[end + 1 :]
    found = parser.parse_intermixed_args(options)
    if end == len(given) and len(found.prompt) == 1 and found.prompt[0] in commands:
        word = found.prompt[0]
        parser.error(
            f"the command {word} must be the first word; to say it to Leo: python -m leo -- {word}"
        )
    try:
        settings_of(found.temperature, found.max_tokens, ())
    except ValueError as error:
        parser.error(str(error))
    words = [*found.prompt, *said]
    prompt = " ".join(words) if words else None
    return Asked(prompt, found.path, found.temperature, found.max_tokens, found.seed)
