import numpy as np
import pandas as pd
import pytest

import forecast as fc


@pytest.fixture
def seasonal(tmp_path):
    months = pd.period_range("2010-01", periods=120, freq="M")
    rng = np.random.default_rng(5)
    y = 7 + 0.3 * np.sin(2 * np.pi * np.arange(120) / 12) + rng.normal(0, 0.02, 120)
    pd.DataFrame({"month": months.astype(str), "value": np.round(np.exp(y)).astype(int)}).to_csv(
        tmp_path / "s.csv", index=False
    )
    return fc.load_observations(tmp_path / "s.csv", series_id="s").as_of("latest", ["s"])


@pytest.mark.parametrize("kind", ["ets", "theta", "structural"])
def test_a_clear_season_is_followed(seasonal, kind):
    forecast = np.log(
        fc.make_model(kind).fit(seasonal, fc.Design.none(seasonal, 12)).forecast(12).median["s"]
    )
    truth = 7 + 0.3 * np.sin(2 * np.pi * np.arange(120, 132) / 12)
    assert np.abs(forecast - truth).max() < 0.06


def test_ets_is_that_of_statsmodels(seasonal):
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    y = np.log(seasonal.y("s"))
    fit = ETSModel(y, error="add", seasonal="add", seasonal_periods=12).fit(disp=False, maxiter=200)
    ours = (
        fc.make_model("ets", trend="no", seasonal="yes")
        .fit(seasonal, fc.Design.none(seasonal, 6))
        .forecast(6)
        .median["s"]
    )
    np.testing.assert_allclose(np.log(ours), fit.forecast(6), rtol=1e-6)


def test_a_hole_is_refused_by_month(tmp_path):
    months = [m for m in pd.period_range("2010-01", periods=80, freq="M").astype(str) if m != "2012-05"]
    pd.DataFrame({"month": months, "value": range(100, 179)}).to_csv(tmp_path / "h.csv", index=False)
    panel = fc.load_observations(tmp_path / "h.csv", series_id="h", allow_gaps=True).as_of("latest", ["h"])
    for kind in ("ets", "theta"):
        with pytest.raises(fc.DataError, match="2012-05"):
            fc.make_model(kind).fit(panel, fc.Design.none(panel, 3))
    assert (
        fc.make_model("structural").fit(panel, fc.Design.none(panel, 3)).forecast(3).median["h"].notna().all()
    )
