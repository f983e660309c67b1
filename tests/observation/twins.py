"""The twins: one talk, awaited and not, in plain Python, in IPython and in a running notebook.

    python -m tests.observation.twins [--turns 200] [--ways "plain async" ...]

Each way is a process of its own, with a Leo of its own who was born with the same seed. What he
said and what his journal keeps of it is told as a digest of the Turns' bytes; all are the same, or
the end is 1. docs/observation.md has the figures.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from leo import Turn
from leo.observation.talk import TALK

__all__ = [
    "AWAITED",
    "BLOCKING",
    "WAYS",
    "Lived",
    "digest",
    "found_in",
    "in_ipython",
    "lived",
    "main",
    "script",
]

ROOT: Final = Path(__file__).parents[2]
LONGEST_S: Final = 1800

BEGIN: Final = """
from leo import AsyncLeoField, LeoField
from leo.testing import ScriptedClock
from tests.observation.twins import digest, script
how = dict(seed=7, clock=ScriptedClock(step=90.0), strict=True)
""".strip()

TELL: Final = "print('lived', len(turns), digest(turns), digest(kept))"

AWAITED: Final = (
    BEGIN,
    "leo = await AsyncLeoField({path!r}, **how).async_init()",
    "turns = [await leo.turn(prompt) for prompt in script({turns})]",
    "kept = await leo.journal()",
    "await leo.aclose()",
    TELL,
)
"""Cells of a notebook, or of IPython: an async Leo, who lives on from cell to cell."""

BLOCKING: Final = (
    BEGIN,
    "leo = LeoField({path!r}, **how)",
    "turns = [leo.turn(prompt) for prompt in script({turns})]",
    "kept = leo.journal()",
    "leo.close()",
    TELL,
)
"""The same with his twin."""

SHELL: Final = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in json.load(sys.stdin):
    shell.run_cell(cell).raise_error()
""".strip()


@dataclass(frozen=True, slots=True)
class Lived:
    """How many Turns a way took, and digests of what he said and of what his journal keeps."""

    turns: int
    told: str
    kept: str


def digest(turns: Iterable[Turn]) -> str:
    """Identify Turns by every byte that the same seed, clock and words repeat."""
    told = "\n".join(turn.without_timings().to_json() for turn in turns)
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def script(turns: int) -> tuple[str, ...]:
    """Give so many prompts: the scripted talk, again and again."""
    return tuple(TALK[i % len(TALK)] for i in range(turns))


def _plain(cells: Sequence[str], folder: Path) -> str:
    if "await" not in "".join(cells):
        return _python("\n".join(cells), "", folder)
    body = "\n".join(cells).replace("\n", "\n    ")
    return _python(
        f"import asyncio\nasync def main():\n    {body}\nasyncio.run(main())", "", folder
    )


def in_ipython(cells: Sequence[str], folder: Path) -> str:
    """Run cells in a shell of IPython, one after the other, and give what they printed."""
    return _python(SHELL, json.dumps(cells), folder)


def _python(code: str, given: str, folder: Path) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", code],
        input=given,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
        cwd=folder,
        env=_environment(folder),
    )
    if ended.returncode:
        raise RuntimeError(f"{code}\nfailed:\n{ended.stdout}{ended.stderr}")
    return ended.stdout


def _notebook(cells: Sequence[str], folder: Path) -> str:
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(
        book,
        timeout=LONGEST_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=_environment(folder))
    return "".join(output.text for output in book.cells[-1].outputs)


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "IPYTHONDIR": str(folder / "ipython")}


Run = Callable[[Sequence[str], Path], str]

WAYS: Final[Mapping[str, tuple[Run, Sequence[str]]]] = {
    "plain async": (_plain, AWAITED),
    "plain twin": (_plain, BLOCKING),
    "IPython async": (in_ipython, AWAITED),
    "IPython twin": (in_ipython, BLOCKING),
    "notebook async": (_notebook, AWAITED),
    "notebook twin": (_notebook, BLOCKING),
}
"""How cells are run, and which."""


def lived(way: str, turns: int, folder: Path) -> Lived:
    """Live the talk in one way.

    Parameters
    ----------
    way
        One of `WAYS`.
    turns
        How many prompts are said.
    folder
        For his file.
    """
    run, cells = WAYS[way]
    path = str(folder / "leo.db")
    out = run([cell.format(path=path, turns=turns) for cell in cells], folder)
    (found,) = found_in(out)
    return found


def found_in(out: str) -> list[Lived]:
    """Read what was told of lives."""
    told = re.findall(r"^lived (\d+) (\w+) (\w+)$", out, re.MULTILINE)
    return [Lived(int(turns), said, kept) for turns, said, kept in told]


def main(words: Sequence[str]) -> int:
    """Live the talk in all ways, and print a table: 0 if all are the same."""
    parser = argparse.ArgumentParser(prog="python -m tests.observation.twins")
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS), metavar="WAY")
    chosen = parser.parse_args(words)
    print("| way | turns | what he said | what his journal keeps |\n|---|---|---|---|")
    found: set[Lived] = set()
    for way in chosen.ways:
        with tempfile.TemporaryDirectory(prefix="leo-twins-") as folder:
            one = lived(way, chosen.turns, Path(folder))
        found.add(one)
        print(f"| {way} | {one.turns} | `{one.told}` | `{one.kept}` |", flush=True)
    same = len(found) == 1 and all(one.told == one.kept for one in found)
    print("\nAll are the same." if same else "\nThey differ.")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
