"""The model `arima`: breaks that each fold's own data show."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.arima import arima
from forecast.arima.outliers import Outlier
from forecast.arima.volatility import student_near
from forecast.models import level_shifts
from forecast.models.arima import _break_names, _widened, calendar_blocks
from forecast.tables.forecasts import select
from forecast.testing import CLAUSES, H, _panel, figures, step
from interventions_helpers import panel_of


@pytest.mark.parametrize("clause", CLAUSES[:-1], ids=lambda c: c.__name__)
def test_breaks_keep_the_contract(clause):
    clause(fc.make_model("arima", breaks="detect"))


@pytest.mark.slow
def test_breaks_cannot_look_ahead(obs, events, usbp):
    assert CLAUSES[-1].__name__ == "cannot_look_ahead"  # the same check at fewer origins
    origins = fc.monthly_origins("2020-06", "2021-06", obs, series=[usbp], step=12)
    model = fc.make_model("arima", breaks="detect", window=96)
    fc.check_no_lookahead(model, obs, events, series=[usbp], origins=origins, horizon=3)


def broken(shift=1.5, month=70, kind="LS"):
    """Panel of simulated series whose first one has a break, and its month."""
    panel = _panel()
    values = panel.values.copy()
    after = np.arange(len(values)) >= month if kind == "LS" else np.arange(len(values)) == month
    values.loc[after, "a"] = np.round(values.loc[after, "a"] * np.exp(shift))
    return replace(panel, values=values), values.index[month]


@pytest.mark.parametrize(("kind", "word"), [("LS", "level shift"), ("AO", "outlier")])
def test_a_planted_break_is_told_and_carried_forward(kind, word):
    panel, month = broken(kind=kind)
    nothing = fc.Design.none(panel, H)
    fitted = fc.make_model("arima", breaks="detect").fit(panel, nothing)
    term = f"{word} {month}"
    assert any(note.startswith("a: breaks found in the data:") and term in note for note in fitted.notes)
    table = fitted.coefficients().set_index(["series_id", "term"])
    assert table.loc[("a", term), "estimate"] == pytest.approx(1.5, abs=0.3)
    # the same column given by hand, which stays on for a level shift and ends with an outlier
    past = (panel.values.index >= month) if kind == "LS" else (panel.values.index == month)
    ahead = pd.period_range(panel.values.index[-1] + 1, periods=H, freq="M")
    future = pd.DataFrame({term: 1.0 if kind == "LS" else 0.0}, index=ahead)
    given = fc.Design.from_frames(pd.DataFrame({term: past.astype(float)}, index=panel.values.index), future)
    found = [row for row in table.index if row[0] == "a" and word in row[1]]
    assert found == [("a", term)]
    by_hand = fc.make_model("arima", shrink=False).fit(panel.of("a"), given).forecast(H).table
    ours = fitted.forecast(H).table.query("series_id == 'a'")
    np.testing.assert_allclose(ours["value"], by_hand["value"], rtol=1e-6)


def test_a_break_is_known_from_its_own_fold_on():
    panel, month = broken(month=80)
    days = [panel.released["a"].iloc[n] + pd.Timedelta(days=1) for n in (75, 79, 84, 90)]
    jobs = []
    for n in (76, 80, 85, 91):
        part = panel.of("a")
        values = part.values.iloc[:n]
        cut = replace(
            part,
            values=values,
            released=part.released.iloc[:n],
            rounding=part.rounding.iloc[:n],
            last_official=pd.Series({"a": values.index[-1]}),
        )
        jobs.append((cut, fc.Design.none(cut, H)))
    assert len(days) == len(jobs)
    folds = fc.make_model("arima", breaks="detect").fit_many(jobs)
    told = [any(str(month) in note for note in fold.notes) for fold in folds]
    assert told == [False, False, True, True]


def test_automatic_orders_with_breaks():
    panel, month = broken()
    fitted = fc.make_model("arima", order="auto", breaks="detect").fit(
        panel.of("a"), fc.Design.none(panel, H)
    )
    assert any(f"level shift {month}" in note for note in fitted.notes)


def test_breaks_stand_beside_shrunken_events():
    panel, month = broken()
    design = step(panel, "2018-03")
    fitted = fc.make_model("arima", breaks="detect").fit(panel, design)
    kinds = fitted.coefficients().query("series_id == 'a'").groupby("term")["kind"].agg(set)
    assert kinds["rule"] >= {"plain"}
    assert kinds[f"level shift {month}"] == {"nuisance"}


def test_no_break_no_note():
    panel = figures().as_of("latest", ["b"])
    model = fc.make_model("arima", breaks="detect", events=False)
    plain = fc.make_model("arima", events=False)
    none = fc.Design.none(panel, H)
    assert model.fit(panel, none).notes == ()
    pd.testing.assert_frame_equal(
        model.fit(panel, none).forecast(H).table, plain.fit(panel, none).forecast(H).table
    )


def test_names_and_columns_of_breaks():
    months = pd.period_range("2020-01", periods=24, freq="M")
    found = (Outlier(3, "AO", 1.0, 0.1, 10.0), Outlier(5, "TC", 1.0, 0.1, 10.0))
    names = _break_names(months, found)
    assert names == ["outlier 2020-04", "temporary change 2020-06"]
    job = _widened(fc.arima.FoldJob(np.arange(24.0)), found, names)
    assert list(job.xreg_names) == names
    np.testing.assert_allclose(job.xreg[5:8, 1], [1.0, 0.7, 0.49])


def test_folds_of_a_calendar_year_are_a_block_and_those_of_a_first_broken_year_stand_alone():
    months = [m.ordinal for m in pd.period_range("2019-11", "2021-02", freq="M")]
    blocks = calendar_blocks(months)
    assert len(set(blocks[:2])) == 2 and len(set(blocks[2:14])) == 1 and len(set(blocks[14:])) == 1
    assert blocks[2:] == calendar_blocks(months[2:])
    assert calendar_blocks([]) == []


SEASONAL = {"order": (0, 1, 1), "seasonal_order": (1, 0, 1), "window": 72, "events": False}
AUTO = {"order": "auto", "seasonal_order": None, "window": 72, "events": False}


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("arima", SEASONAL),
        ("arima", AUTO),
        ("arima", {**SEASONAL, "breaks": "adjust"}),
        ("ets", {"damped": "yes", "breaks": "adjust"}),
        ("theta", {"theta": 2.0, "breaks": "adjust"}),
    ],
)
def test_a_forecast_does_not_depend_on_where_the_backtest_began(kind, parameters, monkeypatch):
    obs = fc.load_observations("example:road_casualties.csv")
    model = fc.make_model(kind, **parameters)
    tables = []
    for start in ("1982-10", "1982-12"):  # each begins in another month of a year that is cut
        monkeypatch.setattr(level_shifts, "_FOUND", {})  # what the other backtest found is not at hand
        origins = fc.monthly_origins(start, "1983-03", obs, series=["drivers"])
        made = fc.backtest(
            {"m": model}, obs, fc.load_events(), ["drivers"], origins, 6, "none", levels=(0.5,)
        )
        tables.append(select(made.forecasts, model="m"))
    both = tables[0].merge(tables[1], on=["origin", "horizon"])
    assert both["origin"].nunique() == 4
    np.testing.assert_allclose(both["value_x"], both["value_y"], rtol=1e-5)


def test_ranges_and_covariances_of_events_count_degrees_of_freedom():
    """The variance is divided by what is free; that of an event is that of its Student t near its months."""
    rng = np.random.default_rng(8)
    y = pd.Series(9 + np.cumsum(rng.normal(0, 0.1, 90)), pd.period_range("2010-01", periods=90, freq="M"))
    panel = panel_of(np.exp(y).round(6), start="2010-01", rounding=1e-6)
    past = pd.DataFrame({"law": (y.index >= "2014-01").astype(float)}, index=y.index)
    ahead = pd.DataFrame({"law": np.ones(3)}, pd.period_range("2017-07", periods=3, freq="M"))
    made = fc.make_model("arima", order=(0, 1, 1), seasonal_order=None, shrink=False).fit(
        panel, fc.Design.from_frames(past, ahead)
    )
    fit = made.fits["s"]
    plain = arima(np.log(panel.y("s").to_numpy()), (0, 1, 1), xreg=past)
    # the moving average and the size of the law take a degree of freedom each
    np.testing.assert_allclose(fit.steps(3)[1], np.sqrt(89 / 87) * plain.forecast(3, ahead).se, rtol=1e-5)
    ratio, free = student_near(plain, 48, 89)
    assert free == 36 + 42 - 1
    expected = plain.bse["law"] ** 2 * 89 / 87 * ratio**2 * free / (free - 2)
    assert fit.covariance().loc["law", "law"] == pytest.approx(expected, rel=1e-4)


def test_one_fit_that_fails_raises_what_was_wrong(small):
    panel = small.as_of("latest", ["a"])
    months = panel.y("a").index
    past = pd.DataFrame({"e": 1.0}, index=months[5:])
    future = pd.DataFrame({"e": [1.0]}, index=[months[-1] + 1])
    with pytest.raises(fc.ConfigError, match=r"^a: columns given by hand lack 5 months"):
        fc.make_model("arima").fit(panel, fc.Design.from_frames(past, future))
