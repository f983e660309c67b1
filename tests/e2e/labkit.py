"""A real JupyterLab, and a page of it in headless Chromium that is driven by commands.

Lab is told what to do through its own application object, not by pixels, and every awaited
answer has a deadline: a promise that never settles must not hang the suite.
"""

import ctypes
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Page, Request

__all__ = ["CHROMIUM_FLAGS", "JupyterServer", "LabPage", "write_notebook"]

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-device-scale-factor=1",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing else can be reached
)

# Lab throws these itself: the first when a kernel goes away while its debugger's handshake is
# under way; the second (seen in 4.4) when its table of contents looks for a heading in an output
# that was cleared since.
BENIGN = re.compile(
    r"Canceled future for \w+ message before replies were done"
    r"|Cannot read properties of undefined \(reading 'node'\)"
)

SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    **json.loads(os.environ.get("LEO_LAB_SETTINGS", "{}")),  # scripts/matrix drives Lab with others
}


def write_notebook(path: Path, cells: list[str]) -> None:
    """Write a notebook of code cells."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel},
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{i}",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": source,
            }
            for i, source in enumerate(cells)
        ],
    }
    path.write_text(json.dumps(book), encoding="utf-8")


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL("libc.so.6", use_errno=True).prctl(1, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class JupyterServer:
    """JupyterLab in a process group and a home of its own.

    Parameters
    ----------
    root
        Folder of the notebooks.
    env
        Further environment of server and kernels.
    settings
        Lab settings over the suite's own.
    """

    def __init__(
        self,
        root: Path,
        env: Mapping[str, str] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.root, self._env = root, dict(env or {})
        self._settings = {**SETTINGS, **(settings or {})}
        self.token, self.port = secrets.token_hex(16), _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.home = Path(tempfile.mkdtemp(prefix="leo-lab-"))
        self.log = self.home / "server.log"

    def __enter__(self) -> "JupyterServer":
        settings = self.home / "app-settings"
        settings.mkdir()
        (settings / "overrides.json").write_text(json.dumps(self._settings))
        env = {
            **os.environ,
            "HOME": str(self.home),
            "JUPYTER_CONFIG_DIR": str(self.home / "config"),
            "JUPYTER_DATA_DIR": str(self.home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "runtime"),
            "IPYTHONDIR": str(self.home / "ipython"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.home / "user-settings"),
            "JUPYTER_PREFER_ENV_PATH": "1",
            **self._env,
        }
        command = [
            sys.executable,
            *("-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
            f"--port={self.port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={self.root}",
            "--LabApp.expose_app_in_browser=True",
            f"--LabApp.app_settings_dir={settings}",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--ServerApp.disable_check_xsrf=True",
            "--KernelManager.shutdown_wait_time=0.3",
        ]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=self.root,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  a killed pytest leaves no server
            )
        self._wait_until_it_answers()
        return self

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 90
        while True:
            if self._process.poll() is not None:
                raise RuntimeError(f"JupyterLab ended: {self.log.read_text()[-3000:]}")
            try:
                self.api("status")
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    def api(self, path: str, method: str = "GET") -> Any:
        """Call the server's REST interface."""
        request = urllib.request.Request(
            f"{self.url}/api/{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def stop_kernels(self) -> None:
        """Shut down every kernel."""
        for session in self.api("sessions"):
            self.api(f"sessions/{session['id']}", "DELETE")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait(5)
        shutil.rmtree(self.home, ignore_errors=True)


class LabPage:
    """One notebook, open in JupyterLab.

    Attributes
    ----------
    external
        Addresses outside the server that the page asked for; each is refused by the flags.
    errors, console
        What the page complained about and said.
    """

    def __init__(self, page: Page, server: JupyterServer, path: str) -> None:
        self.page, self.server, self.path = page, server, path
        self.external: list[str] = []
        self.errors: list[str] = []
        self.console: list[str] = []
        page.on("console", self._noted)
        page.on("pageerror", self._complained)
        page.on("request", self._asked)  # a route would take Chromium's cache away

    def _noted(self, message: ConsoleMessage) -> None:
        self.console.append(f"{message.type}: {message.text}")

    def _complained(self, error: Error) -> None:
        if not BENIGN.search(str(error)):
            self.errors.append(str(error))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.server.url, "data:", "blob:", "ws://127.0.0.1")):
            self.external.append(request.url)

    # ------------------------------------------------------------ Lab itself

    def js(self, body: str, args: Any = None, timeout: float = 30) -> Any:
        """Run JavaScript that may await; it must answer within ``timeout`` seconds."""
        answer = self.page.evaluate(
            """([body, args, ms]) => {
                const AsyncFunction = Object.getPrototypeOf(async function () {}).constructor;
                const run = new AsyncFunction('args', body);
                const answer = async () => {
                    let timer;
                    const late = new Promise((give) => {
                        timer = setTimeout(() => give({__late: true}), ms);
                    });
                    try {
                        return await Promise.race([run(args), late]);
                    } finally {
                        clearTimeout(timer);
                    }
                };
                // Chromium has been seen to throw away a promise that only it waits for.
                const waiting = (window.leoWaiting ??= new Set());
                const promise = answer();
                const done = () => waiting.delete(promise);
                waiting.add(promise);
                promise.then(done, done);
                return promise;
            }""",
            [body, args, timeout * 1000],
        )
        if isinstance(answer, dict) and answer.get("__late"):
            raise TimeoutError(
                f"Lab did not answer in {timeout} s: {body[:120]!r}; {self.dialogs()}"
            )
        return answer

    def dialogs(self) -> Any:
        """Read the open dialogs."""
        return self.page.evaluate(
            "() => [...document.querySelectorAll('.jp-Dialog')].map((d) => d.innerText)"
        )

    def open(self) -> "LabPage":
        """Open the notebook in a fresh Lab, or load the page again."""
        self.page.goto(f"{self.server.url}/lab/tree/{self.path}?token={self.server.token}&reset")
        self.page.wait_for_function("() => window.jupyterapp && window.jupyterapp.started")
        self.js("await window.jupyterapp.restored;")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.wait_idle()
        return self

    def show(self) -> "LabPage":
        """Open the notebook in a Lab that the page has loaded already."""
        self.command("docmanager:open", path=self.path)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.wait_idle()
        return self

    def leave(self) -> None:
        """Close every document without saving it, and leave the page to somebody else."""
        self.js("for (const one of [...window.jupyterapp.shell.widgets('main')]) one.dispose();")
        assert self.dialogs() == []
        self.page.remove_listener("console", self._noted)
        self.page.remove_listener("pageerror", self._complained)
        self.page.remove_listener("request", self._asked)

    def wait_idle(self) -> None:
        """Wait until the kernel is idle."""
        self.page.wait_for_function(
            """() => {
                const widget = window.jupyterapp.shell.currentWidget;
                const session = widget?.context?.sessionContext;
                return session?.isReady && session.session?.kernel?.status === 'idle';
            }"""
        )

    def command(self, name: str, timeout: float = 60, **args: str) -> None:
        """Run a Lab command to its end."""
        run = "await window.jupyterapp.commands.execute(...args);"
        self.js(run, [name, args], timeout)

    def run_all(self) -> None:
        """Run all cells, and wait until every one has ended."""
        self.command("notebook:run-all-cells")

    def look_at(self, cell: int) -> None:
        """Scroll to a cell; what is far out of sight Lab may take off the page."""
        self.js("await window.jupyterapp.shell.currentWidget.content.scrollToItem(args);", cell)

    def save(self) -> None:
        """Save the notebook."""
        self.command("docmanager:save")

    def restart_kernel(self) -> None:
        """Restart the kernel without being asked."""
        self.js(
            "await window.jupyterapp.shell.currentWidget.context.sessionContext.restartKernel();"
        )
        self.wait_idle()

    def execute(self, code: str, timeout: float = 30) -> str:
        """Run code in the kernel on a side channel, and give its output or error."""
        return str(
            self.js(
                """
                const widget = window.jupyterapp.shell.currentWidget;
                const kernel = widget.context.sessionContext.session.kernel;
                let out = '';
                const future = kernel.requestExecute(
                    {code: args, store_history: false, allow_stdin: false});
                future.onIOPub = (m) => {
                    const c = m.content;
                    if (m.header.msg_type === 'stream') out += c.text;
                    if (m.header.msg_type === 'execute_result') out += c.data['text/plain'];
                    if (m.header.msg_type === 'error') out += c.ename + ': ' + c.evalue;
                };
                await future.done;
                return out;""",
                code,
                timeout,
            )
        )

    def cell_errors(self) -> list[str]:
        """List the errors among the cells' outputs."""
        return list(
            self.page.evaluate(
                """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
                    .flatMap((cell) => cell.cell_type === 'code' ? cell.toJSON().outputs : [])
                    .filter((output) => output.output_type === 'error')
                    .map((output) => output.ename + ': ' + output.evalue)"""
            )
        )

    # ------------------------------------------------------------ the chat and the figures

    def say(self, text: str) -> None:
        """Type a message and press Enter."""
        box = self.page.get_by_role("textbox", name="Message")
        box.fill(text)
        box.press("Enter")

    def wait_for_replies(self, count: int) -> None:
        """Wait until so many of Leo's replies are complete."""
        self.page.wait_for_function(
            "n => document.querySelectorAll('.leo-leo.leo-is-done .leo-word').length > 0"
            " && document.querySelectorAll('.leo-leo.leo-is-done').length >= n",
            arg=count,
        )

    def replies(self) -> list[str]:
        """Read Leo's replies."""
        return self.page.locator(".leo-leo .leo-body").all_inner_texts()

    def said(self) -> list[str]:
        """Read the transcript, also of a cell out of sight, which Lab may take off the page."""
        return self.page.locator(".leo-log .leo-msg").all_text_contents()

    def wait_for_points(self, figure: str, trace: int, count: int) -> None:
        """Wait until a trace of a figure has so many points."""
        self.page.wait_for_function(
            """([figure, trace, count]) => {
                const plot = document.querySelector(`[data-figure="${figure}"].js-plotly-plot`);
                return plot?.data?.[trace]?.y?.length === count;
            }""",
            arg=[figure, trace, count],
        )

    def wait_until_still(self, selector: str) -> dict[str, float]:
        """Wait until elements are drawn and have stopped moving; give the tallest one's place."""
        self.page.wait_for_selector(selector)
        self.page.locator(selector).first.scroll_into_view_if_needed()
        return dict(
            self.js(
                """
                const place = () => {
                    const boxes = [...document.querySelectorAll(args)]
                        .map((element) => element.getBoundingClientRect());
                    const box = boxes.reduce((a, b) => (b.height > a.height ? b : a));
                    return {x: box.x, y: box.y, width: box.width, height: box.height};
                };
                let last = '';
                for (let still = 0; still < 5; ) {
                    await new Promise((next) => setTimeout(next, 100));
                    const now = JSON.stringify(place());
                    still = now === last ? still + 1 : 0;
                    last = now;
                }
                return JSON.parse(last);""",
                selector,
            )
        )

    def title(self, figure: str) -> str:
        """Read a figure's title."""
        return str(
            self.page.evaluate(
                """figure => document.querySelector(`[data-figure="${figure}"]`)
                    ?.layout?.title?.text ?? ''""",
                figure,
            )
        )
