"""When figures come out, as seen on a date."""

from __future__ import annotations

import pandas as pd
import pytest

from forecast.data import (
    Observations,
    is_late,
    load_observations,
    next_release,
    release_lags,
)
from forecast.data.releases import first_figures, revisions
from forecast.errors import ConfigError

SERIES = "southwest.usbp"


@pytest.fixture(scope="module")
def obs() -> Observations:
    return load_observations()


def own(tmp_path, text: str) -> Observations:
    path = tmp_path / "v.csv"
    path.write_text("month,value,released,status,release_basis\n" + text)
    return load_observations(path)


def test_lags_are_those_of_the_calendar(obs):
    """The first release of every month of 2024 lies as many days after its end as releases.csv says."""
    lags = release_lags(obs, SERIES).set_index("month")["lag_days"]
    given = obs.releases.set_index("month")["lag_days"]
    months = pd.period_range("2024-01", "2024-12", freq="M")
    assert lags[months].tolist() == given[months].tolist()


def test_a_flash_statement_is_no_update(obs):
    lags = release_lags(obs, SERIES).set_index("month")
    assert lags.loc[pd.Period("2026-01", "M"), "released"] == pd.Timestamp("2026-02-19")
    assert obs.first_released(SERIES)[pd.Period("2026-01", "M")] == pd.Timestamp("2026-02-05")


def test_lags_as_seen_on_a_date(obs):
    assert release_lags(obs, SERIES, "2024-05-07")["released"].max() == pd.Timestamp("2024-04-12")
    with pytest.raises(ConfigError, match="Did you mean"):
        release_lags(obs, "southwest.usb")


def test_the_next_release_on_7_may_2024(obs):
    due = next_release(obs, SERIES, "2024-05-07")
    assert due.month == pd.Period("2024-04", "M")
    lags = release_lags(obs, SERIES, "2024-05-07").tail(12).query("basis != 'assumed'")["lag_days"]
    assert due.n == len(lags)
    assert due.earliest == pd.Timestamp("2024-04-30") + pd.Timedelta(days=lags.min())
    assert due.latest == pd.Timestamp("2024-04-30") + pd.Timedelta(days=lags.max())
    assert due.earliest <= due.usual <= due.latest
    assert due.basis == "observed"
    assert due.earliest <= pd.Timestamp("2024-05-15") <= due.latest  # the day it came


def test_it_does_not_see_later_releases(obs):
    table = obs.table[obs.table["released"] <= pd.Timestamp("2024-05-07")]
    import dataclasses

    then = dataclasses.replace(obs, table=table.reset_index(drop=True))
    assert next_release(then, SERIES, "2024-05-07") == next_release(obs, SERIES, "2024-05-07")


def test_without_evidence_it_says_so(obs):
    due = next_release(obs, SERIES, "2010-01-25")
    assert due.basis == "assumed"
    assert due.earliest == due.latest == pd.Timestamp("2010-02-20")


def test_evidence_is_preferred_to_assumed_days(tmp_path):
    text = "".join(
        f"2024-{m:02d},{m},2024-{m + 1:02d}-{day},final,{basis}\n"
        for m, day, basis in [(1, "05", "assumed"), (2, "10", "day"), (3, "12", "day"), (4, "20", "day")]
    )
    due = next_release(own(tmp_path, text), "v", "2024-06-01")
    assert (due.n, due.basis) == (3, "observed")
    assert (due.earliest, due.usual, due.latest) == tuple(
        pd.to_datetime(["2024-06-10", "2024-06-12", "2024-06-20"])
    )
    few = next_release(own(tmp_path, text), "v", "2024-04-15")
    assert (few.n, few.basis) == (3, "assumed")


def test_only_the_last_months_count(tmp_path):
    text = "2024-01,1,2024-02-28,final,day\n" + "".join(
        f"2024-{m:02d},1,2024-{m + 1:02d}-10,final,day\n" for m in range(2, 7)
    )
    obs = own(tmp_path, text)
    assert next_release(obs, "v", "latest").latest == pd.Timestamp("2024-08-28")
    assert next_release(obs, "v", "latest", months=5).latest == pd.Timestamp("2024-08-10")


def test_only_flash_statements(tmp_path):
    with pytest.raises(ConfigError, match="no monthly update"):
        next_release(own(tmp_path, "2024-01,1,2024-02-01,flash,day\n"), "v", "latest")


def test_late(obs):
    due = next_release(obs, SERIES, "2026-10-15")
    assert due.month == pd.Period("2026-09", "M")
    assert not is_late(obs, SERIES, due.latest)
    assert is_late(obs, SERIES, due.latest + pd.Timedelta(days=1))
    assert not is_late(obs, SERIES, "2026-10-20", expected_by=20)
    assert is_late(obs, SERIES, "2026-10-21", expected_by=20)


def test_not_late_before_the_month_ends(obs):
    assert not is_late(obs, SERIES, "2024-05-07", expected_by=20)


def test_a_revision_does_not_take_the_day_from_its_month(tmp_path):
    """The newest row of a month may have no day on record: its first one had."""
    text = "2024-01,10,2024-02-10,provisional,day\n2024-01,11,2024-03-01,provisional,month\n"
    obs = own(tmp_path, text + "2024-02,20,2024-03-10,provisional,assumed\n")
    found = first_figures(obs, "v", "latest")
    assert found["dated"].tolist() == [True, False] and found["basis"].tolist() == ["day", "assumed"]
    assert found["released"].iloc[0] == pd.Timestamp("2024-02-10")


def test_what_may_be_revised_is_told_by_the_fiscal_year_and_the_vintage(obs):
    """W6: of April 2023 to March 2024 six were open, five of them as first published; not by a status."""
    found = revisions(obs, SERIES, "2024-05-07").set_index("month")
    assert [str(m) for m in found.index[found["open"]]] == [
        *("2023-10", "2023-11", "2023-12"),
        *("2024-01", "2024-02", "2024-03"),
    ]
    november = found.loc["2023-11"]
    assert (november["first"], november["latest"], november["revised"]) == (191_113, 191_112, True)
    assert not found.loc["2023-04", "open"] and not found.loc["2023-04", "first_known"]
    later = revisions(obs, SERIES, "2026-09-30").set_index("month")
    assert [str(m) for m in later.index[later["revised"]]] == ["2025-11", "2025-12", "2026-01"]
    assert later["open"].sum() == 11 and not later.loc["2025-09", "open"]
    assert (later["open"] & ~later["first_known"]).sum() == 7


def test_without_fiscal_years_nothing_is_said_to_be_open(tmp_path):
    obs = own(tmp_path, "2024-01,10,2024-02-10,flash,day\n2024-02,20,2024-03-10,provisional,day\n")
    found = revisions(obs, "v", "latest")
    assert not found["open"].any() and found["flash"].tolist() == [True, False]
