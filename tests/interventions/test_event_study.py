"""Leads and lags: a planted step shows from its month on, and nothing before it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.interventions.event_study import LEAD_LAG_COLUMNS
from interventions_helpers import calendar, panel_of, study_of

LAW = {"id": "law", "effective_start": "2010-03-01", "end_date": "2011-06-30", "shape": "step"}
OLD = {"id": "old", "effective_start": "2006-01-01", "end_date": "2006-12-31", "shape": "step"}
NEW = {"id": "new", "effective_start": "2010-05-01", "end_date": "2010-12-31", "shape": "step"}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    months = pd.period_range("2000-01", periods=140, freq="M")
    level = 9 + np.cumsum(np.random.default_rng(4).normal(0, 0.03, len(months)))
    level += np.where(months >= pd.Period("2010-03", "M"), -0.5, 0.0)
    events = calendar(tmp_path_factory.mktemp("calendar"), LAW, OLD, NEW)
    model = fc.make_model("arima", order=(0, 1, 1), seasonal_order=None)
    return study_of(panel_of(np.exp(level)), events, model)


def test_lags_hold_the_planted_step_and_leads_nothing(study):
    table = study.leads_and_lags("law", leads=4, lags=6)
    assert list(table.columns) == list(LEAD_LAG_COLUMNS) and not table["message"].any()
    assert table["lag"].tolist() == [
        -4,
        -3,
        -2,
        0,
        1,
        2,
        3,
        4,
        5,
        6,
    ]  # the month before is what they stand against
    lags, leads = table[table["lag"] >= 0], table[table["lag"] < 0]
    np.testing.assert_allclose(lags["estimate"], -0.5, atol=0.25)
    assert (
        (lags["upper_95"] < 0).sum() >= 5 and (leads["lower_95"] < 0).all() and (leads["upper_95"] > 0).all()
    )
    assert ((table["lower_95"] < table["lower_80"]) & (table["upper_80"] < table["upper_95"])).all()


def test_months_later_than_the_figures_have_no_lag(study):
    table = study.leads_and_lags("law", leads=2, lags=40)
    assert table["month"].max() == pd.Period("2011-08", "M") and table["lag"].max() == 17


def test_a_month_that_says_nothing_is_not_told(tmp_path):
    months = pd.period_range("2000-01", periods=140, freq="M")
    wild = np.exp(15 + np.cumsum(np.random.default_rng(4).normal(0, 0.9, len(months))))
    model = fc.make_model("arima", order=(0, 1, 1), seasonal_order=None)
    table = study_of(panel_of(wild), calendar(tmp_path, LAW), model).leads_and_lags("law", leads=2, lags=8)
    gone = table["message"].str.startswith("not told")
    assert gone.any() and table.loc[gone, ["estimate", "se", "lower_80", "upper_95"]].isna().all(axis=None)
    kept = table[~gone]
    assert (kept["estimate"].abs() <= 2).all() and (kept["se"] <= 1).all()
