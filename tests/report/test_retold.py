"""Sentences of other rooms, told in the language of the page."""

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from forecast.archive import changes
from forecast.archive.track_record import SELECTION, worst_miss
from forecast.postprocess.intervals import METHODS
from forecast.report.catalogue import speaking
from forecast.report.phrases import SHIPPED
from forecast.report.retold import retold, shipped

CONF = Path(__file__).parents[2] / "conf"


def test_english_is_not_touched():
    for text in ("used", "from 11 May 2023: 11 active months with a figure", "anything"):
        assert retold(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("merged with clp_rule", "unida con clp_rule"),
        (
            "from 11 May 2023: 11 active months with a figure",
            "desde el 11 may 2023: 11 meses activos con cifra",
        ),
        (
            "from 8 Aug 2022 to 2 Jun 2023: 1 active month with a figure",
            "del 8 ago 2022 al 2 jun 2023: 1 mes activo con cifra",
        ),
        ("the figure of July 2026 was revised", "se revisó la cifra de julio de 2026"),
        ("last 120 months", "últimos 120 meses"),
        ("words of a user's own source", "words of a user's own source"),
    ],
)
def test_a_sentence_is_known_by_its_template_and_its_dates_are_written_anew(text, told):
    with speaking("es"):
        assert retold(text) == told


def test_sentences_are_told_one_by_one():
    note = "Scenario: clp_rule ends on 30 Jun 2024. In 2024-08 it multiplies the middle by 1.35 (80% range 1.18 to 1.53), from the model's own fit."
    with speaking("es"):
        told = retold(note)
    assert told.startswith("Escenario: clp_rule termina el 30 jun 2024. En 2024-08 multiplica")
    assert re.findall(r"[\d.]*\d", told) == re.findall(r"[\d.]*\d", note)


@pytest.mark.parametrize(
    ("middle", "size"), [(500.0, "un 50% demasiado bajo"), (3_000.0, "3.0 veces el recuento")]
)
@pytest.mark.parametrize(
    ("inside", "where"),
    [("yes", "cayó dentro"), ("no", "cayó fuera"), ("refused", "no se había dado intervalo")],
)
def test_the_worst_miss_is_told_as_the_archive_tells_it(middle, size, inside, where):
    row = {
        "kind": "replayed",
        "origin": pd.Timestamp("2024-02-03"),
        "month": pd.Period("2024-05", "M"),
        "horizon": 3,
        "middle": middle,
        "truth": 1_000.0,
        "error": middle - 1_000.0,
        "inside_80": inside,
        "lower_80": 100.0,
        "upper_80": 4_000.0,
    }
    text = worst_miss(pd.DataFrame([row])).removeprefix("The worst miss")
    with speaking("es"):
        told = retold(text)
    assert told.startswith(": el pronóstico del 3 de febrero de 2024 para mayo de 2024, a 3 meses, fue de")
    assert size in told and where in told


def test_what_the_rooms_write_is_known():
    table = changes.steps_between(9800, [9800, 9700, 9124, None, None], 9124, [""] * 5)
    texts = [*changes.STEPS, changes.LAST, changes.THIS, changes.sentence(table, "2026-09"), SELECTION]
    texts += [method.words for method in METHODS.values()]
    with speaking("es"):
        assert [text for text in texts if retold(text) == text] == []


def labels_of(plain):
    """Labels at any depth of a configuration."""
    if isinstance(plain, dict):
        yield from (value for key, value in plain.items() if key == "label")
        yield from (label for value in plain.values() for label in labels_of(value))


def labels():
    """Labels and questions of the configuration that comes with the package."""
    for folder in ("experiment", "report", "scenario"):
        for path in sorted((CONF / folder).glob("*.yaml")):
            plain = yaml.safe_load(path.read_text(encoding="utf-8"))
            yield from labels_of(plain)
            yield from [plain["question"].strip()] if folder == "experiment" else []


def test_every_label_that_comes_with_the_package_is_known_and_no_other():
    assert sorted(set(labels())) == sorted(SHIPPED)
    with speaking("es"):
        assert [label for label in SHIPPED if shipped(label) == label] == []
        assert shipped("A label | of mine {x}") == "A label | of mine {x}"
