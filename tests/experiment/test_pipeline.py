import os
import signal
import sys
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from joblib import Parallel, delayed

from forecast.backtesting.result import Backtest
from forecast.config.surroundings import ParallelSpec
from forecast.errors import ConfigError, FitError, ForecastError
from forecast.experiment import pipeline
from forecast.tables.quantiles import to_wide
from rounds_helpers import Rounds


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A small experiment with events laid over its combination, what it reads, and its folds."""
    r = Rounds(tmp_path_factory.mktemp("figures"))
    r.write(60, [("2021-03", 1.3, r.released(45))])
    r.events(("old", "2019-05-01", "2019-06-01"), ("later", "2022-01-10", "2022-01-15"))
    exp = r.experiment()
    short = replace(exp.combination["short"], with_events="short_with_events")
    exp = replace(exp, as_of=r.released(52), combination={"short": short})
    exp = replace(exp, backtest=replace(exp.backtest, start="2018-10", score_from="2021-01"))
    x = pipeline.read_inputs(exp)
    return exp, x, pipeline.make_folds(exp, x)


def test_what_enters_was_public_on_the_day(made):
    exp, x, _ = made
    assert str(x.as_of.date()) == exp.as_of and x.obs.newest_release() == x.as_of
    assert x.everything.newest_release() > x.as_of and x.origins[-1] <= x.as_of
    assert list(x.models) == ["random_walk", "drift"] and x.source.obs is x.obs
    with pytest.raises(ConfigError, match="nothing was public"):
        pipeline.known_by(x.everything, pd.Timestamp("1999-01-01"))


def test_effects_of_figures_without_logs_are_refused_before_all_work(tmp_path):
    r = Rounds(tmp_path)
    r.table["value"] = r.table["value"] - 1.0e6
    r.write(40)
    exp = r.experiment()
    with pytest.raises(
        ConfigError, match=r"events.effects: .* at or below 0 \(2018-01, .*set events.effects=null"
    ):
        pipeline.read_inputs(replace(exp, events=replace(exp.events, effects="judged")))
    assert pipeline.read_inputs(replace(exp, events=replace(exp.events, effects=None))).obs is not None


def test_rows_of_the_last_origin_are_the_same_alone(made):
    exp, x, bt = made
    whole, alone = pipeline.make_rows(exp, x, bt), pipeline.make_rows(exp, x, bt, newest_only=True)
    order = ["model", "knowledge", "month", "level"]
    tables = [
        rows.forecasts[rows.forecasts["origin"] == x.as_of].sort_values(order, ignore_index=True)
        for rows in (whole, alone)
    ]
    pd.testing.assert_frame_equal(*tables, check_exact=True)
    assert set(tables[0]["model"]) == {"random_walk", "drift", "short", "short_with_events"}
    assert len(alone.forecasts) < 0.7 * len(whole.forecasts)
    first = pd.Timestamp(x.obs.first_released("a")["2021-01"])
    assert whole.score_from == first and alone.score_from == x.as_of


def test_a_headline_without_a_forecast_is_an_error_with_its_reasons(made):
    exp, x, bt = made
    folds = bt.folds.assign(status="failed", message="no room")
    lost = Backtest(to_wide(bt.forecasts[bt.forecasts["model"] != "drift"]), folds)
    with pytest.raises(FitError, match="drift: no room"):
        pipeline.make_rows(exp, x, lost)


def test_a_row_with_events_or_hindsight_never_stands_in_for_the_headline(made):
    exp, x, bt = made
    exp = replace(exp, report=replace(exp.report, headline="drift"), combination={})
    both = replace(exp, backtest=replace(exp.backtest, knowledge=("none", "at_origin")))
    for settings, knowledge, fails in (
        (exp, "at_origin", False),
        (both, "at_origin", True),
        (both, "none", False),
        (exp, "hindsight", True),
    ):
        rows = bt.forecasts.assign(
            knowledge=bt.forecasts["knowledge"].where(bt.forecasts["model"] != "drift", knowledge)
        )
        if fails:
            with pytest.raises(FitError, match=r"(?s)'drift' has no forecast.*other knowledge of events"):
                pipeline.make_rows(settings, x, Backtest(to_wide(rows), bt.folds))
        else:
            assert len(pipeline.make_rows(settings, x, Backtest(to_wide(rows), bt.folds)).forecasts)


def test_a_series_that_is_not_there_is_named(made):
    exp, _, _ = made
    wrong = replace(exp, target=replace(exp.target, series=("b", "a", "c")))
    with pytest.raises(ConfigError) as told:
        pipeline.figures_of(wrong)
    assert str(told.value).count("there is no") == 2 and "The figures hold: a." in str(told.value)


def test_work_is_spread_as_the_settings_say(made):
    from joblib import Parallel

    exp, _, _ = made
    with pipeline.workers(exp):
        assert Parallel().n_jobs == 1
    with pipeline.workers(replace(exp, parallel=ParallelSpec(n_jobs=2, backend="threading"))):
        assert Parallel().n_jobs == 2


def test_a_scheduler_that_does_not_answer_is_one_sentence(made, monkeypatch):
    class Client:
        def __init__(self, address):
            raise OSError(f"Timed out trying to connect to {address}\nwith a trace")

    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(Client=Client, KilledWorker=OSError))
    exp = replace(made[0], parallel=ParallelSpec(address="nope:1"))
    with pytest.raises(ForecastError, match=r"no scheduler answers at nope:1 \(Timed out.*:1\)") as error:
        pipeline.workers(exp).__enter__()
    assert error.value.exit_code == 1 and "\n" not in str(error.value)


def _ended_from_outside():
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_killed_is_one_sentence(made):
    exp = replace(made[0], parallel=ParallelSpec(n_jobs=2))
    with (
        pytest.raises(ForecastError, match="a worker process was ended from outside") as error,
        pipeline.workers(exp),
    ):
        Parallel()(delayed(_ended_from_outside)() for _ in range(2))
    assert error.value.exit_code == 1
