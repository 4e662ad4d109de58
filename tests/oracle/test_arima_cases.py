"""The 20 exact maximum likelihood fits made by R, at the tolerances written beside them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.arima import ArimaFit, arima

DATA = Path(__file__).parent / "data"
CASES = json.loads((DATA / "arima_cases.json").read_text())
ENGINES = ["exact", "numpy", "compiled", "statsmodels"]


def load(name):
    case = CASES[name]
    table = pd.read_csv(DATA / case["data"].replace("series/", "arima_series/"))
    y = {"log": np.log, "log10": np.log10, "none": np.asarray}[case["model"]["transform"]](
        table["y"].to_numpy(float)
    )
    columns = case["model"]["xreg"] or []
    columns = [columns] if isinstance(columns, str) else columns
    future = None
    if case["future_xreg"]:
        future = pd.read_csv(DATA / case["future_xreg"].replace("series/", "arima_series/"))[columns]
    return case, y, table[columns] if columns else None, future


def fitted(name, engine, factor=1.0) -> tuple[dict, ArimaFit, pd.DataFrame | None]:
    case, y, xreg, future = load(name)
    seasonal = case["model"]["seasonal"]
    seasonal = seasonal if any(seasonal[:3]) else None
    return case, arima(y * factor, case["model"]["order"], seasonal, xreg, engine=engine), future


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", CASES)
def test_case(name, engine):
    case, fit, future = fitted(name, engine)
    expected, tolerance = case["expected"], case["tolerance"]
    assert fit.loglik == pytest.approx(expected["loglik"], abs=tolerance["loglik_abs"])
    for key in ("aic", "aicc", "bic"):
        assert getattr(fit, key) == pytest.approx(expected[key], abs=2.5 * tolerance["loglik_abs"])
    assert fit.sigma2 == pytest.approx(expected["sigma2_ml"], rel=tolerance["sigma2_rel"])
    params, errors = fit.params, fit.bse
    assert list(params.index) == list(expected["coef"])
    for key, value in expected["coef"].items():
        assert params[key] == pytest.approx(value, abs=tolerance["coef_in_se"] * expected["se"][key]), key
        assert errors[key] == pytest.approx(expected["se"][key], rel=tolerance["se_rel"]), key
    h = len(expected["forecast"]["mean"])
    mean, se = fit.forecast(h, future)
    wanted = np.array(expected["forecast"]["se"])
    assert np.abs(mean - expected["forecast"]["mean"]).max() <= tolerance["forecast_in_fcse"] * wanted.min()
    np.testing.assert_allclose(se, wanted, rtol=tolerance["fcse_rel"])
