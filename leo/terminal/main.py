"""What was typed after ``python -m leo``: which command it is, and how it ends."""

import io
import os
import sys
from collections.abc import Callable, Sequence

from leo.errors import LeoError
from leo.terminal.ablate import ablate_command
from leo.terminal.doctoring import doctor_command
from leo.terminal.exporting import export_command
from leo.terminal.lab import lab_command
from leo.terminal.observing import observe_command
from leo.terminal.options import COMMANDS
from leo.terminal.reading import read_command
from leo.terminal.serving import serve_command
from leo.terminal.talk import say_command, talk_command

__all__ = ["main"]

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""

RUN: dict[str, Callable[[Sequence[str]], int]] = {
    "say": say_command,
    "read": read_command,
    "export": export_command,
    "doctor": doctor_command,
    "lab": lab_command,
    "ablate": ablate_command,
    "observe": observe_command,
    "serve": serve_command,
}
"""Every name in `COMMANDS` has its function here."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, or else talk; gives the exit status.

    Parameters
    ----------
    arguments
        As typed after the program's name; those of this process by default.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    _never_fail_to_print()
    try:
        status = _run(given)
        sys.stdout.flush()
        return status
    except LeoError as error:
        print(f"leo: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("leo: stopped", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Who read the replies has gone; Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(given: Sequence[str]) -> int:
    if given and given[0] in COMMANDS:
        return RUN[given[0]](given[1:])
    return talk_command(given)


def _never_fail_to_print() -> None:
    # Leo knows words of every script; an old terminal shows "?" for what it cannot.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
