"""Live the lives that notebook 11 reads: 46 seeds, with all modules and with each one off.

``python notebooks/populations/make.py [WORKERS]`` lives what ``500_lives.jsonl`` does not keep
yet, on a Dask cluster of so many worker processes (two). After a change that changes what Leo
says, delete the file first. It takes some minutes.
"""

import asyncio
import sys
from pathlib import Path

from distributed import Client, LocalCluster

from leo.observation.deeds import NAMES
from leo.population import population

HERE = Path(__file__).parent

SEEDS = range(1, 47)


async def main(workers: int) -> None:
    """Live them."""
    talk = (HERE / "talk.txt").read_text(encoding="utf-8").splitlines()
    without = [(), *NAMES]
    async with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0", asynchronous=True
        ) as local,
        Client(local, asynchronous=True) as client,
    ):
        await population(talk, SEEDS, without, client=client, keep=HERE / "500_lives.jsonl")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2))
