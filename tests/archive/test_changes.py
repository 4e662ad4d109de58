import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.archive import changes as ch

number = st.floats(0.5, 3e5, allow_nan=False)


def medians(*values, series="a", start="2024-06"):
    return pd.DataFrame({series: values}, index=pd.period_range(start, periods=len(values), freq="M"))


@given(number, st.lists(st.none() | number, min_size=5, max_size=5), number, st.booleans())
def test_steps_add_up_exactly_whatever_the_numbers(before, values, after, whole):
    table = ch.steps_between(before, values, after, [ch.Reason()] * 5, whole)
    digits = 0 if whole else 6
    cells = [round(x * 10**digits) for x in table["change"].iloc[1:-1]]
    assert sum(cells) == round(table["change"].iloc[-1] * 10**digits)
    assert sum(cells) == round((table["forecast"].iloc[-1] - table["forecast"].iloc[0]) * 10**digits)
    assert table["step"].tolist() == [ch.LAST, *ch.STEPS, ch.THIS]


def test_the_steps_are_the_differences_of_the_reruns():
    # last issue: June 100, July 200.4; after revisions 190.6; with June's figure 150; with an event 155; new settings 149.5
    last, this = medians(100.0, 200.4, 210.0), medians(149.5, 160.0, 170.0, start="2024-07")
    reruns = {
        "software": medians(100.0, 200.4, 210.0),
        "revised_figures": medians(95.0, 190.6, 205.0),
        "new_figure": medians(150.2, 161.0, start="2024-07"),
        "events": medians(155.0, start="2024-07"),
    }
    table = ch.changes(
        last,
        reruns,
        this,
        {
            "revised_figures": ch.Reason("one_revised", "2024-05", 1),
            "new_figure": ch.Reason("new_month", "2024-06"),
        },
    )
    assert table["forecast"].tolist() == [200, 200, 191, 150, 155, 150, 150]
    assert table["change"].tolist()[1:] == [0, -9, -41, 5, -5, -50]
    assert table["why"].tolist() == ["", "", "one_revised", "new_month", "", "", ""]
    assert table["month"].tolist()[2:4] == ["2024-05", "2024-06"] and table["number"].tolist()[2] == 1


def test_a_step_that_was_not_taken_changes_nothing():
    table = ch.changes(medians(10.0, 20.0), {}, medians(20.0, start="2024-07"), {})
    assert (table["change"].iloc[1:] == 0).all()


def test_issues_without_a_month_in_common_have_no_table():
    assert ch.changes(medians(1.0), {}, medians(1.0, start="2025-01"), {}).empty
    assert ch.changes(medians(1.0), {}, medians(1.0, series="b"), {}).empty


def test_what_cannot_be_compared_is_an_error():
    with pytest.raises(ValueError, match="cannot be compared"):
        ch.steps_between(np.nan, [None] * 5, 1.0, [ch.Reason()] * 5)
    with pytest.raises(ValueError, match="expected 5"):
        ch.steps_between(1.0, [None], 1.0, [ch.Reason()])
