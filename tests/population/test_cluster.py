"""Populations on a real Dask cluster: a scheduler and worker processes on this machine.

The scheduler and its workers stand in processes of their own, where nothing watches for blocking
calls or takes warnings for errors: what they do is Dask's. The client lives on our loop, under
both: nothing is left out for it.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from distributed import Client

from leo.errors import ObservationError
from leo.observation.observers import Function, Observer
from leo.population import Population, population
from leo.population.cluster import AHEAD
from tests.observation.kit import SMALL
from tests.population.cluster import Cluster, cluster
from tests.population.kit import BIRTH, few, short

pytestmark = pytest.mark.asyncio(loop_scope="module")

THREADS = 2
"""Of each worker, so that lives are lived side by side in a worker's process, too."""

GRID = ((1, 2), [(), ("school", "trauma")], [1.0, 0.5])
"""Eight lives of two turns."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def dask() -> AsyncIterator[tuple[Cluster, Any]]:
    """Give a cluster, and a client on this loop."""
    async with (
        cluster(THREADS) as started,
        Client(started.address, asynchronous=True) as client,  # type: ignore[no-untyped-call]
    ):
        yield started, client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def alone() -> Population:
    """Give the lives as this process lives them."""
    return await short(*GRID)


@pytest.mark.parametrize("workers", [1, 2])
async def test_any_number_of_workers_live_the_same_lives(
    dask: tuple[Cluster, Any], alone: Population, workers: int
) -> None:
    """The same table, row for row; and no more lives are under way than workers have use for."""
    started, client = dask
    await started.scale(workers)
    under_way: list[int] = []
    people = await short(
        *GRID, client=client, progress=lambda done, total: under_way.append(len(client.futures))
    )

    assert people == alone
    assert people.table.equals(alone.table)
    assert len(under_way) == 8
    assert max(under_way) <= AHEAD * THREADS * workers
    await asyncio.sleep(0)  # what was released is forgotten in the loop's next round
    assert not client.futures


async def test_a_worker_that_is_killed_changes_nothing(
    dask: tuple[Cluster, Any], alone: Population
) -> None:
    """What it was at is lived by the others, and the table is the same, row for row."""
    started, client = dask
    await started.scale(2)
    pids: dict[str, int] = await client.run(os.getpid)
    killed: list[int] = []

    def kill(done: int, total: int) -> None:
        if not killed:
            killed.append(pids.popitem()[1])
            os.kill(killed[0], signal.SIGKILL)
            assert total - done >= 4

    people = await short(*GRID, client=client, progress=kill)

    assert killed
    assert people == alone
    assert people.table.equals(alone.table)
    await client.wait_for_workers(2)
    again: dict[str, int] = await client.run(os.getpid)
    assert set(pids.values()) < set(again.values())
    assert killed[0] not in again.values()


async def test_an_observer_goes_to_the_workers(dask: tuple[Cluster, Any]) -> None:
    """Also one that is made here, in a function; one that fails there is named here."""
    started, client = dask
    await started.scale(2)

    @asynccontextmanager
    async def moody(seed: int) -> AsyncIterator[Observer]:
        if seed == 9:
            raise ValueError("no mood to talk")
        yield Function(lambda topic, talk: f"{topic.prompts[0]} {seed + len(talk)}")

    async def people(seeds: tuple[int, ...], client: Client | None) -> Population:
        return await population(
            moody,
            seeds,
            client=client,
            topics=SMALL,
            named="moody",
            birth=BIRTH,
            make_modules=few,
            progress=None,
        )

    assert await people((1, 2), client) == await people((1, 2), None)
    with pytest.raises(ObservationError, match=r"life with seed 9 .* ValueError: no mood to talk"):
        await people((9,), client)


async def test_who_is_cancelled_takes_back_what_waits(dask: tuple[Cluster, Any]) -> None:
    """No task is left on the scheduler but what a worker is at, which goes when it ends."""
    started, client = dask
    await started.scale(1)
    begun = asyncio.Event()
    task = asyncio.create_task(
        short(range(10, 20), client=client, progress=lambda done, total: begun.set())
    )
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await asyncio.sleep(0)
    assert not client.futures
