"""What scores, models and fits write is known by its template, as they write it now."""

import numpy as np
import pytest

from forecast.models.arima import residual_checks
from forecast.models.registry import describe, list_models
from forecast.report.catalogue import speaking
from forecast.report.phrases import PHRASES
from forecast.report.retold import retold
from forecast.scoring.scores import _missing


def in_spanish(text):
    with speaking("es"):
        return retold(text)


@pytest.mark.parametrize(("due", "scored", "own"), [(10, 9, 10), (10, 8, 9), (10, 8, 8)])
def test_notes_of_scores_are_known(due, scored, own):
    assert in_spanish(_missing(due, scored, own)).startswith(f"{scored} de {due} pronósticos puntuados, ")


def test_checks_of_residuals_are_known():
    errors = np.random.default_rng(1).normal(size=120)
    for table in (residual_checks(errors), residual_checks(errors[:10])):
        names = [name for name in table["check"] if "Ljung" not in name]
        texts = [*names, *(note for note in table["note"] if note)]
        assert [text for text in texts if in_spanish(text) == text] == []
    assert in_spanish("Ljung-Box, 12 lags") == "Ljung-Box, 12 rezagos"


def test_every_model_of_the_package_is_described():
    assert [kind for kind in list_models() if in_spanish(describe(kind)) == describe(kind)] == []


def test_what_is_not_known_stays_as_it_is():
    assert in_spanish("LinAlgError: singular matrix") == "LinAlgError: singular matrix"
    assert in_spanish("month 2") == "mes 2" and in_spanish("lag12") == "rezago 12"
    assert len(PHRASES) == len(set(PHRASES))
