"""Objects show themselves: the numbers that stand in them, in the colours of the report."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast import notebook
from forecast.arima import arima
from forecast.errors import ConfigError
from forecast.report.figures.palette import LIGHT


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def panel(small):
    return small.as_of("latest", ["a", "b"])


@pytest.fixture
def forecast(panel):
    return fc.make_model("random_walk").fit(panel, fc.Design.none(panel, 6)).forecast(6)


def test_the_colours_are_those_of_the_report():
    assert {role: LIGHT[role] for role in notebook.COLOURS} == notebook.COLOURS


def test_texts_are_escaped():
    page = notebook.table_html("<b>", pd.DataFrame({"<i>": ["<u>"]}, index=["<s>"]), ["<p1>"])
    assert not any(word in page for word in ("<i>", "<u>", "<s>", "<p1>")) and "&lt;u&gt;" in page


def test_a_panel_shows_its_last_figures(panel):
    last = int(panel.values["a"].iloc[-1])
    assert f"<td>{last:,}</td>" in panel._repr_html_()
    (a, b) = panel.plot().get_lines()
    np.testing.assert_array_equal(a.get_ydata(), panel.values["a"])
    assert b.get_label() == "b"


def test_a_forecast_shows_its_middle_and_its_fan(forecast, panel):
    page = forecast._repr_html_()
    assert (
        "Forecast of a and 1 more series" in page and f"<td>{forecast.median['a'].iloc[0]:,.0f}</td>" in page
    )
    ax = forecast.plot("b", history=panel)
    past, middle = ax.get_lines()
    np.testing.assert_array_equal(middle.get_ydata(), forecast.median["b"])
    np.testing.assert_array_equal(past.get_ydata(), panel.y("b").iloc[-60:])
    assert len(ax.collections) == 2
    with pytest.raises(ConfigError, match="no series 'c'"):
        forecast.plot("c")


def test_a_backtest_shows_one_horizon_of_one_model_over_the_figures(small, panel):
    origins = fc.monthly_origins("2021-01", "2021-12", small, ["a"])
    sparse = [origins[0], *origins[6:]]
    backtest = fc.backtest("drift", small, None, ["a"], sparse, horizon=3, levels=(0.1, 0.5, 0.9))
    ax = backtest.plot(panel, horizon=2)
    figures, middle = ax.get_lines()
    rows = backtest.forecasts
    rows = rows[(rows["model"] == "drift") & (rows["horizon"] == 2)].sort_values("month")
    by_level = {level: part["value"].to_numpy() for level, part in rows.groupby("level")}
    drawn = middle.get_ydata()
    assert len(drawn) == 12 and np.isnan(drawn[1:6]).all()  # the months between the first two origins
    np.testing.assert_array_equal(drawn[~np.isnan(drawn)], by_level[0.5])
    months = pd.period_range(rows["month"].min(), rows["month"].max(), freq="M")
    np.testing.assert_array_equal(figures.get_ydata(), panel.y("a").reindex(months))
    tops = [bar.get_y() + bar.get_height() for bar in ax.patches if np.isfinite(bar.get_height())]
    np.testing.assert_allclose(tops, by_level[0.9])
    assert "drift, 2 months ahead" in ax.get_title(loc="left")
    assert "random_walk" in backtest.plot(model="random_walk").get_title(loc="left")
    for wrong in ({"model": "drft"}, {"series_id": "z"}, {"horizon": 9}):
        with pytest.raises(ConfigError, match="the backtest has no"):
            backtest.plot(**wrong)


def test_a_calendar_shows_when_events_were_announced_and_in_effect(tmp_path):
    table = pd.DataFrame(
        {
            "id": ["over", "open", "elsewhere"],
            "announced_date": ["2020-01-10", "2020-06-01", "2020-02-01"],
            "effective_start": ["2020-03-01", "2020-07-01", "2020-02-01"],
            "end_date": ["2020-09-30", "", ""],
            "shape": "step",
            "series_ids": ["a", "a", "b"],
        }
    )
    ax = fc.load_events(table).plot("a")
    assert [text.get_text() for text in ax.get_yticklabels()] == ["over", "open"]
    ahead, acting = ax.collections

    def day(text):
        return (pd.Timestamp(text) - pd.Timestamp(0)).days

    assert [s[:, 0].tolist() for s in ahead.get_segments()] == [
        [day("2020-01-10"), day("2020-03-01")],
        [day("2020-06-01"), day("2020-07-01")],
    ]
    over, still = (segment[:, 0] for segment in acting.get_segments())
    assert over.tolist() == [day("2020-03-01"), day("2020-09-30")] and still[1] > day("2020-09-30")
    assert "(the last 1 of 3)" in fc.load_events(table).plot(last=1).get_title(loc="left")
    fc.no_events().plot().figure.savefig(tmp_path / "none.png")


def test_a_design_shows_its_columns_and_what_became_of_the_others(obs, events, usbp):
    design = events.design(obs.as_of("2024-05-07", [usbp]), horizon=6)
    page = design._repr_html_()
    assert all(name in page for name in design.columns) and "not announced 7" in page
    assert len(design.plot().get_yticks()) == len(design.columns)
    none = fc.Design.none(obs.as_of("2024-05-07", [usbp]), 6)
    assert none._repr_html_().startswith("<p><b>0 event columns") and none.plot() is not None


def test_a_fit_shows_estimates_and_residuals():
    y = np.cumsum(np.random.default_rng(1).normal(size=80))
    fit = arima(y, order=(1, 1, 0))
    page = fit._repr_html_()
    assert "ARIMA(1, 1, 0)" in page and f"<td>{fit.params['ar1']:,.3g}</td>" in page
    left, right = fit.plot(h=6)
    values, ahead = left.get_lines()
    np.testing.assert_array_equal(values.get_ydata(), y)
    np.testing.assert_allclose(ahead.get_ydata(), fit.forecast(6)[0])
    e = fit.residuals[np.isfinite(fit.residuals)]
    first = right.collections[0].get_segments()[0][1, 1]
    assert first == pytest.approx(np.corrcoef(e[1:], e[:-1])[0, 1], abs=0.02)


def test_a_run_shows_its_headline_and_what_came_afterwards():
    run = fc.run(
        fc.load_experiment(
            "quick",
            "model=random_walk",
            "backtest.start=2023-10",
            "combination=none",
            "report.headline=random_walk",
        )
    )
    page = run._repr_html_()
    assert run.experiment.question in page and f"{run.median().iloc[0, 0]:,.0f}" in page
    lines = run.plot(months=24).get_lines()
    np.testing.assert_array_equal(lines[1].get_ydata(), run.median().iloc[:, 0])
    assert len(lines[0].get_ydata()) == 24 and len(lines[2].get_ydata()) == 12


def test_a_name_of_data_is_never_a_formula_or_a_control_character(tmp_path):
    evil = "$\\frac{$"
    months = pd.period_range("2023-01", periods=14, freq="M").astype(str)
    table = pd.DataFrame({"month": months, "value": range(14)}).assign(series_id=evil)
    panel = fc.load_observations(table).as_of("latest", [evil])
    ax = panel.plot()
    ax.figure.savefig(tmp_path / "a.svg")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [evil]
    assert notebook.axes(f"{evil} \x1b[2J").get_title(loc="left") == "$\\frac{$ \\u001b[2J"
