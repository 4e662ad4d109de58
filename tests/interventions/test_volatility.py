"""Surprises that grew, dates with their ranges, and a season that came and went."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.arima import arima
from forecast.interventions.study import Study
from forecast.interventions.volatility import (
    SEASON_COLUMNS,
    VOLATILITY_BREAK_COLUMNS,
    VOLATILITY_COLUMNS,
    long_run_variance,
    season_table,
    surprises,
    volatility_breaks,
    volatility_table,
)


def series(sd, seed=1, start="2000-01"):
    sd = np.asarray(sd, dtype=float)
    noise = np.random.default_rng(seed).normal(size=len(sd))
    return pd.Series(noise * sd, pd.period_range(start, periods=len(sd), freq="M"), name="s")


def test_a_break_is_dated_with_its_range_and_its_size():
    row = volatility_breaks(series(np.repeat([0.1, 0.2], [150, 120]))).iloc[0]
    assert row["verdict"] == "break" and row["decides_ranges"]
    assert row["lower"] <= pd.Period("2012-07", "M") <= row["upper"]
    assert row["ratio"] == pytest.approx(2.0, abs=0.4) and row["p"] < 0.01
    assert row["after"] / row["before"] == pytest.approx(row["ratio"])


def test_two_breaks_are_found_one_after_the_other_and_only_the_newest_decides():
    found = volatility_breaks(series(np.repeat([0.1, 0.3, 0.1], 110)))
    assert found["month"].is_monotonic_increasing and len(found) == 2
    assert found["decides_ranges"].tolist() == [False, True] and found["ratio"].iloc[1] < 0.5


def test_without_a_change_there_is_none_and_a_short_record_says_so():
    row = volatility_breaks(series(np.full(240, 0.1))).iloc[0]
    assert row["verdict"] == "none" and row["p"] > 0.05 and pd.isna(row["month"])
    short = volatility_breaks(series(np.full(40, 0.1)))
    assert short["verdict"].tolist() == ["too_short"] and list(short.columns) == list(
        VOLATILITY_BREAK_COLUMNS
    )


def test_no_change_is_found_too_often():
    """Five in a hundred is what is promised; quick here, by the thousand in `make proof`."""
    found = [volatility_breaks(series(np.full(200, 0.1), seed=k)).iloc[0]["verdict"] for k in range(60)]
    assert found.count("break") <= 7


def test_the_rolling_spread_is_that_of_36_months():
    found = series(np.full(60, 0.1))
    table = volatility_table(found)
    assert list(table.columns) == list(VOLATILITY_COLUMNS)
    assert table["sd"].iloc[-1] == pytest.approx(np.sqrt((found.iloc[-36:] ** 2).mean()))
    assert table["sd"].iloc[:23].isna().all() and np.isfinite(table["sd"].iloc[23])


def test_the_long_run_variance_holds_neighbours():
    noise = np.random.default_rng(2).normal(size=4000)
    assert long_run_variance(noise) == pytest.approx(1.0, abs=0.1)
    assert long_run_variance(noise[1:] + noise[:-1]) == pytest.approx(4.0, rel=0.2)


def test_surprises_of_the_bundled_series_are_twice_as_large_since_2014(obs, events, usbp):
    study = Study(obs.as_of("2024-05-07", [usbp]), events)
    surprise, breaks = study.volatility()
    row = breaks.iloc[-1]
    assert row["decides_ranges"] and row["lower"] <= pd.Period("2014-01", "M") <= row["upper"]
    assert 1.8 < row["ratio"] < 2.3 and surprise["month"].is_monotonic_increasing
    y = np.log(obs.as_of("2024-05-07", [usbp]).y(usbp).to_numpy())
    fit = arima(y, order=(0, 1, 1), seasonal_order=(0, 1, 1, 12))
    np.testing.assert_allclose(surprises(study.regression), np.asarray(fit.residuals)[13:], atol=1e-4)
    season = study.season()
    amplitude = season.groupby("first_year")["amplitude"].first()
    assert amplitude.iloc[-1] < 0.5 * amplitude.iloc[0]


def test_a_season_that_fades_is_told_by_block():
    months = pd.period_range("2000-01", "2015-06", freq="M")
    strength = np.where(months.year < 2010, 0.4, 0.1)
    y = pd.Series(np.exp(5 + strength * np.cos(2 * np.pi * months.month / 12)), months, name="s")
    table = season_table(y)
    assert list(table.columns) == list(SEASON_COLUMNS)
    amplitude = table.groupby("first_year")["amplitude"].first()
    assert amplitude.iloc[0] == pytest.approx(0.8, abs=0.06) and amplitude.iloc[-1] == pytest.approx(
        0.2, abs=0.02
    )
    assert (table["lower"] <= table["factor"]).all() and (table["factor"] <= table["upper"]).all()
    np.testing.assert_allclose(table.groupby("first_year")["factor"].mean(), 0, atol=1e-9)
    assert season_table(y.iloc[:100]).empty
