"""What knowing of events was worth: gains on common folds, cases named beforehand, words that follow the numbers."""

import numpy as np
import pandas as pd
import pytest

from forecast.errors import ConfigError
from forecast.interventions.foresight import (
    CASE_COLUMNS,
    WORTH_COLUMNS,
    Case,
    adjusted_rows,
    case_forecasts,
    knowledge_table,
    worth_of,
)
from forecast.postprocess.intervals import add_intervals
from tables_helpers import figures, forecasts, random_walk, walk

N = 110
RULES = {"none": 1.3, "at_origin": 1.15, "hindsight": 1.05}


@pytest.fixture(scope="module")
def obs():
    return figures({"s": walk(N, sd=0.05)})


@pytest.fixture(scope="module")
def table(obs):
    parts = [
        forecasts(obs, {"m": lambda y, h, f=f: y[-1] * f}, horizon=3, warm_up=20, knowledge=word)
        for word, f in RULES.items()
    ]
    parts.append(forecasts(obs, {"random_walk": random_walk}, horizon=3, warm_up=20))
    return add_intervals(pd.concat(parts, ignore_index=True), obs)[0]


def test_values_gains_and_ranges(obs, table):
    made = knowledge_table(table, obs, measures=("log_mae", "mae"))
    assert list(made.columns) == list(WORTH_COLUMNS)
    assert set(made["model"]) == {"m"}  # the random walk knows of no events
    row = made[(made["metric"] == "log_mae") & (made["horizon"] == 1)].iloc[0]
    y = np.log(obs.actuals("s").to_numpy(dtype=float))
    errors = {w: np.abs(y[20:] - y[19:-1] - np.log(f)) for w, f in RULES.items()}
    for word, error in errors.items():
        assert row[word] == pytest.approx(error.mean(), rel=1e-3)
    assert row["gain"] == pytest.approx(1 - errors["at_origin"].mean() / errors["none"].mean(), rel=1e-3)
    assert row["gain_hindsight"] == pytest.approx(
        1 - errors["hindsight"].mean() / errors["none"].mean(), rel=1e-3
    )
    assert row["lower"] < row["gain"] < row["upper"] < row["lower_hindsight"] < row["gain_hindsight"]
    assert row["n"] == N - 20


def test_only_folds_that_all_kinds_have_are_compared(obs, table):
    late = table["origin"] >= table["origin"].unique()[40]
    part = table[(table["knowledge"] != "hindsight") | late]
    made = knowledge_table(part, obs, measures=("log_mae",))
    row = made[made["horizon"] == 1].iloc[0]
    assert row["n"] == N - 60
    whole = knowledge_table(table[late], obs, measures=("log_mae",))
    assert row["none"] == pytest.approx(whole[whole["horizon"] == 1].iloc[0]["none"])


def test_both_codings_stand_side_by_side(obs, table):
    made = knowledge_table({"rule": table, "judged": table}, obs, measures=("median_error",))
    assert made["coding"].unique().tolist() == ["rule", "judged"]
    assert (made["n"] > 0).all()


def test_one_kind_of_knowledge_is_nothing_to_compare(obs, table):
    with pytest.raises(ConfigError, match="no model stands in the table both without events"):
        knowledge_table(table[table["knowledge"] == "none"], obs)
    with pytest.raises(ConfigError, match="'log_mea' is not one of"):
        knowledge_table(table, obs, measures=("log_mea",))


@pytest.mark.parametrize(
    ("gain", "ends", "code"),
    [
        (0.026, (0.009, 0.042), "smaller"),
        (-0.1, (-0.2, -0.05), "larger"),
        (0.02, (-0.01, 0.05), "not_apart"),
        (0.02, (np.nan, np.nan), "too_few_origins"),
        (np.nan, (np.nan, np.nan), "not_compared"),
    ],
)
def test_what_knowing_was_worth(gain, ends, code):
    assert worth_of(gain, *ends) == code


def test_cases_are_rows_of_named_origins_beside_what_happened(obs, table):
    day = table["origin"].unique()[30]
    made = case_forecasts(table, obs, {"first": Case(f"{day:%Y-%m-%d}", "the first case")}, models=["m"])
    assert list(made.columns) == list(CASE_COLUMNS)
    assert set(made["knowledge"]) == set(RULES)
    assert set(made["label"]) == {"the first case"}
    middle = made[(made["level"] == 0.5) & (made["knowledge"] == "none") & (made["horizon"] == 2)].iloc[0]
    actual = obs.actuals("s")
    assert middle["actual"] == actual[middle["month"]]
    assert middle["value"] == pytest.approx(1.3 * actual[middle["month"] - 2])


def test_a_case_that_was_not_run_names_the_nearest_origin(obs, table):
    day = pd.Timestamp(table["origin"].unique()[30])
    with pytest.raises(
        ConfigError, match=rf"cases\.a: no forecast was made on .*; the nearest is {day:%Y-%m-%d}"
    ):
        case_forecasts(table, obs, {"a": {"origin": str((day + pd.Timedelta(days=2)).date())}})
    assert case_forecasts(table, obs, {}).empty


def test_rows_with_events_laid_over_them(events):
    import forecast as fc

    obs, name = fc.load_observations(), "southwest.usbp"
    origins = fc.monthly_origins("2024-12", "2025-01", obs, series=[name])
    base = fc.backtest({}, obs, events, [name], origins, horizon=3, levels=(0.1, 0.5, 0.9)).forecasts
    made = adjusted_rows(base, obs, events)
    assert made["knowledge"].unique().tolist() == ["none", "at_origin", "hindsight"]
    middle = made[(made["level"] == 0.5) & (made["horizon"] == 1)].set_index(["knowledge", "origin"])["value"]
    assert middle["none", origins[0]] == middle["at_origin", origins[0]]  # 16 January: not yet announced
    assert middle["hindsight", origins[0]] < 0.99 * middle["none", origins[0]]
    assert middle["at_origin", origins[1]] < 0.99 * middle["none", origins[1]]
