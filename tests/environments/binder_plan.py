"""What repo2docker would do with binder/, without docker: scripts/matrix runs it for `binder`.

It is not collected by itself: repo2docker is not among what Leo's tests need.
"""

import subprocess
import sys

import pytest

from tests.environments.binder_lock import PINS, ROOT, locked


@pytest.fixture(scope="module")
def plan() -> str:
    """Give the plan for an image, as repo2docker prints it."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what repo2docker imports
def test_the_python_build_pack_is_picked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all kinds of repositories this is a Python one, and binder/ is what describes it."""
    from repo2docker.app import Repo2Docker

    monkeypatch.chdir(ROOT)
    packs = (pack("docker.io/library/buildpack-deps") for pack in Repo2Docker().buildpacks)
    picked = next(pack for pack in packs if pack.detect())

    assert type(picked).__name__ == "PythonBuildPack"
    assert picked.binder_dir == "binder"
    assert picked.python_version == "3.11"
    assert picked.get_post_build_scripts() == ["binder/postBuild"]
    assert picked.get_start_script() == "${REPO_DIR}/binder/start"


@pytest.mark.parametrize(
    "step",
    [
        "Building conda environment for python=3.11",
        "COPY --chown=0:0 src/ ${REPO_DIR}/",
        'pip install --no-cache-dir -r "binder/requirements.txt"',
        "RUN ./binder/postBuild",
        'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"',
    ],
)
def test_the_image_is_made_of_what_is_here(plan: str, step: str) -> None:
    """Leo is copied, installed as binder/requirements.txt says, prepared, and started."""
    assert step in plan


def test_the_pins_are_those_of_the_lock() -> None:
    """What scripts/test installs is what this repo2docker's images begin with."""
    lines = PINS.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("#", "-c"))]
    assert kept == locked(), (
        "the installed repo2docker has another lock; run "
        "python -m tests.environments.binder_lock > tests/environments/binder-pins.txt"
    )
