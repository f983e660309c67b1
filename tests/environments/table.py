"""The environments that Leo's browser tests are driven in, and what is driven in each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.environments.binder_lock import PINS

__all__ = ["ENVIRONMENTS", "OLDEST", "SHOWN", "Environment"]

OLDEST: Final = Path(__file__).with_name("oldest-pins.txt")

SHOWN: Final = (
    "jupyterlab",
    "notebook",
    "voila",
    "jupyter_server",
    "ipykernel",
    "ipython",
    "ipywidgets",
    "anywidget",
    "plotly",
    "numpy",
)
"""The packages whose versions stand in the document."""

# The first ones are no browser tests: they come first, because a browser's driver keeps an
# event loop running in the thread that the tests run in.
FEW: Final = ("tests/test_notebooks.py", "tests/e2e/test_lab.py", "tests/e2e/test_again.py")

ALL: Final = (
    *FEW,
    "tests/e2e/test_chat.py",
    "tests/e2e/test_whole_lab.py",
    "tests/e2e/test_elsewhere.py",
    "tests/e2e/test_let_in.py",
    "tests/e2e/let_in_elsewhere.py",
)

NO_SUBSHELLS: Final = {
    "@jupyterlab/apputils-extension:kernels-settings": {"commsOverSubshells": "disabled"}
}


@dataclass(frozen=True, slots=True)
class Environment:
    """One set of versions, and what is driven there.

    Attributes
    ----------
    name
        What it is called on the command line and in the document.
    what
        What is particular about it.
    pins
        Constraints on what pip installs: requirements, or files of them.
    also
        What is installed besides Leo and his browser tests.
    tests
        The files that are driven.
    settings
        JupyterLab's settings over those of the tests.
    python
        The interpreter's version, like ``3.12``; empty for the one that drives.
    venv
        Whose virtual environment it is driven in, if not its own.
    """

    name: str
    what: str
    pins: tuple[str | Path, ...] = ()
    also: tuple[str, ...] = ()
    tests: tuple[str, ...] = FEW
    settings: Mapping[str, Any] = field(default_factory=dict)
    python: str = ""
    venv: str = ""


ENVIRONMENTS: Final = (
    Environment("newest", "what pip gives today", tests=ALL),
    Environment(
        "binder",
        "the frozen set that repo2docker begins with",
        pins=(PINS,),
        also=("jupyter-repo2docker",),
        tests=("tests/environments/binder_plan.py", *ALL),
    ),
    Environment("kernel-6", "the newest ipykernel 6: no subshells", pins=("ipykernel<7",)),
    Environment(
        "subshells-off",
        "JupyterLab's setting for widgets over subshells is off",
        settings=NO_SUBSHELLS,
        venv="newest",
    ),
    Environment("oldest", "the lowest versions that pyproject.toml promises", pins=(OLDEST,)),
    Environment("python-3.12", "what pip gives on Python 3.12", python="3.12"),
    Environment("python-3.13", "what pip gives on Python 3.13", python="3.13"),
)
