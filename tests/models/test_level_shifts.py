import numpy as np
import pandas as pd
import pytest

import forecast as fc

N, SHIFT = 120, 70


def panel_of(logs, folder, unit=1.0):
    """A panel of one series whose logs are given."""
    months = pd.period_range("2010-01", periods=len(logs), freq="M")
    values = np.round(unit * np.exp(logs))
    pd.DataFrame({"month": months.astype(str), "value": values}).to_csv(folder / "s.csv", index=False)
    return fc.load_observations(folder / "s.csv", series_id="s").as_of("latest", ["s"])


def noise(seed=3):
    return 9.0 + np.random.default_rng(seed).normal(0.0, 0.06, N)


def width(model, panel):
    """Of the 80 % range at twelve months, on logs."""
    fan = model.fit(panel, fc.Design.none(panel, 12)).forecast(12)
    low, high = (fan.quantile(q)["s"].iloc[-1] for q in (0.1, 0.9))
    return float(np.log(high / low))


MODELS = {
    "ets": {},
    "theta": {"theta": 2.0},
    "arima": {"order": (0, 1, 1), "seasonal_order": None, "events": False},
}


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("place", [24, SHIFT, N - 12])
def test_a_change_of_level_leaves_the_range_as_it_was(kind, place, tmp_path):
    calm, moved = noise(), noise() - 0.6 * (np.arange(N) < place)
    model = fc.make_model(kind, breaks="adjust", **MODELS[kind])
    plain = fc.make_model(kind, **MODELS[kind])
    without = width(plain, panel_of(calm, tmp_path))
    shifted = panel_of(moved, tmp_path)
    assert width(model, shifted) == pytest.approx(without, rel=0.15)
    assert width(plain, shifted) > 1.5 * without


def test_the_shift_is_told_with_month_and_size(tmp_path):
    panel = panel_of(noise() - 0.6 * (np.arange(N) < SHIFT), tmp_path)
    fit = fc.make_model("ets", breaks="adjust").fit(panel, fc.Design.none(panel, 3))
    (note,) = fit.fits["s"].notes
    assert note.startswith("level shift 2015-11 (+8") and note.endswith("taken out of the months before it")


@pytest.mark.parametrize("kind", MODELS)
def test_a_series_without_a_shift_is_left_as_it_is(kind, tmp_path):
    walk = 9.0 + np.cumsum(np.random.default_rng(4).normal(0.0, 0.08, N))
    panel = panel_of(walk, tmp_path)
    design = fc.Design.none(panel, 6)
    plain, adjusted = (
        fc.make_model(kind, **MODELS[kind], **words).fit(panel, design).forecast(6).table
        for words in ({}, {"breaks": "adjust"})
    )
    pd.testing.assert_frame_equal(plain, adjusted)


def test_the_first_and_last_eleven_months_are_not_searched(tmp_path):
    panel = panel_of(noise() - 0.6 * (np.arange(N) < N - 11), tmp_path)
    fit = fc.make_model("theta", breaks="adjust").fit(panel, fc.Design.none(panel, 3))
    assert fit.fits["s"].notes == ()


def test_zeros_on_logs_are_no_shifts(tmp_path):
    values = np.where(np.arange(N) < SHIFT, -np.inf, noise())
    panel = panel_of(values, tmp_path)
    fit = fc.make_model("arima", breaks="adjust", **MODELS["arima"]).fit(panel, fc.Design.none(panel, 3))
    assert fit.fits["s"].notes == ()


def test_what_is_found_does_not_depend_on_the_other_folds(tmp_path):
    from forecast.models import level_shifts

    panel = panel_of(noise() - 0.6 * (np.arange(N) < SHIFT), tmp_path)
    model = fc.make_model("ets", breaks="adjust")
    data = model.series_data(panel, fc.Design.none(panel, 3), "s")
    level_shifts._FOUND.clear()
    (alone,) = model.adjusted([data])
    level_shifts._FOUND.clear()
    others = [
        model.series_data(panel_of(noise(seed), tmp_path), fc.Design.none(panel, 3), "s") for seed in (5, 6)
    ]
    together = model.adjusted([*others, data])[-1]
    assert np.array_equal(alone.y, together.y) and not np.array_equal(alone.y, data.y)
