"""A Dask cluster on this machine: a scheduler and worker processes, outside the process of a test.

It stands in a process of its own (``python -m tests.population.cluster``) because a local cluster
blocks the loop on which it starts its workers, which no loop of our tests may be. It reads how
many workers there shall be from its standard input, line by line, and answers when they are there.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from distributed import Client, LocalCluster

__all__ = ["Cluster", "cluster"]

ROOT: Final = Path(__file__).parents[2]

GLANCE: Final = 0.02
"""Seconds after which the scheduler is asked again."""

PATIENCE: Final = 60.0
"""Seconds to wait for workers."""


class Cluster:
    """Speaks with the process in which the cluster stands."""

    def __init__(self, process: asyncio.subprocess.Process, address: str) -> None:
        self._process, self.address = process, address

    async def scale(self, workers: int) -> None:
        """Have so many workers."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{workers}\n".encode())
        assert int(await _line(self._process)) == workers


async def _line(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None
    return await asyncio.wait_for(process.stdout.readline(), PATIENCE)


@asynccontextmanager
async def cluster(threads: int = 1) -> AsyncIterator[Cluster]:
    """Start a cluster without workers, and end it with all of its processes.

    Parameters
    ----------
    threads
        Of each worker.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.population.cluster", str(threads)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Cluster(process, (await _line(process)).decode().strip())
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


def main(threads: int) -> None:
    """Be the cluster."""
    with (
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=0, threads_per_worker=threads, dashboard_address="127.0.0.1:0"
        ) as local,
        Client(local) as client,  # type: ignore[no-untyped-call]
    ):
        print(local.scheduler_address, flush=True)
        for line in sys.stdin:
            local.scale(int(line))
            while len(client.nthreads()) != int(line):  # one that ends is there for a moment
                time.sleep(GLANCE)
            print(len(client.nthreads()), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
