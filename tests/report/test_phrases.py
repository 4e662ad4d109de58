"""What scores, models and fits write is known by its template, as they write it now."""

import numpy as np
import pytest

from forecast.models.arima import residual_checks
from forecast.models.registry import describe, list_models
from forecast.report.catalogue import speaking
from forecast.report.phrases import PHRASES
from forecast.report.retold import retold
from forecast.scoring.comparison import Row, say
from forecast.scoring.scores import _missing


def in_spanish(text):
    with speaking("es"):
        return retold(text)


def row(**changes):
    given = {
        "skill": 0.1,
        "lower": 0.05,
        "upper": 0.2,
        "dm": -2.0,
        "p": 0.01,
        "n": 90,
        "largest": 0.1,
        "five": 0.4,
    }
    return Row(**(given | changes))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (row(), "mejor que “X”"),
        (row(lower=-0.2, upper=-0.1), "peor que “X”"),
        (row(lower=-0.2), "no se puede distinguir de “X”"),
        (row(lower=np.nan), "muy pocas fechas para decirlo"),
        (row(largest=0.4), "por delante de “X”, pero una sola fecha aporta el 40% de la ganancia"),
    ],
)
def test_verdicts_of_the_rule_are_known(row, words):
    eras = {"a": row, "b": row}
    said = say(row, "“X”", eras)
    assert in_spanish(said.replace("origin", "date")) == words
    assert retold(said) == said


def test_objections_with_eras_are_known():
    lost = {name: row(skill=-0.1) for name in ("2014-19", "2020-24")}
    said = say(row(), "“X”", lost | {"2006-13": row()})
    assert in_spanish(said) == "por delante de “X”, pero no en 2 de 3 épocas (2014-19, 2020-24)"
    few = say(row(), "“X”", {"a": row(n=3)}).replace("origin", "date")
    assert in_spanish(few) == "por delante de “X”, pero menos de dos épocas tienen 18 fechas"


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
