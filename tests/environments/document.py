"""The table of results in docs/compatibility.md: read, brought up to date, written back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["BEGIN", "END", "HEAD", "Result", "row", "rows", "with_results"]

BEGIN = "<!-- results: written by scripts/matrix, which keeps all text around them -->"
END = "<!-- end of results -->"

HEAD = (
    "| environment | where | versions | driven | passed | failed | day |\n"
    "|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True, slots=True)
class Result:
    """What was found in one environment.

    Attributes
    ----------
    name
        The environment's.
    where
        Python, system and browser.
    versions
        What was installed, as its metadata says.
    driven
        How many tests were driven, by front end.
    passed
        How many passed.
    failed
        The names of those that failed, or what kept all of them from being driven.
    day
        The day, as ``2026-11-23``.
    """

    name: str
    where: str
    versions: Mapping[str, str]
    driven: Mapping[str, int]
    passed: int
    failed: tuple[str, ...]
    day: str


def row(result: Result) -> str:
    """Give a result's line of the table."""
    cells = (
        f"`{result.name}`",
        result.where,
        ", ".join(f"{name} {number}" for name, number in result.versions.items()),
        ", ".join(f"{end} {count}" for end, count in result.driven.items()),
        str(result.passed),
        f"{len(result.failed)}: {', '.join(result.failed)}" if result.failed else "0",
        result.day,
    )
    return f"| {' | '.join(_cell(one) for one in cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split()) or "none"


def rows(document: str) -> dict[str, str]:
    """Give the lines that a document has, by environment.

    Raises
    ------
    ValueError
        If the document has no place for results.
    """
    found = {}
    for line in _parts(document)[1].splitlines():
        if line.startswith("| `"):
            found[line.split("`")[1]] = line
    return found


def with_results(document: str, results: Sequence[Result], order: Sequence[str]) -> str:
    """Give a document with new results; the others stay, and so does all text around them.

    Parameters
    ----------
    document
        The document as it is.
    results
        What was found just now.
    order
        The environments there are, in the table's order; lines of others are dropped.

    Raises
    ------
    ValueError
        If the document has no place for results.
    """
    before, _old, after = _parts(document)
    lines = rows(document) | {one.name: row(one) for one in results}
    kept = [lines[name] for name in order if name in lines]
    return "\n".join((before + BEGIN, HEAD, *kept, END + after))


def _parts(document: str) -> tuple[str, str, str]:
    before, begun, rest = document.partition(BEGIN)
    between, ended, after = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"the document has no place for results: put {BEGIN} and {END} into it")
    return before, between, after
