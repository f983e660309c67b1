"""``python -m leo serve``: one Leo for each session, over HTTP and WebSocket."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from leo.errors import ServeError
from leo.home import ASYNC_DB_PATH

__all__ = ["serve_command"]

HOST = "127.0.0.1"
PORT = 8765

NEEDED = ("fastapi", "uvicorn", "websockets")


def serve_command(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m leo serve",
        description="Serve Leo over HTTP and WebSocket, with a page to talk on: one Leo for each "
        "session, each in his file. Ctrl-C ends it; turns that are under way end before.",
        allow_abbrev=False,
    )
    parser.add_argument("--host", default=HOST, help="where to listen (%(default)s: only here)")
    parser.add_argument("--port", type=int, default=PORT, help="(%(default)s; 0: a free one)")
    parser.add_argument(
        "--home",
        type=Path,
        default=ASYNC_DB_PATH.parent / "sessions",
        metavar="DIR",
        help="folder of the sessions' files (%(default)s)",
    )
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="holds what clients must show; needed where others can reach the host",
    )
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="URL",
        help="an origin whose pages may talk to it, besides its own; may be given again",
    )
    asked = parser.parse_args(arguments)
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ServeError(
            f"{' and '.join(missing)} is not installed here; get what serving needs with: "
            "pip install 'leo-organism[serve]'"
        )
    return _serve(asked)


def _serve(asked: argparse.Namespace) -> int:
    from leo.serve import Limits, create_app  # noqa: PLC0415  an extra
    from leo.serve.server import address, check_reach, listen, server  # noqa: PLC0415

    token = _token(asked.token_file)
    check_reach(asked.host, token)
    home = _home(asked.home.expanduser().absolute())
    limits = Limits()
    app = create_app(home, limits=limits, token=token, origins=asked.origin)
    with listen(asked.host, asked.port) as taken:
        print(f"leo: serving {home} on {address(taken)} (Ctrl-C ends it)", file=sys.stderr)
        server(app, limits).run(sockets=[taken])
    return 0


def _token(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ServeError(f"cannot read a token from {file}: {told}") from error


def _home(home: Path) -> Path:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ServeError(
            f"cannot make the folder {home}: {error.strerror}; choose another --home"
        ) from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise ServeError(f"cannot write into {home}; choose another --home")
    return home
