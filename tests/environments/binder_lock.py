"""What Binder's image holds: pins, read from repo2docker's own lock, and those that Leo adds.

To write them anew, where jupyter-repo2docker is installed::

    python -m tests.environments.binder_lock > tests/environments/binder-pins.txt
"""

import re
import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

__all__ = ["OURS", "PINS", "ROOT", "locked", "pins", "read"]

ROOT = Path(__file__).parents[2]

PINS = Path(__file__).with_name("binder-pins.txt")

PACKAGE = re.compile(r"/([A-Za-z0-9_.-]+)-(\d[^-/]*)-(py[a-z0-9]+_\w+)\.(?:conda|tar\.bz2)")
"""A package of the lock; only Python's own have a build that begins with ``py``."""

NAMED_OTHERWISE = {
    "brotli-python": "brotli",
    "jupyterhub-base": "jupyterhub",
    "nbconvert-core": "nbconvert",
    "python-fastjsonschema": "fastjsonschema",
}
"""Conda's names that pip knows by another."""

INSTALLERS = ("pip", "setuptools", "wheel")

OURS = ROOT / "binder" / "pins.txt"
"""What Leo adds to the image, or replaces there: ipykernel 7.0 to 7.3 may leave a request unread
for ever (its issue 1554 and pull request 1529), and 7.4 would replace half of the server, too."""


def read(path: Path) -> dict[str, str]:
    """Read the version of every package that a file pins."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: number for name, _, number in (line.partition("==") for line in lines) if number}


def pins(lock: str) -> list[str]:
    """Give a conda lock's Python packages as pip knows them, sorted, without those of `OURS`."""
    ours = read(OURS)
    found = {
        NAMED_OTHERWISE.get(name, name).replace("_", "-"): number
        for name, number, _build in PACKAGE.findall(lock)
        if name not in INSTALLERS
    }
    return sorted(f"{name}=={number}" for name, number in found.items() if name not in ours)


def locked() -> list[str]:
    """Give the pins of the repo2docker that is installed, for the Python that binder/ asks for."""
    python = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    name = f"environment.py-{python.removeprefix('python-')}-linux-64.lock"
    return pins((files("repo2docker") / "buildpacks" / "conda" / name).read_text(encoding="utf-8"))


def main() -> None:
    """Print the pins."""
    lines = [
        f"# What Binder's image holds before Leo, by repo2docker {version('jupyter-repo2docker')}.",
        f"# Written by: python -m tests.environments.binder_lock > {PINS.relative_to(ROOT)}",
        f"-c ../../{OURS.relative_to(ROOT)}",
        *locked(),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
