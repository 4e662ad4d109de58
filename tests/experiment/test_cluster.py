"""A dask scheduler by its address; `benchmarks/engines.py` runs a real one."""

import sys
from types import SimpleNamespace

import pytest
from joblib.parallel import BACKENDS

from forecast.errors import ConfigError, ForecastError
from forecast.experiment import cluster as made


class Killed(Exception):
    """A task that ended every worker that took it."""


@pytest.fixture
def scheduler(monkeypatch):
    """A scheduler that answers; what was asked of it."""
    asked = []

    class Client:
        def __init__(self, address):
            asked.append(address)

        def subscribe_topic(self, topic, handler):
            asked.append((topic, handler))

        def close(self):
            asked.append("closed")

    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(Client=Client, KilledWorker=Killed))
    monkeypatch.setattr(made, "register_backend", lambda: asked.append("registered"))
    return asked


def test_it_listens_for_lost_workers_and_is_left_at_the_end(scheduler):
    with made.cluster("tcp://head:8786") as backend:
        assert backend == made.BACKEND
    assert scheduler == ["tcp://head:8786", ("all", made.tell_of_lost), "registered", "closed"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Killed("chain 3"), r"ended while they worked.*\(chain 3\)"),
        (TimeoutError("10 s"), "has no worker .10 s"),
    ],
)
def test_what_a_cluster_cannot_do_is_told_in_words(scheduler, error, told):
    with pytest.raises(ForecastError, match=told), made.cluster("tcp://head:8786"):
        raise error
    assert scheduler[-1] == "closed"


def test_without_dask_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match="'distributed', which is missing"):
        made.cluster("tcp://head:8786").__enter__()


@pytest.mark.parametrize("cores", [1, 3])
def test_a_cluster_of_one_worker_is_used(cores):
    made.register_backend()
    assert made.BACKEND in BACKENDS
    backend = made.used_by_one(SimpleNamespace(effective_n_jobs=lambda n_jobs: cores))
    assert backend.effective_n_jobs(-1) == max(2, cores)


def test_a_lost_worker_is_told_and_one_that_was_sent_home_is_not(capsys):
    lost = {"action": "remove-worker", "worker": "tcp://w:1", "expected": False}
    made.tell_of_lost((0.0, lost))
    assert "tcp://w:1: this worker was lost" in capsys.readouterr().err
    made.tell_of_lost((0.0, lost | {"expected": True}))
    made.tell_of_lost((0.0, {"action": "add-worker"}))
    assert capsys.readouterr().err == ""
