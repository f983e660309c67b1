"""binder/: what runs when an image is built, what runs at each start, and where the badge leads."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.environments.binder_lock import OURS, PINS, ROOT, read

BINDER = ROOT / "binder"

EXTRAS = ("lab", "frames")
"""What is installed there besides what Leo always needs."""


def started(home: Path, tmp_path: Path, **told: str) -> Path:
    """Start as Binder does, and give Leo's home as a notebook would see it."""
    (tmp_path / "tmp").mkdir()
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(tmp_path / "tmp"), **told}
    done = subprocess.run(
        [BINDER / "start", "env"], env=env, check=True, capture_output=True, text=True
    )
    found = dict(line.partition("=")[::2] for line in done.stdout.splitlines())
    assert found["HOME"] == str(home)
    return Path(found["LEO_HOME"])


def test_leo_lives_in_a_home_that_can_be_written(tmp_path: Path) -> None:
    """His folder is made in the home folder."""
    home = started(tmp_path, tmp_path)

    assert home == tmp_path / ".leo"
    assert home.is_dir()


def test_leo_lives_elsewhere_where_the_home_cannot_be_written(tmp_path: Path) -> None:
    """A home that is no folder, which root cannot write either: he gets a temporary one."""
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    home = started(tmp_path / "file", tmp_path)

    assert home.parent == tmp_path / "tmp"
    assert home.is_dir()


def test_leo_lives_where_he_is_told_to(tmp_path: Path) -> None:
    """LEO_HOME is kept, and made if it is not there."""
    home = started(tmp_path, tmp_path, LEO_HOME=str(tmp_path / "far" / "away"))

    assert home == tmp_path / "far" / "away"
    assert home.is_dir()


@pytest.mark.timeout(120)
def test_the_image_is_prepared(tmp_path: Path) -> None:
    """Everything is compiled, and JupyterLab does not ask about news (nor with scripts/lab)."""
    for name in ("leo", "leo_widgets"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(
        [BINDER / "postBuild"],
        cwd=tmp_path,
        env={**env, "PATH": path, "HOME": str(tmp_path)},
        check=True,
    )

    sources = [*(tmp_path / "leo").rglob("*.py"), *(tmp_path / "leo_widgets").rglob("*.py")]
    compiled = list(tmp_path.rglob("*.pyc"))
    assert len(compiled) == len(sources) > 0
    config = Path(sys.prefix) / "etc" / "jupyter" / "labconfig" / "page_config.json"
    kept = json.loads(config.read_text(encoding="utf-8"))["disabledExtensions"]
    assert kept["@jupyterlab/apputils-extension:announcements"] is True


def test_what_is_installed_is_what_is_here() -> None:
    """Binder installs this folder, with JupyterLab and pandas, on a Python that is promised."""
    wanted = (BINDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert wanted == [f"-r {OURS.name}", f"-e .[{','.join(EXTRAS)}]"]
    promised = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    python = (BINDER / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert f"Programming Language :: Python :: {python}" in promised


def needed(name: str, image: set[str]) -> set[str]:
    """List what has to be installed for a package, as pip names it, that an image has not yet."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        asking = waiting.pop()
        extras = ("", *EXTRAS) if asking == name else ("",)
        for line in requires(asking) or []:
            wanted = Requirement(line)
            there = canonicalize_name(wanted.name)
            marker = wanted.marker
            asked = marker is None or any(marker.evaluate({"extra": one}) for one in extras)
            if asked and there not in found | image:
                found.add(there)
                waiting.append(there)
    return found


def test_nothing_that_is_installed_there_is_left_to_chance() -> None:
    """What Leo needs beside the image, and what that needs, is pinned; nothing else is."""
    ours, image = ({str(canonicalize_name(name)) for name in read(path)} for path in (OURS, PINS))

    assert needed("leo-organism", image) == ours


def test_the_badges_open_every_notebook() -> None:
    """The addresses in the README name JupyterLab, and the first and then each notebook."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    opened = re.findall(r"mybinder\.org/v2/gh/[^)]*\?urlpath=lab/tree/([^)]+)\)", readme)
    there = [f"notebooks/{path.name}" for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]

    assert opened == [there[0], *there]
