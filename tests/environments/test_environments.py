"""The driver of the environments: its table, its document, its reading of reports and locks."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.environments.binder_lock import OURS, PINS, ROOT, pins, read
from tests.environments.document import BEGIN, END, HEAD, Result, row, rows, with_results
from tests.environments.drive import read_report
from tests.environments.table import ENVIRONMENTS, OLDEST

DOCUMENT = f"# Where he runs\n\n{BEGIN}\n{END}\n\nNot run here: the moon.\n"

GOOD = Result(
    name="newest",
    where="Python 3.11.7, somewhere, 2 cores",
    versions={"jupyterlab": "4.6.6", "ipykernel": "7.4.0"},
    driven={"JupyterLab": 9, "Voila": 1},
    passed=10,
    failed=(),
    day="2026-11-23",
)

BAD = Result("oldest", "here", {}, {}, 0, ("pip could not | install\nit",), "2026-11-24")

ORDER = ("newest", "oldest")


def test_a_result_is_a_line_of_the_table() -> None:
    """A line has every part of a result, and as many cells as the head."""
    assert row(GOOD) == (
        "| `newest` | Python 3.11.7, somewhere, 2 cores | jupyterlab 4.6.6, ipykernel 7.4.0 "
        "| JupyterLab 9, Voila 1 | 10 | 0 | 2026-11-23 |"
    )
    assert row(BAD) == (
        "| `oldest` | here | none | none | 0 | 1: pip could not \\| install it | 2026-11-24 |"
    )
    columns = {len(re.findall(r"(?<!\\)\|", line)) for line in (*HEAD.splitlines(), row(BAD))}
    assert columns == {8}


def test_only_what_is_between_the_marks_is_written() -> None:
    """The text around the table stays; a second writing of the same changes nothing."""
    once = with_results(DOCUMENT, [BAD, GOOD], ORDER)

    assert once == DOCUMENT.replace(END, f"{HEAD}\n{row(GOOD)}\n{row(BAD)}\n{END}")
    assert with_results(once, [GOOD], ORDER) == once


def test_what_was_not_driven_now_stays_as_it_was_found() -> None:
    """A new result replaces its own line only; a line whose environment is gone is dropped."""
    before = with_results(DOCUMENT, [GOOD, BAD], ORDER)
    better = Result("oldest", "here", {}, {"JupyterLab": 1}, 1, (), "2026-11-25")

    assert rows(with_results(before, [better], ORDER)) == {
        "newest": row(GOOD),
        "oldest": row(better),
    }
    assert list(rows(with_results(before, [], ("oldest",)))) == ["oldest"]


def test_a_document_without_marks_is_left_alone() -> None:
    """Without a place for results there is an error that says what to put in."""
    with pytest.raises(ValueError, match="put <!-- results"):
        with_results("# Where he runs\n", [GOOD], ORDER)


def test_the_document_has_its_place_and_no_unknown_environment() -> None:
    """The lines of docs/compatibility.md are those of environments that exist."""
    text = (ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8")
    assert set(rows(text)) <= {one.name for one in ENVIRONMENTS}


def test_every_file_that_is_to_be_driven_is_there() -> None:
    """No environment names a test or a file of pins that does not exist; names are unique."""
    files = [ROOT / test for one in ENVIRONMENTS for test in one.tests]
    limits = [limit for one in ENVIRONMENTS for limit in one.pins if isinstance(limit, Path)]
    assert [str(file) for file in [*files, *limits] if not file.exists()] == []
    names = [one.name for one in ENVIRONMENTS]
    assert len(set(names)) == len(names)
    assert {one.venv for one in ENVIRONMENTS if one.venv} <= set(names)


REPORT = """<testsuites><testsuite>
<testcase classname="tests.e2e.test_lab" name="test_one"/>
<testcase classname="tests.e2e.test_lab" name="test_two"><failure/></testcase>
<testcase classname="tests.e2e.test_lab" name="test_three"><error/></testcase>
<testcase classname="tests.e2e.test_elsewhere" name="test_a_talk_in_voila"/>
<testcase classname="tests.e2e.test_elsewhere" name="test_a_talk_in_notebook_seven"/>
<testcase classname="tests.test_notebooks" name="test_hello"><skipped/></testcase>
</testsuite></testsuites>"""


def test_a_report_is_counted_by_front_end(tmp_path: Path) -> None:
    """Failures and errors are named; what was skipped neither passed nor failed."""
    (tmp_path / "report.xml").write_text(REPORT, encoding="utf-8")

    assert read_report(tmp_path / "report.xml") == (
        {"JupyterLab": 3, "Voila": 1, "Notebook 7": 1, "without a browser": 1},
        3,
        ("test_two", "test_three"),
    )


LOCK = """# Frozen
https://conda.example/noarch/tzdata-2025b-h78e105d_0.conda#1
https://conda.example/linux-64/pyzmq-27.1.0-py311h2315fbb_0.conda#2
https://conda.example/noarch/jupyter_server-2.17.0-pyhcf101f3_0.conda#3
https://conda.example/noarch/nbconvert-core-7.16.6-pyh29332c3_0.conda#4
https://conda.example/noarch/defusedxml-0.7.1-pyhd8ed1ab_0.tar.bz2#5
https://conda.example/noarch/pip-25.2-pyh8b19718_0.conda#6
https://conda.example/linux-64/python-3.11.14-hfe2f287_1_cpython.conda#7
"""


def test_a_lock_gives_pins_that_pip_knows() -> None:
    """Python's packages only, by pip's names, without the installers."""
    assert pins(LOCK) == [
        "defusedxml==0.7.1",
        "jupyter-server==2.17.0",
        "nbconvert==7.16.6",
        "pyzmq==27.1.0",
    ]


def pinned(file: Path) -> dict[str, Version]:
    """Read a file of pins."""
    return {name: Version(number) for name, number in read(file).items()}


def promised() -> dict[str, tuple[Requirement, Version]]:
    """Give what pyproject.toml promises to run with, and its lowest version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["lab"], *extras["frames"]]
    wanted = [Requirement(line) for line in lines]
    lowest = [part.version for one in wanted for part in one.specifier if part.operator == ">="]
    return {one.name: (one, Version(bound)) for one, bound in zip(wanted, lowest, strict=True)}


def test_the_oldest_versions_are_those_that_are_promised() -> None:
    """Each lower bound has a pin, and the pin is the first release that the bound allows."""
    lowest = pinned(OLDEST)
    for name, (wanted, bound) in promised().items():
        assert name in lowest
        assert lowest[name] in wanted.specifier
        assert lowest[name].release[: len(bound.release)] == bound.release, name


def test_binders_versions_are_within_what_is_promised() -> None:
    """Nothing that Binder's image holds has to be replaced to install Leo, but what is named."""
    held = pinned(PINS) | pinned(OURS)
    both = {name: wanted for name, (wanted, _) in promised().items() if name in held}

    assert {"jupyterlab", "ipykernel", "ipywidgets"} <= set(both)
    assert [name for name, wanted in both.items() if held[name] not in wanted.specifier] == []


@pytest.mark.parametrize("version", ["7.0.1", "7.1.0", "7.2.0", "7.3.0"])
def test_no_kernel_that_loses_requests_is_let_in(version: str) -> None:
    """ipykernel's shell replies were sent past the stream that reads, which then read no more."""
    wanted, _ = promised()["ipykernel"]

    assert version not in wanted.specifier
    assert "6.31.0" in wanted.specifier
    assert "7.4.0" in wanted.specifier
