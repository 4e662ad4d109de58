"""Every registered model keeps the contract of `forecast.testing`, clause by clause."""

import pytest

import forecast as fc
from forecast.testing import CLAUSES
from sampling import some_of

#: Models that take longest to fit; they keep the contract in `make slow`.
DEAR = {"gradient_boosting", "elastic_net", "structural"}


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda c: c.__name__)
@pytest.mark.parametrize("kind", some_of(fc.list_models(), quick=set(fc.list_models()) - DEAR))
def test_every_model(kind, clause):
    clause(fc.make_model(kind))
