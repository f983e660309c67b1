"""What the tests of the terminal share: real child processes, with pipes or a terminal."""

import os
import select
import subprocess
import sys
from pathlib import Path
from types import TracebackType

SPAWN = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"

SIZED = 'stty cols 100 rows 30; exec "$@"'
"""A pseudo-terminal is born without columns."""

PATIENCE = 6.0
"""How long somebody waits before the same key is pressed again; seconds."""
PRESSES = 5

SLOW = """
import asyncio, sys
import leo.opened
from leo.__main__ import main
from leo.module import Module

class Waits(Module):
    name = "waits"

    async def before(self, percept, so_far):
        if "wait" in percept.tokens:
            print("he is thinking", file=sys.stderr, flush=True)
            await asyncio.Event().wait()

leo.opened.default_modules = lambda: (Waits(),)
raise SystemExit(main(sys.argv[1:]))
"""
"""Leo with one module that never ends its turn when it hears "wait"."""


def environment(home: Path) -> dict[str, str]:
    """Give the environment of a child: a home of its own, and a terminal without colours."""
    return {**os.environ, "LEO_HOME": str(home), "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}


def leo(
    home: Path, *arguments: str, said: str | bytes = "", cwd: Path | None = None, code: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run ``python -m leo`` (or some code) to its end."""
    program = ["-c", code] if code else ["-m", "leo"]
    heard = said.encode() if isinstance(said, str) else said
    done = subprocess.run(
        [sys.executable, "-W", "error", *program, *arguments],
        input=heard,
        capture_output=True,
        env=environment(home),
        cwd=cwd,
        timeout=50,
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


class Terminal:
    """A program in a pseudo-terminal: what is typed goes in, what it shows comes out.

    Parameters
    ----------
    home
        Where its Leo lives.
    command
        The program.
    """

    def __init__(self, home: Path, *command: str) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-c", SPAWN, "sh", "-c", SIZED, "sh", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(home),
        )
        self.shown = ""

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._child.kill()
        self._child.communicate()

    def type(self, keys: str) -> None:
        """Press some keys."""
        assert self._child.stdin is not None
        self._child.stdin.write(keys.encode())
        self._child.stdin.flush()

    def until(self, text: str, pressing: str = "") -> str:
        """Wait until a text is shown, and give all that was shown up to it since the last.

        Some keys can be pressed until then, as `end` does.
        """
        assert self._child.stdout is not None
        self.type(pressing)
        while text not in self.shown:
            if pressing and not select.select([self._child.stdout], [], [], PATIENCE)[0]:
                self.type(pressing)
                continue
            more = os.read(self._child.stdout.fileno(), 65536)
            assert more, f"it ended before it showed {text!r}: {self.shown!r}"
            self.shown += more.decode().replace("\r\n", "\n")
        found, _, self.shown = self.shown.partition(text)
        return found + text

    def end(self, pressing: str = "") -> int:
        """Wait until the program has ended, and give its status.

        Ctrl-C that comes after Python has shown its prompt, but before it waits for a key, is
        noticed only with the next key. People press it again; so does this.
        """
        self.type(pressing)
        assert self._child.stdout is not None
        for _ in range(PRESSES):
            while select.select([self._child.stdout], [], [], PATIENCE)[0]:
                more = os.read(self._child.stdout.fileno(), 65536)
                if not more:
                    return self._child.wait(timeout=PATIENCE)
                self.shown += more.decode().replace("\r\n", "\n")
            self.type(pressing)
        raise AssertionError(f"it does not end: {self.shown!r}")
