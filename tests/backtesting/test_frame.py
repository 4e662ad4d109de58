"""A group of series in, its past forecasts out: the same figures as the backtest's, whatever the grouping."""

import inspect
import pickle

import numpy as np
import pandas as pd
import pytest
from utilsforecast.evaluation import evaluate
from utilsforecast.losses import coverage, mae, mase, scaled_crps

import forecast as fc
from forecast.errors import ConfigError, DataError

WORDS = {"models": ["drift", "seasonal_naive"], "horizon": 3, "origins": 4, "step": 2, "level": [80, 95]}


@pytest.fixture(scope="module")
def frame():
    """Three short series of Nixtla's columns, not all of one length."""
    rng = np.random.default_rng(5)
    months = pd.date_range("2018-01-01", periods=60, freq="MS")
    parts = [
        pd.DataFrame({"unique_id": name, "ds": months[first:], "y": np.round(np.exp(6 + walk[first:]))})
        for name, first, walk in zip(
            ("north", "south", "east"), (0, 6, 0), np.cumsum(rng.normal(0, 0.1, (3, 60)), axis=1), strict=True
        )
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def past(frame):
    return fc.backtest_frame(frame, **WORDS)


def test_it_has_nixtlas_columns_and_every_fold_has_its_figures(frame, past):
    assert list(past.columns[:9]) == [
        *("unique_id", "ds", "cutoff", "y", "random_walk"),
        *("random_walk-lo-80", "random_walk-hi-80", "random_walk-lo-95", "random_walk-hi-95"),
    ]
    assert len(past) == 3 * 4 * 3 and not past.isna().any().any()
    assert past["unique_id"].unique().tolist() == ["north", "south", "east"]
    cutoffs = past.loc[past["unique_id"] == "north", "cutoff"].drop_duplicates()
    assert cutoffs.dt.strftime("%Y-%m").tolist() == ["2022-03", "2022-05", "2022-07", "2022-09"]
    joined = past.merge(frame, on=["unique_id", "ds"], suffixes=("", "_given"))
    assert len(joined) == len(past) and (joined["y"] == joined["y_given"]).all()


def test_its_figures_are_those_of_the_backtest_to_the_bit(frame, past):
    obs = fc.from_nixtla(frame)
    days = fc.monthly_origins(None, "2022-09", obs, ["north"], step=2)[-4:]
    models = {name: fc.make_model(name) for name in WORDS["models"]}
    bt = fc.backtest(models, obs, None, ["north"], days, 3, "none", levels=(0.025, 0.1, 0.5, 0.9, 0.975))
    wide = fc.to_nixtla(bt.forecasts).sort_values(["cutoff", "ds"], ignore_index=True)
    mine = past[past["unique_id"] == "north"].reset_index(drop=True)
    for column in wide.columns[3:]:
        assert mine[column].tolist() == wide[column].tolist(), column


def test_any_level_may_be_asked_for(frame):
    made = fc.backtest_frame(frame, models="drift", horizon=1, origins=2, level=(73, 50))
    named = ["drift-lo-73", "drift-lo-50", "drift", "drift-hi-50", "drift-hi-73"]
    assert set(named) <= set(made.columns)
    assert (np.diff(made[named].to_numpy(), axis=1) > 0).all()


def test_any_grouping_gives_the_same_rows(frame, past):
    groups = frame.sample(frac=1, random_state=1).groupby("unique_id", sort=False)
    parts = [fc.backtest_frame(rows, **WORDS) for _, rows in groups]
    whole = pd.concat(parts).sort_values(["unique_id", "cutoff", "ds"], ignore_index=True)
    wanted = past.sort_values(["unique_id", "cutoff", "ds"], ignore_index=True)
    pd.testing.assert_frame_equal(whole, wanted, check_exact=True)
    scores = [evaluate(part, [mae, scaled_crps], level=[80, 95]) for part in parts]
    joined = pd.concat(scores).sort_values(["unique_id", "cutoff", "metric"], ignore_index=True)
    whole = evaluate(past, [mae, scaled_crps], level=[80, 95])
    whole = whole.sort_values(["unique_id", "cutoff", "metric"], ignore_index=True)
    pd.testing.assert_frame_equal(joined, whole, check_exact=True)


def test_it_can_be_sent_to_other_processes_with_its_annotations():
    assert pickle.loads(pickle.dumps(fc.backtest_frame)) is fc.backtest_frame
    assert inspect.signature(fc.backtest_frame, eval_str=True).return_annotation is pd.DataFrame


def test_nixtlas_evaluation_scores_it_unchanged(frame, past):
    found = evaluate(past, [mae, mase_of_a_year, coverage, scaled_crps], train_df=frame, level=[80, 95])
    assert {"random_walk", "drift", "seasonal_naive"} <= set(found.columns)
    assert found["metric"].nunique() == 5 and not found.isna().any().any()
    first = past[(past["unique_id"] == "north") & (past["cutoff"] == "2022-03-01")]
    mine = (found["unique_id"] == "north") & (found["metric"] == "mae") & (found["cutoff"] == "2022-03-01")
    value = found.loc[mine, "drift"]
    assert value.tolist() == pytest.approx([(first["y"] - first["drift"]).abs().mean()])


def mase_of_a_year(
    df, models, train_df, id_col="unique_id", target_col="y", time_col="ds", cutoff_col="cutoff"
):
    names = {"id_col": id_col, "target_col": target_col, "time_col": time_col, "cutoff_col": cutoff_col}
    return mase(df, models, seasonality=12, train_df=train_df, **names)


def test_days_and_names_come_out_as_they_came_in(frame, past):
    other = frame.assign(
        unique_id=frame["unique_id"].map({"north": 1, "south": 2, "east": 3}),
        ds=frame["ds"] + pd.offsets.MonthEnd(0),
    )
    made = fc.backtest_frame(other, **WORDS)
    assert made["unique_id"].dtype == other["unique_id"].dtype and made["unique_id"].unique().tolist() == [
        1,
        2,
        3,
    ]
    assert made["ds"].dt.is_month_end.all() and made["cutoff"].dt.is_month_end.all()
    assert made["drift"].tolist() == past["drift"].tolist()
    ours = frame.rename(columns={"unique_id": "series_id", "ds": "month", "y": "value"})
    ours["month"] = ours["month"].dt.strftime("%Y-%m")
    assert fc.backtest_frame(ours, **WORDS)["drift"].tolist() == past["drift"].tolist()


def test_a_frame_without_rows_gives_the_columns_and_their_types(frame, past):
    none = fc.backtest_frame(frame.head(0), **WORDS)
    assert not len(none) and none.dtypes.to_dict() == past.dtypes.to_dict()
    short = fc.backtest_frame(frame.groupby("unique_id").head(3), **WORDS)
    assert not len(short) and list(short.columns) == list(past.columns)


def test_an_origin_sees_what_was_released_and_the_newest_figure_is_the_truth(frame):
    rows = frame[frame["unique_id"] == "north"].assign(released=lambda t: t["ds"] + pd.offsets.MonthEnd(0))
    changed = rows[rows["ds"] == "2022-09-01"].assign(y=7.0, released=pd.Timestamp("2023-01-15"))
    made = fc.backtest_frame(pd.concat([changed, rows]), "drift", horizon=2, origins=2, level=[80])
    at_september = made[made["ds"] == "2022-10-01"]
    assert at_september["random_walk"].iloc[-1] == pytest.approx(rows.set_index("ds").loc["2022-09-01", "y"])
    earlier = fc.backtest_frame(pd.concat([changed, rows]), "drift", horizon=3, origins=3, level=[80])
    assert earlier.loc[earlier["ds"] == "2022-09-01", "y"].tolist() == [7.0, 7.0]


def test_events_are_known_at_each_origin(frame):
    events = fc.load_events(
        pd.DataFrame(
            {
                "id": ["rule"],
                "announced_date": ["2020-01-05"],
                "effective_start": ["2020-03-01"],
                "shape": ["step"],
            }
        )
    )
    one = frame[frame["unique_id"] == "north"]
    plain, told = (fc.backtest_frame(one, "arima", 2, 2, events=given) for given in (None, events))
    assert list(plain.columns) == list(told.columns)
    assert (plain["random_walk"] == told["random_walk"]).all() and (plain["arima"] != told["arima"]).any()


def test_what_cannot_be_is_refused_in_words(frame):
    with pytest.raises(ConfigError, match=r"horizon.*\n?.*level"):
        fc.backtest_frame(frame, horizon=0, level=[120])
    with pytest.raises(ConfigError, match="no column y"):
        fc.backtest_frame(frame.drop(columns="y"))
    with pytest.raises(ConfigError, match="but for spaces"):
        fc.backtest_frame(pd.concat([frame, frame.assign(unique_id=frame["unique_id"] + " ")]))
    with pytest.raises(DataError, match="2018-09 is missing"):
        fc.backtest_frame(frame.drop(index=8))


def test_a_model_of_all_series_at_once_is_refused(frame):
    pooled = next(m for k in fc.list_models() if getattr(m := fc.make_model(k), "pooled", False))
    with pytest.raises(ConfigError, match="all series at once"):
        fc.backtest_frame(frame, {"mine": pooled})
