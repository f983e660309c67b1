"""``python -m leo serve``, and what it says when it cannot."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI

from leo.errors import ServeError
from leo.serve import Limits
from leo.serve.gate import loopback
from leo.serve.server import check_reach, listen, serving
from leo.terminal.main import main

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("leo.example", False),
    ],
)
def test_who_can_reach_a_host(host: str, ours: bool) -> None:
    """Only this machine reaches its loopback; without a token nothing else is served."""
    assert loopback(host) == ours
    check_reach(host, "x" * 16)
    if ours:
        check_reach(host, None)
    else:
        with pytest.raises(ServeError, match="--token-file"):
            check_reach(host, None)


@pytest.mark.parametrize("token", ["", "short", "x" * 15, "ä" * 20, "with a space in the middle"])
def test_a_token_that_is_none(token: str) -> None:
    """It is refused, wherever it listens."""
    with pytest.raises(ServeError, match="16 characters"):
        check_reach("127.0.0.1", token)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command, which must fail, and give the one line that it says."""
    assert main(["serve", *arguments]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_what_is_wrong_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A port that is taken, a file that is missing, a folder that is none, a host without token."""
    home = str(tmp_path / "home")
    with listen("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        assert f"port {port}" in said(capsys, "--home", home, "--port", port)
    assert "port 99999" in said(capsys, "--home", home, "--port", "99999")
    missing = str(tmp_path / "token")
    assert missing in said(capsys, "--home", home, "--token-file", missing)
    assert "--token-file" in said(capsys, "--home", home, "--host", "0.0.0.0")
    (tmp_path / "file").touch()
    assert "--home" in said(capsys, "--home", str(tmp_path / "file" / "home"))


def test_what_is_not_installed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names what to install."""
    monkeypatch.setattr("leo.terminal.serving.find_spec", lambda name: None)

    assert "pip install 'leo-organism[serve]'" in said(capsys)


def test_importing_leo_needs_no_server() -> None:
    """Neither Leo nor his widgets load what only a server needs."""
    code = (
        "import sys, leo, leo_widgets; print([m for m in ('fastapi', 'starlette', 'uvicorn',"
        " 'pydantic', 'websockets') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_it_serves_until_ctrl_c(tmp_path: Path) -> None:
    """It says where, answers there, and ends with the status of one who was interrupted."""
    command = [sys.executable, "-W", "error", "-m", "leo", "serve", "--port", "0"]
    environment = {**os.environ, "LEO_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path
    ) as child:
        assert child.stderr is not None
        line = child.stderr.readline()
        (where,) = [word for word in line.split() if word.startswith("http://127.0.0.1:")]
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{where}healthz", timeout=30) as answer:
            assert answer.read() == b'{"status":"ok"}'
        child.send_signal(signal.SIGINT)
        rest = child.stderr.read()

    assert str(tmp_path / "sessions") in line
    assert (child.returncode, rest) == (130, "leo: stopped\n")


async def test_a_server_that_cannot_start() -> None:
    """It is said; nobody is given an address where nothing is."""

    @asynccontextmanager
    async def broken(app: FastAPI) -> AsyncIterator[None]:
        if app.title:
            raise OSError("the disk is full")
        yield

    with pytest.raises(ServeError, match="its log says why"):
        async with serving(FastAPI(lifespan=broken), Limits(), listen("127.0.0.1", 0)):
            pytest.fail("it started")
