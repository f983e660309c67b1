"""The lives of a population on a Dask cluster, one task a life; imported with a client only."""

import hashlib
from typing import TYPE_CHECKING, Final

import cloudpickle

from leo.errors import ObservationError
from leo.population.lives import DIGEST, Life, Lives
from leo.population.living import live
from leo.population.running import Live, Room
from leo.population.settings import Setting

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["on_cluster"]

AHEAD: Final = 2
"""Lives under way for each thread of a worker: one is lived, and one is there when it is done."""


def on_cluster(client: "Client", lives: Lives) -> tuple[Live, Room]:
    """Live them on a cluster's workers.

    A worker that is lost is no matter: the scheduler has its lives lived elsewhere. A life by
    which several were lost (Dask's ``allowed-failures``) fails, and what fails there is raised
    here.

    Parameters
    ----------
    client
        Of the loop that runs.
    lives
        What they are made of.

    Raises
    ------
    ObservationError
        If the client is not of this loop, or the lives cannot be sent.
    """
    if not client.asynchronous or client.status != "running":
        raise ObservationError(
            "the client must be open on this event loop: client = await Client(..., "
            "asynchronous=True)"
        )
    made, sent = lives.made, _pickled(lives)
    name = hashlib.blake2b(sent, digest_size=DIGEST).hexdigest()

    async def on_worker(setting: Setting) -> Life:
        key = f"leo-life-{name}-{setting.seed}-{'+'.join(setting.without)}-{setting.temperature!r}"
        future = client.submit(live, sent, made, setting, key=key)
        try:
            return await future  # type: ignore[no-any-return]
        finally:
            # the worker is freed from a result that is here, or that nobody wants
            future.release()  # type: ignore[no-untyped-call]

    async def room() -> int:
        try:
            threads: dict[str, int] = await client.nthreads()  # type: ignore[no-untyped-call]
        except OSError as error:
            raise ObservationError(f"the cluster cannot be reached: {error}") from error
        return AHEAD * max(1, sum(threads.values()))

    return on_worker, room


def _pickled(lives: Lives) -> bytes:
    """Pickle once what every task is given; what was defined in a notebook goes along."""
    try:
        return bytes(cloudpickle.dumps(lives))
    except Exception as error:
        raise ObservationError(
            f"these lives cannot be sent to workers ({type(error).__name__}: {error}); an "
            "observer must be made on the worker, not carry what is open here"
        ) from error
