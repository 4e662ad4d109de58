"""What a series of counts shows of itself."""

import pandas as pd
import pytest

from forecast.report.levels import Change, told


def counts(values, first="2019-01"):
    return pd.Series(values, pd.period_range(first, periods=len(values), freq="M"), dtype=float)


def test_a_level_that_halved_and_stayed_is_told_with_its_month_and_clear_years():
    # 48 months at 100, twelve at 50: the fall ends in January 2023, and 47 months before it are three years
    assert told(counts([100] * 48 + [50] * 12)) == Change("level", -0.5, 1, pd.Period("2023-01", "M"), 3)


def test_a_level_that_rose_within_three_months():
    found = told(counts([100] * 60 + [150, 200] + [300] * 10))
    assert (found.kind, found.share, found.months, str(found.end)) == ("level", 2.0, 3, "2024-03")
    assert found.years == 4  # 59 months before the first of them


def test_a_level_that_came_back_is_none_and_the_largest_jump_is_told_instead():
    found = told(counts([100] * 48 + [50] * 6 + [100] * 6))
    assert found == Change("jump", 1.0, 1, pd.Period("2023-07", "M"), 0) or found == Change(
        "jump", -0.5, 1, pd.Period("2023-01", "M"), 0
    )


@pytest.mark.parametrize("after", [140, 72])
def test_a_change_below_half_is_no_title(after):
    assert told(counts([100] * 24 + [after])) is None


def test_a_jump_is_half_as_much_again_or_its_inverse():
    assert told(counts([100] * 24 + [150])) == Change("jump", 0.5, 1, pd.Period("2021-01", "M"), 0)
    assert told(counts([100] * 24 + [50])) == Change("jump", -0.5, 1, pd.Period("2021-01", "M"), 0)


def test_a_jump_beside_a_zero_or_too_long_ago_is_not_told():
    assert told(counts([100] * 20 + [0, 100, 100, 100])) is None
    assert told(counts([10] + [100] * 30)) is None
    assert told(counts([100, 200])) is None
