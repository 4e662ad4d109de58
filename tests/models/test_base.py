"""What a forecast gives out, and models without a design."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.models.base import COEFFICIENT_COLUMNS
from forecast.testing import H, _panel


@pytest.fixture(scope="module")
def made():
    return fc.make_model("seasonal_naive").fit(_panel()).forecast(3)


def test_without_a_design_a_model_knows_no_event():
    panel = _panel()
    for kind in ("drift", "arima", "ridge"):
        model = fc.make_model(kind)
        bare, none = (
            model.fit(panel).forecast(H).table,
            model.fit(panel, fc.Design.none(panel, 12)).forecast(H).table,
        )
        pd.testing.assert_frame_equal(bare, none)
    assert len(fc.make_model("drift").fit(panel).forecast(24).median) == 24


def test_a_range_and_a_quantile_are_those_of_the_table(made):
    table = made.table.set_index(["series_id", "month", "level"])["value"]
    ends = made.interval(0.8)
    assert list(ends.columns) == ["series_id", "month", "lower", "upper"] and len(ends) == 6
    row = ends.iloc[4]
    assert row["lower"] == table[row["series_id"], row["month"], 0.1]
    assert row["upper"] == table[row["series_id"], row["month"], 0.9]
    pd.testing.assert_frame_equal(made.quantile(0.5), made.median)


def test_the_frame_has_a_row_a_month_and_a_column_a_level(made):
    frame = made.to_frame()
    assert list(frame.columns) == ["series_id", "month", "horizon", *fc.LEVELS] and len(frame) == 6
    np.testing.assert_allclose(frame[0.5], made.median.T.to_numpy().ravel())


@pytest.mark.parametrize("coverage", [0.83, 0.0, 1.0, 80])
def test_what_the_forecast_does_not_hold_is_told(made, coverage):
    with pytest.raises(
        fc.ConfigError, match=r"no share between 0 and 1|the forecast has no 0\.085; its levels"
    ):
        made.interval(coverage)


def test_a_fit_without_coefficients_has_a_table_without_rows():
    """A search may choose a random walk, which has none."""
    model = fc.make_model("arima", order=(0, 1, 0), seasonal_order=(0, 0, 0))
    table = model.fit(_panel()).coefficients()
    assert table.empty and list(table.columns) == list(COEFFICIENT_COLUMNS)


@pytest.mark.parametrize("kind", ["drift", "ridge"])
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"horizon": 0}, "horizon: 0; expected"),
        ({"horizon": -1}, "horizon: -1"),
        ({"horizon": 1.5}, "horizon: float 1.5 is given; expected a whole number"),
        ({"levels": (10, 50, 90)}, r"levels\[0\]: 10.0; expected a number between 0.0001 and 0.9999"),
        ({"levels": (float("nan"), 0.5)}, r"levels\[0\]: nan is not a finite number"),
        ({"levels": (0.1, 0.1)}, "names 0.1 twice"),
        ({"levels": ()}, "name at least one"),
    ],
    ids=str,
)
def test_a_forecast_asks_for_months_and_shares(kind, given, said):
    fitted = fc.make_model(kind).fit(_panel(), fc.Design.none(_panel(), 3))
    with pytest.raises(fc.ConfigError, match=said):
        fitted.forecast(**{"horizon": 1, **given})
    assert len(fitted.forecast(np.int64(2), np.array([0.1, 0.9])).table) == 8


@pytest.mark.parametrize("kind", ["elastic_net", "linear", "ridge", "arima"])
def test_no_forecast_on_logs_runs_away_from_an_outlier_untold(kind):
    y = np.round(1000 * np.exp(0.1 * np.sin(np.arange(120) * np.pi / 6)))
    y *= np.exp(0.03 * np.sin(np.arange(120) ** 2))
    y[119] = 5e9
    months = pd.period_range("2013-01", periods=120, freq="M").astype(str)
    panel = fc.load_observations(pd.DataFrame({"month": months, "value": y}), series_id="s").as_of("latest")
    made = fc.make_model(kind).fit(panel, fc.Design.none(panel, 12)).forecast(12)
    assert made.table["value"].max() <= 1000 * 5e9
    told = any("capped at 1,000 times" in note for note in made.notes)
    assert told == (made.table["value"].max() == 5e12)
    plain = fc.load_observations(
        pd.DataFrame({"month": months[:119], "value": y[:119]}), series_id="s"
    ).as_of("latest")
    assert not any("capped" in note for note in fc.make_model(kind).fit(plain).forecast(12).notes)


@pytest.mark.parametrize("kind", ["arima", "ets", "theta", "linear", "random_walk", "seasonal_profile"])
def test_a_forecast_does_not_depend_on_the_unit_of_the_figures(kind):
    y = 1000 * np.exp(0.1 * np.sin(np.arange(72) * np.pi / 6) + 0.05 * np.sin(np.arange(72) ** 2))
    months = pd.period_range("2013-01", periods=72, freq="M").astype(str)
    made = []
    for unit in (1.0, 1e-6, 1e6):
        table = pd.DataFrame({"month": months, "value": y * unit})
        panel = fc.load_observations(table, series_id="s").as_of("latest")
        forecast = fc.make_model(kind).fit(panel, fc.Design.none(panel, 3)).forecast(3)
        made.append(forecast.table["value"].to_numpy() / unit)
    for other in made[1:]:
        np.testing.assert_allclose(other, made[0], rtol=1e-5)
