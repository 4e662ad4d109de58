"""Scores against values by independent software (R, and scikit-learn)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.config.settings import LEVELS
from forecast.scoring import metrics as m
from forecast.tables.levels import central_pairs

DATA = Path(__file__).parent / "data"
REFERENCE = json.loads((DATA / "scoring.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", REFERENCE["pinball"], ids=str)
def test_pinball(case):
    assert m.pinball(case["y"], case["q"], case["a"]).item() == pytest.approx(case["pinball"], abs=1e-12)


@pytest.mark.parametrize("case", REFERENCE["interval_score"], ids=str)
def test_interval_score(case):
    for alpha in (0.05, 0.2, 0.5):
        found = m.interval_score(case["y"], case["l"], case["u"], alpha).item()
        assert found == pytest.approx(case[f"is_{alpha:g}"])


@pytest.mark.parametrize("case", REFERENCE["crps_sample"], ids=str)
def test_crps_of_a_sample(case):
    draws = REFERENCE["crps_sample_draws"]
    assert m.crps_from_sample(case["y"], draws).item() == pytest.approx(case["edf"])
    assert m.crps_from_sample(case["y"], draws, fair=True).item() == pytest.approx(case["fair"])


def fine_levels():
    """Levels that are dense in the tails, so that the integral over them is close."""
    tail = np.geomspace(1e-7, 0.01, 4000)
    return np.concatenate([tail, np.linspace(0.01, 0.99, 4001)[1:-1], 1 - tail[::-1]])


@pytest.mark.parametrize("case", REFERENCE["crps_norm"][::3], ids=str)
def test_crps_of_normal_by_quantiles(case):
    from scipy import stats

    p = fine_levels()
    q = stats.norm.ppf(p, case["m"], case["s"])
    assert m.crps_from_quantiles(case["y"], q, p).item() == pytest.approx(case["crps"], rel=2e-4)


@pytest.mark.parametrize("case", REFERENCE["crps_t"], ids=str)
def test_crps_of_student_by_quantiles(case):
    from scipy import stats

    p = fine_levels()
    q = stats.t.ppf(p, case["df"])
    assert m.crps_from_quantiles(case["y"], q, p).item() == pytest.approx(case["crps"], rel=2e-4)


@pytest.mark.parametrize("case", REFERENCE["crps_lnorm"], ids=str)
def test_crps_of_lognormal_by_quantiles(case):
    from scipy import stats

    p = fine_levels()
    q = stats.lognorm.ppf(p, s=case["sl"], scale=np.exp(case["ml"]))
    assert m.crps_from_quantiles(case["y"], q, p).item() == pytest.approx(case["crps"], rel=1e-3)


@pytest.mark.parametrize("y", [-15.0, -3.0, 0.0, 0.4, 22.0])
@pytest.mark.parametrize("levels", [LEVELS, (0.25, 0.5, 0.75), (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)])
def test_wis_equals_twice_the_mean_pinball_loss_of_sklearn(y, levels):
    from sklearn.metrics import mean_pinball_loss

    q = np.quantile(np.random.default_rng(3).normal(1, 2, 500), levels)
    pinball = [mean_pinball_loss([y], [x], alpha=p) for x, p in zip(q, levels, strict=True)]
    assert m.wis(y, q, levels).item() == pytest.approx(2 * np.mean(pinball))
    # and the definition by ranges: (|y - m| / 2 + sum alpha_k / 2 IS_k) / (K + 1/2)
    pairs = central_pairs(levels)
    ranges = sum(0.5 * a * m.interval_score(y, q[i], q[j], a).item() for i, j, a in pairs)
    middle = 0.5 * abs(y - q[list(levels).index(0.5)])
    assert m.wis(y, q, levels).item() == pytest.approx((middle + ranges) / (len(pairs) + 0.5))


def test_seasonal_naive_of_airpassengers():
    y = pd.read_csv(DATA / "scoring_series.csv").query("series == 'AirPassengers'")["value"].to_numpy()
    reference = REFERENCE["accuracy_snaive_airpassengers"]
    # R: ME, RMSE, MAE, MPE, MAPE, MASE, ACF1 and Theil's U of a training and a test set
    n = next(n for n in range(24, 144) if abs(m.mase_scale(y[:n]) - reference["Training set"][2]) < 1e-9)
    test = y[n:]
    f = y[n - 12 :][np.arange(len(test)) % 12]
    found = [
        np.sqrt(m.squared_error(test, f).mean()),
        m.absolute_error(test, f).mean(),
        m.percentage_error(test, f).mean(),
        m.absolute_error(test, f).mean() / m.mase_scale(y[:n]),
    ]
    assert found == pytest.approx([reference["Test set"][i] for i in (1, 2, 4, 5)])
