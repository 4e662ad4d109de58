"""About the figures."""

import pandas as pd
import pytest

from forecast.report import recent
from forecast.report.sections.about import about_section, breaks, past
from report_fixture import report_of


def notes(name):
    return {note.subject: note.text for note in about_section(report_of(name)).blocks[0]}


def test_what_is_counted_stands_there_with_its_share_of_interior_arrests(monkeypatch):
    part = recent.Part(pd.Period("2024-01", "M"), 0.015, pd.Period("2026-08", "M"), 0.14)
    monkeypatch.setattr(recent, "part", lambda run, series_id: part)
    assert (
        "Arrests inside the country, not at the border, were 14% of them in August 2026 (2% in January 2024)."
        in notes("plain")["What is counted."]
    )


def test_revisions_are_told_by_fiscal_year_and_vintage(monkeypatch):
    monkeypatch.setattr(recent, "revisions", lambda run, series_id: recent.Revisions(6, 1, 12, True))
    text = notes("as_of_2024")["Revisions."]
    assert "Six of the last twelve months may still be revised" in text
    assert "One has been revised already." in text


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (0, "There is one figure for each month, so nobody can say whether it was revised."),
        (12, "None of the last twelve months has been revised."),
    ],
)
def test_figures_without_fiscal_years_are_not_said_to_close(monkeypatch, known, told):
    found = recent.Revisions(0, 0, known, False)
    monkeypatch.setattr(recent, "revisions", lambda run, series_id: found)
    assert notes("plain")["Revisions."] == told


def test_an_unofficial_figure_is_told_and_left_out():
    text = notes("as_of_2024")["Unofficial figure."]
    assert text.startswith("The 129,000 of the press is left out of the forecast.")
    assert "Unofficial figure." not in notes("plain")


def test_breaks_lie_inside_the_figures_and_early_figures_have_their_error():
    found = breaks(report_of("plain"))
    assert [one.month for one in found] == sorted(one.month for one in found)
    assert past(report_of("plain")).n == 0
