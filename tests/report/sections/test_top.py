"""Top of the page."""

from dataclasses import replace

import pandas as pd
import pytest

from forecast.report import recent
from forecast.report.sections import top
from report_fixture import report, report_of, state


def test_the_level_of_six_months_stands_first_and_its_condition_with_it():
    made, found = top.top(report_of("as_of_2024")), top.level(report_of("as_of_2024"))
    assert made.h1.endswith("a month are forecast to September 2024, if no new measure turns the trend")
    assert made.standfirst.startswith(f"The next six months to September should average {found.middle:,.0f}")
    assert f"against {found.before:,.0f} a year before" in made.standfirst
    assert found.months == 6 and str(found.last) == "2024-09"


def test_the_level_has_its_own_range_where_the_run_has_joint_paths(monkeypatch):
    monkeypatch.setattr(recent, "level", lambda run, series_id: (131_840.0, (88_100.0, 198_400.0)))
    found = top.level(report_of("as_of_2024"))
    assert found.middle == 132_000 and found.ends == (88_000, 198_000)
    assert "(8 in 10: 88,000 to 198,000)" in top.top(report_of("as_of_2024")).standfirst


def test_the_next_count_is_told_with_its_range_beside_a_year_before():
    r = report_of("as_of_2024")
    row = r.view.numbers(1)
    low, high = r.ends(row)
    text = top.top(r).standfirst
    assert f"is put at {r.number(row.middle):,.0f} (8 in 10: {low:,.0f} to {high:,.0f}), 2" in text
    assert "% below a year before" in text and r.view.value(row.month - 12) > high


def test_a_direction_is_open_where_the_year_before_lies_inside_the_range():
    r = report_of("plain")
    row, before = r.view.numbers(1), r.view.value(r.view.last - 11)
    low, high = r.ends(row)
    assert ("the direction is open" in top.top(r).standfirst) == (low <= before <= high)


def test_a_refused_range_says_what_it_needs():
    assert "it needs 4 past misses and there are 3" in top.top(report_of("refused")).standfirst


def test_without_a_forecast_the_latest_count_stands_there():
    made = top.top(report_of("no_forecast"))
    assert made.h1 == "There is no forecast this month; the latest count is 8,870, for August 2026"
    assert any(
        b.head == "There is no forecast in this report." for b in top.banners(report_of("no_forecast"))
    )


def test_a_series_of_ones_own_is_named_by_its_label():
    assert top.top(report_of("own")).h1.startswith("Visits: about ")
    assert top.top(report_of("own")).h1.endswith("if nothing new turns the trend")


def test_masthead_tells_who_what_and_when():
    parts = [part if isinstance(part, str) else part.shown for part in top.masthead(report_of("as_of_2024"))]
    assert "As known on 7 May 2024" in parts and "Latest count: March, published on 12 April 2024" in parts
    assert parts[-1] == "The border-forecast developers (no agency)"
    late = top.masthead(report_of("late"))
    assert "Late: September 2026 was due" in late


def test_a_release_day_that_is_not_on_record_is_never_printed():
    run = state("as_of_2024")
    known = run.observations.assign(release_basis="month")
    parts = top.masthead(report(replace(run, observations=known)))
    assert "Latest count: March, published in the first half of April" in parts


@pytest.mark.parametrize(
    ("contact", "path"), [("a@b.org", "mailto:a@b.org"), ("https://b.org/x", "https://b.org/x")]
)
def test_the_publisher_leads_to_its_contact(contact, path):
    run = state("plain")
    settings = replace(run.experiment.report, contact=contact, publisher="The Paper")
    made = report(replace(run, experiment=replace(run.experiment, report=settings)))
    link = top.masthead(made)[-1]
    assert (link.path, link.shown) == (path, "The Paper")


def test_what_happened_afterwards_is_told_with_direction_and_size():
    text = top.afterwards(report_of("as_of_2024"))
    assert "The count then fell to 53,858 in September 2024 and 7,179 in March 2025." in text
    assert "it lay below the range" in text
    assert top.afterwards(report_of("plain")) == ""


def test_measures_that_began_afterwards_are_named(monkeypatch):
    began = [recent.Began("New asylum limits", pd.Timestamp("2024-06-05"), "June 2024")]
    monkeypatch.setattr(recent, "began_afterwards", lambda run: began)
    assert "Began since: New asylum limits (June 2024)." in top.afterwards(report_of("as_of_2024"))


def test_no_better_than_the_last_count_is_said_before_the_fan(monkeypatch):
    monkeypatch.setattr(recent, "since", lambda run, series_id: 2014)

    def said(*better):
        made = [recent.Distance(h, 60, 48, 0.8, True, 0.1, one, 0, 0) for h, one in enumerate(better, 1)]
        monkeypatch.setattr(recent, "distances", lambda run, series_id: made)
        texts = [one.text for one in top.banners(report_of("plain")) if "since 2014" in one.text]
        return texts[0].split(" forecasts made")[0] if texts else ""

    yes, no = True, False
    assert said(yes, yes, yes) == ""
    assert said(yes, yes, yes, no, no) == "Four months ahead and beyond,"
    assert said(no, no, no) == "At no distance did"
    # where it is better again farther ahead, too: the page is silent of no distance
    assert said(no, no, no, yes, yes) == "One to three months ahead,"
    assert said(no, yes, yes) == "One month ahead,"
    assert said(yes, no, yes, no, no, yes, no) == "Two, four to five and seven months ahead and beyond,"


def test_late_figures_raise_a_banner():
    (banner, *_) = top.banners(report_of("late"))
    assert banner.head == "This forecast starts from August." and "two months ahead" in banner.text


def test_outcomes_tell_the_side_of_the_range():
    r = report_of("as_of_2024")
    for one in top.outcomes(r):
        low, high = r.view.range(r.view.numbers((one.month - r.view.last).n), "80")
        assert one.side == ("below" if one.value < low else "above" if one.value > high else "inside")


def test_a_row_with_events_that_is_ahead_by_rule_is_told_in_the_first_block(monkeypatch):
    r = report_of("plain")
    rows = r.run.forecasts[r.run.forecasts["model"] == r.run.headline]
    moved = rows.assign(model="beside", knowledge="at_origin", value=1.25 * rows["value"])
    r = replace(r, run=replace(r.run, forecasts=pd.concat([r.run.forecasts, moved])))
    monkeypatch.setattr(top, "pair_with_events", lambda exp: (exp.report.headline, "beside"))
    worth = recent.Worth(6, 0.12, 0.03, 0.2, 80, "smaller")
    monkeypatch.setattr(recent, "worth", lambda run, series_id: worth)
    head = "With the measures known, the misses were smaller."
    (told,) = [banner.text for banner in top.banners(r) if banner.head == head]
    assert "six months ahead was 12% smaller" in told and "settled beforehand" in told
    for code in ("larger", "not_apart"):
        monkeypatch.setattr(recent, "worth", lambda run, series_id, code=code: worth._replace(code=code))
        assert head not in [banner.head for banner in top.banners(r)]


def test_a_unit_stands_in_the_headline():
    text = report_of("plain").words("top")
    month = pd.Period("2024-06", "M")
    told = text.h1(4_750_000.0, "Sales", False, "thousand euros", month, False)
    assert told.startswith("Sales: about 4.75 million thousand euros a month to June 2024")
    assert text.h1(430.0, "Visits", False, "", month, False).startswith("Visits: about 430 a month to")
