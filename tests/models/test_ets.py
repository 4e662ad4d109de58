import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.models.smoothing import ADDITIVE, RELATIVE, Form, smooth


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


def panel_of(values, folder, name="s"):
    """A panel of one series from January 2010 on."""
    months = pd.period_range("2010-01", periods=len(values), freq="M")
    pd.DataFrame({"month": months.astype(str), "value": values}).to_csv(folder / f"{name}.csv", index=False)
    return fc.load_observations(folder / f"{name}.csv", series_id=name).as_of("latest", [name])


def test_the_form_of_least_aicc_is_chosen_on_the_scale_of_the_figures(seasonal):
    figures = seasonal.y("s").to_numpy(float)
    logs = np.log(figures)
    found = {("logs", form): smooth(logs, form).aicc + 2 * logs.sum() for form in ADDITIVE}
    found |= {("figures", form): smooth(figures, form).aicc for form in (*ADDITIVE, *RELATIVE)}
    scale, form = min(found, key=found.get)
    ahead = smooth(logs if scale == "logs" else figures, form).steps(6)[0]
    expected = np.exp(ahead) if scale == "logs" else ahead
    made = fc.make_model("ets").fit(seasonal, fc.Design.none(seasonal, 6)).forecast(6)
    np.testing.assert_allclose(made.median["s"], expected)


@pytest.mark.parametrize(
    ("words", "admitted"),
    [
        ({"trend": "no", "seasonal": "yes"}, {Form(False, "none", "additive")}),
        ({"trend": "yes", "damped": "yes", "seasonal": "no"}, {Form(False, "damped", "none")}),
        ({"damped": "yes", "seasonal": "no"}, {Form(False, "none", "none"), Form(False, "damped", "none")}),
    ],
)
def test_words_admit_forms(words, admitted):
    model = fc.make_model("ets", errors="additive", **words)
    assert {form for form in ADDITIVE if model.admits(form)} == admitted


def test_additive_growth_is_found_on_the_figures_and_a_constant_share_of_noise_on_either(tmp_path):
    """A straight line with noise of one size: neither logs nor a damped trend follow it as well."""
    rng = np.random.default_rng(7)
    panel = panel_of(np.round(200 + 30 * np.arange(120) + rng.normal(0, 60, 120)), tmp_path)
    median = fc.make_model("ets").fit(panel, fc.Design.none(panel, 12)).forecast(12).median["s"].to_numpy()
    np.testing.assert_allclose(median, 200 + 30 * np.arange(120, 132), rtol=0.03)


def test_ranges_of_a_positive_series_stay_positive_where_a_trend_passes_zero(tmp_path):
    y = np.maximum(1000 - 10 * np.arange(99), 12) + np.random.default_rng(1).integers(0, 5, 99)
    panel = panel_of(y, tmp_path)
    table = (
        fc.make_model("ets", trend="yes", damped="no")
        .fit(panel, fc.Design.none(panel, 24))
        .forecast(24)
        .table
    )
    assert np.isfinite(table["value"]).all() and (table["value"] > 0).all()


def test_a_series_with_negative_figures_takes_additive_forms(tmp_path):
    panel = panel_of(np.random.default_rng(3).normal(0, 5, 60).round(2), tmp_path)
    made = fc.make_model("ets", transform="none").fit(panel, fc.Design.none(panel, 3)).forecast(3)
    assert made.median["s"].abs().max() < 5


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
