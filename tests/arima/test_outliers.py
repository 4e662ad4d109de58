"""Outliers that were put in are found, with their kind and size; none are found where none are."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.arima.outliers import KINDS, critical_value, detect_outliers, effect
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
    assert [(o.position, o.kind) for o in one] == [(100, "AO")]
    assert [(o.position, o.kind) for o in two] == [(100, "AO")]
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
