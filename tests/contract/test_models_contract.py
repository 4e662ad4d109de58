"""Every registered model keeps the contract of `forecast.testing`, clause by clause."""

import pytest

import forecast as fc
from forecast.testing import CLAUSES

#: AutoARIMA of statsforecast takes minutes; it is tried by `make proof` where it can be imported.
SLOW = {"statsforecast_arima"}
KINDS = [pytest.param(k, marks=pytest.mark.proof) if k in SLOW else k for k in fc.list_models()]


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda c: c.__name__)
@pytest.mark.parametrize("kind", KINDS)
def test_every_model(kind, clause):
    clause(fc.make_model(kind))
