"""``python -m leo lab``: JupyterLab on a first notebook."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from leo.errors import StoreError

__all__ = ["NOTEBOOK", "lab_command", "starter"]

NOTEBOOK = "hello_leo.ipynb"
"""What the first notebook is called where it is put."""


def lab_command(arguments: Sequence[str]) -> int:
    """Put a first notebook into a folder unless one is there, and run JupyterLab on it."""
    parser = argparse.ArgumentParser(
        prog="python -m leo lab",
        usage="%(prog)s [-h] [--dir DIR] [options of JupyterLab]",
        description=f"Open JupyterLab with {NOTEBOOK}, which is made if it is not there and "
        "never overwritten. All other arguments go to JupyterLab: python -m leo lab "
        "--no-browser --port 8899",
        allow_abbrev=False,
    )
    parser.add_argument("--dir", type=Path, default=Path(), help="folder to work in (this one)")
    asked, further = parser.parse_known_args(arguments)
    if find_spec("jupyterlab") is None:
        raise StoreError(
            "JupyterLab is not installed here; get it with: pip install 'leo-organism[lab]'"
        )
    folder = asked.dir.expanduser().absolute()
    _put(folder / NOTEBOOK)
    return _run(_jupyter(folder, further))


def starter() -> bytes:
    """Give the first notebook, as the package carries it."""
    return files("leo").joinpath("starter", "hello.ipynb").read_bytes()


def _put(place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as file:
            file.write(starter())
        print(f"leo: made {place}", file=sys.stderr)
    except FileExistsError:
        print(f"leo: {place} is there already, and stays as it is", file=sys.stderr)
    except OSError as error:
        raise StoreError(f"cannot write {place}: {error.strerror}; choose another --dir") from error


def _jupyter(folder: Path, further: Sequence[str]) -> list[str]:
    root = ["--allow-root"] if sys.platform != "win32" and os.geteuid() == 0 else []
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        *root,
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{NOTEBOOK}",
        *further,
    ]


def _run(command: Sequence[str]) -> int:
    # Kernels come from this environment, even where the user has a python3 kernel of his own.
    environment = {**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"}
    with subprocess.Popen(command, env=environment) as child:
        before = signal.signal(signal.SIGTERM, lambda number, frame: child.terminate())
        try:
            status = _wait(child)
        finally:
            signal.signal(signal.SIGTERM, before)
    return status if status >= 0 else 128 - status


def _wait(child: "subprocess.Popen[bytes]") -> int:
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue  # it went to JupyterLab too, which asks whether it is meant
