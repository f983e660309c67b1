"""Make an environment, drive its tests, and read what came of them."""

import datetime
import json
import os
import platform
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from tests.environments.binder_lock import ROOT
from tests.environments.document import Result
from tests.environments.table import SHOWN, Environment

__all__ = ["Unavailable", "drive", "interpreter", "read_report"]

PLACE = ROOT / ".matrix"
"""Where the environments are made, and where what they said is kept."""

LONGEST_S = 1800
"""Seconds after which the tests of one environment are ended."""

WHOSE = (
    ("notebook_seven", "Notebook 7"),
    ("voila", "Voila"),
    ("e2e", "JupyterLab"),
    ("binder_plan", "repo2docker's plan"),
)
"""The front end that a test is driven in, by a part of its name; without one it has none."""

VERSIONS = """
import json, sys
from importlib.metadata import PackageNotFoundError, version
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        found[name] = "not there"
print(json.dumps([".".join(map(str, sys.version_info[:3])), found]))
"""


class Unavailable(Exception):
    """What an environment needs is not to be had; the message says what."""


@cache
def interpreter(version: str) -> str:
    """Find a Python of a version, like ``3.12``; with none given, the one we were made from.

    Raises
    ------
    Unavailable
        If there is none.
    """
    if not version:
        return str(getattr(sys, "_base_executable", sys.executable))
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    names = [f"python{version}", *map(str, sorted(kept.glob(f"{version}.*/bin/python{version}")))]
    for name in names:
        try:
            subprocess.run([name, "-c", "import ensurepip, venv"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return name
    raise Unavailable(f"no Python {version} was found")


def drive(environment: Environment, say: Callable[[str], None]) -> Result:
    """Install what an environment needs, drive its tests, and give what was found."""
    PLACE.mkdir(exist_ok=True)
    day = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    log = PLACE / f"{environment.name}.log"
    log.unlink(missing_ok=True)
    try:
        python = installed(environment, log)
        report = tested(environment, python, log)
    except Unavailable as error:
        say(f"{environment.name}: {error}")
        return Result(environment.name, machine(), {}, {}, 0, (str(error),), day)
    number, versions = found_in(python)
    driven, passed, failed = read_report(report)
    where = f"Python {number}, {machine()}, {browser()}"
    return Result(environment.name, where, versions, driven, passed, failed, day)


def installed(environment: Environment, log: Path) -> str:
    """Make the virtual environment, install Leo there as people do, and give its Python."""
    venv = PLACE / (environment.venv or environment.name)
    python = str(venv / "bin" / "python")
    if not (venv / "bin" / "pip").exists():
        made = [interpreter(environment.python), "-m", "venv", "--clear", str(venv)]
        run(made, log, "the virtual environment could not be made")
    limits: list[str] = []
    lines = [one for one in environment.pins if isinstance(one, str)]
    if lines:
        limits = ["--constraint", str(PLACE / f"{environment.name}.txt")]
        Path(limits[1]).write_text("\n".join(lines), encoding="utf-8")
    for file in environment.pins:
        if isinstance(file, Path):
            limits += ["--constraint", str(file)]
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    # Not editable: what is driven is the wheel, with the files that it really carries.
    run([*pip, ".[browser]", *environment.also, *limits], log, "pip could not install it")
    return python


def tested(environment: Environment, python: str, log: Path) -> Path:
    """Drive the tests, and give the file with their report."""
    report = PLACE / f"{environment.name}.xml"
    report.unlink(missing_ok=True)
    told = {"LEO_LAB_SETTINGS": json.dumps(dict(environment.settings))}
    command = [python, "-m", "pytest", *environment.tests, f"--junitxml={report}"]
    with log.open("ab") as out:
        try:
            subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, **told},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                timeout=LONGEST_S,
                check=False,  # the report says what failed
            )
        except subprocess.TimeoutExpired as error:
            raise Unavailable(f"the tests did not end in {LONGEST_S} s") from error
    if not report.exists():
        raise Unavailable(f"pytest wrote no report; see {log.relative_to(ROOT)}")
    return report


def run(command: list[str], log: Path, otherwise: str) -> None:
    """Run a command into the log."""
    with log.open("ab") as out:
        try:
            subprocess.run(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=True
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise Unavailable(f"{otherwise}; see {log.relative_to(ROOT)}") from error


def found_in(python: str) -> tuple[str, dict[str, str]]:
    """Ask an environment's metadata for its versions."""
    command = [python, "-c", VERSIONS, *SHOWN]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    number, versions = json.loads(told)
    return number, versions


def read_report(report: Path) -> tuple[dict[str, int], int, tuple[str, ...]]:
    """Read pytest's report: tests by front end, how many passed, and which failed."""
    ends: Counter[str] = Counter()
    passed, failed = 0, []
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        ends[next((end for part, end in WHOSE if part in name), "without a browser")] += 1
        if case.find("failure") is None and case.find("error") is None:
            passed += case.find("skipped") is None
        else:
            failed.append(str(case.get("name")))
    return dict(ends), passed, tuple(failed)


@cache
def machine() -> str:
    """Name the system that we are on."""
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        system = platform.platform(terse=True)
    return f"{system}, {os.cpu_count()} cores"


@cache
def browser() -> str:
    """Name the browser."""
    command = [os.environ.get("CHROMIUM", "chromium"), "--version"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return " ".join(told.split()[:2])
