"""The page of differences names tests that exist."""

import ast
import re
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parent.parent / "docs" / "differences.md"
NAMED: Final = re.compile(r"\[`(test_\w+)`\]\(([^)]+\.py)\)")


def functions(file: Path) -> set[str]:
    """Give the names of all functions of a file."""
    return {
        node.name
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_row_names_a_test_that_exists() -> None:
    """Each row of the table has at least one test, and the linked file has it."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ")][1:]
    assert rows
    assert [row for row in rows if not NAMED.search(row)] == []
    named = [found for row in rows for found in NAMED.findall(row)]
    missing = [(name, file) for name, file in named if name not in functions(PAGE.parent / file)]
    assert missing == []
