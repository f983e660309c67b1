"""Lines that somebody types, with editing and history where the platform has them."""

import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

__all__ = ["Lines"]

PROMPT = "you: "


class Lines:
    """Asks for one line after another.

    Parameters
    ----------
    said
        What was said before; the arrow keys go back to it.
    """

    def __init__(self, said: Iterable[str] = ()) -> None:
        self._editor = _editor()
        if self._editor is not None:
            for line in said:
                self._editor.add_history(line.replace("\n", " "))

    def ask(self) -> str:
        """Ask for a line.

        Raises
        ------
        EOFError
            At the end of input (Ctrl-D).
        KeyboardInterrupt
            At Ctrl-C; see `half_typed`.
        """
        if self._editor is not None:
            return input(PROMPT)  # the editor draws the prompt anew when the line changes
        print(PROMPT, end="", file=sys.stderr, flush=True)
        return input()

    @property
    def half_typed(self) -> bool:
        """Whether something stood in the line when Ctrl-C was pressed."""
        return self._editor is not None and bool(self._editor.get_line_buffer())


def _editor() -> ModuleType | None:
    # It writes to standard output: only where that is the same terminal.
    if sys.stdin.isatty() and sys.stdout.isatty() and find_spec("readline") is not None:
        return import_module("readline")
    return None
