"""Serves for `serve.py`, in a process of its own: prints the address and serves until it is ended.

python benchmarks/serve_process.py FOLDER
"""

import sys
from pathlib import Path

from kit import STEP

from leo import AsyncLeoField
from leo.serve import Limits, create_app
from leo.serve.server import HOST, address, listen, server
from leo.testing import ScriptedClock

MANY = 1_000_000
"""Where a limit is not what is measured."""

LIMITS = Limits(
    sessions_per_minute=MANY, sessions_at_once=MANY, turns_per_minute=MANY, turns_at_once=MANY
)


def make(path: Path) -> AsyncLeoField:
    """Make a Leo with all modules; all are alike."""
    return AsyncLeoField(path, seed=1, clock=ScriptedClock(step=STEP))


def main(home: str) -> None:
    """Serve."""
    with listen(HOST, 0) as taken:
        print(address(taken), flush=True)
        server(create_app(Path(home), limits=LIMITS, make=make), LIMITS).run(sockets=[taken])


if __name__ == "__main__":
    main(*sys.argv[1:])
