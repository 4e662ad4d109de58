"""Residual checks, and the way back from logs, against values by R (scoring.json)."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

import forecast as fc
from forecast.models.arima import residual_checks

DATA = Path(__file__).parent / "data"
REFERENCE = json.loads((DATA / "scoring.json").read_text())


def test_ljung_box_is_that_of_r():
    checks = residual_checks(np.array(REFERENCE["dm_series"]["e1"])).set_index(["check", "lag"])
    (wanted,) = (row for row in REFERENCE["ljung_box"] if row["lag"] == 12)
    found = checks.loc[("ljung_box", 12)]
    np.testing.assert_allclose(
        [found["statistic"], found["p_value"]], [wanted["stat"], wanted["p"]], rtol=1e-9
    )


def test_forecasts_on_logs_come_back_as_in_r(tmp_path):
    passengers = pd.read_csv(DATA / "arima_series" / "airpassengers_log.csv")["y"].to_numpy()[:120]
    months = pd.period_range("1949-01", periods=120, freq="M").astype(str)
    pd.DataFrame({"month": months, "value": passengers.astype(int)}).to_csv(tmp_path / "air.csv", index=False)
    panel = fc.load_observations(tmp_path / "air.csv", series_id="air").as_of("latest", ["air"])
    fitted = fc.make_model("arima", events=False).fit(panel, fc.Design.none(panel, 24))
    table = fitted.forecast(24, levels=(0.025, 0.1, 0.5, 0.9, 0.975)).table
    wide = table.pivot(index="horizon", columns="level", values="value")
    reference = REFERENCE["airline_log_backtransform"]
    for level, name in ((0.025, "lo95"), (0.1, "lo80"), (0.5, "median"), (0.9, "hi80"), (0.975, "hi95")):
        np.testing.assert_allclose(wide[level], reference[name], rtol=5e-3, err_msg=name)
