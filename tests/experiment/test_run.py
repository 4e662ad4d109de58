from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.config import compose
from forecast.errors import ConfigError
from forecast.experiment import pipeline
from sampling import some_of

QUICK = ("backtest.start=2022-10", "model=[random_walk,drift]")


@pytest.fixture(scope="module")
def run():
    return fc.run(fc.load_experiment("quick", *QUICK))


def test_the_figures_are_those_of_7_may_2024(run, usbp):
    value = run.observations.set_index("month")["value"]
    assert value["2023-12"] == 249_785 and value["2024-02"] == 140_644 and value["2024-03"] == 137_480
    assert value.index.max() == pd.Period("2024-03", "M")
    assert (run.observations["released"] <= "2024-05-07").all()
    assert run.leaks["value"].tolist() == [129_000]


def test_the_headline_leaves_the_leak_out_and_begins_with_april(run):
    median = run.median()
    assert str(median.index[0]) == "2024-04" and len(median) == 12
    assert run.headline == "border"


def test_a_headline_with_and_without_events_is_the_one_without(run):
    """`backtest.knowledge=[none,at_origin,hindsight]` and a model as the headline: `median` and the notebook broke."""
    rows = run.forecasts[run.forecasts["model"] == run.headline]
    more = [rows.assign(knowledge=k, value=3 * rows["value"]) for k in ("at_origin", "hindsight")]
    both = replace(run, forecasts=pd.concat([*more, run.forecasts], ignore_index=True))
    pd.testing.assert_frame_equal(both.median(), run.median())
    pd.testing.assert_frame_equal(both.headline_forecasts.reset_index(drop=True), rows.reset_index(drop=True))
    known = replace(run, forecasts=pd.concat(more, ignore_index=True))
    pd.testing.assert_frame_equal(known.median(), 3 * run.median())
    assert replace(run, forecasts=more[1]).headline_forecasts.empty


def test_what_happened_later_stands_apart_and_feeds_nothing(run, usbp):
    after = run.afterwards.set_index("month")["value"]
    assert after.index.min() == pd.Period("2024-04", "M") and after["2024-04"] == 128_895
    for table in (run.backtest, run.forecasts):
        assert table["origin"].max() <= pd.Timestamp("2024-05-07")
    cut = fc.load_observations()
    early = pipeline.known_by(cut, pd.Timestamp("2024-05-07"))
    assert early.newest_release() <= pd.Timestamp("2024-05-07")


def test_members_know_no_events_and_models_with_events_stand_in_their_own_rows():
    run = fc.run(fc.load_experiment("quick", "backtest.start=2023-10", "model=[random_walk,arima]"))
    knowledge = run.forecasts.groupby("model")["knowledge"].unique().map(list).to_dict()
    assert knowledge["arima"] == ["at_origin"]
    assert all(knowledge[m] == ["none"] for m in ("random_walk", "arima_011", "mean_reversion", "border"))
    assert knowledge["border_events"] == ["at_origin"]
    kinds = run.coefficients[run.coefficients["model"] == "arima"].groupby("kind").size()
    assert kinds["shrunken"] == kinds["plain"] > 0


@pytest.mark.slow
def test_the_median_combination_is_the_median_of_its_members():
    run = fc.run(fc.load_experiment("quick", *QUICK, "combination=short"))
    table = run.forecasts[run.forecasts["level"] == 0.5].pivot(index="month", columns="model", values="value")
    members = table[["random_walk", "arima_011", "arima_72"]].to_numpy()
    np.testing.assert_allclose(table["middle"], np.exp(np.median(np.log(members), axis=1)), rtol=1e-9)


def test_every_table_is_there_and_scores_hold_the_baseline_at_zero(run):
    base = run.scores[(run.scores["model"] == "random_walk") & (run.scores["metric"] == "mae")]
    skill = base["skill"].dropna()
    assert len(skill) and (skill == 0).all()
    for name in (
        "folds",
        "calibration",
        "comparison",
        "intervals",
        "weights",
        "models",
        "estimability",
        "events",
        "breaks",
    ):
        assert len(getattr(run, name)), name
    members = {"seasonal_profile", "arima_011", "arima_72", "mean_reversion"}
    assert set(run.models["model"]) == {"random_walk", "drift", *members, "border", "border_events"}


def test_the_same_twice_is_the_same_with_any_number_of_workers(run):
    from joblib import parallel_config

    with parallel_config(backend="threading", n_jobs=2):
        again = fc.run(fc.load_experiment("quick", *QUICK))
    for name in (
        "forecasts",
        "backtest",
        "scores",
        "calibration",
        "comparison",
        "weights",
        "totals",
        "chances",
    ):
        pd.testing.assert_frame_equal(getattr(run, name), getattr(again, name), check_exact=True)


def test_with_the_leak_it_fills_april_and_widens_what_follows(usbp):
    words = ("backtest.start=2018-01", "model=random_walk", "combination=none", "report.headline=random_walk")
    plain = fc.run(fc.load_experiment("quick", *words))
    leaked = fc.run(fc.load_experiment("quick", *words, "data.include_leaks=true"))
    assert round(leaked.median().iloc[0, 0]) == 129_000
    assert plain.forecasts["month"].min() == leaked.forecasts["month"].min()

    def width(run):
        table = run.forecasts.pivot(index="horizon", columns="level", values="value")
        return np.log(table[0.9] / table[0.1])

    assert (width(leaked) > width(plain)).all()


def test_a_wrong_series_is_named_with_the_nearest():
    with pytest.raises(ConfigError, match=r"southwest\.usbp'"):
        fc.run(fc.load_experiment("quick", "target.series=[southwest.usb]"))


def test_as_of_a_day_that_is_no_release_day_is_still_the_last_origin(run):
    assert run.forecasts["origin"].unique() == [pd.Timestamp("2024-05-07")]
    assert run.backtest["origin"].max() == pd.Timestamp("2024-04-12")


SHORT = {
    "own_data": ("backtest.start=1983-06", "backtest.score_from=1983-06"),
    "sectors": (
        "backtest.start=2024-07",
        "backtest.score_from=2026-06",
        "model=random_walk",
        "specification=none",
    ),
    "ports": ("backtest.start=2026-05", "backtest.score_from=2026-05", "specification=none"),
    "quick": ("backtest.start=2024-01",),
    "title42_end": ("backtest.start=2023-01", "backtest.score_from=2023-01", "specification=none"),
    "january_2025": ("backtest.start=2024-09", "backtest.score_from=2024-09", "specification=none"),
    "guatemala_2024": ("backtest.start=2024-01", "backtest.score_from=2024-01"),
}


@pytest.mark.parametrize("name", some_of(sorted(compose.list_group("experiment")), quick=("quick",)))
def test_every_experiment_runs_on_a_shortened_window(name, tmp_path):
    words = SHORT.get(name, ("backtest.start=2026-05", "backtest.score_from=2026-05", "specification=none"))
    run = fc.run(fc.load_experiment(name, *words))
    assert len(run.median()) == 12
    assert run.median().notna().all().all()
    assert (run.folds["status"] != "failed").all(), run.folds.loc[
        run.folds["status"] == "failed", "message"
    ].unique()
    page = fc.write_report(run, tmp_path / "out", png=False) / "index.html"
    assert page.stat().st_size > 10_000
