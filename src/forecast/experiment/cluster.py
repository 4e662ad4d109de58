"""The machines of a dask scheduler as workers of joblib."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol, TypeVar

from forecast.errors import ConfigError, ForecastError
from forecast.files import tell

#: The name under which joblib knows them.
BACKEND = "forecast_cluster"


@contextmanager
def cluster(address: str) -> Iterator[str]:
    """Connect to a scheduler, and give the name of the joblib backend that spreads work over its workers.

    Raises
    ------
    ConfigError
        If dask is not installed.
    ForecastError
        If no scheduler answers, no worker comes, or a chain ended every worker that took it.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise ConfigError(
            "parallel.address: a scheduler needs the package 'distributed', which is missing; install it,"
            " or leave the address away"
        ) from None
    try:
        client = Client(address)
    except Exception as error:  # of its own classes, which change with its versions
        raise ForecastError(
            f"parallel.address: no scheduler answers at {address} ({_first_line(error)}); start"
            " one with `dask scheduler`, or leave the address away"
        ) from error
    try:
        client.subscribe_topic("all", tell_of_lost)
        register_backend()
        yield BACKEND
    except KilledWorker as error:
        raise ForecastError(
            f"{address}: several workers were ended while they worked on the same chain"
            f" ({_first_line(error)}); mostly they want memory. Finished chains are kept; the same command"
            " goes on"
        ) from None
    except TimeoutError as error:
        raise ForecastError(
            f"{address}: the scheduler has no worker ({_first_line(error)}); start some with"
            f" `dask worker {address}`"
        ) from None
    finally:
        client.unsubscribe_topic("all")
        client.close()


def register_backend() -> None:
    """Make joblib know the cluster: as its own for dask, but a cluster of one worker is used too."""
    from joblib import register_parallel_backend
    from joblib._dask import DaskDistributedBackend

    def made(**words: object) -> DaskDistributedBackend:
        return used_by_one(DaskDistributedBackend(**words))

    register_parallel_backend(BACKEND, made)


class CountsWorkers(Protocol):
    """A backend of joblib, as far as it says for how many workers it has work."""

    effective_n_jobs: Callable[[int], int]


Backend = TypeVar("Backend", bound=CountsWorkers)


def used_by_one(backend: Backend) -> Backend:
    """Return a backend that asks for two at the least: joblib does the work of one by itself, here."""
    counted = backend.effective_n_jobs
    backend.effective_n_jobs = lambda n_jobs: max(2, counted(n_jobs))
    return backend


def tell_of_lost(event: tuple[float, Mapping[str, str | bool]]) -> None:
    """Say that a worker was lost, which the scheduler tells all who listen."""
    _, what = event
    if what.get("action") == "remove-worker" and not what.get("expected", False):
        tell(f"{what.get('worker', 'a worker')}: this worker was lost; its chains go to the others")


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
