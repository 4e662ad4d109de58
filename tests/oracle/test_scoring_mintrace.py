"""Reconciled values of a tree of seven nodes, by independent software."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.postprocess.mint import reconcile_values, summing_matrix

TREE = {"Total": ("A", "B"), "A": ("AA", "AB"), "B": ("BA", "BB")}
#: Found from the reference values of two methods (they fix six differences); the third confirms it.
BASE = np.array([100.0, 58.0, 47.0, 30.0, 25.0, 20.0, 24.0])
RESIDUALS = pd.read_csv(Path(__file__).parent / "data" / "scoring_mintrace.csv")
#: Covariance of the errors -> what least squares make of it.
COVARIANCES = {
    "ols": lambda summing, errors: np.eye(len(summing)),
    "structural": lambda summing, errors: np.diag(summing.sum(axis=1)),
    "variance": lambda summing, errors: np.diag(np.mean(errors**2, axis=0)),
}
EXPECTED = {
    "ols": [101.2857, 56.1429, 45.1429, 30.5714, 25.5714, 20.5714, 24.5714],
    "structural": [101.3333, 56.1667, 45.1667, 30.5833],
    "variance": [101.1299, 56.0120, 45.1179],
}


@pytest.mark.parametrize("method", EXPECTED)
def test_reconciled_values(method):
    nodes, _, summing = summing_matrix(TREE)
    errors = RESIDUALS[nodes].to_numpy()
    found = reconcile_values(BASE, summing, COVARIANCES[method](summing, errors))
    assert found[: len(EXPECTED[method])] == pytest.approx(EXPECTED[method], abs=6e-5)
