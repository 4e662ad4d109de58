import numpy as np
import pandas as pd
import pytest

from forecast.errors import DataError
from forecast.models.transform import make_transform


def months(values):
    return pd.Series(values, index=pd.period_range("2020-01", periods=len(values), freq="M"), dtype=float)


@pytest.mark.parametrize("kind", ["log", "none", "box-cox"])
def test_the_inverse_undoes_the_scale(kind):
    y = months([10, 20, 35, 80, 44, 52])
    transform, values = make_transform(kind, y, y * 0 + 1, True, "a")
    np.testing.assert_allclose(transform.inverse(values), y)


def test_zero_counts_are_raised_to_half_the_rounding_unit_and_told():
    y = months([0, 20, 30])
    transform, values = make_transform("log", y, months([10, 10, 1]), True, "a")
    assert values[0] == np.log(5.0) and transform.floored == ("2020-01",)


def test_other_series_at_or_below_zero_are_refused_by_month():
    with pytest.raises(DataError, match="2020-02"):
        make_transform("log", months([1.5, -0.2, 3.0]), months([1, 1, 1]), False, "rate")
    transform, _ = make_transform("none", months([1.5, -0.2, 3.0]), months([1, 1, 1]), False, "rate")
    assert transform.inverse(np.array([-1.0]))[0] == -1.0


def test_unknown_months_stay_unknown():
    _, values = make_transform("log", months([4, np.nan, 9]), months([1, 1, 1]), True, "a")
    assert np.isnan(values[1]) and not np.isnan(values[[0, 2]]).any()


def test_counts_up_to_the_floor_are_zero_again_where_months_were_raised_to_it():
    """So a range of a series with zeros can hold a zero; a series without any is left as it is."""
    raised, values = make_transform("log", months([0.0, 3.0]), months([1.0, 1.0]), True, "s")
    np.testing.assert_allclose(raised.inverse(np.append(values, np.log([0.2, 0.6]))), [0.0, 3.0, 0.0, 0.6])
    whole, _ = make_transform("log", months([2.0, 3.0]), months([1.0, 1.0]), True, "s")
    np.testing.assert_allclose(whole.inverse(np.log([0.2, 0.6])), [0.2, 0.6])


@pytest.mark.parametrize("kind", ["log", "none", "box-cox"])
def test_what_is_no_number_is_never_a_count_of_zero(kind):
    y = months([0, 20, 35, 80, 44, 52])
    transform, _ = make_transform(kind, y, y * 0 + 1, True, "a")
    assert np.isnan(transform.inverse(np.array([np.nan]))[0])


@pytest.mark.parametrize(("zeros", "small"), [(3, 0.7), (4, 0.0)])
def test_where_most_months_are_zero_less_than_one_is_none(zeros, small):
    y = months([0] * zeros + [1, 2, 3][: 6 - zeros] + [1] * (zeros - 3))
    transform, values = make_transform("log", y, y * 0 + 1, True, "a")
    np.testing.assert_allclose(transform.inverse(values), y)  # what was counted comes back
    np.testing.assert_allclose(transform.inverse(np.log([0.5, 0.7, 1.0, 1.4])), [0, small, 1.0, 1.4])
