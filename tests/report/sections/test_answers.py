"""The four answers."""

import pandas as pd
import pytest

from forecast.report import recent
from forecast.report.sections import answers
from report_fixture import STATES, report_of

FAR = recent.Distance(6, 118, 74, 74 / 118, False, -0.02, False, 24, 10)
NEAR = recent.Distance(1, 118, 98, 98 / 118, True, 0.2, True, 24, 18)


@pytest.mark.parametrize("name", STATES)
def test_four_answers_stand_in_every_state_with_few_words(name):
    made = answers.answers(report_of(name))
    assert [one.path for one in made] == ["#next", "#sure", "#effects", "#known"]
    for one in made:
        assert 2 <= len(one.big.split()) <= 5 and 1 <= len(one.text.split()) <= 40, one


def test_the_next_count_is_the_first_answer():
    one = answers.answers(report_of("as_of_2024"))[0]
    assert one.big.endswith(" in April") and one.text.startswith(
        "An unofficial 129,000 in the press of 7 May 2024 lies inside the range."
    )


def test_the_fiscal_year_is_told_with_its_range(monkeypatch):
    year = recent.Total(
        *pd.PeriodIndex(["2023-10", "2024-09"], freq="M"), 1.834e6, (1.62e6, 2.29e6), 2.046e6, 0.8
    )
    monkeypatch.setattr(recent, "total", lambda run, series_id, kind: year if kind == "fiscal_year" else None)
    text = answers.answers(report_of("as_of_2024"))[0].text
    assert text.endswith("Fiscal year 2024: 1.8 million (8 in 10: 1.6 to 2.3 million), after 2.0 million.")


def test_how_sure_begins_with_the_worst_distance(monkeypatch):
    monkeypatch.setattr(recent, "distances", lambda run, series_id: [NEAR, FAR])
    one = answers.answers(report_of("plain"))[1]
    assert one.big == "Good near, poor far"
    assert one.text == (
        "In the last ten years the range held 63% of the time six months ahead, 83% one month ahead."
        " When a major measure followed: 42%."
    )


def test_an_effect_is_answered_with_its_raw_change():
    one = answers.answers(report_of("causes"))[2]
    assert one.big == "Three stand out" and "the count fell" in one.text


def test_a_question_that_cannot_be_answered_says_so():
    made = answers.answers(report_of("own"))
    assert [one.big for one in made[2:]] == ["No measures given", "No turn was replayed"]


def test_turns_are_counted_over_the_months_that_have_matured():
    from forecast.report.sections.known import cases

    one, found = answers.answers(report_of("causes"))[3], cases(report_of("causes"))
    held, n = sum(case.held for case in found), sum(case.n for case in found)
    assert f"{held} of {n} months" in one.text
