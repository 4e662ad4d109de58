"""How the report was made, and its files."""

from forecast.report import recent
from forecast.report.evidence import how
from report_fixture import files, report_of


def test_counts_of_dates_are_those_of_the_replay():
    r = report_of("plain")
    made = how.counts(r)
    assert made.scored == r.replay["origin"].nunique() and made.made >= made.scored
    assert dict(made.known)[1] == r.replay.dropna(subset=["truth"]).query("horizon == 1")["origin"].nunique()


def test_every_file_of_a_report_is_listed_with_words():
    (listed,) = how.files_section(report_of("plain"), {"changes.csv"}).blocks
    names = [file.path for file in listed]
    assert {n for n in files("plain") if "/" not in n and not n.endswith(".html")} == set(names)
    assert names[-1] == "changes.csv" and listed[-1].holds == "empty in this report"
    assert all(file.words != f"{file.path} (CSV)" for file in listed)


def test_settings_and_hashes_stand_with_the_command():
    section = how.how_section(report_of("plain"), {"Item": "value"})
    assert section.blocks[1].text == "forecast experiment=fixture"
    assert section.blocks[2].rows[0].cells == ("Item", "value")


def test_the_vintage_and_the_calendar_are_told():
    told = {note.subject: note.text for note in how.figures_section(report_of("plain")).blocks[0]}
    assert {"Vintage.", "Events.", "Breaks."} <= set(told)


def test_days_of_release_are_counted_over_months(monkeypatch):
    monkeypatch.setattr(recent, "dated", lambda run, series_id: recent.Dated(53, 294))
    told = {note.subject: note.text for note in how.figures_section(report_of("plain")).blocks[0]}
    assert told["Days of release."] == "On record for 53 of 294 months."
