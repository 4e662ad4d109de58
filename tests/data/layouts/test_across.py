"""Months or years across."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.data.examine import check_file
from forecast.errors import DataError

NAMES = [pd.Period(f"2020-{m:02d}", "M").strftime("%b") for m in range(1, 13)]
VALUES = np.arange(36) + 100


def calendar(names, years):
    cells = VALUES.reshape(3, 12)
    return pd.DataFrame([[y, *row] for y, row in zip(years, cells, strict=True)], columns=["Year", *names])


def test_years_down_and_months_across():
    obs = fc.load_observations(calendar(NAMES, [2020, 2021, 2022]), series_id="v")
    assert (
        obs.actuals("v").index[0] == pd.Period("2020-01", "M")
        and obs.actuals("v").tolist() == VALUES.tolist()
    )


def test_a_calendar_that_begins_in_october_needs_the_start_of_the_year():
    table = calendar([*NAMES[9:], *NAMES[:9]], [2020, 2021, 2022])
    with pytest.raises(DataError, match="fiscal-start"):
        fc.load_observations(table, series_id="v")
    obs = fc.load_observations(table, series_id="v", layout={"fiscal_start": 10})
    assert (
        obs.actuals("v").index[0] == pd.Period("2019-10", "M")
        and obs.actuals("v").tolist() == VALUES.tolist()
    )


def test_months_down_and_years_across():
    table = pd.DataFrame(VALUES.reshape(3, 12).T, columns=["2020", "2021", "2022"])
    table.insert(0, "Month", NAMES)
    assert fc.load_observations(table, series_id="v").actuals("v").tolist() == VALUES.tolist()


def test_a_row_for_each_series_and_months_across():
    months = pd.period_range("2020-01", periods=12, freq="M").astype(str)
    table = pd.DataFrame([["north", *range(12)], ["south", *range(12, 24)]], columns=["place", *months])
    obs = fc.load_observations(table)
    assert obs.actuals("south").tolist() == list(range(12, 24)) and set(obs.series_ids) == {"north", "south"}


def test_a_total_that_its_months_contradict_is_told_with_quoted_commas(tmp_path):
    cells = [f"{1100 + 37 * k:,}" for k in range(12)]
    path = tmp_path / "v.csv"

    def findings(total):
        row = ",".join(f'"{cell}"' for cell in [*cells, f"{total:,}"])
        path.write_text(f"Year,{','.join(NAMES)},Total\n2020,{row}\n2021,{row}\n")
        return [f.what for f in check_file(path)]

    assert findings(15_642) == []
    assert findings(99_999) == [
        f"{year}: the months add up to 15,642, 'Total' says 99,999" for year in (2020, 2021)
    ]
