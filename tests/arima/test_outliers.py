"""Outliers that were put in are found, with their kind and size; none are found where none are."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import forecast as fc
from forecast.arima import FoldJob, arima_folds
from forecast.arima.outliers import DECAY, KINDS, _Search, critical_value, detect_outliers, effect
from forecast.arima.polynomials import Orders
from forecast.errors import ConfigError

SERIES = Path(__file__).parents[1] / "oracle" / "data" / "arima_series"


def simulated(seed=0, n=240):
    e = np.random.default_rng(seed).standard_normal(n)
    w = e.copy()
    w[1:] -= 0.4 * e[:-1]
    return np.cumsum(w)


@pytest.mark.parametrize("kind", KINDS)
def test_one_outlier_of_each_kind(kind):
    y = simulated(n=150) + 9.0 * effect(kind, 80, 150)
    (found,) = detect_outliers(y, (0, 1, 1), engine="numpy")
    assert (found.position, found.kind) == (80, kind)
    assert found.size == pytest.approx(9.0, abs=3 * found.se)
    assert found.t == pytest.approx(found.size / found.se)


def test_several_at_once():
    y = simulated() + 10 * effect("AO", 60, 240) - 8 * effect("LS", 120, 240) + 10 * effect("TC", 180, 240)
    found = detect_outliers(y, (0, 1, 1), engine="compiled")
    assert [(o.position, o.kind) for o in found] == [(60, "AO"), (120, "LS"), (180, "TC")]


def test_neighbours_of_opposite_sign():
    y = simulated(1) + 10 * effect("AO", 100, 240) - 10 * effect("AO", 101, 240)
    found = detect_outliers(y, (0, 1, 1), kinds=("AO",), engine="compiled")
    assert {o.position for o in found} == {100, 101}


def test_few_false_finds():
    counts = [len(detect_outliers(simulated(seed, 120), (0, 1, 1), engine="compiled")) for seed in range(10)]
    assert sum(counts) <= 2


def test_seasonal_model_and_scale():
    y = np.log(pd.read_csv(SERIES / "airpassengers_log.csv")["y"].to_numpy(float))
    y[100] += 0.25
    one = detect_outliers(y, (0, 1, 1), (0, 1, 1, 12))
    two = detect_outliers(1e6 * y, (0, 1, 1), (0, 1, 1, 12))
    # March 1960, when Easter came late, is a candidate since candidates need four fifths of the critical value
    assert [(o.position, o.kind) for o in one] == [(100, "AO"), (134, "AO")]
    assert [(o.position, o.kind) for o in two] == [(100, "AO"), (134, "AO")]
    assert two[0].t == pytest.approx(one[0].t, rel=1e-3)


def test_missing_months_are_never_outliers():
    y = simulated(2, 150)
    y[[40, 70]] = np.nan
    y[90] += 12.0
    found = detect_outliers(y, (0, 1, 1), engine="numpy")
    assert [(o.position, o.kind) for o in found] == [(90, "AO")]


def test_at_the_end_all_kinds_are_the_same():
    y = simulated(3, 150)
    y[-1] += 12.0
    (found,) = detect_outliers(y, (0, 1, 1), engine="numpy")
    assert (found.position, found.kind) == (149, "AO")


def test_given_critical_value_and_limit():
    y = simulated(4, 150)
    assert len(detect_outliers(y, (0, 1, 1), critical=2.5, engine="numpy")) > 0
    assert len(detect_outliers(y, (0, 1, 1), critical=2.0, max_outliers=2, engine="numpy")) <= 2
    assert detect_outliers(y, (0, 1, 1), critical=50.0, engine="numpy") == ()


def test_effects_of_size_one():
    assert effect("AO", 1, 4).tolist() == [0, 1, 0, 0] and effect("LS", 1, 4).tolist() == [0, 1, 1, 1]
    np.testing.assert_allclose(effect("TC", 1, 4), [0, 1, DECAY, DECAY**2])


def test_critical_values_grow_with_length():
    assert critical_value(288) == pytest.approx(4.03)
    assert critical_value(30) < critical_value(100) < critical_value(300)


def test_other_regressors_stay_in():
    x = np.random.default_rng(5).standard_normal((150, 1))
    y = simulated(5, 150) + 3 * x[:, 0] + 10 * effect("AO", 50, 150)
    found = detect_outliers(y, (0, 1, 1), None, x, engine="numpy")
    assert [(o.position, o.kind) for o in found] == [(50, "AO")]


def test_unknown_kinds_are_refused():
    with pytest.raises(ConfigError, match="kinds must be"):
        detect_outliers(simulated(), (0, 1, 1), kinds=("AO", "IO"))


def test_two_rounds_see_equal_columns():
    """For models without AR terms the filter once worked in the columns themselves: each round saw them filtered again."""
    y = simulated() + 8 * effect("LS", 120, 240)
    search = _Search(FoldJob(y), Orders.of((0, 1, 1)), KINDS, None, None)
    (fit,) = arima_folds([FoldJob(y)], (0, 1, 1))
    effects = search._effects()
    before = effects[1].copy()
    first, second = (search._add(fit, effects, []) for _ in range(2))
    np.testing.assert_array_equal(effects[1], before)
    assert first == second != []


def test_the_textbook_breaks_are_found(obs_of_casualties):
    """Seat-belt law and oil crisis in the British series, the dam at Aswan in that of the Nile; at most three others."""
    months, y = obs_of_casualties
    found = [(months[o.position], o.kind) for o in detect_outliers(np.log(y), (0, 1, 1), (0, 1, 1, 12))]
    assert {("1983-02", "LS"), ("1973-11", "LS")} <= set(found)
    nile = sm.datasets.nile.load_pandas().data
    breaks = detect_outliers(nile["volume"].to_numpy(float), (0, 1, 1))
    assert (1899, "LS") in [(int(nile["year"].iloc[o.position]), o.kind) for o in breaks]
    assert len(found) + len(breaks) <= 3 + 3


@pytest.fixture
def obs_of_casualties():
    y = fc.load_observations("example:road_casualties.csv").as_of("latest", ["drivers"]).y("drivers")
    return y.index.astype(str).tolist(), y.to_numpy(float)


def test_breaks_are_held_against_the_surprises_of_their_years():
    """A level shift that is large for calm years and small for restless ones."""
    e = np.random.default_rng(3).standard_normal(300)
    e[150:] *= 3.0
    calm, restless = (np.cumsum(e) + 6.5 * effect("LS", place, 300) for place in (70, 220))
    found = [{(o.position, o.kind) for o in detect_outliers(y, (0, 1, 0))} for y in (calm, restless)]
    assert (70, "LS") in found[0]
    assert (220, "LS") not in found[1]
