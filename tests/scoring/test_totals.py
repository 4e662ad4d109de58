"""Coverage of totals: what counts as one outcome, and the verdict."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.scoring.totals import TOTAL_CALIBRATION_COLUMNS, calibrate_totals, separate


def past(hits, kind="fiscal_year", ahead=6, step=12, length=12):
    """A past total a step, inside its 80 % range or not."""
    first = pd.period_range("1990-10", periods=len(hits) * step, freq="M")[::step]
    inside = np.asarray(hits, bool)
    return pd.DataFrame(
        {
            "model": "m",
            "knowledge": "none",
            "series_id": "s",
            "kind": kind,
            "ahead_months": ahead,
            "first_month": first,
            "last_month": first + (length - 1),
            **{f"lower_{c}": 1.0 for c in (50, 80, 95)},
            **{f"upper_{c}": 3.0 for c in (50, 80, 95)},
            "actual": np.where(inside, 2.0, 9.0),
        }
    )


def test_a_year_is_one_outcome_and_months_overlap():
    assert separate(past([1] * 20)) == 20
    assert separate(past([1] * 24, step=1, length=6)) == pytest.approx(29 / 6)
    assert separate(past([])) == 0


@pytest.mark.parametrize(
    ("hits", "verdict"),
    [([1] * 16 + [0] * 4, "as_promised"), ([1] * 8 + [0] * 12, "too_narrow"), ([1] * 4, "too_few")],
)
def test_verdicts(hits, verdict):
    row = calibrate_totals(past(hits)).query("nominal == 0.8").iloc[0]
    assert row["verdict"] == verdict and row["n"] == len(hits)
    assert row["covered"] == pytest.approx(np.mean(hits)) and row["lower"] <= row["covered"] <= row["upper"]


def test_too_wide_ranges_are_told():
    assert calibrate_totals(past([1] * 20)).query("nominal == 0.5")["verdict"].item() == "too_wide"


def test_all_months_to_come_are_told_together_and_open_years_do_not_count():
    table = pd.concat([past([1] * 10, ahead=3), past([1, 0] * 5, ahead=9)], ignore_index=True)
    table.loc[0, "actual"] = np.nan
    table.loc[1, "lower_95"] = np.nan
    found = calibrate_totals(table)
    assert list(found.columns) == list(TOTAL_CALIBRATION_COLUMNS)
    n = found[found["nominal"] == 0.95].set_index("ahead_months")["n"].to_dict()
    assert n == {"3": 8, "9": 10, "all": 18}
    whole = found[(found["ahead_months"] == "all") & (found["nominal"] == 0.8)].iloc[0]
    assert whole["n"] == 19 and whole["n_independent"] == 10


def test_nothing_to_tell():
    assert calibrate_totals(past([]).astype({"actual": float})).empty


def test_without_outcomes_there_is_a_table_without_rows():
    made = calibrate_totals(past([1] * 3).assign(actual=np.nan))
    assert list(made.columns) == list(TOTAL_CALIBRATION_COLUMNS) and made.empty
