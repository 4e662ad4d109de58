"""Every registered model keeps the contract of `forecast.testing`, clause by clause."""

import pytest

import forecast as fc
from forecast.testing import CLAUSES


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda c: c.__name__)
@pytest.mark.parametrize("kind", fc.list_models())
def test_every_model(kind, clause):
    clause(fc.make_model(kind))
