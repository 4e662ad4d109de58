"""Days added up or averaged by month, weeks split by their days."""

import pandas as pd
import pytest

import forecast as fc


def table(days, values, name="day"):
    return pd.DataFrame({name: [str(d.date()) for d in days], "n": values})


def test_days_are_added_up_and_months_that_are_not_whole_left_out():
    days = pd.date_range("2020-01-10", "2020-04-05")
    obs = fc.load_observations(table(days, [2] * len(days)), layout={"by_month": "sum"})
    assert obs.actuals("table").to_dict() == {pd.Period("2020-02", "M"): 58, pd.Period("2020-03", "M"): 62}


def test_days_are_averaged():
    days = pd.date_range("2020-02-01", "2020-03-31")
    obs = fc.load_observations(table(days, [d.month for d in days]), layout={"by_month": "mean"})
    assert obs.actuals("table").tolist() == [2, 3]


@pytest.mark.parametrize(("name", "first"), [("week", "2020-01-06"), ("week ending", "2020-01-12")])
def test_weeks_are_split_by_days(name, first):
    weeks = pd.date_range(first, periods=12, freq="7D")
    obs = fc.load_observations(table(weeks, [7] * 12, name), layout={"by_month": "sum"})
    assert obs.actuals("table").to_dict() == pytest.approx({pd.Period("2020-02", "M"): 29})
