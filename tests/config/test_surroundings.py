"""Settings that never enter a result."""

from dataclasses import replace

import pytest

from forecast.config.convert import from_plain
from forecast.config.settings import Experiment
from forecast.config.surroundings import ParallelSpec, PublishSpec
from forecast.errors import ConfigError
from forecast.experiment.load import digest, same_result


@pytest.mark.parametrize(
    ("cls", "values", "told"),
    [
        (ParallelSpec, {"n_jobs": 0}, "n_jobs"),
        (ParallelSpec, {"n_jobs": -2}, "n_jobs"),
        (ParallelSpec, {"backend": "multiprocessing"}, "backend"),
        (ParallelSpec, {"address": "head"}, "address"),
        (PublishSpec, {"archive": ""}, "archive"),
        (PublishSpec, {"fetch": ["ftp://a.org/x.csv"]}, r"fetch\[0\]"),
        (PublishSpec, {"fetch": ["https://a.org/x.csv"] * 2}, "fetch"),
        (PublishSpec, {"accept": ["October 2026"]}, r"accept\[0\]"),
        (PublishSpec, {"catch_up": "all"}, "catch_up"),
        (PublishSpec, {"url": "file:///srv/site"}, "url"),
        (PublishSpec, {"team": "news room"}, "team"),
        (PublishSpec, {"wait_seconds": -1}, "wait_seconds"),
        (PublishSpec, {"max_megabytes": 0}, "max_megabytes"),
        (PublishSpec, {"on_success": [""]}, r"on_success\[0\]"),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(cls, values, told):
    with pytest.raises(ConfigError, match=rf"^{told}: "):
        from_plain(cls, values)


def test_what_can_be_is_taken_as_it_stands():
    made = from_plain(PublishSpec, {"fetch": "https://a.org/x.csv", "accept": ["2026-10"], "wait_seconds": 5})
    assert made == PublishSpec(fetch=("https://a.org/x.csv",), accept=("2026-10",), wait_seconds=5.0)
    assert from_plain(ParallelSpec, {"n_jobs": -1, "address": "tcp://head:8786"}).n_jobs == -1
    # plain http is an exception that a user makes, and a round waits, keeps a copy and starts nothing
    assert (PublishSpec().allow_http, PublishSpec().backup, PublishSpec().on_success) == (False, True, ())


def test_they_make_no_other_result():
    exp = Experiment()
    elsewhere = replace(
        exp, parallel=ParallelSpec(n_jobs=8), publish=PublishSpec(site="elsewhere", hold=True)
    )
    assert same_result(exp, elsewhere) and digest(exp) == digest(elsewhere)
    assert not same_result(exp, replace(exp, horizon=3)) and digest(exp) != digest(replace(exp, horizon=3))
