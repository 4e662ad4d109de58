"""Shared by all tests: no network, and small figures made from a known process."""

from __future__ import annotations

import gc
import os
import socket
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

import forecast as fc
import sharing
from forecast.cli.report_cache import PLUGIN
from forecast.data import figures
from forecast.models import registry
from forecast.scoring import registry as metrics

TESTS = Path(__file__).parent
# The same examples in every run of `make test`; `make proof` looks at new ones, and at more of them.
settings.register_profile("test", derandomize=True, deadline=None, max_examples=25)
settings.register_profile("proof", deadline=None, max_examples=300)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "test"))


def pytest_addoption(parser):
    parser.addoption("--approve", action="store_true", help="rewrite tests/approved with the words of now")


#: Files that take longest, in this order: a worker that took one of them last would end alone.
LONGEST = (
    "e2e/test_strangers.py",
    "experiment/test_run.py",
    "contract/test_models_contract.py",
    "report/test_build.py",
    "e2e/test_example.py",
    "report/test_hostile.py",
    "test_notebooks.py",
    "test_docs.py",
    "e2e/test_command.py",
    "e2e/test_browser_page.py",
    "publish/test_publish.py",
    "models/test_arima.py",
    "config/test_compose.py",
    "config/test_guard.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with the longest files; files are given out whole, in the order of their first test."""
    place = {str(TESTS / name): at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(str(item.path), len(place)))


def pytest_collection_finish(session):
    """What was imported stays: the collector of garbage need not look at it after every test."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def shared(tmp_path_factory, worker_id):
    """A folder that all workers see, for what is dear to make (`sharing`)."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "shared"
    folder.mkdir(exist_ok=True)
    sharing.share_in(folder)


@pytest.fixture(scope="session", autouse=True)
def unsynced():
    """The files of a test need not outlive the machine, so no test waits for the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """Let a test reach this machine only."""
    connect = socket.socket.connect

    def guarded(self, address):
        host = address[0] if isinstance(address, tuple) else ""
        if self.family != socket.AF_UNIX and host not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"tests are offline; {host} was asked for")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def registries():
    """What a test registers (models, metrics, readers) or loads as a plug-in is gone after it."""
    kept = [(own, dict(own)) for own in (registry._REGISTRY, metrics._OWN, figures._READERS)]
    yield
    for own, before in kept:
        own.clear()
        own.update(before)
    for name in [name for name in sys.modules if name.startswith(PLUGIN)]:
        del sys.modules[name]


@pytest.fixture
def rng():
    """Random numbers that begin anew in every test, so that the order of the tests does not matter."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def obs():
    return fc.load_observations()


@pytest.fixture(scope="session")
def events():
    return fc.load_events()


@pytest.fixture(scope="session")
def usbp():
    return "southwest.usbp"


def simulated_csv(path, series=("a",), months=96, seed=1, start="2015-01"):
    """Write monthly counts of a seasonal random walk, each public 20 days after its month."""
    rng = np.random.default_rng(seed)
    index = pd.period_range(start, periods=months, freq="M")
    rows = []
    for name in series:
        level = np.cumsum(rng.normal(0, 0.08, months)) + 9 + 0.2 * np.sin(2 * np.pi * np.arange(months) / 12)
        values = np.round(np.exp(level)).astype(int)
        released = index.to_timestamp(how="end").normalize() + pd.Timedelta(days=20)
        rows.append(
            pd.DataFrame(
                {"series_id": name, "month": index.astype(str), "value": values, "released": released}
            )
        )
    pd.concat(rows).to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Observations of two simulated series, 96 months."""
    path = tmp_path_factory.mktemp("figures") / "small.csv"
    return fc.load_observations(simulated_csv(path, ("a", "b")))


@pytest.fixture
def web():
    """A web server on the loopback that answers as a test wants."""
    from web_helpers import Web

    with Web() as made:
        yield made
