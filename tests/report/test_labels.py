"""What things are called on the page."""

import re

import pytest

from forecast.data.load import load_observations
from forecast.report import labels
from forecast.report.catalogue import shipped, speaking


@pytest.mark.parametrize(
    ("series_id", "measure", "full"),
    [
        (
            "southwest.usbp",
            "Border Patrol encounters a month at the southwest border",
            "Border Patrol encounters, southwest border",
        ),
        (
            "southwest.ofo",
            "encounters at ports of entry a month at the southwest border",
            "encounters at ports of entry, southwest border",
        ),
        ("southwest", "encounters a month at the southwest border", "encounters, southwest border"),
        (
            "southwest.usbp.del_rio",
            "Border Patrol encounters a month in the Del Rio sector",
            "Border Patrol encounters, Del Rio sector",
        ),
        (
            "nationwide.usbp",
            "Border Patrol encounters a month in the whole country",
            "Border Patrol encounters, whole country",
        ),
    ],
)
def test_bundled_series_are_spoken_of_by_what_is_counted_and_where(series_id, measure, full):
    name = labels.series_name(series_id, load_observations().series.loc[series_id].to_dict())
    assert (name.measure, name.full) == (measure, full)
    assert name.counted.startswith("The counts are of encounters") and name.counted.endswith(".")


def test_every_bundled_series_has_a_name():
    table = load_observations().series
    made = [labels.series_name(series_id, row) for series_id, row in table.to_dict("index").items()]
    assert all(name.noun and name.full and "nan" not in name.measure for name in made)
    groups = labels.series_name(
        "x",
        {
            "component": "usbp",
            "region": "southwest",
            "demographic": "family_units",
            "label": "Family units",
            "unit": "encounters",
        },
    )
    assert groups.noun == "Border Patrol encounters of family units"


def test_a_users_series_is_spoken_of_by_its_own_name():
    name = labels.series_name("visits", {"label": "visits", "name": "Clinic visits", "unit": "count"})
    assert (name.noun, name.measure, name.full) == ("", "visits a month", "visits")
    assert name.counted == "The figures are the series “Clinic visits” as supplied."
    assert labels.series_name("visits", {}).label == "visits"
    sales = labels.series_name("sales", {"label": "sales", "unit": "thousand euros", "kind": "money"})
    assert (sales.noun, sales.unit_words) == ("", "thousand euros")
    assert sales.counted == "The figures are the series “sales” as supplied, in thousand euros."
    assert labels.series_name("visits", {"label": float("nan")}).label == "visits"


def test_models_are_called_by_plain_names_or_their_own():
    assert labels.model_name("random_walk") == "Same as last month"
    assert labels.model_name("arima_without_2020") == "ARIMA without 2020"
    assert labels.model_name("my_ets") == "My ETS"
    assert labels.row_name("arima") == "ARIMA"
    assert labels.row_name("arima", "at_origin") == "ARIMA with events"
    assert labels.row_name("arima", "hindsight") == "ARIMA, hindsight"


def test_models_are_described_by_their_parameters():
    spec = {"order": (0, 1, 1), "seasonal_order": [1, 0, 1], "window": 72}
    assert labels.model_words("arima", spec) == "seasonal ARIMA (0,1,1)(1,0,1), log scale, last 72 months"
    assert labels.model_words("arima", {"order": [0, 1, 1], "transform": "none"}) == "ARIMA (0,1,1)"
    assert labels.model_words("arima", {}) == "ARIMA, order found in the figures, log scale"
    assert labels.model_words("seasonal_naive", {}) == "the count of a year before"
    assert labels.model_words("something", {}) == ""


def test_bundled_series_have_spanish_names():
    table = load_observations().series
    with speaking("es"):
        name = labels.series_name("southwest.usbp.el_paso", table.loc["southwest.usbp.el_paso"].to_dict())
        assert name.label == "Sector El Paso"
        assert name.measure == "encuentros de la Patrulla Fronteriza al mes en el sector El Paso"
        assert name.full == "encuentros de la Patrulla Fronteriza, sector El Paso"
        made = [labels.series_name(s, row).label for s, row in table.to_dict("index").items()]
        assert not any(
            re.search(r"\b(sector of|field office|border|Patrol|units|entry)\b", label) for label in made
        )
        own = labels.series_name("x", {"label": "Health sector", "unit": "count"})
        assert own.label == "Health sector"


def test_publisher_and_title_come_with_the_series_and_ours_are_translated():
    name = labels.series_name("a", {"label": "Visits", "publisher": "Bureau", "title": "The visits report"})
    assert (name.publisher, name.title) == ("Bureau", "The visits report")
    assert shipped("Bureau") == "Bureau"
    with speaking("es"):
        assert shipped("US Customs and Border Protection").startswith("Oficina de Aduanas")


def test_a_unit_of_counts_is_their_noun_and_other_units_are_told_beside():
    row = {"label": "Asylum office", "unit": "applications", "kind": "count"}
    counts = labels.series_name("x", row)
    assert (counts.noun, counts.full, counts.measure) == (
        "applications",
        "applications, Asylum office",
        "applications a month",
    )
    money = labels.series_name("x", {"label": "Fees", "unit": "thousand euros", "kind": "money"})
    assert (money.noun, money.unit_words) == ("", "thousand euros")
    assert labels.series_name("x", {"label": "Plain"}).unit_words == ""
