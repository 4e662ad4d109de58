import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.errors import DataError
from interventions_helpers import panel_of


@pytest.fixture
def known(tmp_path):
    """Counts from a known regression: trend, a winter and a step of +30 %."""
    rng = np.random.default_rng(3)
    months = pd.period_range("2008-01", periods=180, freq="M")
    step = (months >= pd.Period("2016-01", "M")).astype(float)
    y = 8 + 0.004 * np.arange(180) + 0.1 * (months.month == 1) + 0.3 * step + rng.normal(0, 0.02, 180)
    pd.DataFrame({"month": months.astype(str), "value": np.round(np.exp(y)).astype(int)}).to_csv(
        tmp_path / "k.csv", index=False
    )
    panel = fc.load_observations(tmp_path / "k.csv", series_id="k").as_of("latest", ["k"])
    ahead = pd.period_range(months[-1] + 1, periods=12, freq="M")
    design = fc.Design.from_frames(
        pd.DataFrame({"step": step}, index=months), pd.DataFrame({"step": 1.0}, index=ahead)
    )
    return panel, design


def test_the_step_is_found_within_its_interval(known):
    panel, design = known
    table = fc.make_model("linear", lags=[]).fit(panel, design).coefficients().set_index("term")
    assert table.loc["step", "lower"] < 0.3 < table.loc["step", "upper"]
    assert table.loc["step", "kind"] == "plain" and table.loc["intercept", "kind"] == "nuisance"
    assert abs(table.loc["trend", "estimate"] - 0.048) < 0.01


def test_the_forecast_follows_trend_and_season(known):
    panel, design = known
    forecast = np.log(fc.make_model("linear", lags=[]).fit(panel, design).forecast(12).median["k"])
    truth = 8.3 + 0.004 * np.arange(180, 192) + 0.1 * (forecast.index.month == 1)
    np.testing.assert_allclose(forecast, truth, atol=0.02)


def test_standard_errors_are_those_of_statsmodels_hac(known):
    import statsmodels.api as sm

    panel, design = known
    model = fc.make_model("linear", lags=[], seasonal=False)
    table = model.fit(panel, design).coefficients().set_index("term")
    y = np.log(panel.y("k")).to_numpy()
    x = np.column_stack([np.ones(180), np.arange(180) / 12, design.past["step"]])
    fit = sm.OLS(y, x).fit(cov_type="HAC", cov_kwds={"maxlags": 12, "use_correction": True})
    np.testing.assert_allclose(table["se"].to_numpy(), fit.bse, rtol=1e-8)


def test_columns_that_cannot_be_told_apart_are_left_out_and_named(known):
    panel, design = known
    twice = fc.Design.from_frames(
        design.past.assign(same=design.past["step"]), design.future.assign(same=1.0)
    )
    forecast = fc.make_model("linear").fit(panel, twice).forecast(3)
    assert any("same" in note for note in forecast.notes)


def test_lags_are_iterated(known):
    panel, design = known
    fitted = fc.make_model("linear", lags=[1], trend=False, seasonal=False, events=False).fit(panel, design)
    b = fitted.coefficients().set_index("term")["estimate"]
    y = np.log(panel.y("k").iloc[-1])
    expected = []
    for _ in range(3):
        y = b["intercept"] + b["lag1"] * y
        expected.append(y)
    np.testing.assert_allclose(np.log(fitted.forecast(3).median["k"]), expected)


def test_too_few_rows_are_refused(known):
    panel, design = known
    with pytest.raises(DataError, match="months"):
        fc.make_model("linear", window=30).fit(panel, design)


@pytest.mark.parametrize("name", ["lag1", "intercept", "month_3", "trend", "ma1", "wall"])
@pytest.mark.parametrize("kind", ["linear", "arima", "ridge"])
def test_an_event_may_be_called_as_a_column_of_the_model(rng, kind, name):
    months = pd.period_range("2012-01", periods=132, freq="M")
    step = (months >= pd.Period("2019-06", "M")) * 1.0
    y = 1000 * np.exp(0.1 * np.sin(np.arange(132) * np.pi / 6) + 0.02 * rng.normal(size=132) - 0.5 * step)
    panel = panel_of(y, "2012-01")
    ahead = pd.period_range("2023-01", periods=3, freq="M")

    def fitted(column):
        future = pd.DataFrame({column: np.ones(3)}, index=ahead)
        design = fc.Design.from_frames(pd.DataFrame({column: step}, index=months), future)
        fit = fc.make_model(kind).fit(panel, design)
        table = fit.coefficients()
        own = table[(table["term"] == column) & (table["kind"] != "nuisance")]
        return fit.forecast(3).median.to_numpy(), own["estimate"].to_numpy()

    for mine, plain in zip(fitted(name), fitted("a_wall"), strict=True):
        np.testing.assert_allclose(mine, plain)


@pytest.mark.parametrize("kind", ["linear", "ridge"])
def test_a_hole_in_the_months_that_lags_need_is_named(rng, kind):
    y = 1000 * np.exp(0.02 * rng.normal(size=72))
    y[[66, 70]] = np.nan
    panel = panel_of(y, "2018-01")
    with pytest.raises(
        fc.DataError, match=r"2 months are missing \(2023-07, 2023-11\); this model needs the last"
    ):
        fc.make_model(kind).fit(panel, fc.Design.none(panel, 3))


@pytest.mark.parametrize("kind", ["linear", "arima", "ridge"])
def test_columns_given_by_hand_belong_to_months(rng, kind):
    months = pd.period_range("2018-01", periods=72, freq="M")
    event = np.isin(np.arange(72), [10, 30, 50]) * 1.0
    panel = panel_of(1000 * np.exp(0.5 * event + 0.002 * rng.normal(size=72)), "2018-01")
    past = pd.DataFrame({"event": event}, index=months)

    def median(first, values, before=past):
        ahead = pd.period_range(first, periods=len(values), freq="M")
        design = fc.Design.from_frames(before, pd.DataFrame({"event": values}, index=ahead))
        return fc.make_model(kind).fit(panel, design).forecast(3).median.iloc[:, 0].to_numpy()

    np.testing.assert_allclose(median("2023-10", [0.0] * 5 + [1.0]), median("2024-01", [0.0, 0.0, 1.0]))
    for first, values in (("2024-03", [0.0, 0.0, 1.0]), ("2023-10", [0.0] * 3)):
        with pytest.raises(fc.ForecastError, match="every month from 2024-01 on"):
            median(first, values)
    with pytest.raises(fc.ForecastError):  # one month for three
        median("2024-01", [1.0])
    with pytest.raises(fc.ForecastError, match="lack 2 months of the series, 2018-01 to 2018-02"):
        median("2024-01", [0.0, 0.0, 1.0], past.iloc[2:])
