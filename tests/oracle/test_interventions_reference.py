"""Effects against R: the seat-belt law of 1983 (log10, kilometres and petrol price) and the Nile step of 1899."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.events.design import Design
from forecast.interventions.effects import effects
from interventions_helpers import calendar, panel_of, study_of

DATA = Path(__file__).parent / "data"
CASES = json.loads((DATA / "arima_cases.json").read_text())


def test_seat_belts(tmp_path):
    expected = CASES["seatbelts_drivers_law3"]["expected"]
    past, future = (
        pd.read_csv(DATA / "arima_series" / f"seatbelts_drivers_law3{tail}.csv")
        for tail in ("", "_future_xreg")
    )
    names = ["log10kms_minus4", "PetrolPrice"]
    months = pd.period_range("1969-01", periods=len(past) + len(future), freq="M")
    columns = pd.concat([past[names], future[names]]).set_axis(months)
    panel = panel_of(past["y"], "1969-01", "drivers", counts=True)
    events = calendar(
        tmp_path,
        {"id": "law", "announced_date": "1982-07-01", "effective_start": "1983-02-01", "shape": "step"},
    )
    beside = Design.from_frames(columns.iloc[: len(past)], columns.iloc[len(past) :])
    model = fc.make_model("arima", order=[1, 0, 0], seasonal_order=[1, 0, 0])
    table = effects(panel, events, model, coding="rule", placebo=False, beside=beside, base=10.0)
    row = table[table["level"] == 0.95].iloc[0]
    law, se = expected["coef"]["law"], expected["se"]["law"]
    assert row["estimate"] == pytest.approx(law, abs=0.05 * se)
    assert row["se"] == pytest.approx(se, rel=0.05)
    assert row["percent"] == pytest.approx(100 * (10**law - 1), abs=0.5)
    assert row["first_active"] == pd.Period("1983-02", "M")
    assert row["active_months"] == 23
    assert row["percent_lower"] < -24 < row["percent"] < -18 < row["percent_upper"] < -13


def test_no_ordinary_month_of_the_casualties_shows_as_large_a_change(tmp_path):
    past = pd.read_csv(DATA / "arima_series" / "seatbelts_drivers_law3.csv")
    events = calendar(
        tmp_path,
        {"id": "law", "announced_date": "1982-07-01", "effective_start": "1983-02-01", "shape": "step"},
    )
    model = fc.make_model("arima", order=[0, 1, 1], seasonal_order=[0, 1, 1])
    result = study_of(panel_of(past["y"], "1969-01"), events, model).placebo("law")
    assert result.n > 80
    assert result.larger <= 1


def test_nile(tmp_path):
    """Years are taken as months: the arithmetic does not know the difference."""
    expected = CASES["nile_step1899_white"]["expected"]
    y = pd.read_csv(DATA / "arima_series" / "nile_step1899_white.csv")["y"]
    first = pd.Period("1990-01", "M")
    start = first + (1899 - 1871)
    events = calendar(
        tmp_path, {"id": "dam", "effective_start": str(start.start_time.date()), "shape": "step"}
    )
    model = fc.make_model("arima", order=[0, 0, 0], seasonal_order=None, transform="none")
    table = effects(panel_of(y, str(first), "nile"), events, model, coding="rule", placebo=False)
    row = table[table["level"] == 0.95].iloc[0]
    assert row["estimate"] == pytest.approx(expected["coef"]["step1899"], abs=1e-3)
    assert row["se"] == pytest.approx(expected["se"]["step1899"], rel=0.01)
    assert row["upper"] < -190
    assert row["percent"] == pytest.approx(100 * row["estimate"] / expected["coef"]["intercept"], abs=0.1)
    assert np.isnan(row["shrunken"])
