"""Errors of simple methods over rolling origins, through our own tables, against R's tsCV."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from forecast.scoring.scores import score
from tables_helpers import drift, figures, forecasts, random_walk, seasonal_naive

DATA = Path(__file__).parent / "data"
SERIES = pd.read_csv(DATA / "scoring_series.csv")
REFERENCE = pd.read_csv(DATA / "scoring_tscv.csv")
METHODS = {"naive": (random_walk, 1), "snaive": (seasonal_naive, 12), "rwf_drift": (drift, 2)}


@pytest.mark.parametrize("series", sorted(SERIES["series"].unique()))
@pytest.mark.parametrize("method", METHODS)
def test_errors_by_horizon(series, method):
    y = SERIES.loc[SERIES["series"] == series, "value"].to_numpy(dtype=float)
    rule, warm_up = METHODS[method]
    obs = figures({"s": y}, first="1900-01")
    table = forecasts(obs, {method: rule}, warm_up=warm_up)
    scores = score(table, obs, baseline=method).query("scale == 'natural' and horizon != 'all'")
    wide = scores.pivot(index="horizon", columns="metric", values="value")
    counts = scores.query("metric == 'mae'").set_index("horizon")["n_ok"]
    reference = REFERENCE.query("series == @series and method == @method").set_index("h")
    assert wide["rmse"].tolist() == pytest.approx(reference["rmse"].tolist())
    assert wide["mae"].tolist() == pytest.approx(reference["mae"].tolist())
    assert counts.tolist() == reference["n"].tolist()
