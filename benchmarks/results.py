"""Puts what a benchmark printed into RESULTS.md, between its markers, and leaves the rest.

    python benchmarks/results.py put NAME < output
    python benchmarks/results.py targets

``put`` replaces what stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``; a name
without markers gets a section at the end. ``targets`` gathers the lines that begin with a
target's number (``T1 | ...``, see `kit.target`) into the table of the section ``targets``.
"""

import re
import sys
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")

_TARGET = re.compile(r"^[TV]\d+ \|.*$", re.MULTILINE)

_HEAD = "| | what | found | target | |\n|---|---|---|---|---|\n"


def _markers(name: str) -> tuple[str, str]:
    return f"<!-- begin {name} -->", f"<!-- end {name} -->"


def put(text: str, name: str, body: str) -> str:
    """Give a text in which a section's body is replaced, or the section added at the end."""
    begin, end = _markers(name)
    if begin not in text:
        return f"{text.rstrip()}\n\n## {name}\n\n{begin}\n{body}\n{end}\n"
    before, _, rest = text.partition(begin)
    if end not in rest:
        raise SystemExit(f"{RESULTS.name} has {begin!r} and no {end!r} after it: put it back.")
    return f"{before}{begin}\n{body}\n{end}{rest.partition(end)[2]}"


def block(output: str) -> str:
    """Show what was printed as it was printed."""
    return f"```text\n{output.strip()}\n```"


def table(text: str) -> str:
    """Gather the targets of all sections into one table, in their order."""
    found = dict.fromkeys(_TARGET.findall(text))
    lines = sorted(found, key=lambda line: (line[0], int(line[1:].partition(" ")[0])))
    return _HEAD + "\n".join(f"| {line} |" for line in lines)


def main(do: str, name: str = "targets") -> None:
    """Do what the command line says."""
    text = RESULTS.read_text(encoding="utf-8")
    if do == "put":
        told = put(text, name, block(sys.stdin.read()))
    elif do == "targets":
        told = put(text, name, table(text))
    else:
        raise SystemExit(f"{do!r} is neither 'put' nor 'targets'")
    RESULTS.write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
