"""With and without: months, totals and fans."""

from dataclasses import replace

import numpy as np
import pytest

import forecast as fc
from forecast.arima.solved import prepare_covariances, prepare_residuals
from forecast.interventions.counterfactual import RESPONSE_COLUMNS, fan_jobs, response_rows
from forecast.interventions.effects import effects
from interventions_helpers import MODELS, calendar, noise, panel_of, study_of

N = 180
LAW = {"id": "law", "effective_start": "2010-03-01", "end_date": "2011-02-28", "shape": "step"}
MODEL = MODELS["walk"]


def figures(size=-0.5, seed=3):
    y = noise("walk", N, np.random.default_rng(seed))
    y[122:134] += size
    return np.exp(9 + y)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    events = calendar(tmp_path_factory.mktemp("events"), LAW)
    model = fc.make_model("arima", **MODEL)
    y = figures()
    return (
        y,
        study_of(panel_of(y), events, model).counterfactual("law"),
        effects(panel_of(y), events, model, coding="rule", placebo=False).iloc[0],
    )


def part(table, basis, which="month"):
    return table[(table["basis"] == basis) & (table["part"] == which)].reset_index(drop=True)


def test_the_same_months_without_the_effect(made):
    y, table, effect = made
    assert list(table.columns) == list(RESPONSE_COLUMNS)
    months = part(table, "same months")
    assert months["month"].astype(str).tolist()[0] == "2010-03"
    np.testing.assert_allclose(months["happened"], y[122:134])
    np.testing.assert_allclose(months["without"], y[122:134] * np.exp(-effect["estimate"]), rtol=0.02)
    ratio = np.log(months["without_upper_80"] / months["without_lower_80"])
    np.testing.assert_allclose(ratio, 2 * 1.2816 * effect["se"], rtol=0.06)
    np.testing.assert_allclose(months["percent"], effect["percent"], atol=1.0)


def test_totals_are_the_sums_of_the_months(made):
    y, table, _ = made
    (total,) = part(table, "same months", "total").to_dict("records")
    months = part(table, "same months")
    assert total["happened"] == pytest.approx(y[122:134].sum())
    assert total["without"] == pytest.approx(months["without"].sum(), rel=0.01)
    assert total["difference"] < 0
    assert (
        total["difference_lower_95"]
        < total["difference_lower_80"]
        < total["difference"]
        < total["difference_upper_80"]
    )


def test_the_forecast_from_before_widens_and_knows_nothing_later(made, tmp_path):
    y, table, _ = made
    months = part(table, "forecast before")
    width = np.log(months["without_upper_80"] / months["without_lower_80"]).to_numpy()
    assert width[-1] > 2 * width[0]
    later = y.copy()
    later[122:] *= 3.0
    model = fc.make_model("arima", **MODEL)
    again = study_of(panel_of(later), calendar(tmp_path, LAW), model).counterfactual("law")
    np.testing.assert_allclose(part(again, "forecast before")["without"], months["without"])


def test_long_events_are_forecast_for_a_year_only(tmp_path):
    events = calendar(tmp_path, {**LAW, "end_date": ""})
    study = study_of(panel_of(figures()), events, fc.make_model("arima", **MODEL))
    table = study.counterfactual("law", draws=100)
    assert len(part(table, "same months")) == N - 122
    assert len(part(table, "forecast before")) == 12
    assert part(table, "forecast before", "total")["note"].item() == "the first 12 months of 58"


def test_a_fit_that_is_not_possible_is_a_row_with_its_reason(tmp_path):
    early = {"id": "law", "effective_start": "2000-02-01", "shape": "step"}
    study = study_of(panel_of(figures()), calendar(tmp_path, early), fc.make_model("arima", **MODEL))
    table = study.counterfactual("law", draws=50)
    assert "no forecast from the month before" in part(table, "forecast before", "total")["note"].item()


def test_the_same_seed_gives_the_same_numbers(tmp_path):
    study = study_of(panel_of(figures()), calendar(tmp_path, LAW), fc.make_model("arima", **MODEL))
    a, b = (study.counterfactual(draws=50) for _ in range(2))
    assert a.equals(b)
    assert not a["without"].equals(study.counterfactual(draws=50, seed=1)["without"])


@pytest.mark.proof
@pytest.mark.parametrize("ratio", [1.0, 1.6, 2.25])
@pytest.mark.parametrize("kind", ["walk", "airline"])
def test_fans_hold_when_volatility_changes(tmp_path, kind, ratio):
    """400 series of 200 months without effect, sd of the month times `ratio` in the last 80: sums over a year.

    The year came without an effect, so what happened must lie in both fans as often as they say.
    """
    events = calendar(tmp_path, {**LAW, "effective_start": "2014-03-12", "end_date": "2015-03-20"})
    series = [9 + noise(kind, 200, np.random.default_rng(seed), ratio=ratio) for seed in range(400)]
    made = study_of(panel_of(np.exp(series[0])), events, fc.make_model("arima", **MODELS[kind])).regression
    inside, group = {}, made.groups[0]
    fits = made.fit([job for y in series for job in fan_jobs(replace(made, y=y), group)])
    prepare_covariances(fits)
    prepare_residuals(fits)
    for i, y in enumerate(series):
        for row in response_rows(replace(made, y=y), group, fits=fits[2 * i : 2 * i + 2]):
            if row["part"] == "total":
                for level in (80, 95):
                    held = row[f"difference_lower_{level}"] <= 0 <= row[f"difference_upper_{level}"]
                    inside.setdefault((row["basis"], level), []).append(held)
    shares = {key: float(np.mean(held)) for key, held in inside.items()}
    print(f"{kind}, sd x {ratio}: " + ", ".join(f"{b} {l} % {s:.1%}" for (b, l), s in shares.items()))
    for (basis, level), share in shares.items():
        low, high = (0.76, 0.84) if level == 80 else (0.93, 0.97)
        assert low <= share <= high, (basis, level, share)
